/*
 * devlink: recorded messages, what they say, and what the provider makes of them. See tests/lib/make-devlink.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/devlink-memory.h"
#include "host/probe.h"
#include "told.h"
#include "util/alloc.h"

#define PF "pci/0000:3b:00.0"
#define VF0 "pci:0000:3b:00.1"
#define VF1 "pci:0000:3b:00.2"
#define INFO "run/vfio-migration/devlink/pci:0000:3b:00.0.info"
#define PORT "run/vfio-migration/devlink/pci:0000:3b:00.0.port"

static struct testhost *t;
static struct document *d;

static void setup(void) {
        t = testhost_new();
        d = NULL;
}

static void teardown(void) {
        document_free(d);
        testhost_free(t);
}

/* A fixture, in memory of its own, so that a sanitizer sees who reads too much. */
static char *load(const char *name, size_t *ret_n) {
        _cleanup_free_ char *path = xasprintf(FIXTURES "/devlink/%s", name);
        FILE *f = fopen(path, "rbe");
        char *data = NULL;
        size_t n = 0;

        ck_assert_msg(f != NULL, "%s", path);
        for (int c; (c = getc(f)) != EOF;)
                array_append(data, n, (char)c);
        fclose(f);
        *ret_n = n;
        data = n ? xrealloc(data, n, 1) : data;
        return data;
}

static void record(const char *path, const char *fixture) {
        size_t n;
        _cleanup_free_ char *data = load(fixture, &n);

        testhost_file_n(t, path, data ? data : "", n);
}

static void info(const char *fixture, const char *instance, struct devlink_info *ret) {
        size_t n;
        _cleanup_free_ char *data = load(fixture, &n);

        devlink_info_parse(ret, data, n, instance);
}

static void version_is(const struct devlink_info *i, const char *name, const char *value, int error) {
        const struct devlink_version *v = devlink_info_find(i, name);

        ck_assert_msg(v != NULL, "%s is not there", name);
        ck_assert_msg(str_equal(v->value, value), "%s: %s", name, v->value);
        ck_assert_int_eq(v->value ? 0 : v->error, error);
}

START_TEST(test_info) {
        struct devlink_info i;

        info("mlx5.info", PF, &i);
        ck_assert_int_eq(i.error, 0);
        ck_assert_str_eq(i.driver, "mlx5_core");
        ck_assert_uint_eq(i.n_versions, 4);
        version_is(&i, "fw.version", "28.41.1000", 0); /* what is stored, 28.42.1000, does not run */
        version_is(&i, "fw", "28.41.1000", 0);
        version_is(&i, "fw.psid", "MT_0000000834", 0);
        devlink_info_done(&i);

        info("pds.info", "pci/0000:b5:00.0", &i);
        ck_assert_int_eq(i.error, 0);
        version_is(&i, "fw", "1.60.0-65", 0);
        ck_assert_ptr_null(devlink_info_find(&i, "fw.mainfwa"));
        devlink_info_done(&i);

        info("unknown.info", PF, &i);
        ck_assert_int_eq(i.error, 0);
        version_is(&i, "fw.version", "1.2.3", 0);
        version_is(&i, "fw.psid", "X", 0);
        devlink_info_done(&i);

        info("doubtful.info", PF, &i);
        ck_assert_int_eq(i.error, 0);
        version_is(&i, "fw.version", NULL, ENOTUNIQ);
        version_is(&i, "fw.psid", NULL, EILSEQ);
        version_is(&i, "board.id", NULL, EBADMSG);
        version_is(&i, "nul", NULL, EILSEQ);
        ck_assert_ptr_null(devlink_info_find(&i, "fw.bundle_id"));
        devlink_info_done(&i);
}
END_TEST

static const struct {
        const char *fixture, *instance;
        int error;
} bad_infos[] = {
        { "error.info", PF, EIO },        { "none.info", PF, ENODEV },    { "mlx5.info", "pci/0000:3b:00.1", ENODEV },
        { "nameless.info", PF, EBADMSG }, { "twice.info", PF, EBADMSG },  { "truncated.info", PF, EBADMSG },
        { "trailing.info", PF, EBADMSG }, { "short.info", PF, EBADMSG },  { "empty.info", PF, EBADMSG },
        { "mlx5.port", PF, EBADMSG },     { "mlx5.info", "pci", ENODEV }, { "mlx5.info", "", ENODEV },
};

