/*
 * The asker: what drivers and vendors say, as far as they say it, and who waits how long for whom.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bed.h"
#include "daemon/asker.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/strv.h"

#define SECOND (1000u * 1000)

static struct bed bed;
static struct asker *asker;
static pid_t servers[2];
static char *check_socket, *helper_socket;
static struct open_questions open;
static struct words *words;

static void setup(void) {
        log_set_level(LOG_EMERG);
        bed_init(&bed);
        setenv("FAKE_DIR", bed.dir, 1);
        check_socket = xasprintf("%s/check.sock", bed.dir);
        helper_socket = xasprintf("%s/helper.sock", bed.dir);
        words = words_new();
}

static void teardown(void) {
        asker = asker_free(asker);
        open_questions_done(&open);
        words = words_free(words);
        for (int i = 0; i < 2; i++)
                if (servers[i] > 0) {
                        kill(-servers[i], SIGKILL);
                        waitpid(servers[i], NULL, 0);
                        servers[i] = 0;
                }
        free(take_ptr(check_socket));
        free(take_ptr(helper_socket));
        bed_done(&bed);
}

/* Servers lead groups of their own, so that what hangs in them ends with the test. */
static void serve(int i, const char *kind, const char *path) {
        struct stat st;

        servers[i] = fork();
        if (servers[i] == 0) {
                setpgid(0, 0);
                execl(FAKE_VENDOR, FAKE_VENDOR, kind, path, NULL);
                _exit(1);
        }
        setpgid(servers[i], servers[i]);
        bed_until(&bed, stat(path, &st) == 0);
        bed_run(&bed, 20 * 1000); /* it listens right after */
}

static void begin(uint64_t timeout, uint64_t total) {
        struct asker_options o = {
                .check_runner = FAKE_VENDOR,
                .helper_socket = helper_socket,
                .check_socket = check_socket,
                .timeout_usec = timeout,
                .total_timeout_usec = total,
        };

        ck_assert_int_eq(asker_new(bed.event, &o, bed.wake, &asker), 0);
}

static struct device *device(const char *address) {
        struct device *d = device_new(false);

        d->id = xstrdup(address);
        d->address = xstrdup(address);
        return d;
}

static void want_check(const char *name, const char *key) {
        struct open_question q = { .kind = WORD_CHECK, .check = xstrdup(name), .key = xstrdup(key) };

        q.source = device("pci:source");
        q.target = device("pci:target");
        array_append(open.v, open.n, q);
}

static void want_driver(struct device *target, const char *token) {
        struct open_question q = { .kind = WORD_MIGRATION_VERSION, .token = xstrdup(token) };

        q.key = xasprintf("%s %s", target->address ? target->address : target->parent, token);
        q.source = device("pci:source");
        q.target = target;
        array_append(open.v, open.n, q);
}

static struct asking *ask_as(uid_t uid, struct words *to) {
        struct asking *k;

        ck_assert_int_eq(asker_ask(asker, uid, &open, asker_deadline(asker), to, to, &k), 0);
        open_questions_done(&open);
        return k;
}

static void ask(void) {
        struct asking *asked = ask_as(1, words), *k;

        if (!asked)
                return;
        bed_until(&bed, (k = asker_pop(asker)));
        ck_assert_ptr_eq(k, asked);
        ck_assert_ptr_eq(asking_userdata(k), words);
        asking_free(k);
}

static void forget_words(void) {
        words_free(words);
        words = words_new();
}

static void word_is(const char *key, enum word_answer answer, const char *code, const char *message) {
        const struct word *w = words_find(words, key);

        ck_assert_msg(w != NULL, "%s", key);
        ck_assert_msg(w->answer == answer, "%s: %d %s", key, w->answer, w->message);
        if (code)
                ck_assert_str_eq(w->code, code);
        if (message)
                ck_assert_msg(w->message && strstr(w->message, message), "%s: %s", key, w->message);
}

/* How often something was asked, of which the log has that line. */
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

