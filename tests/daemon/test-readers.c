/*
 * The pool of readers, with a reader that hangs, dies and lies.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bed.h"
#include "daemon/readers-internal.h"
#include "daemon/readers.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/strv.h"

static struct bed bed;
static struct readers *pool;
static struct reader_event *last;
static unsigned n_events;

static void setup_with(const char *program) {
        static char *arguments[2];
        struct readers_options o = READERS_DEFAULT;

        arguments[0] = bed.root;
        o.program = program;
        o.arguments = arguments;
        o.silence_usec = 400 * 1000;
        o.slow_usec = 100 * 1000;
        o.idle_usec = 300 * 1000;
        ck_assert_int_eq(readers_new(bed.event, &o, bed.wake, &pool), 0);
}

static void setup(void) {
        bed_init(&bed);
        setup_with(FAKE_READER);
}

static void teardown(void) {
        last = reader_event_free(last);
        pool = readers_free(pool);
        bed_done(&bed);
}

/* The next event but warnings; NULL if there is none now. */
static struct reader_event *next(void) {
        last = reader_event_free(last);
        while ((last = readers_pop(pool)) && last->type == READER_WARNING)
                last = reader_event_free(last);
        n_events += last != NULL;
        return last;
}

static void expect_key(const char *key, int error, size_t n_parts) {
        bed_until(&bed, next());
        ck_assert_int_eq(last->type, READER_KEY);
        ck_assert_str_eq(last->key, key);
        ck_assert_int_eq(last->error, error);
        ck_assert_uint_eq(last->n_parts, n_parts);
}

START_TEST(lists_and_reads) {
        bed_put(&bed, "a:1", "{}\n");
        bed_put(&bed, "parent:a:2", "{}\n{}\n");
        readers_list(pool);
        bed_until(&bed, next());
        ck_assert_int_eq(last->type, READER_HOST);
        bed_until(&bed, next());
        ck_assert_int_eq(last->type, READER_LISTED);
        ck_assert_int_eq(last->error, 0);
        ck_assert_uint_eq(last->length, strlen("a:1") + strlen("parent:a:2") + 2);
        readers_read(pool, READ_SWEEP, "a:1");
        readers_read(pool, READ_SWEEP, "a:none");
        readers_read(pool, READ_SWEEP, "parent:a:2");
        expect_key("a:1", 0, 1);
        ck_assert(!last->parts[0].creatable);
        expect_key("a:none", 0, 0);
        expect_key("parent:a:2", 0, 2);
        ck_assert(last->parts[1].creatable);
        ck_assert_uint_eq(readers_count(pool), 1);
}
END_TEST

/* What the last sweep was told. */
static uint64_t swept_since(unsigned n) {
        _cleanup_free_ char *path = xasprintf("%s/.sweeps", bed.dir);
        FILE *f = fopen(path, "re");
        uint64_t since = UINT64_MAX;
        unsigned lines = 0;

        ck_assert_ptr_nonnull(f);
        while (fscanf(f, "%" SCNu64, &since) == 1)
                lines++;
        fclose(f);
        ck_assert_uint_eq(lines, n);
        return since;
}

/* A sweep is told apart, and its reader does not rely on what it knew before another one looked. */
START_TEST(a_sweep_is_marked) {
        uint64_t before, after;

        readers_read(pool, READ_QUESTION, "a:1");
        expect_key("a:1", 0, 0);
        bed_run(&bed, 50 * 1000); /* it has nothing more to say */
        readers_read(pool, READ_SWEEP, "a:1");
        readers_read(pool, READ_SWEEP, "a:2");
        expect_key("a:1", 0, 0);
        expect_key("a:2", 0, 0);
        ck_assert_uint_eq(swept_since(1), 0); /* there is nobody else */
        ck_assert_uint_eq(readers_count(pool), 1);

        bed_run(&bed, 50 * 1000);
        /* While the first one is at it another one is asked, and then sweeps. */
        bed_put(&bed, "a:1", "slow");
        before = usec_now(CLOCK_BOOTTIME);
        readers_read(pool, READ_EVENT, "a:1");
        bed_run(&bed, 50 * 1000);
        after = usec_now(CLOCK_BOOTTIME);
        readers_read(pool, READ_QUESTION, "a:2");
        expect_key("a:2", 0, 0);
        bed_run(&bed, 20 * 1000);
        ck_assert_uint_eq(readers_count(pool), 2);
        readers_read(pool, READ_SWEEP, "a:3");
        expect_key("a:3", 0, 0);
        ck_assert_uint_ge(swept_since(2), before);
        ck_assert_uint_le(swept_since(2), after);
        expect_key("a:1", 0, 0);
}
END_TEST