START_TEST(test_bad_info) {
        struct devlink_info i;

        info(bad_infos[_i].fixture, bad_infos[_i].instance, &i);
        ck_assert_int_eq(i.error, bad_infos[_i].error);
        ck_assert_uint_eq(i.n_versions, 0);
        ck_assert_ptr_null(i.driver);
        devlink_info_done(&i);
}
END_TEST

/* Wherever an answer ends too early, nothing is known. */
START_TEST(test_cut_off) {
        size_t n;
        _cleanup_free_ char *data = load("mlx5.info", &n), *ports = load("mlx5.port", &n);

        _cleanup_free_ char *whole = load("mlx5.info", &n);
        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *part = i ? xmemdup(data, i) : NULL;
                struct devlink_info info;

                devlink_info_parse(&info, part, i, PF);
                ck_assert_int_eq(info.error, EBADMSG);
                devlink_info_done(&info);
        }
        free(take_ptr(whole));
        whole = load("mlx5.port", &n);
        for (size_t i = 0; i < n; i++) {
                _cleanup_free_ char *part = i ? xmemdup(ports, i) : NULL;
                struct devlink_ports p;

                devlink_ports_parse(&p, part, i, PF);
                ck_assert_int_eq(p.error, EBADMSG);
                ck_assert_ptr_null(p.vfs);
                devlink_ports_done(&p);
        }
}
END_TEST

/* A dump is over when the kernel says so, and not before: the next request would get the rest of it. */
START_TEST(test_answer_ends) {
        size_t n;
        _cleanup_free_ char *info_data = load("mlx5.info", &n), *torn = NULL, *port = NULL;

        ck_assert(devlink_answer_ends(info_data, n));
        torn = load("torn.port", &n);
        ((struct nlmsghdr *)torn)->nlmsg_flags |= NLM_F_DUMP_INTR;
        ck_assert(!devlink_answer_ends(torn, n - 20));
        ck_assert(devlink_answer_ends(torn, n));
        port = load("no-done.port", &n);
        ck_assert(!devlink_answer_ends(port, n));
        ck_assert(devlink_answer_ends(port, n - 1));
        port = (free(port), load("error.info", &n));
        ck_assert(devlink_answer_ends(port, n));
        ck_assert(!devlink_answer_ends(NULL, 0));
}
END_TEST

static const struct {
        const char *fixture;
        unsigned vf;
        enum tri migratable;
        int error;
} ports[] = {
        { "mlx5.port", 0, TRI_YES, 0 },
        { "mlx5.port", 1, TRI_NO, 0 }, /* the other VF 1, which may, is another machine's */
        { "mlx5.port", 2, TRI_UNKNOWN, ENODATA },
        { "mlx5.port", 3, TRI_UNKNOWN, ENODATA },
        { "mlx5.port", 4, TRI_UNKNOWN, ENOENT },
        { "mlx5.port", 65536, TRI_UNKNOWN, ENOENT },
        { "legacy.port", 0, TRI_UNKNOWN, ENOENT },
        { "others.port", 0, TRI_NO, 0 },
        { "others.port", 1, TRI_UNKNOWN, ENOENT },
        { "two-pfs.port", 0, TRI_UNKNOWN, ENOTUNIQ },
        { "contradiction.port", 0, TRI_UNKNOWN, ENOTUNIQ },
        { "no-external.port", 0, TRI_UNKNOWN, ENODATA },
        { "no-done.port", 0, TRI_UNKNOWN, EBADMSG },
        { "torn.port", 0, TRI_UNKNOWN, EAGAIN },
        { "failed.port", 0, TRI_UNKNOWN, EIO },
        { "acked.port", 0, TRI_UNKNOWN, ENOENT },
        { "wrong-caps.port", 0, TRI_UNKNOWN, EBADMSG },
        { "wrong-number.port", 0, TRI_UNKNOWN, EBADMSG },
        { "no-number.port", 0, TRI_UNKNOWN, EBADMSG },
        { "two-functions.port", 0, TRI_UNKNOWN, EBADMSG },
        { "garbage.port", 0, TRI_UNKNOWN, EBADMSG },
        { "garbage-nest.port", 0, TRI_UNKNOWN, EBADMSG },
        { "mlx5.info", 0, TRI_UNKNOWN, EBADMSG },
        { "empty.info", 0, TRI_UNKNOWN, EBADMSG },
};

