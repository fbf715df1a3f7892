/*
 * What is said of a device that does not say it itself: model files, identity, debugfs. And what a listing is worth:
 * what was in it is there, whatever reading says.
 */
#include <stdlib.h>
#include <string.h>

#include "told.h"
#include "util/alloc.h"

#define MODEL "vendor-a.example/my-nic"
#define UUID "00000001-0000-4000-8000-000000000000"
#define KEY "mdev:" UUID

static struct testhost *t;
static const char *parent, *type, *device;
static struct document *d;

static void setup(void) {
        d = NULL;
        t = testhost_new();
        testhost_add_pci(t, "0000:3b:00.0", "15b3:1015", "my_nic");
        parent = testhost_add_mdev_parent(t, "pci", "0000:3b:00.0");
        type = testhost_add_type(t, parent, "my_nic-1", 4);
        device = testhost_add_mdev(t, parent, "my_nic-1", UUID, "my_nic_mdev");
}

static void teardown(void) {
        document_free(d);
        testhost_free(t);
}

static void look(int way) {
        document_free(d);
        d = told(t, way);
}

static const char *param(const char *name) {
        return told_param(d, KEY, name);
}

static const char *origin(const char *key) {
        return told_origin(d, KEY, key);
}

static enum tri complete(void) {
        return told_traits(d, KEY)->params_complete;
}

/* --- model files ---------------------------------------------------------------------------------------------------
 */

START_TEST(test_model_file) {
        const struct device *c;

        testhost_model_file(t, "10-nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"match\":[{\"mdevType\":\"other\"},{\"mdevType\":\"my_nic-*\",\"parentDriver\":\"my_"
                            "nic\",\"pci\":\"15b3:1015\"}],"
                            "\"params\":{\"rss\":{\"source\":\"sysfs:vendor/"
                            "rss\",\"writable\":true},\"absent\":{\"source\":\"sysfs:absent\"},"
                            "\"broken\":{\"source\":\"sysfs:broken\"}},\"paramsComplete\":true,"
                            "\"facts\":{\"firmware.version\":{\"rule\":\"equal\",\"source\":\"parent:fw/version\"},"
                            "\"firmware.psid\":{\"rule\":\"equal\",\"source\":\"devlink:fw.psid\"},"
                            "\"own.fact\":{\"rule\":\"equal\",\"source\":\"sysfs:own\"},"
                            "\"broken.fact\":{\"rule\":\"equal\",\"source\":\"sysfs:broken\"},"
                            "\"memory\":{\"rule\":\"equal\",\"source\":\"parent:resource0\"}}}");
        testhost_attr(t, device, "vendor/rss", "on");
        testhost_attr_broken(t, device, "broken");
        testhost_attr(t, device, "own", "mine");
        testhost_attr(t, parent, "fw/version", "1.2.3");
        testhost_attr(t, parent, "resource0", "must not be read");
        look(_i);
        ck_assert_str_eq(told_traits(d, KEY)->model, MODEL);
        ck_assert_str_eq(origin("model"), "models.d:10-nic.json");
        ck_assert_str_eq(param("rss"), "on");
        ck_assert_str_eq(origin("params.rss"), "sysfs:vendor/rss");
        ck_assert_str_eq(origin("params.broken"), "errno:EISDIR");
        ck_assert_int_eq(complete(), TRI_YES);
        ck_assert_str_eq(told_fact(d, KEY, "firmware.version"), "1.2.3");
        ck_assert_str_eq(origin("facts.firmware.version"), "sysfs:../fw/version");
        ck_assert_str_eq(told_fact(d, KEY, "own.fact"), "mine");
        ck_assert_ptr_null(told_fact(d, KEY, "broken.fact"));
        ck_assert_str_eq(origin("facts.broken.fact"), "errno:EISDIR");
        ck_assert_ptr_null(told_fact(d, KEY, "firmware.psid"));
        ck_assert_ptr_null(origin("facts.firmware.psid"));
        ck_assert_ptr_null(told_fact(d, KEY, "memory"));
        ck_assert_str_eq(origin("facts.memory"), "errno:ENOTSUP");
        c = told_creatable(d, "pci:0000:3b:00.0", "my_nic-1");
        ck_assert_str_eq(c->traits->model, MODEL);
        ck_assert_int_eq(c->traits->params_complete, TRI_YES);
        ck_assert_str_eq(entries_get(&c->traits->facts, "firmware.version"), "1.2.3");
        ck_assert_str_eq(traits_origin(c->traits, "facts.firmware.version"), "sysfs:fw/version");
}
END_TEST