/* What a check of that name comes to. */
static const struct {
        const char *name;
        enum word_answer answer;
        const char *code;
        const char *message;
} checks[] = {
        { "yes", WORD_YES },
        { "slow", WORD_YES },
        { "lingers", WORD_YES },
        { "no", WORD_NO },
        { "shrug", WORD_UNKNOWN },
        { "not-mine", WORD_NOT_MINE },
        { "three", WORD_UNKNOWN, NULL, "check three: exited with status 3" },
        { "crash", WORD_UNKNOWN, NULL, "check crash: exited with status 139" },
        { "killed", WORD_UNKNOWN, NULL, "check killed: was ended by SIGSEGV" },
        { "timeout", WORD_UNKNOWN, NULL, "check timeout: timed out after " },
        { "too-long", WORD_UNKNOWN, NULL, "check too-long: printed more than 65536 bytes" },
        { "missing", WORD_UNKNOWN, NULL, "check missing: is not there" },
        { "refused", WORD_UNKNOWN, NULL, "check refused: is not trusted: writable by ?[2J others" },
        { "error", WORD_UNKNOWN, NULL, "check error: could not be run: ENOEXEC" },
        { "garbage", WORD_UNKNOWN, NULL, "check garbage: its runner talks nonsense" },
        { "negative", WORD_UNKNOWN, NULL, "nonsense" },
        { "huge-status", WORD_UNKNOWN, NULL, "nonsense" },
        { "nul", WORD_UNKNOWN, NULL, "nonsense" },
        { "long-line", WORD_UNKNOWN, NULL, "nonsense" },
        { "flood", WORD_UNKNOWN, NULL, "check flood: printed too much" },
        { "partial", WORD_UNKNOWN, NULL, "check partial: its runner ended without a word" },
        { "no-json", WORD_UNKNOWN, NULL, "check no-json: " },
        { "cut-json", WORD_UNKNOWN, NULL, "check cut-json: " },
        { "no-output", WORD_UNKNOWN, NULL, "check no-output: " },
        { "early", WORD_UNKNOWN, NULL, "check early: its runner ended without a word" },
        { "dumb", WORD_UNKNOWN, NULL, "check dumb: exited with status 1" },
        { "describer", WORD_UNKNOWN, NULL, "check describer: does not know the verb check" },
};

static void all_checks(void) {
        for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
                want_check(checks[i].name, checks[i].name);
        ask();
        for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
                word_is(checks[i].name, checks[i].answer, checks[i].code, checks[i].message);
        ck_assert_uint_eq(asked("dumb check"), 0);
        ck_assert_uint_eq(asked("describer check"), 0);
}

START_TEST(checks_by_children) {
        begin(5 * SECOND, 60 * SECOND);
        all_checks();
}
END_TEST

START_TEST(checks_by_the_unit) {
        serve(0, "check-socket", check_socket);
        begin(5 * SECOND, 60 * SECOND);
        all_checks();
}
END_TEST

START_TEST(nothing_to_run_checks) {
        struct asker_options o = { .check_socket = check_socket, .timeout_usec = SECOND, .total_timeout_usec = SECOND };

        ck_assert_int_eq(asker_new(bed.event, &o, bed.wake, &asker), 0);
        want_check("yes", "k");
        ask();
        word_is("k", WORD_UNKNOWN, NULL, "check yes: there is nothing to run it");
        forget_words();
        o.check_runner = "/nonexistent/check";
        asker_free(asker);
        ck_assert_int_eq(asker_new(bed.event, &o, bed.wake, &asker), 0);
        want_check("yes", "k");
        ask();
        word_is("k", WORD_UNKNOWN, NULL, "check yes: No such file");
}
END_TEST

START_TEST(a_check_is_asked_once) {
        begin(5 * SECOND, 8 * SECOND);
        for (int i = 0; i < 100; i++) {
                want_check("yes", "one");
                want_check("yes", "two");
                want_check("three", "one");
                ask();
                forget_words();
        }
        ck_assert_uint_eq(asked("yes --capabilities"), 1);
        ck_assert_uint_eq(asked("yes check"), 2);
        ck_assert_uint_eq(asked("three check"), 0); /* keys are keys */
        want_check("three", "three");
        ask();
        forget_words();
        want_check("three", "three");
        ask();
        ck_assert_uint_eq(asked("three check"), 1); /* a failure is kept, too */
        asker_reload(asker, 5 * SECOND, 8 * SECOND);
        forget_words();
        want_check("yes", "one");
        want_check("three", "three");
        ask();
        ck_assert_uint_eq(asked("yes --capabilities"), 2);
        ck_assert_uint_eq(asked("yes check"), 3);
        ck_assert_uint_eq(asked("three check"), 2);
}
END_TEST

