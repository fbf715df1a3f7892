/*
 * Questions and descriptions, from the manager down to a reader that does as it is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bed.h"
#include "daemon/manager.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/strv.h"

static struct bed bed;
static struct manager *manager;

static void setup(void) {
        log_set_level(LOG_EMERG);
        bed_init(&bed);
}

static void teardown(void) {
        manager = manager_free(manager);
        bed_done(&bed);
}

static void begin(void) {
        struct manager_options o = { .root = bed.dir, .reader = FAKE_READER };
        int error;

        ck_assert_int_eq(manager_new(bed.event, &o, &manager), 0);
        manager_set_wake(manager, bed.wake);
        ck_assert(!manager_ready(manager, &error));
        manager_reload(manager);
        bed_until(&bed, manager_ready(manager, &error));
}

static char *descriptor(const char *model, const char *value, const char *pin) {
        return xasprintf(
                "{\"schema\":\"org.vfio.Migration1.descriptor/"
                "1\",\"devices\":[{\"id\":\"a\",\"driver\":\"d\",\"model\":\"%s\","
                "\"params\":{\"p\":\"%s\"},\"paramsComplete\":true,%s%s%s\"migration\":{\"protocol\":\"v2\",\"flags\":"
                "[\"stop-copy\",\"p2p\"],\"dmaLogging\":true},\"origin\":{\"model\":\"sysfs:model\"}}]}",
                model, value, pin ? "\"pin\":\"" : "", pin ? pin : "", pin ? "\"," : "");
}

static struct inquiry *ask_as(uid_t uid, const char *text) {
        struct inquiry *q;

        ck_assert_int_eq(manager_check(manager, uid, text, strlen(text), 6, NULL, &q), 0);
        return q;
}

static struct inquiry *answer(void) {
        struct inquiry *q;

        bed_until(&bed, (q = manager_pop_inquiry(manager)));
        return q;
}

static enum verdict verdict_of(const char *text, const char *expected_place) {
        struct inquiry *q;
        enum verdict v = VERDICT_INCOMPATIBLE;

        ask_as(1, text);
        q = answer();
        if (expected_place) {
                ck_assert_msg(q->result == -EBADMSG || q->result == -E2BIG, "%d", q->result);
                ck_assert_msg(strstr(q->place.message, expected_place) != NULL, "%s", q->place.message);
        } else {
                ck_assert_int_eq(q->result, 0);
                ck_assert_ptr_nonnull(strstr(q->report_text, "\"schema\":\"org.vfio.Migration1.report/1\""));
                v = q->report->verdict;
        }
        inquiry_free(q);
        return v;
}

START_TEST(verdicts) {
        _cleanup_free_ char *same = descriptor("m", "1", NULL), *other = descriptor("n", "1", NULL);

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        ck_assert_int_eq(verdict_of(same, NULL), VERDICT_COMPATIBLE);
        ck_assert_int_eq(verdict_of(other, NULL), VERDICT_INCOMPATIBLE);
        verdict_of("{", "line 1");
        verdict_of("{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[{\"id\":7}]}", "devices[0].id");
        ck_assert_int_eq(verdict_of(same, NULL), VERDICT_COMPATIBLE);
}
END_TEST

START_TEST(no_devices_at_all) {
        _cleanup_free_ char *text = descriptor("m", "1", NULL);

        begin();
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_INCOMPATIBLE);
        ck_assert_int_eq(verdict_of("{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[]}", NULL),
                         VERDICT_COMPATIBLE);
}
END_TEST

/* What was chosen is read again, and only that; the answer is true when it is given. */
START_TEST(the_chosen_one_is_read_again) {
        _cleanup_free_ char *text = descriptor("m", "1", NULL);

        bed_put_device(&bed, "pci:1", "m", "1");
        bed_put_device(&bed, "pci:2", "other", "1");
        begin();
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_COMPATIBLE);
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 1); /* it was fresh */
        bed_run(&bed, 1100 * 1000);
        bed_put_device(&bed, "pci:1", "m", "2");
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_INCOMPATIBLE);
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 2);
        ck_assert_uint_eq(bed_reads(&bed, "pci:2"), 1);
        bed_run(&bed, 1100 * 1000);
        bed_put(&bed, "pci:1", NULL);
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_INCOMPATIBLE);
}
END_TEST

