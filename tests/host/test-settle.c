/*
 * What is settled last: migration and dirty page tracking, in use, pools; and the head of the document.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/descriptor-json.h"
#include "told.h"
#include "util/alloc.h"

#define VF "pci:0000:3b:00.1"

static struct testhost *t;
static struct document *d;
static const char *vf;

static void setup(void) {
        d = NULL;
        t = testhost_new();
        testhost_add_pci(t, "0000:3b:00.0", "15b3:101d", "mlx5_core");
}

static void teardown(void) {
        document_free(d);
        testhost_free(t);
}

static void look(int way) {
        document_free(d);
        d = told(t, way);
}

static void add_model(const char *migration) {
        _cleanup_free_ char *json = xasprintf(
                "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"m\",\"match\":[{\"driver\":\"*\"}],"
                "\"paramsComplete\":true,\"migration\":%s}",
                migration);

        testhost_model_file(t, "m.json", json);
}

#define YES "CONFIG_IOMMUFD=m\nCONFIG_IOMMUFD_DRIVER=y\n"
#define NO "CONFIG_IOMMUFD=m\n# CONFIG_IOMMUFD_DRIVER is not set\n"
#define NONE "CONFIG_VFIO=m\n# CONFIG_IOMMUFD is not set\n"
#define TRACKS \
        "{\"driver\":\"mlx5_vfio_pci\",\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true}"
#define SILENT "{\"driver\":\"mlx5_vfio_pci\",\"protocol\":\"v2\",\"flags\":[\"stop-copy\"]}"
#define OTHER "{\"driver\":\"other\",\"protocol\":\"v2\",\"dmaLogging\":true}"
#define REQUIRES "{\"protocol\":\"v2\",\"dmaLogging\":true,\"requires\":\"devlink:migratable\"}"

/* When the device gets an entry of its own, and what it says of dmaLogging. */
static const struct {
        const char *release, *config, *migration;
        bool has;
        enum migration_protocol protocol;
        enum tri dma_logging;
        enum tri iommu;
} migrations[] = {
        /* What the model's file says holds, and is left to the rules. */
        { "6.12.96", YES, TRACKS, false, 0, 0, TRI_UNKNOWN },
        { "6.12.96", YES, SILENT, false, 0, 0, TRI_UNKNOWN },
        { "6.6.1", NULL, TRACKS, false, 0, 0, TRI_UNKNOWN },
        { "6.6.1", NONE, TRACKS, false, 0, 0, TRI_NO },
        { "5.18.0", NULL, TRACKS, false, 0, 0, TRI_UNKNOWN },
        /* The kernel cannot report. */
        { "6.12.96", NO, TRACKS, true, MIGRATION_V2, TRI_NO, TRI_UNKNOWN },
        { "6.7.0-rc1", NONE, TRACKS, true, MIGRATION_V2, TRI_NO, TRI_NO },
        { "7.0", NO, SILENT, true, MIGRATION_V2, TRI_NO, TRI_UNKNOWN },
        { "6.12.96", NO, OTHER, true, MIGRATION_PROTOCOL_UNKNOWN, TRI_NO, TRI_UNKNOWN },
        { "6.12.96", NO, REQUIRES, true, MIGRATION_PROTOCOL_UNKNOWN, TRI_NO, TRI_UNKNOWN },
        /* Whether it can is not known: true is not believed. */
        { "6.12.96", NULL, TRACKS, true, MIGRATION_V2, TRI_UNKNOWN, TRI_UNKNOWN },
        { "6.12.96", "", TRACKS, true, MIGRATION_V2, TRI_UNKNOWN, TRI_UNKNOWN },
        { "6.12.96", "garbage\n", TRACKS, true, MIGRATION_V2, TRI_UNKNOWN, TRI_UNKNOWN },
        { "strange", YES, TRACKS, true, MIGRATION_V2, TRI_UNKNOWN, TRI_UNKNOWN },
        { "6.12.96", NULL, SILENT, false, 0, 0, TRI_UNKNOWN },
        { "6.12.96", NULL, OTHER, false, 0, 0, TRI_UNKNOWN },
        { "6.12.96", NULL, REQUIRES, false, 0, 0, TRI_UNKNOWN },
};

