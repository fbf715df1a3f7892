/*
 * The configuration: which files count, what is warned of, and that nothing is fatal.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bed.h"
#include "daemon/config.h"
#include "util/alloc.h"
#include "util/strv.h"

#define ETC "etc/vfio-migration/vfio-migrationd.conf"
#define RUN "run/vfio-migration/vfio-migrationd.conf"
#define LIB "usr/lib/vfio-migration/vfio-migrationd.conf"

static struct bed bed;
static struct sysfs root;
static struct config config;

static void put(const char *path, const char *text) {
        _cleanup_free_ char *command = xasprintf("mkdir -p \"$(dirname '%s/%s')\"", bed.dir, path);

        ck_assert_int_eq(system(command), 0);
        bed_put(&bed, path, text);
}

static void setup(void) {
        bed_init(&bed);
        ck_assert_int_eq(sysfs_init(&root, bed.dir), 0);
}

static void teardown(void) {
        config_done(&config);
        sysfs_done(&root);
        bed_done(&bed);
}

static void warning_is(size_t i, const char *text) {
        ck_assert_uint_gt(strv_length(config.warnings), i);
        ck_assert_msg(strstr(config.warnings[i], text) != NULL, "%s", config.warnings[i]);
}

START_TEST(nothing_there) {
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_ptr_null(config.warnings);
        ck_assert_int_eq(config.policy.minimum_evidence, EVIDENCE_METADATA);
        ck_assert(config.policy.require_dirty_tracking);
        ck_assert_uint_eq(config.policy.descriptor_max_age, 30 * 24 * 3600);
        ck_assert_uint_eq(config.limits.checks_per_uid, 8);
        ck_assert_uint_eq(config.vendor.timeout_sec, 5);
        ck_assert_uint_eq(config.vendor.total_timeout_sec, 8);
}
END_TEST

START_TEST(all_keys) {
        put(ETC,
            "# a comment\n[Policy]\nMinimumEvidence=declared\nRequireSameMdevType=yes\nIgnorePools=true\n"
            "RequireDirtyTracking=no\nAllowRecreate=on\nAssumeFree=1\nDescriptorMaxAge=2h\n"
            "[Hook]\nOnIncompatible=deny\nOnUnknown=allow\nOnNeedsConfiguration=prepare\nOnNoAnswer="
            "deny\nNetworkNeedsPool=yes\n"
            "[Vendor]\nTimeoutSec=7\nTotalTimeoutSec=1min\n[Reservation]\nDefaultTimeoutSec=900\nMaxTimeoutSec=3600\n"
            "[Limits]\nChecksPerUid=3\nChecks=7\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_msg(!config.warnings, "%s", config.warnings ? config.warnings[0] : "");
        ck_assert_int_eq(config.policy.minimum_evidence, EVIDENCE_DECLARED);
        ck_assert(config.policy.require_same_mdev_type);
        ck_assert(config.policy.ignore_pools);
        ck_assert(!config.policy.require_dirty_tracking);
        ck_assert(config.policy.allow_recreate);
        ck_assert(config.policy.assume_free);
        ck_assert_uint_eq(config.policy.descriptor_max_age, 7200);
        ck_assert_uint_eq(config.limits.checks_per_uid, 3);
        ck_assert_uint_eq(config.limits.checks, 7);
        ck_assert_uint_eq(config.vendor.timeout_sec, 7);
        ck_assert_uint_eq(config.vendor.total_timeout_sec, 60);
}
END_TEST

/* Nobody is waited for without an end, nor not at all. */
START_TEST(timeouts) {
        put(ETC, "[Vendor]\nTimeoutSec=0\nTimeoutSec=3601\nTimeoutSec=infinity\nTotalTimeoutSec=-1\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_uint_eq(strv_length(config.warnings), 4);
        ck_assert(!config.doubtful);
        ck_assert_uint_eq(config.vendor.timeout_sec, 5);
        ck_assert_uint_eq(config.vendor.total_timeout_sec, 8);
}
END_TEST

START_TEST(warnings_name_the_line) {
        put(ETC, "[Policy]\n\nIgnorePools=perhaps\nNonsense=1\nAssumeFree=yes\nDescriptorMaxAge=99999999999999999999\n"
                 "DescriptorMaxAge=\nMinimumEvidence=strong\n[Limits]\nChecksPerUid=0\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        warning_is(0, "/" ETC ":3: IgnorePools=perhaps");
        warning_is(1, ":4: unknown key Nonsense=");
        warning_is(2, ":6: DescriptorMaxAge=9999");
        warning_is(3, ":7: DescriptorMaxAge=");
        warning_is(4, ":8: MinimumEvidence=strong");
        warning_is(5, ":10: ChecksPerUid=0");
        ck_assert_uint_eq(strv_length(config.warnings), 6);
        ck_assert(config.policy.assume_free);
        ck_assert(!config.policy.ignore_pools);
        ck_assert_int_eq(config.policy.minimum_evidence, EVIDENCE_DRIVER);
        ck_assert(config.doubtful && !config.unreadable);
}
END_TEST

static void assert_strictest(void) {
        ck_assert_int_eq(config.policy.minimum_evidence, EVIDENCE_DRIVER);
        ck_assert(config.policy.require_same_mdev_type);
        ck_assert(!config.policy.ignore_pools);
        ck_assert(config.policy.require_dirty_tracking);
        ck_assert(!config.policy.allow_recreate);
        ck_assert(!config.policy.assume_free);
        ck_assert(config.doubtful);
        config_done(&config);
}

START_TEST(a_bad_value_is_the_strictest) {
        put(ETC,
            "[Policy]\nMinimumEvidence=declared\nRequireSameMdevType=no\nIgnorePools=yes\nRequireDirtyTracking=no\n"
            "AllowRecreate=yes\nAssumeFree=yes\n");
        put(ETC ".d/1.conf", "[Policy]\nMinimumEvidence=x\nRequireSameMdevType=x\nIgnorePools=x\n"
                             "RequireDirtyTracking=x\nAllowRecreate=x\nAssumeFree=\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_uint_eq(strv_length(config.warnings), 6);
        ck_assert(!config.unreadable);
        assert_strictest();
        put(ETC ".d/1.conf", "[Limits]\nChecks=x\n[Policy]\nUnknown=1\n"); /* no policy is meant by these */
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert(!config.doubtful && config.policy.assume_free);
}
END_TEST

START_TEST(what_cannot_be_read_is_the_strictest) {
        static const char *const loops[] = { ETC, RUN ".d" };

        put(RUN, "[Policy]\nAssumeFree=yes\nRequireDirtyTracking=no\n");
        put(ETC ".d/z.conf", "[Policy]\nIgnorePools=yes\n[Limits]\nChecks=3\n");
        for (size_t i = 0; i < ARRAY_SIZE(loops); i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s", bed.dir, loops[i]);

                ck_assert_int_eq(symlink(strrchr(path, '/') + 1, path), 0);
                ck_assert_int_eq(config_read(&config, &root, NULL), 0);
                ck_assert(config.unreadable);
                ck_assert_uint_eq(config.limits.checks, 3);
                warning_is(0, loops[i]);
                assert_strictest();
                ck_assert_int_eq(unlink(path), 0);
        }
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert(!config.doubtful && config.policy.assume_free && config.policy.ignore_pools);
}
END_TEST

START_TEST(what_is_no_ini_file) {
        char *line = xcalloc(100001, 1);

        put(ETC, "[Policy\nwithout a sign\n[Policy]\nAssumeFree=yes\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        warning_is(0, ":1: expected [Section]");
        config_done(&config);
        memset(line, 'x', 100000);
        put(ETC, line);
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        free(line);
}
END_TEST

START_TEST(order_of_places) {
        put(LIB, "[Limits]\nChecks=1\nChecksPerUid=1\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_uint_eq(config.limits.checks, 1);
        config_done(&config);
        put(RUN, "[Limits]\nChecks=2\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_uint_eq(config.limits.checks, 2);
        ck_assert_uint_eq(config.limits.checks_per_uid, 8); /* the other file does not count */
        config_done(&config);
        put(LIB ".d/50-x.conf", "[Limits]\nChecks=50\n");
        put(ETC ".d/10-x.conf", "[Limits]\nChecks=10\nChecksPerUid=10\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_uint_eq(config.limits.checks, 50);
        ck_assert_uint_eq(config.limits.checks_per_uid, 10);
        config_done(&config);
        put(ETC ".d/50-x.conf", "[Limits]\nChecks=55\n");
        put(ETC ".d/90-x.notconf", "[Limits]\nChecks=90\n");
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_uint_eq(config.limits.checks, 55);
}
END_TEST

START_TEST(a_link_to_null_masks) {
        _cleanup_free_ char *path = xasprintf("%s/%s", bed.dir, ETC ".d/50-x.conf");

        put(LIB ".d/50-x.conf", "[Limits]\nChecks=50\n");
        put(ETC ".d/10-x.conf", "");
        ck_assert_int_eq(symlink("/dev/null", path), 0);
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_uint_eq(config.limits.checks, 256);
        ck_assert_ptr_null(config.warnings);
}
END_TEST

START_TEST(strange_files) {
        _cleanup_free_ char *fifo = xasprintf("%s/%s", bed.dir, ETC ".d/a.conf"),
                            *dir = xasprintf("%s/%s", bed.dir, ETC ".d/b.conf"),
                            *loop = xasprintf("%s/%s", bed.dir, ETC ".d/c.conf");

        put(ETC ".d/d.conf", "[Limits]\nChecks=4\n");
        ck_assert_int_eq(mkfifo(fifo, 0600), 0);
        ck_assert_int_eq(mkdir(dir, 0700), 0);
        ck_assert_int_eq(symlink("c.conf", loop), 0);
        ck_assert_int_eq(config_read(&config, &root, NULL), 0);
        ck_assert_uint_eq(config.limits.checks, 4);
        ck_assert_uint_eq(strv_length(config.warnings), 3);
}
END_TEST

START_TEST(a_named_file) {
        _cleanup_free_ char *path = xasprintf("%s/my.conf", bed.dir);

        put(ETC, "[Limits]\nChecks=2\n");
        ck_assert_int_eq(config_read(&config, &root, path), -ENOENT);
        put("my.conf", "[Limits]\nChecksPerUid=2\n");
        ck_assert_int_eq(config_read(&config, &root, path), 0);
        ck_assert_uint_eq(config.limits.checks_per_uid, 2);
        ck_assert_uint_eq(config.limits.checks, 256);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("config");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, nothing_there);
        tcase_add_test(t, all_keys);
        tcase_add_test(t, timeouts);
        tcase_add_test(t, warnings_name_the_line);
        tcase_add_test(t, a_bad_value_is_the_strictest);
        tcase_add_test(t, what_cannot_be_read_is_the_strictest);
        tcase_add_test(t, what_is_no_ini_file);
        tcase_add_test(t, order_of_places);
        tcase_add_test(t, a_link_to_null_masks);
        tcase_add_test(t, strange_files);
        tcase_add_test(t, a_named_file);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