START_TEST(reloads_in_a_new_process) {
        pid_t pid;

        readers_read(pool, READ_QUESTION, "a:1");
        expect_key("a:1", 0, 0);
        pid = readers_pid(pool, 0);
        readers_reload(pool);
        bed_until(&bed, next());
        ck_assert_int_eq(last->type, READER_RELOADED);
        ck_assert_int_eq(last->error, 0);
        ck_assert_uint_eq(last->n_parts, 1);
        ck_assert_ptr_nonnull(strstr(last->text, "schema"));
        ck_assert_uint_eq(readers_count(pool), 0); /* what it has read is not in use yet */
        readers_use(pool, xstrdup("in use"), 6);
        readers_read(pool, READ_QUESTION, "a:1");
        expect_key("a:1", 0, 0);
        ck_assert_uint_eq(readers_count(pool), 1);
        ck_assert_int_ne(readers_pid(pool, 0), pid);
}
END_TEST

START_TEST(a_hanging_key_costs_only_itself) {
        uint64_t begun = bed_now();

        bed_put(&bed, "a:1", "{}\n");
        bed_put(&bed, "a:2", "hang");
        bed_put(&bed, "a:3", "{}\n");
        readers_read(pool, READ_QUESTION, "a:1");
        readers_read(pool, READ_QUESTION, "a:2");
        readers_read(pool, READ_QUESTION, "a:3");
        expect_key("a:1", 0, 1);
        expect_key("a:3", 0, 1); /* from another reader, as the first one was slow */
        bed_assert_within(begun, 390 * 1000);
        expect_key("a:2", -ETIMEDOUT, 0);
        ck_assert_uint_ge(bed_now() - begun, 400 * 1000);
        ck_assert_uint_eq(bed_reads(&bed, "a:2"), 1);
}
END_TEST

/* What hangs for a patient one leaves a reader for questions, however many keys hang. */
START_TEST(a_sweep_does_not_delay_a_question) {
        uint64_t begun;

        for (char c = '1'; c <= '8'; c++) {
                char key[] = { 'h', ':', c, '\0' };

                bed_put(&bed, key, "hang");
                readers_read(pool, c % 2 ? READ_SWEEP : READ_EVENT, key);
        }
        bed_run(&bed, 250 * 1000);
        begun = bed_now();
        readers_read(pool, READ_QUESTION, "a:1");
        do
                bed_until(&bed, next());
        while (!str_equal(last->key, "a:1"));
        bed_assert_within(begun, 150 * 1000);
        ck_assert_uint_le(readers_count(pool), 4);
}
END_TEST

START_TEST(extra_readers_end) {
        bed_put(&bed, "a:1", "slow");
        readers_read(pool, READ_QUESTION, "a:1");
        bed_run(&bed, 50 * 1000);
        readers_read(pool, READ_QUESTION, "a:2");
        expect_key("a:2", 0, 0);
        ck_assert_uint_eq(readers_count(pool), 2);
        expect_key("a:1", 0, 0);
        bed_until(&bed, readers_count(pool) == 1);
        bed_run(&bed, 500 * 1000);
        ck_assert_uint_eq(readers_count(pool), 1); /* the last one stays */
}
END_TEST