START_TEST(test_migration) {
        const struct traits *traits;

        testhost_kernel(t, migrations[_i].release, migrations[_i].config);
        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "mlx5_vfio_pci");
        add_model(migrations[_i].migration);
        look(0);
        traits = told_traits(d, VF);
        ck_assert_int_eq(traits->has_migration, migrations[_i].has);
        ck_assert_int_eq(d->iommu_dirty_tracking, migrations[_i].iommu);
        if (!migrations[_i].has)
                return;
        ck_assert_int_eq(traits->migration.protocol, migrations[_i].protocol);
        ck_assert_int_eq(traits->migration.dma_logging, migrations[_i].dma_logging);
        if (migrations[_i].protocol == MIGRATION_V2) {
                ck_assert(traits->migration.has_flags);
                ck_assert_str_eq(told_origin(d, VF, "migration"), "models.d:m.json");
        } else
                ck_assert_str_eq(told_origin(d, VF, "migration"), "identity:config");
}
END_TEST

START_TEST(test_plain_vfio_pci) {
        testhost_kernel(t, "6.12.96", YES);
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "vfio-pci");
        add_model("{\"protocol\":\"v2\"}");
        look(_i);
        ck_assert(told_traits(d, VF)->has_migration);
        ck_assert_int_eq(told_traits(d, VF)->migration.protocol, MIGRATION_NONE);
        ck_assert_str_eq(told_origin(d, VF, "migration"), "identity:driver");
}
END_TEST

static enum tri in_use(int way) {
        look(way);
        return told_traits(d, VF)->in_use;
}

START_TEST(test_in_use) {
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "vfio-pci"); /* group 1, vfio0 */
        ck_assert_int_eq(in_use(_i), TRI_UNKNOWN);
        testhost_process(t, 100, "/dev/vfio/11");
        testhost_process(t, 100, "/dev/vfio/vfio");
        testhost_process(t, 100, "socket:[1]");
        ck_assert_int_eq(in_use(_i), TRI_NO);
        testhost_process(t, 200, "/dev/vfio/1");
        ck_assert_int_eq(in_use(_i), TRI_YES);
        testhost_remove(t, "proc/200");
        testhost_process(t, 201, "/dev/vfio/devices/vfio0");
        ck_assert_int_eq(in_use(_i), TRI_YES);
        testhost_remove(t, "proc/201");
        testhost_process(t, 202, "/dev/vfio/noiommu-1");
        ck_assert_int_eq(in_use(_i), TRI_YES);
        testhost_remove(t, "proc/202");
        ck_assert_int_eq(in_use(_i), TRI_NO);
        testhost_file(t, "proc/203/fd", "cannot be listed");
        ck_assert_int_eq(in_use(_i), TRI_UNKNOWN);
        testhost_process(t, 204, "/dev/vfio/1");
        ck_assert_int_eq(in_use(_i), TRI_YES); /* a yes is a yes */
        testhost_remove(t, "proc/203");
        testhost_remove(t, "proc/204");
        testhost_file(t, "proc/205/fd/3", "not a link");
        ck_assert_int_eq(in_use(_i), TRI_UNKNOWN);
}
END_TEST

/* Nobody is found to use a device by a number that was not read. */
START_TEST(test_in_use_numbers_not_read) {
        _cleanup_free_ char *dir = NULL;

        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "vfio-pci");
        dir = xasprintf("%s/vfio-dev", vf);
        testhost_process(t, 100, "/dev/vfio/11");
        ck_assert_int_eq(in_use(_i), TRI_NO);
        testhost_remove(t, dir);
        testhost_link(t, dir, "vfio-dev");
        ck_assert_int_eq(in_use(_i), TRI_UNKNOWN);
}
END_TEST