/* A parameter that a model has and that can be read nowhere may have any value on a device that exists. */
START_TEST(test_model_file_unreadable_param) {
        testhost_model_file(t, "nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"match\":[{\"mdevType\":\"my_nic-*\"}],"
                            "\"params\":{\"rx\":{\"atCreate\":true}},\"paramsComplete\":true}");
        look(_i);
        ck_assert_int_eq(complete(), TRI_NO);
        ck_assert_int_eq(told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits->params_complete, TRI_YES);
        testhost_attr(t, device, "rx", "64");
        look(_i);
        ck_assert_str_eq(param("rx"), "64");
        ck_assert_int_eq(complete(), TRI_YES);
}
END_TEST

static const char *const bad_sources[] = {
        "\"params\":{\"rss\":{\"source\":\"devlink:rss\"}}",
        "\"params\":{\"rss\":{\"source\":\"debugfs:rss\"}}",
        "\"params\":{\"rss\":{\"source\":\"parent:rss\"}}",
        "\"params\":{\"rss\":{\"source\":\"sysfs:../x\"}}",
        "\"params\":{\"rss\":{\"source\":\"sysfs:/rss\"}}",
        "\"params\":{\"rss\":{\"source\":\"rss\"}}",
        "\"facts\":{\"f\":{\"rule\":\"equal\",\"source\":\"parent:../../x\"}}",
};