START_TEST(a_crash_is_tried_once_more) {
        bed_put(&bed, "a:1", "crash");
        bed_put(&bed, "a:2", "crash-once");
        bed_put(&bed, "a:3", "{}\n");
        readers_read(pool, READ_QUESTION, "a:1");
        readers_read(pool, READ_QUESTION, "a:2");
        readers_read(pool, READ_QUESTION, "a:3");
        expect_key("a:1", -EIO, 0);
        expect_key("a:2", 0, 0);
        expect_key("a:3", 0, 1);
        ck_assert_uint_eq(bed_reads(&bed, "a:1"), 2);
        ck_assert_uint_eq(bed_reads(&bed, "a:2"), 2);
        ck_assert_uint_eq(bed_reads(&bed, "a:3"), 1);
}
END_TEST

START_TEST(garbage_is_not_listened_to) {
        bed_put(&bed, "a:1", "garbage");
        bed_put(&bed, "a:2", "{}\n");
        readers_read(pool, READ_QUESTION, "a:1");
        readers_read(pool, READ_QUESTION, "a:2");
        expect_key("a:1", -EIO, 0);
        expect_key("a:2", 0, 1);
}
END_TEST

START_TEST(a_killed_reader_is_replaced) {
        readers_read(pool, READ_QUESTION, "a:1");
        expect_key("a:1", 0, 0);
        kill(readers_pid(pool, 0), SIGKILL);
        readers_read(pool, READ_QUESTION, "a:2");
        expect_key("a:2", 0, 0);
}
END_TEST

/* More than a socket holds: nothing blocks, and when the reader is gone all of it is read by another one. */
START_TEST(a_stopped_reader_blocks_nobody) {
        uint64_t begun;

        readers_read(pool, READ_QUESTION, "a:0");
        expect_key("a:0", 0, 0);
        kill(readers_pid(pool, 0), SIGSTOP);
        begun = bed_now();
        for (unsigned i = 0; i < 20000; i++) {
                _cleanup_free_ char *key = xasprintf("a:%0200u", i);

                readers_read(pool, READ_QUESTION, key);
        }
        bed_assert_within(begun, 200 * 1000);
        for (n_events = 0; n_events < 20000;)
                bed_until(&bed, next());
        ck_assert_int_eq(last->type, READER_KEY);
}
END_TEST

START_TEST(without_a_program) {
        pool = readers_free(pool);
        setup_with("/nonexistent/reader");
        readers_list(pool);
        readers_read(pool, READ_QUESTION, "a:1");
        for (n_events = 0; n_events < 2;) {
                bed_until(&bed, next());
                ck_assert_int_eq(last->error, -EIO);
        }
}
END_TEST

START_TEST(a_program_that_only_dies) {
        pool = readers_free(pool);
        setup_with("/bin/false");
        readers_list(pool);
        bed_until(&bed, next());
        ck_assert_int_eq(last->type, READER_LISTED);
        ck_assert_int_eq(last->error, -EIO);
        for (unsigned i = 0; i < 1000; i++)
                readers_read(pool, READ_SWEEP, "a:1");
        for (n_events = 0; n_events < 1000;)
                bed_until(&bed, next());
}
END_TEST

int main(void) {
        Suite *suite = suite_create("readers");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_set_timeout(t, 60);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, lists_and_reads);
        tcase_add_test(t, reloads_in_a_new_process);
        tcase_add_test(t, a_hanging_key_costs_only_itself);
        tcase_add_test(t, a_sweep_does_not_delay_a_question);
        tcase_add_test(t, a_sweep_is_marked);
        tcase_add_test(t, extra_readers_end);
        tcase_add_test(t, a_crash_is_tried_once_more);
        tcase_add_test(t, garbage_is_not_listened_to);
        tcase_add_test(t, a_killed_reader_is_replaced);
        tcase_add_test(t, a_stopped_reader_blocks_nobody);
        tcase_add_test(t, without_a_program);
        tcase_add_test(t, a_program_that_only_dies);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