/* A VF on a network driver: its interface says. */
START_TEST(test_bound_in_use) {
        testhost_kernel(t, "6.12.96", NULL);
        testhost_file(t, "lib/modules/6.12.96/modules.alias",
                      "alias vfio_pci:v000015B3d*sv*sd*bc*sc*i* mlx5_vfio_pci\n");
        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "mlx5_core");
        ck_assert_int_eq(in_use(_i), TRI_UNKNOWN);
        testhost_attr(t, vf, "net/ens1v0/flags", "0x1002");
        testhost_attr(t, vf, "net/ens1v0/operstate", "down");
        ck_assert_int_eq(in_use(_i), TRI_NO);
        testhost_attr(t, vf, "net/ens1v0/flags", "0x1003");
        ck_assert_int_eq(in_use(_i), TRI_YES); /* up, without a carrier */
        testhost_attr(t, vf, "net/ens1v0/flags", "garbage");
        ck_assert_int_eq(in_use(_i), TRI_UNKNOWN);
        testhost_attr(t, vf, "net/ens1v0/operstate", "up");
        ck_assert_int_eq(in_use(_i), TRI_YES);
        testhost_attr(t, vf, "net/ens1v0/operstate", "down");
        testhost_attr(t, vf, "net/ens1v0/flags", "0x1002");
        testhost_attr(t, vf, "net/\xff/flags", "0x1003");
        ck_assert_int_eq(in_use(_i), TRI_UNKNOWN); /* one that cannot be named may be up */
        testhost_attr(t, vf, "net/ens1v1/flags", "0x1003");
        ck_assert_int_eq(in_use(_i), TRI_YES);
}
END_TEST

/* Without a driver it is free; with one that cannot be named it is not known. */
START_TEST(test_driver_unread) {
        _cleanup_free_ char *driver = NULL;

        testhost_kernel(t, "6.12.96", NULL);
        testhost_file(t, "lib/modules/6.12.96/modules.alias",
                      "alias vfio_pci:v000015B3d*sv*sd*bc*sc*i* mlx5_vfio_pci\n");
        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", NULL);
        ck_assert_int_eq(in_use(_i), TRI_NO);
        driver = xasprintf("%s/driver", vf);
        testhost_link(t, driver, "../../../bus/pci/drivers/\xff");
        ck_assert_int_eq(in_use(_i), TRI_UNKNOWN);
}
END_TEST

START_TEST(test_pools) {
        const char *parent = testhost_add_mdev_parent(t, "pci", "0000:3b:00.0");

        testhost_add_type(t, parent, "nic-1", 4);
        testhost_add_mdev(t, parent, "nic-1", uuid(1), "nic");
        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "vfio-pci");
        testhost_add_pci(t, "0000:40:00.0", "15b3:101e", "vfio-pci");
        look(_i);
        ck_assert_ptr_null(told_traits(d, VF)->pool);
        testhost_pool_file(
                t, "a.json",
                "{\"schema\":\"org.vfio.Migration1.pool/1\",\"pool\":\"types\",\"match\":[{\"mdevType\":\"nic-*\"}]}");
        testhost_pool_file(
                t, "b.json",
                "{\"schema\":\"org.vfio.Migration1.pool/1\",\"pool\":\"wire\",\"match\":[{\"netdev\":\"ens1f0\"},"
                "{\"address\":\"pci:0000:40:00.0\"}]}");
        look(_i);
        ck_assert_ptr_null(told_traits(d, VF)->pool);
        ck_assert_str_eq(told_traits(d, "pci:0000:40:00.0")->pool, "wire");
        testhost_attr(t, "sys/devices/pci0000:3b/0000:3b:00.0", "net/ens1f0/flags", "0x1003");
        look(_i);
        ck_assert_str_eq(told_traits(d, VF)->pool, "wire");
        ck_assert_str_eq(told_traits(d, "mdev:00000001-0000-4000-8000-000000000000")->pool, "types");
        ck_assert_str_eq(told_creatable(d, "pci:0000:3b:00.0", "nic-1")->traits->pool, "types");
}
END_TEST