START_TEST(the_parent_of_a_chosen_type_is_read_again) {
        _cleanup_free_ char *text = descriptor("m", "1", NULL);
        static const char format[] =
                "{\"parent\":\"p:1\",\"mdevType\":\"t\",\"available\":%d,\"model\":\"m\",\"params\":{\"p\":\"1\"},"
                "\"paramsComplete\":true,\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\"],\"dmaLogging\":"
                "true}}\n";
        _cleanup_free_ char *one = xasprintf(format, 1), *none = xasprintf(format, 0);

        bed_put(&bed, "parent:p:1", one);
        begin();
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_NEEDS_CONFIGURATION);
        bed_run(&bed, 1100 * 1000);
        bed_put(&bed, "parent:p:1", none);
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_INCOMPATIBLE);
        ck_assert_uint_eq(bed_reads(&bed, "parent:p:1"), 2);
}
END_TEST

START_TEST(questions_share_a_read) {
        _cleanup_free_ char *text = descriptor("m", "1", NULL);

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_run(&bed, 1100 * 1000);
        for (uid_t uid = 0; uid < 20; uid++)
                ask_as(uid, text);
        for (uid_t uid = 0; uid < 20; uid++) {
                struct inquiry *q = answer();

                ck_assert_int_eq(q->report->verdict, VERDICT_COMPATIBLE);
                inquiry_free(q);
        }
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 2);
}
END_TEST

START_TEST(a_hanging_device_is_unknown_after_two_seconds) {
        _cleanup_free_ char *slow = descriptor("m", "1", "pci:1"), *fast = descriptor("m", "1", "pci:2");
        uint64_t begun;
        struct inquiry *q, *asked;

        bed_put_device(&bed, "pci:1", "m", "1");
        bed_put_device(&bed, "pci:2", "m", "1");
        begin();
        bed_run(&bed, 1100 * 1000);
        bed_put(&bed, "pci:1", "hang");
        begun = bed_now();
        asked = ask_as(1, slow);
        bed_run(&bed, 10 * 1000);
        ck_assert_int_eq(verdict_of(fast, NULL), VERDICT_COMPATIBLE);
        bed_assert_within(begun, 500 * 1000);
        q = answer();
        ck_assert_ptr_eq(q, asked);
        ck_assert_uint_ge(bed_now() - begun, 1900 * 1000);
        bed_assert_within(begun, 2500 * 1000);
        ck_assert_int_eq(q->report->verdict, VERDICT_UNKNOWN);
        inquiry_free(q);
        begun = bed_now();
        ck_assert_int_eq(verdict_of(slow, NULL), VERDICT_UNKNOWN); /* it is left alone */
        bed_assert_within(begun, 500 * 1000);
}
END_TEST

/* That it hangs says nothing of where it is: it is unknown, and not of another pool. */
START_TEST(a_hanging_device_stays_in_its_pool) {
        static const char rest[] =
                "\"driver\":\"d\",\"model\":\"m\",\"pool\":\"net\",\"params\":{\"p\":\"1\"},\"paramsComplete\":true,"
                "\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true},\"inUse\":"
                "\"no\"";
        _cleanup_free_ char *device = xasprintf("{\"id\":\"pci:1\",\"address\":\"pci:1\",%s}\n", rest);
        _cleanup_free_ char *vm = xasprintf(
                "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[{\"id\":\"a\","
                "%s,\"origin\":{\"model\":\"sysfs:model\"}}]}",
                rest);

        bed_put(&bed, "pci:1", device);
        begin();
        ck_assert_int_eq(verdict_of(vm, NULL), VERDICT_COMPATIBLE);
        bed_run(&bed, 1100 * 1000);
        bed_put(&bed, "pci:1", "hang");
        ck_assert_int_eq(verdict_of(vm, NULL), VERDICT_UNKNOWN);
        bed_run(&bed, 100 * 1000);
        ck_assert_int_eq(verdict_of(vm, NULL), VERDICT_UNKNOWN);
}
END_TEST