/* A source that leads nowhere would say of every device that the parameter is not active: no such file counts. */
START_TEST(test_model_file_bad_source) {
        _cleanup_free_ char *json = xasprintf("{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                                              "\"match\":[{\"mdevType\":\"*\"}],\"paramsComplete\":true,%s}",
                                              bad_sources[_i]);

        testhost_attr(t, device, "rss", "on");
        testhost_attr(t, "sys/devices", "x", "must not be read");
        testhost_model_file(t, "nic.json", json);
        look(0);
        ck_assert_str_eq(origin("model"), "identity:mdev");
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* Neither does one of the kernel's files that are not to be read. */
START_TEST(test_model_file_param_not_to_be_read) {
        testhost_model_file(t, "nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"match\":[{\"mdevType\":\"*\"}],\"paramsComplete\":true,"
                            "\"params\":{\"rss\":{\"source\":\"sysfs:resource0\"}}}");
        look(_i);
        ck_assert_ptr_null(param("rss"));
        ck_assert_str_eq(origin("params.rss"), "errno:ENOTSUP");
}
END_TEST

START_TEST(test_model_file_order) {
        testhost_model_file(t, "b.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"aaa\","
                            "\"match\":[{\"mdevType\":\"*\"}]}");
        testhost_model_file(t, "a.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"zzz\","
                            "\"match\":[{\"driver\":\"my_nic_mdev\"}]}");
        testhost_model_file(t, "0.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"none\",\"match\":[{}]}");
        look(_i);
        ck_assert_str_eq(told_traits(d, KEY)->model, "zzz");
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* --- what was listed and what was not ------------------------------------------------------------------------------
 */

static void add_nic_file(void) {
        testhost_model_file(t, "nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"match\":[{\"driver\":\"my_nic_mdev\"}],\"paramsComplete\":true,"
                            "\"params\":{\"rss\":{\"source\":\"sysfs:rss\"},"
                            "\"rx\":{\"source\":\"sysfs:vendor/deep/rx\"}},"
                            "\"facts\":{\"fw\":{\"rule\":\"equal\",\"source\":\"parent:fw/version\"}}}");
}

/* A name that was in the listing is there, whatever reading it says. */
START_TEST(test_listed_is_there) {
        _cleanup_free_ char *rss = xasprintf("%s/rss", device), *vendor = xasprintf("%s/vendor", device);
        _cleanup_free_ char *deep = xasprintf("%s/deep", vendor), *rx = xasprintf("%s/rx", deep);
        _cleanup_free_ char *fw = xasprintf("%s/fw", parent), *model = xasprintf("%s/model", device);
        _cleanup_free_ char *list = xasprintf("%s/config_params", device);

        add_nic_file();
        look(_i);
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 0); /* not listed: not active */
        ck_assert_int_eq(complete(), TRI_YES);
        ck_assert_ptr_null(origin("facts.fw"));

        testhost_link(t, rss, "gone");
        testhost_link(t, vendor, "gone");
        testhost_link(t, fw, "gone");
        look(_i);
        ck_assert_str_eq(origin("params.rss"), "errno:ENOENT");
        ck_assert_str_eq(origin("params.rx"), "errno:ENOENT");
        ck_assert_str_eq(origin("facts.fw"), "errno:ENOENT");
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 2);
        testhost_remove(t, vendor);
        testhost_link(t, deep, "gone");
        look(_i);
        ck_assert_str_eq(origin("params.rx"), "errno:ENOENT");
        testhost_remove(t, deep);
        testhost_link(t, rx, "gone");
        look(_i);
        ck_assert_str_eq(origin("params.rx"), "errno:ENOENT");

        /* These are not there: a directory without it, and what is no directory. */
        testhost_remove(t, rx);
        look(_i);
        ck_assert_ptr_null(origin("params.rx"));
        testhost_remove(t, deep);
        testhost_attr(t, device, "vendor/deep", "a file");
        look(_i);
        ck_assert_ptr_null(origin("params.rx"));

        testhost_link(t, model, "gone");
        testhost_link(t, list, "gone");
        look(_i);
        ck_assert_ptr_null(told_traits(d, KEY)->model);
        ck_assert_str_eq(origin("model"), "errno:ENOENT");
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* What a type has that cannot be listed is not known; the device's own word is, where it has one. */
START_TEST(test_type_not_listed) {
        const struct traits *c;

        add_nic_file();
        testhost_remove(t, type);
        testhost_link(t, type, "my_nic-1");
        look(_i);
        ck_assert_ptr_null(told_traits(d, KEY)->model);
        ck_assert_str_eq(origin("model"), "errno:ELOOP");
        ck_assert_str_eq(origin("facts.mdev.deviceApi"), "errno:ELOOP");
        ck_assert_str_eq(origin("softwareVersion"), "errno:ELOOP");
        ck_assert_str_eq(origin("tokens.migration_version"), "errno:ELOOP");
        ck_assert_ptr_null(told_traits(d, KEY)->attributes);
        ck_assert_int_eq(complete(), TRI_NO);
        c = told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits;
        ck_assert_str_eq(traits_origin(c, "model"), "errno:ELOOP");
        ck_assert_str_eq(traits_origin(c, "available"), "errno:ELOOP");
        ck_assert_int_eq(c->params_complete, TRI_NO);

        testhost_attr(t, device, "model", MODEL);
        look(_i);
        ck_assert_str_eq(told_traits(d, KEY)->model, MODEL);
        ck_assert_str_eq(origin("model"), "sysfs:model");
        ck_assert_str_eq(origin("version"), "errno:ELOOP");
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* An mdev without a type, or with one that is none. */
START_TEST(test_type_not_resolved) {
        _cleanup_free_ char *link = xasprintf("%s/mdev_type", device);

        add_nic_file();
        testhost_remove(t, link);
        look(_i);
        ck_assert_str_eq(origin("model"), "errno:ENOENT");
        testhost_attr(t, device, "mdev_type", "no link");
        look(_i);
        ck_assert_ptr_null(told_traits(d, KEY)->mdev_type);
        ck_assert_str_eq(origin("model"), "errno:EINVAL");
        testhost_remove(t, link);
        testhost_link(t, link, "../mdev_supported_types/\xff");
        look(_i);
        ck_assert_str_eq(origin("model"), "errno:EILSEQ");
        testhost_attr(t, device, "model", MODEL);
        look(_i);
        ck_assert_str_eq(told_traits(d, KEY)->model, MODEL);
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* Of a VF whose PF cannot be found. */
START_TEST(test_parent_not_listed) {
        const char *vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.2", "15b3:101e", "mlx5_vfio_pci");
        const char *key = "pci:0000:3b:00.2";
        _cleanup_free_ char *link = xasprintf("%s/physfn", vf);

        testhost_model_file(t, "vf.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"match\":[{\"driver\":\"mlx5_vfio_pci\"}],"
                            "\"facts\":{\"fw\":{\"rule\":\"equal\",\"source\":\"parent:fw\"}}}");
        testhost_remove(t, link);
        testhost_link(t, link, "../gone");
        look(_i);
        ck_assert_str_eq(told_origin(d, key, "facts.fw"), "errno:ENOENT");
        testhost_remove(t, link);
        testhost_attr(t, vf, "physfn", "no link");
        look(_i);
        ck_assert_str_eq(told_origin(d, key, "facts.fw"), "errno:EINVAL");
}
END_TEST

/* --- identity ------------------------------------------------------------------------------------------------------
 */

START_TEST(test_identity) {
        const char *vf, *key = "pci:0000:3b:00.2";

        testhost_kernel(t, "6.12.96", NULL);
        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.2", "15b3:101E:15B3:00ff", "mlx5_vfio_pci");
        testhost_attr(t, "sys/module/mlx5_vfio_pci", "version", "5.8-2");
        testhost_attr_broken(t, vf, "revision");
        testhost_attr(t, vf, "class", "garbage");
        look(_i);
        ck_assert_str_eq(told_fact(d, key, "pci.vendor"), "15b3");
        ck_assert_str_eq(told_fact(d, key, "pci.device"), "101e");
        ck_assert_str_eq(told_fact(d, key, "pci.subsystemVendor"), "15b3");
        ck_assert_str_eq(told_fact(d, key, "pci.subsystemDevice"), "00ff");
        ck_assert_str_eq(told_origin(d, key, "facts.pci.device"), "sysfs:device");
        ck_assert_ptr_null(told_fact(d, key, "pci.revision"));
        ck_assert_str_eq(told_origin(d, key, "facts.pci.revision"), "errno:EISDIR");
        ck_assert_str_eq(told_origin(d, key, "facts.pci.class"), "errno:EINVAL");
        ck_assert_str_eq(told_fact(d, key, "driver.name"), "mlx5_vfio_pci");
        ck_assert_str_eq(told_fact(d, key, "driver.version"), "5.8-2");
        ck_assert_str_eq(told_fact(d, key, "kernel.release"), "6.12.96");
        ck_assert_str_eq(told_traits(d, key)->model, "pci/15b3:101e");
        ck_assert_str_eq(told_origin(d, key, "model"), "identity:pci");
        ck_assert_int_eq(told_traits(d, key)->params_complete, TRI_NO);

        ck_assert_str_eq(told_fact(d, KEY, "mdev.deviceApi"), "vfio-pci");
        ck_assert_str_eq(told_fact(d, KEY, "parent.pci.vendor"), "15b3");
        ck_assert_ptr_null(told_fact(d, KEY, "pci.vendor"));
        ck_assert_str_eq(told_traits(d, KEY)->model, "mdev/15b3/my_nic/my_nic-1");
        ck_assert_str_eq(origin("model"), "identity:mdev");
}
END_TEST

/* A virtual parent has no vendor: nothing is derived that would spare the rules the question for it. */
START_TEST(test_identity_virtual) {
        const char *mtty = testhost_add_mdev_parent(t, "mtty", "mtty"),
                   *key = "mdev:00000002-0000-4000-8000-000000000000";

        testhost_add_type(t, mtty, "mtty-2", 12);
        testhost_add_mdev(t, mtty, "mtty-2", uuid(2), "mtty");
        look(_i);
        ck_assert_ptr_null(told_traits(d, key)->model);
        ck_assert_ptr_null(told_origin(d, key, "model"));
        ck_assert_str_eq(told_device(d, key)->parent, "mtty:mtty");
        ck_assert_ptr_null(told_fact(d, key, "parent.pci.vendor"));
}
END_TEST

/* --- debugfs -------------------------------------------------------------------------------------------------------
 */

START_TEST(test_debugfs) {
        const struct traits *traits;

        testhost_file(t, "sys/kernel/debug/vfio/" UUID "/migration/state", "RUNNING\n");
        look(_i);
        traits = told_traits(d, KEY);
        ck_assert(traits->has_migration);
        ck_assert_int_eq(traits->migration.protocol, MIGRATION_V2);
        ck_assert(!traits->migration.has_flags);
        ck_assert_str_eq(origin("migration"), "debugfs:vfio/" UUID "/migration");
        testhost_file(t, "sys/kernel/debug/vfio/" UUID "/migration/features", "stop-copy\np2p\ndirty-tracking\n");
        look(_i);
        traits = told_traits(d, KEY);
        ck_assert(traits->migration.has_flags);
        ck_assert_uint_eq(traits->migration.flags, MIGRATION_STOP_COPY | MIGRATION_P2P);
        ck_assert_int_eq(traits->migration.dma_logging,
                         TRI_UNKNOWN); /* that it has the operations does not say that they work */
        testhost_remove(t, "sys/kernel/debug/vfio/" UUID "/migration");
        look(_i);
        ck_assert(!told_traits(d, KEY)->has_migration); /* a copy of a host may lack it: no word on "none" */
}
END_TEST

/* A sweep repeats nothing of a time before others asked, nor what was not answered again. */
START_TEST(test_debugfs_memory) {
        struct debugfs_memory m = {};
        _cleanup_free_ char *many = NULL;

        ck_assert_ptr_null(debugfs_memory_recall(&m, "pci:a", 0));
        debugfs_memory_note(&m, "pci:a", NULL, 5);
        ck_assert_uint_eq(m.n, 0);
        debugfs_memory_note(&m, "pci:a", "state=RUNNING\n", 5);
        debugfs_memory_note(&m, "pci:b", "", 6);
        ck_assert_str_eq(debugfs_memory_recall(&m, "pci:a", 0), "state=RUNNING\n");
        ck_assert_str_eq(debugfs_memory_recall(&m, "pci:a", 5), "state=RUNNING\n");
        ck_assert_ptr_null(debugfs_memory_recall(&m, "pci:a", 6));
        ck_assert_str_eq(debugfs_memory_recall(&m, "pci:b", 6), "");
        debugfs_memory_note(&m, "pci:a", NULL, 7);
        ck_assert_ptr_null(debugfs_memory_recall(&m, "pci:a", 0));
        debugfs_memory_note(&m, "pci:a", "", 8);
        ck_assert_str_eq(debugfs_memory_recall(&m, "pci:a", 8), "");
        for (unsigned i = 0; i < 5000; i++) {
                free(many);
                many = xasprintf("pci:%u", i);
                debugfs_memory_note(&m, many, "", 9);
        }
        ck_assert_uint_le(m.n, 4096);
        ck_assert_str_eq(debugfs_memory_recall(&m, many, 9), "");
        debugfs_memory_done(&m);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("modelfile");
        TCase *cases = tcase_create("modelfile");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_add_loop_test(cases, test_model_file, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_model_file_unreadable_param, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_model_file_bad_source, 0, ARRAY_SIZE(bad_sources));
        tcase_add_loop_test(cases, test_model_file_param_not_to_be_read, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_model_file_order, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_listed_is_there, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_type_not_listed, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_type_not_resolved, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_parent_not_listed, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_identity, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_identity_virtual, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_debugfs, 0, TOLD_WAYS);
        tcase_add_test(cases, test_debugfs_memory);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