START_TEST(test_ports) {
        size_t n;
        _cleanup_free_ char *data = load(ports[_i].fixture, &n);
        struct devlink_ports p;
        int error = -1;

        devlink_ports_parse(&p, data, n, PF);
        ck_assert_int_eq(devlink_ports_migratable(&p, ports[_i].vf, &error), ports[_i].migratable);
        ck_assert_int_eq(error, ports[_i].error);
        devlink_ports_done(&p);
}
END_TEST

/* 10 MiB, valid from beginning to end: too much from a file, and read to its end from memory. */
START_TEST(test_large) {
        size_t n, n_done = 20, size = 0;
        _cleanup_free_ char *data = load("others.port", &n);
        _cleanup_text_ struct text all = {};
        struct devlink_ports p;
        struct devlink got;

        while (all.length < (size_t)10 << 20)
                text_add_n(&all, data, n - n_done);
        text_add_n(&all, data + n - n_done, n_done);
        size = all.length;
        devlink_ports_parse(&p, all.data, size, PF);
        ck_assert(p.error == 0 || p.error == E2BIG);
        devlink_ports_done(&p);
        testhost_file_n(t, PORT, all.data, size);
        testhost_file_n(t, INFO, all.data, size);
        {
                _cleanup_host_ struct host h;

                told_open(t, 0, &h);
                devlink_read(&h.sysfs, PF, true, &got);
                ck_assert_int_eq(got.info.error, E2BIG);
                ck_assert_int_eq(got.ports.error, E2BIG);
                devlink_done(&got);
        }
}
END_TEST

static const char *fact(const char *address, const char *name) {
        return told_fact(d, address, name);
}

static const char *origin(const char *address, const char *name) {
        _cleanup_free_ char *key = xasprintf("facts.%s", name);

        return told_origin(d, address, key);
}

static void fact_is(const char *address, const char *name, const char *value, const char *from) {
        ck_assert_msg(str_equal(fact(address, name), value), "%s of %s: %s", name, address, fact(address, name));
        ck_assert_msg(str_equal(origin(address, name), from), "%s of %s is from %s", name, address,
                      origin(address, name));
}

/* An mlx5 NIC with its VFs. */
static void add_nic(void) {
        testhost_kernel(t, "6.12.96", "CONFIG_IOMMUFD=m\nCONFIG_IOMMUFD_DRIVER=y\n");
        testhost_add_pci(t, "0000:3b:00.0", "15b3:101d", "mlx5_core");
        for (int i = 1; i <= 5; i++) {
                _cleanup_free_ char *bdf = xasprintf("0000:3b:00.%d", i);

                testhost_add_vf(t, "0000:3b:00.0", bdf, "15b3:101e", "mlx5_vfio_pci");
        }
}

static void add_model(const char *facts) {
        _cleanup_free_ char *json = xasprintf(
                "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"a.com/"
                "nic\",\"match\":[{\"pci\":\"15b3:101e\"}],"
                "\"facts\":{%s},\"migration\":{\"driver\":\"mlx5_vfio_pci\",\"protocol\":\"v2\","
                "\"flags\":[\"stop-copy\"],\"requires\":\"devlink:migratable\"}}",
                facts);

        testhost_model_file(t, "nic.json", json);
}

