/*
 * The threads: whose turn it is, what is cancelled, and when.
 */
#include <stdlib.h>
#include <unistd.h>

#include "bed.h"
#include "daemon/judges.h"
#include "util/alloc.h"

static struct bed bed;
static struct judges *judges;
static atomic_uint clock_;

struct work {
        struct job job;
        unsigned usec;
        bool deaf; /* does not look at cancelled */
        unsigned order;
        bool ran;
};

static void setup(void) {
        bed_init(&bed);
        ck_assert_int_eq(judges_new(bed.event, 1, 300 * 1000, bed.wake, &judges), 0);
}

static void teardown(void) {
        judges = judges_free(judges);
        bed_done(&bed);
}

static void run(struct job *job) {
        struct work *w = (struct work *)job;

        w->ran = true;
        w->order = ++clock_;
        for (unsigned t = 0; t < w->usec; t += 10 * 1000) {
                usleep(10 * 1000);
                if (atomic_load(&job->cancelled) && !w->deaf)
                        return;
        }
}

static void submit(struct work *w, uid_t uid, unsigned usec) {
        *w = (struct work){ .job = { .run = run, .uid = uid }, .usec = usec };
        judges_submit(judges, &w->job);
}

static void wait_for(unsigned n) {
        while (n > 0) {
                bed_until(&bed, judges_pop(judges));
                n--;
        }
}

START_TEST(in_turn_by_user) {
        struct work block, a[4], b[2], c[1];

        clock_ = 0;
        submit(&block, 9, 50 * 1000);
        for (int i = 0; i < 4; i++)
                submit(&a[i], 1, 0);
        for (int i = 0; i < 2; i++)
                submit(&b[i], 2, 0);
        submit(&c[0], 3, 0);
        ck_assert_uint_eq(judges_count(judges), 8);
        wait_for(8);
        ck_assert_uint_eq(judges_count(judges), 0);
        ck_assert_uint_eq(a[0].order, 2);
        ck_assert_uint_eq(b[0].order, 3);
        ck_assert_uint_eq(c[0].order, 4);
        ck_assert_uint_eq(a[1].order, 5);
        ck_assert_uint_eq(b[1].order, 6);
        ck_assert_uint_eq(a[3].order, 8);
}
END_TEST

/* A user whose jobs take long does not hold all threads. */
START_TEST(nobody_holds_all_threads) {
        struct work a[6], b;
        uint64_t begun;

        judges_free(judges);
        ck_assert_int_eq(judges_new(bed.event, 4, 10 * 1000 * 1000, bed.wake, &judges), 0);
        for (int i = 0; i < 6; i++)
                submit(&a[i], 1, 400 * 1000);
        begun = bed_now();
        submit(&b, 2, 0);
        bed_until(&bed, judges_pop(judges) == &b.job);
        bed_assert_within(begun, 200 * 1000);
        wait_for(6);
}
END_TEST

/* Nor do two, whatever they ask. */
START_TEST(two_users_leave_a_thread) {
        struct work a[4], b[4], c;
        uint64_t begun;

        judges_free(judges);
        ck_assert_int_eq(judges_new(bed.event, 4, 10 * 1000 * 1000, bed.wake, &judges), 0);
        for (int i = 0; i < 4; i++) {
                submit(&a[i], 1, 400 * 1000);
                submit(&b[i], 2, 400 * 1000);
        }
        usleep(50 * 1000); /* all that may run are running */
        begun = bed_now();
        submit(&c, 3, 0);
        bed_until(&bed, judges_pop(judges) == &c.job);
        bed_assert_within(begun, 200 * 1000);
        wait_for(8);
}
END_TEST

/* While a job that does not listen goes on, the next one's time is watched all the same. */
START_TEST(a_deaf_job_does_not_stop_the_clock) {
        struct work deaf = { .job = { .run = run, .uid = 1 }, .usec = 900 * 1000, .deaf = true }, late;
        uint64_t begun;

        judges_submit(judges, &deaf.job);
        bed_run(&bed, 400 * 1000); /* its time is up, and the timer has told it so */
        ck_assert(deaf.job.expired);
        begun = bed_now();
        submit(&late, 2, 0);
        wait_for(2);
        ck_assert(!late.ran && late.job.expired);
        bed_assert_within(begun, 800 * 1000);
}
END_TEST

START_TEST(what_takes_too_long_is_cancelled) {
        struct work a, b;
        uint64_t begun = bed_now();

        submit(&a, 1, 5 * 1000 * 1000);
        submit(&b, 1, 0);
        wait_for(2);
        ck_assert(a.ran && a.job.expired);
        ck_assert(!b.ran && b.job.expired); /* it waited as long */
        bed_assert_within(begun, 1000 * 1000);
}
END_TEST

START_TEST(cancelled_before_its_turn) {
        struct work a, b;

        submit(&a, 1, 50 * 1000);
        submit(&b, 1, 0);
        atomic_store(&b.job.cancelled, true);
        wait_for(2);
        ck_assert(a.ran && !b.ran && !b.job.expired);
}
END_TEST

START_TEST(ends_with_work_left) {
        static struct work a[20];

        for (int i = 0; i < 20; i++)
                submit(&a[i], (uid_t)i, 1000 * 1000);
        usleep(20 * 1000);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("judges");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_set_timeout(t, 60);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, two_users_leave_a_thread);
        tcase_add_test(t, a_deaf_job_does_not_stop_the_clock);
        tcase_add_test(t, in_turn_by_user);
        tcase_add_test(t, nobody_holds_all_threads);
        tcase_add_test(t, what_takes_too_long_is_cancelled);
        tcase_add_test(t, cancelled_before_its_turn);
        tcase_add_test(t, ends_with_work_left);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