/* New models while it is asked: it is judged again, by them. */
START_TEST(a_reload_during_a_question) {
        _cleanup_free_ char *text = descriptor("m", "1", NULL);
        struct inquiry *q;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_run(&bed, 1100 * 1000);
        bed_put_device_how(&bed, "slow\n", "pci:1", "m", "1");
        q = ask_as(1, text);
        bed_until(&bed, q->refresh);
        bed_put(&bed, ".models",
                "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[],\"models\":{\"m\":{\"facts\":{\"f\":{"
                "\"rule\":\"equal\"}}}}}");
        manager_reload(manager);
        q = answer();
        ck_assert_int_eq(q->report->verdict, VERDICT_UNKNOWN);
        inquiry_free(q);
}
END_TEST

START_TEST(not_before_the_host_is_known) {
        struct manager_options o = { .root = bed.dir, .reader = FAKE_READER };
        _cleanup_free_ char *text = descriptor("m", "1", NULL);
        struct description *d;
        struct inquiry *q;
        int error;

        bed_put(&bed, ".models", "{");
        ck_assert_int_eq(manager_new(bed.event, &o, &manager), 0);
        for (int i = 0; i < 2; i++) {
                ck_assert_int_eq(manager_check(manager, 1, text, strlen(text), 6, NULL, &q), -EAGAIN);
                ck_assert_int_eq(manager_describe(manager, 1, NULL, 0, false, 1000, NULL, &d), -EAGAIN);
                manager_reload(manager);
                bed_until(&bed, manager_rounds_done(manager) > 0);
        }
        ck_assert(!manager_ready(manager, &error));
        ck_assert_int_lt(error, 0);
}
END_TEST

static void configure(const char *policy) {
        _cleanup_free_ char *dir = xasprintf("mkdir -p %s/etc/vfio-migration", bed.dir),
                            *text = xasprintf("[Policy]\n%s\n", policy);

        ck_assert_int_eq(system(dir), 0);
        bed_put(&bed, "etc/vfio-migration/vfio-migrationd.conf", text);
}

static void reload(void) {
        uint64_t number = manager_reload(manager);

        bed_until(&bed, manager_rounds_done(manager) >= number);
}

/* A configuration that may not say what was meant does not replace one that does. */
START_TEST(a_bad_configuration_is_not_taken) {
        _cleanup_free_ char *text = descriptor("m", "1", NULL);

        bed_put_device(&bed, "pci:1", "m", "1");
        configure("RequireSameMdevType=yes");
        begin();
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_COMPATIBLE);
        configure("MinimumEvidence=driver");
        reload();
        ck_assert_int_ne(verdict_of(text, NULL), VERDICT_COMPATIBLE);
        configure("MinimumEvidence=nonsense\nIgnorePools=yes");
        reload();
        ck_assert_int_ne(verdict_of(text, NULL), VERDICT_COMPATIBLE);
        configure("MinimumEvidence=metadata");
        reload();
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_COMPATIBLE);
        configure("MinimumEvidence=nonsense");
        reload();
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_COMPATIBLE);
}
END_TEST