/* Those who want to know the same wait for one run; what is asked twice in one question is one thing, too. */
START_TEST(many_wait_for_one) {
        struct asking *k;
        struct words *all[50];
        unsigned n = 0;

        begin(5 * SECOND, 8 * SECOND);
        for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
                all[i] = words_new();
                want_check("slow", "slow");
                want_check("slow", "slow");
                ck_assert_ptr_nonnull(ask_as((uid_t)i, all[i]));
        }
        while (n < ARRAY_SIZE(all)) {
                bed_until(&bed, (k = asker_pop(asker)));
                ck_assert_int_eq(words_find(asking_userdata(k), "slow")->answer, WORD_YES);
                asking_free(k);
                n++;
        }
        ck_assert_uint_eq(asked("slow check"), 1);
        for (size_t i = 0; i < ARRAY_SIZE(all); i++)
                words_free(all[i]);
}
END_TEST

START_TEST(a_hanging_check_is_given_up) {
        uint64_t begun;

        begin(SECOND / 2, 8 * SECOND);
        want_check("hang", "hang");
        want_check("yes", "yes");
        begun = bed_now();
        ask();
        bed_assert_within(begun, 2500 * 1000);
        word_is("yes", WORD_YES, NULL, NULL);
        word_is("hang", WORD_UNKNOWN, NULL, "check hang: did not answer within 500 ms");
        forget_words();
        begun = bed_now();
        want_check("hang", "hang");
        ask();
        bed_assert_within(begun, 200 * 1000);
        word_is("hang", WORD_UNKNOWN, NULL, "check hang: did not answer within 500 ms");
        ck_assert_uint_eq(asked("hang check"), 1);
}
END_TEST

/* However much hangs, the question's own time is all that it takes, and others find a free place. */
START_TEST(the_total_deadline) {
        struct words *other = words_new();
        struct asking *slow, *k;
        uint64_t begun;

        begin(5 * SECOND, 1 * SECOND);
        for (int i = 0; i < 20; i++) {
                _cleanup_free_ char *name = xasprintf("hang-%d", i);

                want_check(name, name);
        }
        begun = bed_now();
        slow = ask_as(1, words);
        bed_run(&bed, 200 * 1000);
        want_check("yes", "yes");
        ask_as(2, other);
        bed_until(&bed, (k = asker_pop(asker)));
        ck_assert_ptr_ne(k, slow);
        bed_assert_within(begun, 700 * 1000);
        ck_assert_int_eq(words_find(other, "yes")->answer, WORD_YES);
        asking_free(k);
        bed_until(&bed, (k = asker_pop(asker)));
        ck_assert_ptr_eq(k, slow);
        ck_assert_uint_ge(bed_now() - begun, 900 * 1000);
        bed_assert_within(begun, 1500 * 1000);
        for (int i = 0; i < 20; i++) {
                _cleanup_free_ char *name = xasprintf("hang-%d", i);

                word_is(name, WORD_UNKNOWN, "ETIMEDOUT", "no answer within the time that one question has");
        }
        asking_free(k);
        words_free(other);
        ck_assert_uint_le(asked("hang-4 check"), 0); /* four at a time for one user */
}
END_TEST

/* One that hung gets one place at a time from then on, so that the same user's other checks are not kept waiting. */
START_TEST(a_hanging_check_leaves_room) {
        begin(SECOND / 2, 4 * SECOND);
        want_check("hang", "first");
        ask();
        word_is("first", WORD_UNKNOWN, NULL, "check hang: did not answer within 500 ms");
        for (int i = 0; i < 8; i++) {
                _cleanup_free_ char *key = xasprintf("hang-%d", i);

                want_check("hang", key);
        }
        want_check("yes", "yes");
        ask();
        word_is("yes", WORD_YES, NULL, NULL);
        word_is("hang-7", WORD_UNKNOWN, "ETIMEDOUT", "no answer within the time that one question has");
        ck_assert_uint_le(asked("hang check"), 4); /* one after another, and not four at once */
}
END_TEST

