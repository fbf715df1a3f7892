/*
 * Facts that checks add to devices: beside what was read, never in its place, and only as long as it is as it was.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"
#include "daemon/manager.h"
#include "util/alloc.h"
#include "util/log.h"

static struct bed bed;
static struct manager *manager;

static void setup(void) {
        log_set_level(LOG_EMERG);
        bed_init(&bed);
        setenv("FAKE_DIR", bed.dir, 1);
}

static void teardown(void) {
        manager = manager_free(manager);
        bed_done(&bed);
}

static void put_checks(const char *checks) {
        _cleanup_free_ char *text = xasprintf(
                "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[],\"models\":{\"m\":{\"checks\":[%s]}}}",
                checks);

        bed_put(&bed, ".models", text);
}

static void put(const char *address, const char *model, const char *value, const char *in_use) {
        _cleanup_free_ char *text = xasprintf(
                "{\"id\":\"%s\",\"address\":\"%s\",\"driver\":\"d\",\"model\":\"%s\",\"params\":{\"p\":\"%s\"},"
                "\"paramsComplete\":true,\"inUse\":\"%s\",\"facts\":{\"v.read\":\"known\"},"
                "\"origin\":{\"model\":\"sysfs:model\",\"facts.v.failed\":\"errno:EIO\"}}\n",
                address, address, model, value, in_use);

        bed_put(&bed, address, text);
}

static void begin(void) {
        struct manager_options o = { .root = bed.dir, .reader = FAKE_READER, .check = FAKE_VENDOR };
        int error;

        ck_assert_int_eq(manager_new(bed.event, &o, &manager), 0);
        manager_set_wake(manager, bed.wake);
        manager_reload(manager);
        bed_until(&bed, manager_ready(manager, &error));
}

static void rescan(void) {
        uint64_t number = manager_rescan(manager);

        bed_until(&bed, manager_rounds_done(manager) >= number);
}

static const struct traits *traits_of(const char *address) {
        struct viewed v;

        ck_assert(hostview_find(manager_view(manager), address, &v));
        return v.device->traits;
}

static bool fact_is(const char *name, const char *value) {
        return str_equal(entries_get(&traits_of("pci:1")->facts, name), value);
}

static unsigned asked(const char *what) {
        _cleanup_free_ char *path = xasprintf("%s/log", bed.dir);
        FILE *f = fopen(path, "re");
        char line[1024];
        unsigned n = 0;

        while (f && fgets(line, sizeof(line), f)) {
                line[strcspn(line, "\n")] = '\0';
                n += strcmp(line, what) == 0;
        }
        if (f)
                fclose(f);
        return n;
}

START_TEST(facts_are_added) {
        put("pci:1", "m", "1", "no");
        put("pci:2", "other", "1", "no");
        put_checks("\"yes\",\"knows-badly\",\"knows\",\"knows-more\"");
        begin();
        bed_until(&bed, fact_is("v.temper", "bad"));
        ck_assert_str_eq(traits_origin(traits_of("pci:1"), "facts.v.temper"), "check:knows");
        ck_assert(fact_is("v.more", "2"));
        ck_assert_str_eq(traits_origin(traits_of("pci:1"), "facts.v.more"), "check:knows-more");
        ck_assert(fact_is("v.read", "known"));
        ck_assert_ptr_null(traits_origin(traits_of("pci:1"), "facts.v.read"));
        ck_assert_ptr_null(entries_find(&traits_of("pci:1")->facts, "v.failed"));
        ck_assert_str_eq(traits_origin(traits_of("pci:1"), "facts.v.failed"), "errno:EIO");
        ck_assert_ptr_null(entries_find(&traits_of("pci:2")->facts, "v.temper"));
        ck_assert_uint_eq(asked("knows describe"), 1);
        ck_assert_uint_eq(asked("yes describe"), 0);
}
END_TEST

START_TEST(they_stay_until_it_changes) {
        put("pci:1", "m", "1", "no");
        put_checks("\"knows\"");
        begin();
        bed_until(&bed, fact_is("v.temper", "bad"));
        put("pci:1", "m", "1", "yes"); /* the same device, in use */
        rescan();
        ck_assert_int_eq(traits_of("pci:1")->in_use, TRI_YES);
        ck_assert(fact_is("v.temper", "bad"));
        bed_run(&bed, 200 * 1000);
        ck_assert_uint_eq(asked("knows describe"), 1);
        put("pci:1", "m", "2", "yes");
        rescan();
        bed_until(&bed, asked("knows describe") == 2);
        bed_until(&bed, fact_is("v.temper", "bad"));
        put("pci:1", "other", "2", "yes");
        rescan();
        ck_assert_ptr_null(entries_find(&traits_of("pci:1")->facts, "v.temper"));
        bed_run(&bed, 200 * 1000);
        ck_assert_ptr_null(entries_find(&traits_of("pci:1")->facts, "v.temper"));
        ck_assert_uint_eq(asked("knows describe"), 2);
}
END_TEST

/* What is not known of it is not made up of what was. */
START_TEST(one_that_cannot_be_read) {
        put("pci:1", "m", "1", "no");
        put_checks("\"knows\"");
        begin();
        bed_until(&bed, fact_is("v.temper", "bad"));
        bed_put(&bed, "pci:1", "hang");
        rescan();
        ck_assert_ptr_null(traits_of("pci:1")->model);
        ck_assert_uint_eq(traits_of("pci:1")->facts.n, 0);
        manager_reload(manager); /* asks about all, but not about this one */
        bed_run(&bed, 500 * 1000);
        ck_assert_ptr_null(traits_of("pci:1")->model);
        ck_assert_uint_eq(traits_of("pci:1")->facts.n, 0);
}
END_TEST

START_TEST(a_reload_asks_again) {
        put("pci:1", "m", "1", "no");
        put_checks("\"knows\"");
        begin();
        bed_until(&bed, fact_is("v.temper", "bad"));
        put_checks("\"knows-more\"");
        manager_reload(manager);
        bed_until(&bed, fact_is("v.temper", "worse"));
        put_checks("\"knows-badly\"");
        manager_reload(manager);
        bed_until(&bed, !entries_find(&traits_of("pci:1")->facts, "v.temper"));
        ck_assert(fact_is("v.read", "known"));
        put_checks("\"knows\"");
        manager_reload(manager);
        bed_until(&bed, fact_is("v.temper", "bad"));
        put_checks("");
        manager_reload(manager);
        bed_until(&bed, !entries_find(&traits_of("pci:1")->facts, "v.temper"));
}
END_TEST

/* Nobody waits for one that hangs, and the end does not either. */
START_TEST(a_check_that_hangs) {
        struct description *d;
        uint64_t begun = bed_now();

        put("pci:1", "m", "1", "no");
        put_checks("\"knows-late\"");
        begin();
        bed_until(&bed, asked("knows-late describe") == 1);
        ck_assert_int_eq(manager_describe(manager, 1, NULL, 0, false, 1 << 20, NULL, &d), 0);
        bed_until(&bed, (d = manager_pop_description(manager)));
        ck_assert_int_eq(d->result, 0);
        description_free(d);
        bed_assert_within(begun, 2000 * 1000);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("describer");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_set_timeout(t, 60);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, facts_are_added);
        tcase_add_test(t, they_stay_until_it_changes);
        tcase_add_test(t, one_that_cannot_be_read);
        tcase_add_test(t, a_reload_asks_again);
        tcase_add_test(t, a_check_that_hangs);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