/* A VM whose targets all hang takes its 2 s and no more, and what it did not come to is not read for nobody. */
START_TEST(many_hanging_devices) {
        _cleanup_free_ char *fast = descriptor("m", "1", "pci:fast");
        _cleanup_text_ struct text vm = {};
        struct inquiry *q;
        uint64_t begun;

        text_add(&vm, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[");
        for (int i = 0; i < 30; i++) {
                _cleanup_free_ char *address = xasprintf("pci:%d", i);

                bed_put_device(&bed, address, "slow", "1");
                text_addf(&vm, "%s{\"id\":\"%d\",\"model\":\"slow\",\"params\":{\"p\":\"1\"}}", i ? "," : "", i);
        }
        text_add(&vm, "]}");
        bed_put_device(&bed, "pci:fast", "m", "1");
        begin();
        bed_run(&bed, 1100 * 1000);
        for (int i = 0; i < 30; i++) {
                _cleanup_free_ char *address = xasprintf("pci:%d", i);

                bed_put(&bed, address, "hang");
        }
        begun = bed_now();
        ask_as(1, vm.data);
        q = answer();
        ck_assert_int_eq(q->report->verdict, VERDICT_UNKNOWN);
        bed_assert_within(begun, 2500 * 1000);
        inquiry_free(q);
        bed_run(&bed, 300 * 1000);
        begun = bed_now();
        ck_assert_int_eq(verdict_of(fast, NULL), VERDICT_COMPATIBLE);
        bed_assert_within(begun, 500 * 1000);
}
END_TEST

START_TEST(limits) {
        _cleanup_free_ char *text = descriptor("m", "1", NULL);
        struct inquiry *q;
        int n = 0;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        for (int i = 0; i < 8; i++)
                ask_as(1, text);
        ck_assert_int_eq(manager_check(manager, 1, text, strlen(text), 6, NULL, &q), -EDQUOT);
        for (uid_t uid = 2; manager_check(manager, uid, text, strlen(text), 6, NULL, &q) >= 0; uid++)
                n++;
        ck_assert_int_eq(n, 248);
        ck_assert_int_eq(manager_check(manager, 1000, text, strlen(text), 6, NULL, &q), -EUSERS);
        for (int i = 0; i < 256; i++)
                inquiry_free(answer());
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_COMPATIBLE);
}
END_TEST

START_TEST(forgotten_at_any_time) {
        _cleanup_free_ char *text = descriptor("m", "1", NULL);
        struct inquiry *q;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_run(&bed, 1100 * 1000);
        manager_forget_inquiry(manager, ask_as(1, text)); /* a thread has it */
        q = ask_as(1, text);
        bed_until(&bed, q->refresh); /* it waits for a read */
        manager_forget_inquiry(manager, q);
        q = ask_as(1, text);
        bed_until(&bed, !q->job.judges && q->result == 0 && q->report); /* answered, and not fetched */
        manager_forget_inquiry(manager, q);
        bed_run(&bed, 100 * 1000);
        ck_assert_int_eq(verdict_of(text, NULL), VERDICT_COMPATIBLE);
        ask_as(1, text); /* freed with the manager */
}
END_TEST

static struct description *describe(char *const *ids, uint64_t flags, bool to_file, size_t max) {
        struct description *asked, *d;

        ck_assert_int_eq(manager_describe(manager, 1, ids, flags, to_file, max, NULL, &asked), 0);
        bed_until(&bed, (d = manager_pop_description(manager)));
        ck_assert_ptr_eq(d, asked);
        return d;
}

START_TEST(descriptions) {
        char *one[] = { (char *)"pci:2", NULL }, *none[] = { (char *)"pci:9", NULL };
        struct description *d;

        bed_put_device(&bed, "pci:1", "m", "1");
        bed_put_device(&bed, "pci:2", "m", "1");
        bed_put(&bed, "parent:p:1", "{\"parent\":\"p:1\",\"mdevType\":\"t\",\"available\":4}\n");
        begin();

        d = describe(NULL, 0, false, 1 << 20);
        ck_assert_int_eq(d->result, 0);
        ck_assert_ptr_nonnull(strstr(d->text, "\"id\":\"pci:1\""));
        ck_assert_ptr_nonnull(strstr(d->text, "\"id\":\"pci:2\""));
        ck_assert_ptr_null(strstr(d->text, "creatable"));
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 1);
        description_free(d);

        bed_put_device(&bed, "pci:2", "now", "1");
        d = describe(one, DESCRIBE_HOST, false, 1 << 20);
        ck_assert_ptr_null(strstr(d->text, "\"id\":\"pci:1\""));
        ck_assert_ptr_nonnull(strstr(d->text, "\"model\":\"now\""));
        ck_assert_ptr_nonnull(strstr(d->text, "\"creatable\":[{"));
        description_free(d);

        d = describe(none, 0, false, 1 << 20);
        ck_assert_int_eq(d->result, -ENODEV);
        ck_assert_str_eq(d->missing, "pci:9");
        description_free(d);

        d = describe(NULL, 0, false, 100);
        ck_assert_int_eq(d->result, -EFBIG);
        description_free(d);
}
END_TEST