/* A pool that cannot be told is neither none nor another one: nothing says yes to such a device. */
START_TEST(test_pool_not_known) {
        const char *pf = "sys/devices/pci0000:3b/0000:3b:00.0";
        _cleanup_free_ char *net = xasprintf("%s/net", pf), *physfn = NULL, *own = NULL;

        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "vfio-pci");
        physfn = xasprintf("%s/physfn", vf);
        own = xasprintf("%s/net", vf);
        add_model("{\"protocol\":\"v2\"}");
        testhost_link(t, net, "net");
        look(_i);
        ck_assert_str_eq(told_traits(d, VF)->model, "m"); /* without pools it does not matter */
        testhost_pool_file(
                t, "b.json",
                "{\"schema\":\"org.vfio.Migration1.pool/1\",\"pool\":\"wire\",\"match\":[{\"netdev\":\"ens1f0\"}]}");
        look(_i);
        ck_assert_ptr_null(told_traits(d, VF)->model);
        ck_assert_str_eq(told_origin(d, VF, "model"), "errno:ELOOP");
        ck_assert_ptr_null(told_traits(d, VF)->pool);

        testhost_remove(t, net);
        look(_i);
        ck_assert_str_eq(told_traits(d, VF)->model, "m");
        testhost_link(t, own, "net");
        look(_i);
        ck_assert_str_eq(told_origin(d, VF, "model"), "errno:ELOOP");

        testhost_remove(t, own);
        testhost_remove(t, physfn);
        testhost_attr(t, vf, "physfn", "no link");
        look(_i);
        ck_assert_str_eq(told_origin(d, VF, "model"), "errno:EINVAL");
}
END_TEST

START_TEST(test_head) {
        _cleanup_host_ struct host real = { .sysfs.fd = -1 };
        _cleanup_text_ struct text head = {}, models = {};
        struct json_error e;
        struct utsname u;

        look(_i);
        ck_assert_ptr_null(d->kernel);
        ck_assert_ptr_null(d->host_name);
        ck_assert_ptr_null(d->machine_id);
        ck_assert_int_eq(d->iommu_dirty_tracking, TRI_UNKNOWN);
        testhost_kernel(t, "6.12.96", YES);
        testhost_file(t, "etc/hostname", "src1\n");
        testhost_file(t, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        look(_i);
        ck_assert_str_eq(d->kernel, "6.12.96");
        ck_assert_str_eq(d->host_name, "src1");
        ck_assert_str_eq(d->machine_id, "0123456789abcdef0123456789abcdef");
        testhost_file(t, "etc/machine-id", "uninitialized\n");
        testhost_kernel(t, "../../etc", NULL);
        look(_i);
        ck_assert_ptr_null(d->machine_id);

        ck_assert_int_eq(host_init(&real, NULL), 0);
        ck_assert_int_eq(uname(&u), 0);
        ck_assert_str_eq(real.kernel.release, u.release);
        host_format_head(&real, &head);
        document_free(d);
        ck_assert_int_eq(document_parse(head.data, head.length, DOCUMENT_HOST, &d, &e), 0);
        ck_assert_str_eq(d->kernel, u.release);
        host_format_models(&real, &models);
        document_free(d);
        ck_assert_int_eq(document_parse(models.data, models.length, DOCUMENT_HOST, &d, &e), 0);
        ck_assert(d->has_models);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("settle");
        TCase *cases = tcase_create("settle");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_add_loop_test(cases, test_migration, 0, ARRAY_SIZE(migrations));
        tcase_add_loop_test(cases, test_plain_vfio_pci, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_in_use, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_bound_in_use, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_driver_unread, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_pools, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_pool_not_known, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_in_use_numbers_not_read, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_head, 0, TOLD_WAYS);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
