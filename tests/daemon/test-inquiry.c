/*
 * Inquiries that have to ask: rounds of judging and asking, what a word is worth when the host changes, and when it is
 * enough.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bed.h"
#include "daemon/question.h"
#include "util/alloc.h"
#include "util/log.h"

#define SECOND (1000u * 1000)

static struct bed bed;
static struct hostview *view;
static struct judges *judges;
static struct asker *asker;
static struct policy policy;
static pid_t server;
static char *check_socket, *helper_socket;

static void setup(void) {
        log_set_level(LOG_EMERG);
        bed_init(&bed);
        setenv("FAKE_DIR", bed.dir, 1);
        check_socket = xasprintf("%s/.check.sock", bed.dir);
        helper_socket = xasprintf("%s/.helper.sock", bed.dir);
        policy = POLICY_DEFAULT;
}

static void teardown(void) {
        asker = asker_free(asker);
        judges = judges_free(judges);
        view = hostview_free(view);
        if (server > 0) {
                kill(-server, SIGKILL);
                waitpid(server, NULL, 0);
                server = 0;
        }
        free(take_ptr(check_socket));
        free(take_ptr(helper_socket));
        bed_done(&bed);
}

static void serve_helper(void) {
        struct stat st;

        server = fork();
        if (server == 0) {
                setpgid(0, 0);
                execl(FAKE_VENDOR, FAKE_VENDOR, "helper-socket", helper_socket, NULL);
                _exit(1);
        }
        setpgid(server, server);
        bed_until(&bed, stat(helper_socket, &st) == 0);
        bed_run(&bed, 20 * 1000);
}

static void put_checks(const char *checks) {
        _cleanup_free_ char *text = xasprintf(
                "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[],\"models\":{\"m\":{\"checks\":[%s]}}}",
                checks);

        bed_put(&bed, ".models", text);
}

/* A device whose driver can be asked. */
static void put_askable(const char *address, const char *rest) {
        _cleanup_free_ char *text = xasprintf(
                "{\"id\":\"%s\",\"address\":\"%s\",\"driver\":\"d\",\"model\":\"m\",\"params\":{},\"paramsComplete\":"
                "true,\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true},"
                "\"inUse\":\"no\",\"attributes\":[\"migration_version\"],\"origin\":{\"model\":\"sysfs:model\"}%s}\n",
                address, address, rest);

        bed_put(&bed, address, text);
}

static char *vm(const char *rest) {
        return xasprintf(
                "{\"schema\":\"org.vfio.Migration1.descriptor/"
                "1\",\"devices\":[{\"id\":\"a\",\"driver\":\"d\",\"model\":\"m\",\"params\":{},\"paramsComplete\":true,"
                "\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true},"
                "\"origin\":{\"model\":\"sysfs:model\"}%s}]}",
                rest);
}

static char *vm_token(const char *token) {
        _cleanup_free_ char *rest = xasprintf(",\"tokens\":{\"migration_version\":\"%s\"}", token);

        return vm(rest);
}

static void begin(uint64_t timeout, uint64_t total) {
        struct asker_options o = {
                .check_runner = FAKE_VENDOR,
                .helper_socket = helper_socket,
                .check_socket = check_socket,
                .timeout_usec = timeout,
                .total_timeout_usec = total,
        };
        struct hostview_options v = HOSTVIEW_DEFAULT;
        static char *arguments[2];
        uint64_t number;

        arguments[0] = bed.root;
        v.live = false;
        v.readers.program = FAKE_READER;
        v.readers.arguments = arguments;
        v.fresh_usec = 200 * 1000;
        ck_assert_int_eq(hostview_new(bed.event, &v, bed.wake, &view), 0);
        ck_assert_int_eq(judges_new(bed.event, 2, 10 * SECOND, bed.wake, &judges), 0);
        ck_assert_int_eq(asker_new(bed.event, &o, bed.wake, &asker), 0);
        number = hostview_reload(view);
        bed_until(&bed, hostview_rounds_done(view) >= number);
}