START_TEST(too_late_to_ask) {
        struct asking *k;

        begin(SECOND, SECOND);
        want_check("yes", "yes");
        ck_assert_int_eq(asker_ask(asker, 1, &open, bed_now(), words, NULL, &k), 0);
        ck_assert_ptr_null(k);
        word_is("yes", WORD_UNKNOWN, "ETIMEDOUT", NULL);
        ck_assert_uint_eq(asked("yes check"), 0);
}
END_TEST

START_TEST(abandoned) {
        struct asking *k;

        begin(5 * SECOND, 8 * SECOND);
        want_check("hang", "hang");
        for (int i = 0; i < 30; i++) {
                _cleanup_free_ char *key = xasprintf("%d", i);

                want_check("slow", key);
        }
        k = ask_as(1, words);
        bed_run(&bed, 200 * 1000);
        asking_free(k);
        bed_run(&bed, 1500 * 1000);
        ck_assert_uint_le(asked("slow check"), 4); /* what had begun, and no more */
        want_check("yes", "yes");
        ask();
        word_is("yes", WORD_YES, NULL, NULL);
        want_check("hang", "hang"); /* freed while it runs */
        asking_free(ask_as(1, words));
}
END_TEST

/* What a check says that was begun with before a reload is for those who waited then. */
START_TEST(a_reload_while_it_runs) {
        struct words *after = words_new();
        struct asking *k;

        begin(5 * SECOND, 8 * SECOND);
        want_check("slow", "slow");
        ask_as(1, words);
        bed_until(&bed, asked("slow check") == 1);
        asker_reload(asker, 5 * SECOND, 8 * SECOND);
        want_check("slow", "slow");
        ask_as(2, after);
        for (int i = 0; i < 2; i++) {
                bed_until(&bed, (k = asker_pop(asker)));
                ck_assert_int_eq(words_find(asking_userdata(k), "slow")->answer, WORD_YES);
                asking_free(k);
        }
        ck_assert_uint_eq(asked("slow check"), 2);
        words_free(after);
}
END_TEST

START_TEST(drivers) {
        static const struct {
                const char *token;
                enum word_answer answer;
                const char *code;
                const char *message;
        } tokens[] = {
                { "yes", WORD_YES },
                { "EINVAL", WORD_NO, "EINVAL", "pci:EINVAL: its driver refuses it: Invalid argument" },
                { "odd", WORD_NO, "4000" },
                { "busy", WORD_UNKNOWN, "EBUSY", "pci:busy: its driver could not be asked" },
                { "garbage", WORD_UNKNOWN, "EPROTO" },
                { "empty", WORD_UNKNOWN, "EPROTO" },
                { "long", WORD_UNKNOWN, "EPROTO" },
                { "close", WORD_UNKNOWN, "ECONNRESET" },
        };
        _cleanup_free_ char *large = xcalloc(5000, 1), *fits = xcalloc(5000, 1), *key = NULL, *key_fits = NULL;

        serve(1, "helper-socket", helper_socket);
        begin(SECOND, 8 * SECOND);
        for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
                _cleanup_free_ char *address = xasprintf("pci:%s", tokens[i].token);

                want_driver(device(address), tokens[i].token);
        }
        memset(large, 'x', 4096);
        memset(fits, 'x', 4095);
        want_driver(device("pci:large"), large);
        want_driver(device("pci:fits"), fits);
        ask();
        for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
                _cleanup_free_ char *k = xasprintf("pci:%s %s", tokens[i].token, tokens[i].token);

                word_is(k, tokens[i].answer, tokens[i].code, tokens[i].message);
        }
        key = xasprintf("pci:large %s", large);
        word_is(key, WORD_UNKNOWN, "EMSGSIZE", NULL);
        key_fits = xasprintf("pci:fits %s", fits);
        word_is(key_fits, WORD_UNKNOWN, "ECONNRESET", NULL); /* it was asked */
}
END_TEST