START_TEST(test_provider) {
        add_nic();
        add_model("\"nvidia.firmwareMinimum\":{\"rule\":\"range\",\"min\":\"28.41.1000\",\"source\":\"devlink:fw."
                  "version\"},"
                  "\"firmware.version\":{\"rule\":\"equal\",\"source\":\"devlink:fw.bundle\"},"
                  "\"a.absent\":{\"rule\":\"equal\",\"source\":\"devlink:nothing\"}");
        record(INFO, "mlx5.info");
        record(PORT, "mlx5.port");
        d = told(t, _i);
        fact_is(VF0, "nvidia.firmwareMinimum", "28.41.1000", "devlink");
        fact_is(VF0, "firmware.psid", "MT_0000000834", "devlink");
        fact_is(VF0, "board.id", "MCX755106AS-HEA", "devlink");
        fact_is(VF0, "a.absent", NULL, NULL);
        fact_is(VF0, "firmware.version", NULL, NULL); /* the model knows where it is, and there it is not */
        fact_is(VF0, "devlink.migratable", "true", "devlink");
        fact_is(VF1, "devlink.migratable", "false", "devlink");
        for (int i = 3; i <= 5; i++) {
                _cleanup_free_ char *vf = xasprintf("pci:0000:3b:00.%d", i);

                fact_is(vf, "devlink.migratable", NULL, NULL);
                ck_assert(!told_traits(d, vf)->has_migration);
        }
        ck_assert(!told_traits(d, VF0)->has_migration); /* left to the rules */
        ck_assert(told_traits(d, VF1)->has_migration);
        ck_assert_int_eq(told_traits(d, VF1)->migration.protocol, MIGRATION_NONE);
        ck_assert_str_eq(told_origin(d, VF1, "migration"), "devlink");
}
END_TEST

/* Without a model: what everybody may want to know. */
START_TEST(test_general_facts) {
        add_nic();
        record(INFO, "mlx5.info");
        record(PORT, "legacy.port");
        testhost_add_pci(t, "0000:b5:00.0", "1dd8:1004", "vfio-pci");
        record("run/vfio-migration/devlink/pci:0000:b5:00.0.info", "pds.info");
        testhost_add_pci(t, "0000:b6:00.0", "1dd8:1004", "vfio-pci");
        d = told(t, _i);
        fact_is(VF0, "firmware.version", "28.41.1000", "devlink");
        fact_is(VF0, "devlink.migratable", NULL, NULL);
        fact_is("pci:0000:b5:00.0", "firmware.version", "1.60.0-65", "devlink");
        fact_is("pci:0000:b6:00.0", "firmware.version", NULL, NULL);
}
END_TEST

/* An mdev, and what could be one, have their parent's firmware. */
START_TEST(test_mdev) {
        const char *parent;
        const struct device *c;

        testhost_add_pci(t, "0000:3b:00.0", "15b3:101d", "mlx5_core");
        parent = testhost_add_mdev_parent(t, "pci", "0000:3b:00.0");
        testhost_add_type(t, parent, "nic-1", 4);
        testhost_add_mdev(t, parent, "nic-1", uuid(1), "nic");
        record(INFO, "mlx5.info");
        record(PORT, "mlx5.port");
        d = told(t, _i);
        {
                _cleanup_free_ char *key = xasprintf("mdev:%s", uuid(1));

                fact_is(key, "firmware.version", "28.41.1000", "devlink");
                fact_is(key, "devlink.migratable", NULL, NULL);
        }
        c = told_creatable(d, "pci:0000:3b:00.0", "nic-1");
        ck_assert_str_eq(entries_get(&c->traits->facts, "firmware.version"), "28.41.1000");
}
END_TEST

START_TEST(test_errors) {
        add_nic();
        add_model("\"a.fact\":{\"rule\":\"equal\",\"source\":\"devlink:asic.id\"}");
        record(INFO, "error.info");
        record(PORT, "failed.port");
        d = told(t, _i);
        fact_is(VF0, "a.fact", NULL, "errno:EIO");
        fact_is(VF0, "firmware.version", NULL, "errno:EIO");
        fact_is(VF0, "devlink.migratable", NULL, "errno:EIO");
        ck_assert(!told_traits(d, VF0)->has_migration);
        document_free(d);

        record(INFO, "doubtful.info");
        record(PORT, "contradiction.port");
        d = told(t, _i);
        fact_is(VF0, "firmware.version", NULL, "errno:ENOTUNIQ");
        fact_is(VF0, "firmware.psid", NULL, "errno:EILSEQ");
        fact_is(VF0, "board.id", NULL, "errno:EBADMSG");
        fact_is(VF0, "devlink.migratable", NULL, "errno:ENOTUNIQ");
        document_free(d);

        testhost_remove(t, INFO);
        testhost_remove(t, PORT);
        testhost_dir(t, INFO); /* as a dump has what it could not read */
        testhost_fifo(t, PORT);
        d = told(t, _i);
        fact_is(VF0, "firmware.version", NULL, "errno:EISDIR");
        fact_is(VF0, "devlink.migratable", NULL, "errno:EINVAL");
        document_free(d);

        /* No such instance is no failure. */
        testhost_remove(t, INFO);
        testhost_remove(t, PORT);
        record(INFO, "none.info");
        d = told(t, _i);
        fact_is(VF0, "firmware.version", NULL, NULL);
        fact_is(VF0, "devlink.migratable", NULL, NULL);
}
END_TEST