static struct inquiry *ask(const char *text, uint64_t flags) {
        return inquiry_new(view, judges, asker, 1, text, strlen(text), flags, &policy, NULL);
}

/* Hands on what comes back; true when the inquiry is answered. */
static bool turn(struct inquiry *q) {
        bool answered = false;
        struct refresh *r;
        struct asking *k;
        struct job *job;

        while ((job = judges_pop(judges)))
                answered = inquiry_go_on((struct inquiry *)job) || answered;
        while ((k = asker_pop(asker)))
                answered = inquiry_go_on(asking_userdata(k)) || answered;
        while ((r = hostview_pop_refresh(view)))
                answered = inquiry_go_on(refresh_userdata(r)) || answered;
        return answered;
}

static enum verdict finish(struct inquiry *q, const char *evidence, const char *code) {
        _cleanup_free_ char *e = xasprintf("\"evidence\":\"%s\"", evidence ? evidence : ""),
                            *c = xasprintf("\"code\":\"%s\"", code ? code : "");
        enum verdict v;

        bed_until(&bed, turn(q));
        ck_assert_int_eq(q->result, 0);
        ck_assert_uint_eq(q->report->open.n, 0);
        ck_assert_ptr_nonnull(q->report_text);
        v = q->report->verdict;
        if (evidence)
                ck_assert_msg(strstr(q->report_text, e) != NULL, "%s", q->report_text);
        if (code)
                ck_assert_msg(strstr(q->report_text, c) != NULL, "%s", q->report_text);
        inquiry_free(q);
        return v;
}

static enum verdict verdict_of(const char *text, uint64_t flags, const char *evidence, const char *code) {
        return finish(ask(text, flags), evidence, code);
}

static unsigned asked(const char *what) {
        _cleanup_free_ char *path = xasprintf("%s/log", bed.dir);
        FILE *f = fopen(path, "re");
        char line[1024];
        unsigned n = 0;

        while (f && fgets(line, sizeof(line), f)) {
                line[strcspn(line, "\n")] = '\0';
                n += !what || strcmp(line, what) == 0;
        }
        if (f)
                fclose(f);
        return n;
}

START_TEST(vendors) {
        _cleanup_free_ char *text = vm("");
        uint64_t number;

        put_askable("pci:1", "");
        put_checks("\"yes\"");
        begin(5 * SECOND, 8 * SECOND);
        ck_assert_int_eq(verdict_of(text, CHECK_NO_VENDOR, NULL, "vendor-unavailable"), VERDICT_UNKNOWN);
        ck_assert_uint_eq(asked(NULL), 0);
        ck_assert_int_eq(verdict_of(text, 0, "vendor", NULL), VERDICT_COMPATIBLE);
        ck_assert_int_eq(verdict_of(text, CHECK_NO_VENDOR, NULL, "vendor-unavailable"), VERDICT_UNKNOWN);
        put_checks("\"yes\",\"no\"");
        number = hostview_reload(view);
        bed_until(&bed, hostview_rounds_done(view) >= number);
        ck_assert_int_eq(verdict_of(text, 0, NULL, "vendor-rejected"), VERDICT_INCOMPATIBLE);
        put_checks("\"yes\",\"crash\"");
        number = hostview_reload(view);
        bed_until(&bed, hostview_rounds_done(view) >= number);
        ck_assert_int_eq(verdict_of(text, 0, NULL, "vendor-unavailable"), VERDICT_UNKNOWN);
        put_checks("\"not-mine\"");
        number = hostview_reload(view);
        bed_until(&bed, hostview_rounds_done(view) >= number);
        ck_assert_int_eq(verdict_of(text, 0, NULL, "vendor-unavailable"), VERDICT_UNKNOWN);
}
END_TEST

START_TEST(a_hanging_check_costs_its_time_once) {
        _cleanup_free_ char *text = vm("");
        uint64_t begun;

        put_askable("pci:1", "");
        put_checks("\"hang\"");
        begin(60 * SECOND, 1 * SECOND);
        for (int i = 0; i < 2; i++) {
                begun = bed_now();
                ck_assert_int_eq(verdict_of(text, 0, NULL, "vendor-unavailable"), VERDICT_UNKNOWN);
                ck_assert_uint_ge(bed_now() - begun, 900 * 1000);
                bed_assert_within(begun, 1500 * 1000);
        }
        ck_assert_uint_eq(asked("hang check"), 1); /* the second one waited for the same run */
}
END_TEST