/* However much is asked for, others see no device as unknown because of it. */
START_TEST(describing_much) {
        _cleanup_(strv_free_cleanup) char **ids = NULL;
        struct description *d;
        int n = 0;

        for (int i = 0; i < 300; i++) {
                strv_take(&ids, xasprintf("pci:%04d", i));
                bed_put_device(&bed, ids[i], "m", "1");
        }
        begin();
        for (int i = 0; i < 40; i++)
                n += manager_describe(manager, 1, ids, 0, false, 8 << 20, NULL, &d) >= 0;
        ck_assert_int_eq(n, 1);
        ck_assert_int_eq(manager_describe(manager, 2, ids, 0, false, 8 << 20, NULL, &d), 0);
        ck_assert_int_eq(manager_describe(manager, 1, NULL, 0, false, 8 << 20, NULL, &d), 0);
        for (n = 0; n < 3; n++) {
                bed_until(&bed, (d = manager_pop_description(manager)));
                ck_assert_int_eq(d->result, 0);
                ck_assert_ptr_null(strstr(d->text, "ETIMEDOUT"));
                description_free(d);
        }
}
END_TEST

/* A file that is longer than one piece is the same text. */
START_TEST(a_file_is_the_text) {
        struct description *text, *file;
        _cleanup_free_ char *read_back = NULL;
        size_t n;

        for (int i = 0; i < 1500; i++) {
                _cleanup_free_ char *address = xasprintf("pci:%04d", i);

                bed_put_device(&bed, address, "m", "1");
        }
        begin();
        text = describe(NULL, DESCRIBE_HOST, false, 8 << 20);
        file = describe(NULL, DESCRIBE_HOST, true, 100);
        ck_assert_int_eq(text->result, 0);
        ck_assert_int_eq(file->result, 0);
        n = strlen(text->text);
        ck_assert_uint_gt(n, 256 * 1024); /* the size of a piece */
        ck_assert_int_eq(lseek(file->fd, 0, SEEK_END), (off_t)n);
        read_back = xcalloc(n + 1, 1);
        ck_assert_int_eq(pread(file->fd, read_back, n, 0), (ssize_t)n);
        ck_assert_str_eq(strstr(read_back, "\"devices\""), strstr(text->text, "\"devices\""));
        ck_assert_int_lt(write(file->fd, "x", 1), 0);
        ck_assert(fcntl(file->fd, F_GET_SEALS) & F_SEAL_SEAL);
        description_free(text);
        description_free(file);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("question");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_set_timeout(t, 60);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, verdicts);
        tcase_add_test(t, no_devices_at_all);
        tcase_add_test(t, the_chosen_one_is_read_again);
        tcase_add_test(t, the_parent_of_a_chosen_type_is_read_again);
        tcase_add_test(t, questions_share_a_read);
        tcase_add_test(t, a_hanging_device_is_unknown_after_two_seconds);
        tcase_add_test(t, a_hanging_device_stays_in_its_pool);
        tcase_add_test(t, a_reload_during_a_question);
        tcase_add_test(t, not_before_the_host_is_known);
        tcase_add_test(t, a_bad_configuration_is_not_taken);
        tcase_add_test(t, describing_much);
        tcase_add_test(t, many_hanging_devices);
        tcase_add_test(t, limits);
        tcase_add_test(t, forgotten_at_any_time);
        tcase_add_test(t, descriptions);
        tcase_add_test(t, a_file_is_the_text);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