/* The number is that of the PF's link, not of the address; a VF that two links lead to has none. */
START_TEST(test_vf_number) {
        add_nic();
        record(INFO, "mlx5.info");
        record(PORT, "mlx5.port");
        testhost_remove(t, "sys/bus/pci/devices/0000:3b:00.0/virtfn0");
        testhost_remove(t, "sys/bus/pci/devices/0000:3b:00.0/virtfn1");
        testhost_link(t, "sys/bus/pci/devices/0000:3b:00.0/virtfn1", "../0000:3b:00.1");
        testhost_link(t, "sys/bus/pci/devices/0000:3b:00.0/virtfn0", "../0000:3b:00.2");
        d = told(t, _i);
        fact_is(VF0, "devlink.migratable", "false", "devlink");
        fact_is(VF1, "devlink.migratable", "true", "devlink");
        document_free(d);
        testhost_link(t, "sys/bus/pci/devices/0000:3b:00.0/virtfn9", "../0000:3b:00.1");
        testhost_link(t, "sys/bus/pci/devices/0000:3b:00.0/virtfnx", "../0000:3b:00.2");
        d = told(t, _i);
        fact_is(VF0, "devlink.migratable", NULL, "errno:ENOTUNIQ");
        fact_is(VF1, "devlink.migratable", "true", "devlink");
}
END_TEST

/* What a model's entry requires was read: then this kernel's lack of dirty tracking is in it. */
START_TEST(test_required_was_read) {
        add_nic();
        testhost_kernel(t, "6.12.96", "CONFIG_IOMMUFD=m\n# CONFIG_IOMMUFD_DRIVER is not set\n");
        add_model("");
        record(INFO, "mlx5.info");
        record(PORT, "mlx5.port");
        d = told(t, _i);
        ck_assert_int_eq(told_traits(d, VF0)->migration.protocol, MIGRATION_V2);
        ck_assert_int_eq(told_traits(d, VF0)->migration.dma_logging, TRI_NO);
        ck_assert_str_eq(told_origin(d, VF0, "migration"), "models.d:nic.json");
        ck_assert_int_eq(told_traits(d, VF1)->migration.protocol, MIGRATION_NONE);
        ck_assert_int_eq(told_traits(d, "pci:0000:3b:00.3")->migration.protocol, MIGRATION_PROTOCOL_UNKNOWN);
}
END_TEST

static void migratable_is(struct host *h, const char *wanted) {
        struct device *device;

        ck_assert_int_eq(probe_device(h, VF0, &device), 0);
        ck_assert_str_eq(entries_get(&device->traits->facts, "devlink.migratable"), wanted);
        device_unref(device);
}

START_TEST(test_memory) {
        _cleanup_host_ struct host h;
        uint64_t read_at;

        add_nic();
        record(INFO, "mlx5.info");
        record(PORT, "mlx5.port");
        told_open(t, _i, &h);
        h.cheap = true; /* it knows nothing yet, and asks */
        migratable_is(&h, "true");
        record(PORT, "others.port");
        migratable_is(&h, "true");
        host_forget(&h);
        h.cheap = true;
        migratable_is(&h, "true");
        ck_assert_uint_eq(h.devlink.n, 1);
        read_at = devlink_memory_recall(&h.devlink, &h.sysfs, PF, true, 0)->read_at;
        h.cheap_since = read_at;
        migratable_is(&h, "true");
        /* Others have looked since: what is remembered may be of before. */
        h.cheap_since = read_at + 1;
        migratable_is(&h, "false");
        record(PORT, "mlx5.port");
        host_forget(&h);
        ck_assert(!h.cheap);
        migratable_is(&h, "true");
        /* Once a request. */
        record(PORT, "others.port");
        migratable_is(&h, "true");
        host_forget(&h);
        migratable_is(&h, "false");
}
END_TEST