/* Two classes of targets and two of sources: four pairs, however many ask. */
START_TEST(ten_thousand_questions) {
        _cleanup_free_ char *one = vm(""), *two = vm(",\"facts\":{\"f\":\"2\"}");

        for (int i = 0; i < 6; i++) {
                _cleanup_free_ char *address = xasprintf("pci:%d", i);

                put_askable(address, i % 2 ? ",\"facts\":{\"g\":\"1\"}" : "");
        }
        put_checks("\"yes\"");
        begin(5 * SECOND, 8 * SECOND);
        for (int i = 0; i < 10000; i++)
                ck_assert_int_eq(verdict_of(i % 2 ? one : two, CHECK_EXPLAIN, "vendor", NULL), VERDICT_COMPATIBLE);
        ck_assert_uint_eq(asked("yes --capabilities"), 1);
        ck_assert_uint_le(asked("yes check"), 4);
        ck_assert_uint_ge(asked("yes check"), 2);
}
END_TEST

START_TEST(drivers) {
        _cleanup_free_ char *yes = vm_token("yes"), *no = vm_token("EINVAL"), *busy = vm_token("busy");

        put_askable("pci:1", "");
        serve_helper();
        begin(5 * SECOND, 8 * SECOND);
        ck_assert_int_eq(verdict_of(yes, CHECK_NO_WRITE, "declared", "migration-version-missing"), VERDICT_COMPATIBLE);
        ck_assert_uint_eq(asked(NULL), 0);
        ck_assert_int_eq(verdict_of(yes, 0, "driver", NULL), VERDICT_COMPATIBLE);
        ck_assert_uint_eq(asked("pci:1 yes"), 1);
        ck_assert_int_eq(verdict_of(no, 0, NULL, "migration-version-rejected"), VERDICT_INCOMPATIBLE);
        ck_assert_int_eq(verdict_of(busy, 0, NULL, "migration-version-missing"), VERDICT_UNKNOWN);
}
END_TEST

START_TEST(a_driver_that_hangs) {
        _cleanup_free_ char *text = vm_token("hang"), *other = vm_token("yes");
        uint64_t begun = bed_now();

        put_askable("pci:1", "");
        serve_helper();
        begin(SECOND / 2, 8 * SECOND);
        ck_assert_int_eq(verdict_of(text, 0, NULL, "migration-version-missing"), VERDICT_UNKNOWN);
        bed_assert_within(begun, 2 * SECOND);
        begun = bed_now();
        ck_assert_int_eq(verdict_of(other, 0, NULL, "migration-version-missing"), VERDICT_UNKNOWN);
        bed_assert_within(begun, SECOND);
        ck_assert_uint_eq(asked("pci:1 yes"), 0);
}
END_TEST

START_TEST(no_helper) {
        _cleanup_free_ char *text = vm_token("yes");

        put_askable("pci:1", "");
        begin(SECOND, SECOND);
        ck_assert_int_eq(verdict_of(text, 0, "declared", "migration-version-missing"), VERDICT_COMPATIBLE);
}
END_TEST

/* Equal devices, of which one driver takes it: asked in rounds until it is found. */
START_TEST(one_of_many) {
        _cleanup_free_ char *text = vm_token("only pci:09");
        struct inquiry *q;

        for (int i = 0; i < 12; i++) {
                _cleanup_free_ char *address = xasprintf("pci:%02d", i);

                put_askable(address, "");
        }
        serve_helper();
        begin(5 * SECOND, 8 * SECOND);
        q = ask(text, 0);
        bed_until(&bed, turn(q));
        ck_assert_int_eq(q->report->verdict, VERDICT_COMPATIBLE);
        ck_assert_str_eq(q->report->devices[0].target.address, "pci:09");
        ck_assert_int_eq(q->report->evidence, EVIDENCE_DRIVER);
        ck_assert_uint_ge(q->n_rounds, 2);
        inquiry_free(q);
}
END_TEST