START_TEST(a_type_is_asked) {
        struct device *d = device_new(true);

        serve(1, "helper-socket", helper_socket);
        begin(SECOND, 8 * SECOND);
        d->parent = xstrdup("pci:0");
        d->traits->mdev_type = xstrdup("t-1");
        want_driver(d, "yes");
        ask();
        word_is("pci:0 yes", WORD_YES, NULL, NULL);
        ck_assert_uint_eq(asked("pci:0/t-1 yes"), 1);
        forget_words();

        d = device("mdev:1"); /* which has no attribute of its own */
        d->parent = xstrdup("pci:0");
        d->traits->mdev_type = xstrdup("t-2");
        entries_set(&d->traits->origins, "attributes.migration_version", "sysfs:mdev_type/migration_version");
        want_driver(d, "yes");
        ask();
        word_is("mdev:1 yes", WORD_YES, NULL, NULL);
        ck_assert_uint_eq(asked("pci:0/t-2 yes"), 1);
}
END_TEST

START_TEST(no_helper) {
        struct asker_options o = { .root = bed.dir, .timeout_usec = SECOND, .total_timeout_usec = SECOND };

        begin(SECOND, SECOND);
        want_driver(device("pci:1"), "yes");
        ask();
        word_is("pci:1 yes", WORD_NOT_ASKED, NULL, NULL);
        /* Nor where there is one, if it is another host that is looked at. */
        serve(1, "helper-socket", helper_socket);
        o.helper_socket = helper_socket;
        asker_free(asker);
        ck_assert_int_eq(asker_new(bed.event, &o, bed.wake, &asker), 0);
        forget_words();
        want_driver(device("pci:1"), "yes");
        ask();
        word_is("pci:1 yes", WORD_NOT_ASKED, NULL, NULL);
        ck_assert_uint_eq(asked("pci:1 yes"), 0);
}
END_TEST

/* A driver's word is of one state of one device, and holds for a second. */
START_TEST(a_drivers_word_ages) {
        _cleanup_(device_unref_cleanup) struct device *d = device("pci:1"), *again = device("pci:1");

        serve(1, "helper-socket", helper_socket);
        begin(SECOND, 8 * SECOND);
        for (int i = 0; i < 2; i++) {
                want_driver(device_ref(d), "yes");
                ask();
                forget_words();
        }
        ck_assert_uint_eq(asked("pci:1 yes"), 1);
        want_driver(device_ref(again), "yes"); /* it is another one now, and looks the same */
        ask();
        forget_words();
        ck_assert_uint_eq(asked("pci:1 yes"), 2);
        bed_run(&bed, 1100 * 1000);
        want_driver(device_ref(again), "yes");
        ask();
        ck_assert_uint_eq(asked("pci:1 yes"), 3);
}
END_TEST

/* It changed while it was asked: who asks for what it is now does not get the word of what it was. */
START_TEST(a_device_that_changes_while_it_is_asked) {
        struct words *after = words_new();
        struct device *d = device("pci:1");
        struct asking *k;

        serve(1, "helper-socket", helper_socket);
        begin(5 * SECOND, 8 * SECOND);
        want_driver(device("pci:1"), "slow");
        ask_as(1, words);
        bed_until(&bed, asked("pci:1 slow") == 1);
        d->traits->in_use = TRI_YES;
        want_driver(d, "slow");
        ask_as(1, after);
        bed_until(&bed, (k = asker_pop(asker)));
        ck_assert_ptr_eq(asking_userdata(k), words);
        ck_assert_ptr_null(words_find(after, "pci:1 slow"));
        asking_free(k);
        bed_until(&bed, (k = asker_pop(asker)));
        asking_free(k);
        ck_assert_int_eq(words_find(after, "pci:1 slow")->answer, WORD_YES);
        ck_assert_uint_eq(asked("pci:1 slow"), 2);
        words_free(after);
}
END_TEST