/* A driver that hangs, until it is told not to. */
static pthread_mutex_t hanging = PTHREAD_MUTEX_INITIALIZER;
static unsigned n_asked;

static void hang(const struct sysfs *s, const char *instance, bool with_ports, struct devlink *ret) {
        __atomic_add_fetch(&n_asked, 1, __ATOMIC_SEQ_CST);
        pthread_mutex_lock(&hanging);
        *ret = (struct devlink){ .instance = xstrdup(instance), .has_ports = with_ports };
        pthread_mutex_unlock(&hanging);
}

static int error_of(struct devlink_memory *m) {
        static const struct sysfs s = { .fd = -1, .fake = true };

        m->request++;
        return devlink_memory_get(m, &s, PF, true)->info.error;
}

START_TEST(test_hanging_driver) {
        struct devlink_memory m = { .read = hang };
        struct timespec begun, now;

        ck_assert_int_eq(error_of(&m), 0);
        ck_assert_uint_eq(n_asked, 1);
        pthread_mutex_lock(&hanging);
        clock_gettime(CLOCK_MONOTONIC, &begun);
        ck_assert_int_eq(error_of(&m), ETIMEDOUT);
        clock_gettime(CLOCK_MONOTONIC, &now);
        /* Less than a reader has, even where the helper was waited for before. */
        ck_assert_int_lt((now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000, 1000);
        for (int i = 0; i < 100; i++) /* one thread hangs, not a hundred; and nobody waits for it again */
                ck_assert_int_eq(error_of(&m), ETIMEDOUT);
        clock_gettime(CLOCK_MONOTONIC, &now);
        ck_assert_int_le(now.tv_sec - begun.tv_sec, 10);
        ck_assert_uint_eq(__atomic_load_n(&n_asked, __ATOMIC_SEQ_CST), 2);
        pthread_mutex_unlock(&hanging);
        for (int i = 0; i < 1000 && error_of(&m) != 0; i++)
                usleep(10000);
        ck_assert_int_eq(error_of(&m), 0);
        /* It goes while a thread hangs, which does not matter to it. */
        pthread_mutex_lock(&hanging);
        ck_assert_int_eq(error_of(&m), ETIMEDOUT);
        devlink_memory_done(&m);
        pthread_mutex_unlock(&hanging);
        usleep(100000);
}
END_TEST

/* This kernel, whatever it is, has no such device; that is an answer, and it comes at once. */
START_TEST(test_real_kernel) {
        _cleanup_host_ struct host h;
        struct devlink got;

        ck_assert_int_eq(host_open(&h, NULL), 0);
        devlink_read(&h.sysfs, "pci/ffff:ff:1f.7", true, &got);
        ck_assert_int_eq(got.info.error, ENODEV);
        ck_assert(got.ports.error == ENODEV || (got.ports.error == 0 && got.ports.n_vfs == 0));
        devlink_done(&got);
}
END_TEST

int main(void) {
        Suite *s = suite_create("devlink");
        TCase *c = tcase_create("messages"), *p = tcase_create("provider");

        tcase_add_checked_fixture(c, setup, teardown);
        tcase_add_test(c, test_info);
        tcase_add_loop_test(c, test_bad_info, 0, ARRAY_SIZE(bad_infos));
        tcase_add_test(c, test_cut_off);
        tcase_add_test(c, test_answer_ends);
        tcase_add_loop_test(c, test_ports, 0, ARRAY_SIZE(ports));
        tcase_add_test(c, test_large);
        tcase_add_test(c, test_hanging_driver);
        tcase_add_test(c, test_real_kernel);
        suite_add_tcase(s, c);
        tcase_add_checked_fixture(p, setup, teardown);
        tcase_add_loop_test(p, test_provider, 0, TOLD_WAYS);
        tcase_add_loop_test(p, test_general_facts, 0, TOLD_WAYS);
        tcase_add_loop_test(p, test_mdev, 0, TOLD_WAYS);
        tcase_add_loop_test(p, test_errors, 0, TOLD_WAYS);
        tcase_add_loop_test(p, test_vf_number, 0, TOLD_WAYS);
        tcase_add_loop_test(p, test_required_was_read, 0, TOLD_WAYS);
        tcase_add_loop_test(p, test_memory, 0, TOLD_WAYS);
        suite_add_tcase(s, p);
        return told_run(s);
}