/* More than can be asked: what was not asked is not taken for a yes. */
START_TEST(too_many_to_ask) {
        _cleanup_free_ char *text = vm_token("only pci:none");
        struct inquiry *q;

        for (int i = 0; i < 400; i++) {
                _cleanup_free_ char *address = xasprintf("pci:%03d", i);

                put_askable(address, "");
        }
        serve_helper();
        begin(5 * SECOND, 60 * SECOND);
        q = ask(text, 0);
        bed_until(&bed, turn(q));
        ck_assert_uint_eq(q->n_rounds, 8);
        ck_assert_int_eq(q->report->verdict, VERDICT_UNKNOWN);
        ck_assert_ptr_nonnull(q->report_text);
        inquiry_free(q);
}
END_TEST

/* The word was of a device that is another one by now. */
START_TEST(the_chosen_one_changed) {
        _cleanup_free_ char *text = vm_token("yes");

        put_askable("pci:1", "");
        serve_helper();
        begin(5 * SECOND, 8 * SECOND);
        bed_run(&bed, 300 * 1000);
        put_askable("pci:1", ",\"facts\":{\"f\":\"1\"}");
        ck_assert_int_eq(verdict_of(text, 0, "driver", NULL), VERDICT_COMPATIBLE);
        ck_assert_uint_eq(asked("pci:1 yes"), 2);
}
END_TEST

/* It does not answer any more when it is read again: its driver's yes is worth nothing. */
START_TEST(the_chosen_one_is_late) {
        _cleanup_free_ char *text = vm_token("yes");

        put_askable("pci:1", "");
        serve_helper();
        begin(5 * SECOND, 8 * SECOND);
        bed_run(&bed, 300 * 1000);
        bed_put(&bed, "pci:1", "hang");
        ck_assert_int_eq(verdict_of(text, 0, NULL, NULL), VERDICT_UNKNOWN);
}
END_TEST

/* Other checks are in force before the answer is given. */
START_TEST(a_reload_while_it_is_asked) {
        _cleanup_free_ char *text = vm("");
        struct inquiry *q;

        put_askable("pci:1", "");
        put_checks("\"slow\"");
        begin(5 * SECOND, 8 * SECOND);
        q = ask(text, 0);
        bed_until(&bed, turn(q) || asked("slow check") == 1);
        put_checks("\"no\"");
        hostview_reload(view);
        asker_reload(asker, 5 * SECOND, 8 * SECOND);
        ck_assert_int_eq(finish(q, NULL, "vendor-rejected"), VERDICT_INCOMPATIBLE);
}
END_TEST

START_TEST(abandoned_while_it_is_asked) {
        _cleanup_free_ char *text = vm("");
        struct inquiry *q;

        put_askable("pci:1", "");
        put_checks("\"hang\"");
        begin(5 * SECOND, 8 * SECOND);
        q = ask(text, 0);
        bed_until(&bed, turn(q) || q->asking);
        ck_assert(!inquiry_cancel(q));
        ck_assert_ptr_null(q->asking);
        inquiry_free(q);
        q = ask(text, 0);
        bed_until(&bed, turn(q) || q->asking);
        inquiry_free(q);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("inquiry");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_set_timeout(t, 120);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, vendors);
        tcase_add_test(t, a_hanging_check_costs_its_time_once);
        tcase_add_test(t, ten_thousand_questions);
        tcase_add_test(t, drivers);
        tcase_add_test(t, a_driver_that_hangs);
        tcase_add_test(t, no_helper);
        tcase_add_test(t, one_of_many);
        tcase_add_test(t, too_many_to_ask);
        tcase_add_test(t, the_chosen_one_changed);
        tcase_add_test(t, the_chosen_one_is_late);
        tcase_add_test(t, a_reload_while_it_is_asked);
        tcase_add_test(t, abandoned_while_it_is_asked);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