START_TEST(a_silent_driver_is_left_alone) {
        uint64_t begun;

        serve(1, "helper-socket", helper_socket);
        begin(SECOND / 2, 8 * SECOND);
        want_driver(device("pci:1"), "hang");
        want_driver(device("pci:1"), "yes"); /* one thing at a time is asked of a device */
        want_driver(device("pci:2"), "yes");
        begun = bed_now();
        ask();
        bed_assert_within(begun, 1500 * 1000);
        word_is("pci:1 hang", WORD_UNKNOWN, "ETIMEDOUT", "pci:1: its driver did not answer in time");
        word_is("pci:1 yes", WORD_UNKNOWN, "ETIMEDOUT", "left alone");
        word_is("pci:2 yes", WORD_YES, NULL, NULL);
        forget_words();
        begun = bed_now();
        want_driver(device("pci:1"), "other");
        ask();
        bed_assert_within(begun, 200 * 1000);
        word_is("pci:1 other", WORD_UNKNOWN, "ETIMEDOUT", "left alone");
        ck_assert_uint_eq(asked("pci:1 yes"), 0);
        ck_assert_uint_eq(asked("pci:1 other"), 0);
}
END_TEST

/* What hangs in the kernel goes on to take its place, so that there are never more than a few; others are not of it. */
START_TEST(few_hang_at_a_time) {
        struct words *other = words_new();
        struct asking *k;

        serve(1, "helper-socket", helper_socket);
        begin(SECOND / 2, 2 * SECOND);
        for (int i = 0; i < 10; i++) {
                _cleanup_free_ char *address = xasprintf("pci:%d", i);

                want_driver(device(address), "hang");
        }
        ask_as(1, words);
        bed_until(&bed, (k = asker_pop(asker)));
        asking_free(k);
        for (int i = 0; i < 10; i++) {
                _cleanup_free_ char *key = xasprintf("pci:%d hang", i);

                word_is(key, WORD_UNKNOWN, "ETIMEDOUT", NULL);
        }
        ck_assert_uint_eq(asked("pci:3 hang"), 1);
        ck_assert_uint_eq(asked("pci:4 hang"), 0);
        want_driver(device("pci:good"), "yes");
        ask_as(2, other);
        bed_until(&bed, (k = asker_pop(asker)));
        asking_free(k);
        ck_assert_int_eq(words_find(other, "pci:good yes")->answer, WORD_YES);
        words_free(other);
}
END_TEST

/* More is known than is kept; it is asked again, and nothing else goes wrong. */
START_TEST(what_is_known_is_bounded) {
        serve(0, "check-socket", check_socket);
        begin(20 * SECOND, 60 * SECOND);
        for (int i = 0; i < 20; i++) { /* a key of 1 MiB each */
                _cleanup_free_ char *key = xcalloc(1 << 20, 1);

                memset(key, 'a' + i, (1 << 20) - 1);
                want_check("yes", key);
                ask();
                forget_words();
        }
        for (int i = 19; i >= 0; i -= 19) {
                _cleanup_free_ char *key = xcalloc(1 << 20, 1);

                memset(key, 'a' + i, (1 << 20) - 1);
                want_check("yes", key);
                ask();
        }
        ck_assert_uint_eq(asked("yes check"), 21); /* the last one was known, the first one was not */
}
END_TEST

int main(void) {
        Suite *suite = suite_create("asker");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_set_timeout(t, 60);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, checks_by_children);
        tcase_add_test(t, checks_by_the_unit);
        tcase_add_test(t, nothing_to_run_checks);
        tcase_add_test(t, a_check_is_asked_once);
        tcase_add_test(t, many_wait_for_one);
        tcase_add_test(t, a_hanging_check_is_given_up);
        tcase_add_test(t, the_total_deadline);
        tcase_add_test(t, a_hanging_check_leaves_room);
        tcase_add_test(t, too_late_to_ask);
        tcase_add_test(t, abandoned);
        tcase_add_test(t, a_reload_while_it_runs);
        tcase_add_test(t, drivers);
        tcase_add_test(t, a_type_is_asked);
        tcase_add_test(t, no_helper);
        tcase_add_test(t, a_drivers_word_ages);
        tcase_add_test(t, a_device_that_changes_while_it_is_asked);
        tcase_add_test(t, a_silent_driver_is_left_alone);
        tcase_add_test(t, few_hang_at_a_time);
        tcase_add_test(t, what_is_known_is_bounded);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
