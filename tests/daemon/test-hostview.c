/*
 * The view of the host: rounds, refreshes, snapshots and notices, with a reader that does as it is told.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bed.h"
#include "daemon/hostview.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/strv.h"

static struct bed bed;
static struct hostview *view;

static void setup(void) {
        struct hostview_options o = HOSTVIEW_DEFAULT;
        static char *arguments[2];

        log_set_level(LOG_EMERG);
        bed_init(&bed);
        arguments[0] = bed.root;
        o.live = false;
        o.readers.program = FAKE_READER;
        o.readers.arguments = arguments;
        o.readers.silence_usec = 300 * 1000;
        o.retry_usec = 700 * 1000;
        o.fresh_usec = 200 * 1000;
        o.deadline_usec = 400 * 1000;
        ck_assert_int_eq(hostview_new(bed.event, &o, bed.wake, &view), 0);
}

static void teardown(void) {
        view = hostview_free(view);
        bed_done(&bed);
}

static void round_run(uint64_t number) {
        bed_until(&bed, hostview_rounds_done(view) >= number);
}

static void begin(void) {
        int error;

        round_run(hostview_reload(view));
        ck_assert(hostview_complete(view, &error));
}

static void refresh(const char *key, bool all) {
        char *keys[] = { (char *)key, NULL };
        struct refresh *r, *done;

        ck_assert_int_eq(hostview_refresh(view, keys, all, READ_QUESTION, &bed, &r), 0);
        if (!r)
                return;
        bed_until(&bed, (done = hostview_pop_refresh(view)));
        ck_assert_ptr_eq(done, r);
        ck_assert_ptr_eq(refresh_userdata(done), &bed);
        refresh_free(done);
}

static const char *model_of(const char *address) {
        struct viewed v;

        ck_assert(hostview_find(view, address, &v));
        return v.device->traits->model;
}

START_TEST(an_empty_host) {
        _cleanup_(snapshot_unref_cleanup) struct snapshot *s = NULL;

        begin();
        ck_assert_uint_eq(hostview_count(view), 0);
        s = hostview_snapshot(view);
        ck_assert_uint_eq(s->inventory->document->n_devices, 0);
        ck_assert_uint_eq(s->inventory->n_classes, 0);
        ck_assert_ptr_null(hostview_pop_notice(view));
}
END_TEST

START_TEST(devices_in_order_and_sharing) {
        _cleanup_(snapshot_unref_cleanup) struct snapshot *s = NULL;
        const struct document *d;

        bed_put_device(&bed, "pci:0000:3b:00.3", "m", "1");
        bed_put_device(&bed, "pci:0000:3b:00.2", "m", "1");
        bed_put_device(&bed, "mdev:c2177883-f1bb-47f0-914d-32a22e3a8804", "m", "2");
        bed_put(&bed, "parent:pci:0000:01:00.0",
                "{\"parent\":\"pci:0000:01:00.0\",\"mdevType\":\"t-2\",\"available\":1}\n"
                "{\"parent\":\"pci:0000:01:00.0\",\"mdevType\":\"t-1\",\"available\":4}\n");
        bed_put(&bed, ".models",
                "{\"schema\":\"org.vfio.Migration1.descriptor/"
                "1\",\"devices\":[],\"models\":{\"m\":{\"versions\":{}}}}");
        bed_put(&bed, ".host",
                "{\"schema\":\"org.vfio.Migration1.descriptor/"
                "1\",\"host\":{\"name\":\"h\",\"kernel\":\"6.1\"},\"devices\":[]}");
        begin();
        s = hostview_snapshot(view);
        d = s->inventory->document;
        ck_assert_uint_eq(d->n_devices, 3);
        ck_assert_str_eq(d->devices[0]->address, "mdev:c2177883-f1bb-47f0-914d-32a22e3a8804");
        ck_assert_str_eq(d->devices[1]->address, "pci:0000:3b:00.2");
        ck_assert_ptr_eq(d->devices[1]->traits, d->devices[2]->traits);
        ck_assert_ptr_ne(d->devices[0]->traits, d->devices[1]->traits);
        ck_assert_uint_eq(d->n_creatables, 2);
        ck_assert_str_eq(d->creatables[0]->traits->mdev_type, "t-1");
        ck_assert_str_eq(d->host_name, "h");
        ck_assert_ptr_nonnull(models_find(&d->models, "m"));
        ck_assert_uint_eq(hostview_count(view), 3);
}
END_TEST

START_TEST(an_equal_answer_changes_nothing) {
        _cleanup_(snapshot_unref_cleanup) struct snapshot *a = NULL, *b = NULL;
        struct viewed before, after;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        a = hostview_snapshot(view);
        ck_assert(hostview_find(view, "pci:1", &before));
        refresh("pci:1", true);
        ck_assert(hostview_find(view, "pci:1", &after));
        ck_assert_ptr_eq(before.device, after.device);
        ck_assert_uint_gt(after.read_at, before.read_at);
        b = hostview_snapshot(view);
        ck_assert_ptr_eq(a, b);
        ck_assert(!hostview_changed_since(view, "pci:1", a->generation));
}
END_TEST

START_TEST(a_change_makes_a_new_snapshot) {
        _cleanup_(snapshot_unref_cleanup) struct snapshot *a = NULL, *b = NULL;
        _cleanup_(notice_free_cleanup) struct notice *n = NULL;

        bed_put_device(&bed, "pci:1", "m", "1");
        bed_put_device(&bed, "pci:2", "m", "1");
        begin();
        a = hostview_snapshot(view);
        bed_put_device(&bed, "pci:1", "other", "1");
        refresh("pci:1", true);
        ck_assert(hostview_changed_since(view, "pci:1", a->generation));
        ck_assert(!hostview_changed_since(view, "pci:2", a->generation));
        b = hostview_snapshot(view);
        ck_assert_str_eq(a->inventory->document->devices[0]->traits->model, "m"); /* for ever */
        ck_assert_str_eq(b->inventory->document->devices[0]->traits->model, "other");
        ck_assert_ptr_eq(a->inventory->document->devices[1], b->inventory->document->devices[1]);
        n = hostview_pop_notice(view);
        ck_assert_str_eq(n->old->traits->model, "m");
        ck_assert_str_eq(n->new->traits->model, "other");
        ck_assert_ptr_null(hostview_pop_notice(view));
}
END_TEST

START_TEST(devices_come_and_go) {
        _cleanup_(notice_free_cleanup) struct notice *gone = NULL, *come = NULL;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_put(&bed, "pci:1", NULL);
        bed_put_device(&bed, "pci:2", "m", "1");
        round_run(hostview_rescan(view));
        ck_assert_uint_eq(hostview_count(view), 1);
        for (int i = 0; i < 2; i++) {
                struct notice *n = hostview_pop_notice(view);

                *(n->new ? &come : &gone) = n;
        }
        ck_assert_str_eq(gone->old->address, "pci:1");
        ck_assert_str_eq(come->new->address, "pci:2");
        ck_assert(hostview_changed_since(view, "pci:1", 0));
}
END_TEST

START_TEST(a_refresh_leaves_alone_what_is_fresh) {
        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        refresh("pci:1", false);
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 1);
        bed_run(&bed, 250 * 1000);
        refresh("pci:1", false);
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 2);
        refresh("pci:none", false);
}
END_TEST

START_TEST(who_wants_the_same_shares_a_read) {
        char *keys[] = { (char *)"pci:1", NULL };
        struct refresh *r[10], *done;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_run(&bed, 250 * 1000);
        for (size_t i = 0; i < ARRAY_SIZE(r); i++)
                ck_assert_int_eq(hostview_refresh(view, keys, false, READ_QUESTION, &r[i], &r[i]), 0);
        refresh_free(r[0]); /* nobody wants this one any more */
        for (size_t i = 1; i < ARRAY_SIZE(r); i++) {
                bed_until(&bed, (done = hostview_pop_refresh(view)));
                refresh_free(done);
        }
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 2);
}
END_TEST

/* Whoever wants it as it is now does not take a read that began before. */
START_TEST(afresh_is_after) {
        char *keys[] = { (char *)"pci:1", NULL };
        struct refresh *a, *b;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        ck_assert_int_eq(hostview_refresh(view, keys, true, READ_QUESTION, NULL, &a), 0);
        bed_until(&bed, bed_reads(&bed, "pci:1") == 2);
        bed_put_device(&bed, "pci:1", "m2", "1");
        ck_assert_int_eq(hostview_refresh(view, keys, true, READ_DESCRIBE, NULL, &b), 0);
        bed_until(&bed, hostview_pop_refresh(view) == a);
        refresh_free(a);
        bed_until(&bed, hostview_pop_refresh(view) == b);
        refresh_free(b);
        ck_assert_str_eq(model_of("pci:1"), "m2");
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 3);
}
END_TEST

START_TEST(what_hangs_is_unknown_and_left_alone) {
        struct viewed v;
        uint64_t begun;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_put(&bed, "pci:1", "hang");
        begun = bed_now();
        refresh("pci:1", true);
        ck_assert_uint_ge(bed_now() - begun, 300 * 1000);
        bed_assert_within(begun, 800 * 1000);
        ck_assert(hostview_find(view, "pci:1", &v));
        ck_assert_ptr_null(v.device->traits->model);
        ck_assert_str_eq(v.device->traits->driver, "d"); /* what cannot but be as it was */
        ck_assert_int_eq(v.device->traits->in_use, TRI_UNKNOWN);
        ck_assert_str_eq(traits_origin(v.device->traits, "model"), "errno:ETIMEDOUT");
        ck_assert_str_eq(v.device->sysfs_path, "sys/devices/x"); /* where it is, is known */

        bed_put_device(&bed, "pci:1", "m", "1");
        begun = bed_now();
        refresh("pci:1", true); /* not tried */
        bed_assert_within(begun, 100 * 1000);
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 2);
        bed_run(&bed, 700 * 1000);
        refresh("pci:1", false);
        ck_assert_str_eq(model_of("pci:1"), "m");
}
END_TEST

START_TEST(a_rescan_tries_what_was_left_alone) {
        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_put(&bed, "pci:1", "hang");
        refresh("pci:1", true);
        bed_put_device(&bed, "pci:1", "m", "1");
        round_run(hostview_rescan(view));
        ck_assert_str_eq(model_of("pci:1"), "m");
}
END_TEST

START_TEST(hanging_devices_do_not_keep_the_first_round) {
        bed_put(&bed, "pci:1", "hang");
        bed_put(&bed, "pci:2", "crash");
        bed_put(&bed, "pci:3", "{\"nonsense\":1}\n");
        bed_put_device(&bed, "pci:4", "m", "1");
        begin();
        ck_assert_uint_eq(hostview_count(view), 4);
        ck_assert_ptr_null(model_of("pci:1"));
        ck_assert_ptr_null(model_of("pci:2"));
        ck_assert_ptr_null(model_of("pci:3"));
        ck_assert_str_eq(model_of("pci:4"), "m");
}
END_TEST

START_TEST(a_parent_that_hangs_keeps_its_types_unknown) {
        _cleanup_(snapshot_unref_cleanup) struct snapshot *s = NULL;
        const struct device *c;

        bed_put(&bed, "parent:p:1", "{\"parent\":\"p:1\",\"mdevType\":\"t\",\"available\":4,\"model\":\"m\"}\n");
        begin();
        bed_put(&bed, "parent:p:1", "hang");
        refresh("parent:p:1", true);
        s = hostview_snapshot(view);
        ck_assert_uint_eq(s->inventory->document->n_creatables, 1);
        c = s->inventory->document->creatables[0];
        ck_assert_str_eq(c->traits->mdev_type, "t");
        ck_assert_uint_eq(c->available, 4);
        ck_assert_ptr_null(c->traits->model);
        ck_assert_str_eq(traits_origin(c->traits, "model"), "errno:ETIMEDOUT");
}
END_TEST

/* The table of traits is thrown away and made again; nobody must notice. */
START_TEST(many_changes) {
        _cleanup_(snapshot_unref_cleanup) struct snapshot *old = NULL;

        for (int i = 0; i < 4; i++) {
                _cleanup_free_ char *address = xasprintf("pci:%d", i);

                bed_put_device(&bed, address, "m", "same");
        }
        begin();
        old = hostview_snapshot(view);
        for (int i = 0; i < 200; i++) {
                _cleanup_free_ char *value = xasprintf("v%d", i);

                bed_put_device(&bed, "pci:0", "m", value);
                refresh("pci:0", true);
        }
        bed_put_device(&bed, "pci:0", "m", "same");
        refresh("pci:0", true);
        snapshot_unref(old);
        old = hostview_snapshot(view);
        ck_assert_ptr_eq(old->inventory->document->devices[0]->traits, old->inventory->document->devices[3]->traits);
        ck_assert_uint_eq(old->inventory->n_classes, 1);
}
END_TEST

#define MODELS(name) \
        "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[],\"models\":{\"" name "\":{\"versions\":{}}}}"

static bool model_known(const char *name) {
        _cleanup_(snapshot_unref_cleanup) struct snapshot *s = hostview_snapshot(view);

        return models_find(&s->inventory->document->models, name) != NULL;
}

/* Once may be bad luck. */
START_TEST(models_are_tried_twice) {
        static const char *const bad[] = { "fail\n", "hang\n", "large\nlarge\n" };

        bed_put(&bed, ".reload", bad[_i]);
        bed_put(&bed, ".models", MODELS("m"));
        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        ck_assert(model_known("m"));
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 1);
}
END_TEST

/* Without models nothing is read, and nothing is complete. */
START_TEST(no_models_no_view) {
        static const char *const bad[] = { "fail\nfail\n", "hang\nhang\n", "large\nlarge\nlarge\nlarge\n", NULL };
        int error;

        if (bad[_i])
                bed_put(&bed, ".reload", bad[_i]);
        else
                bed_put(&bed, ".models", "{");
        bed_put_device(&bed, "pci:1", "m", "1");
        round_run(hostview_reload(view));
        ck_assert(!hostview_complete(view, &error));
        ck_assert_int_lt(error, 0);
        bed_run(&bed, 100 * 1000);
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 0);
}
END_TEST

/* The last line of what readers were given to use. */
static char *last_store(void) {
        _cleanup_free_ char *path = xasprintf("%s/.stores", bed.dir);
        FILE *f = fopen(path, "re");
        char line[256] = "";

        while (f && fgets(line, sizeof(line), f))
                ;
        if (f)
                fclose(f);
        line[strcspn(line, "\n")] = '\0';
        return xstrdup(line);
}

static void assert_store(const char *text) {
        _cleanup_free_ char *store = last_store();

        ck_assert_str_eq(store, text);
}

START_TEST(a_reload_that_fails_changes_nothing) {
        static const char *const bad[] = { "fail\nfail\n", "hang\nhang\n", "large\nlarge\nlarge\nlarge\n", NULL };
        int error;

        bed_put(&bed, ".models", MODELS("m"));
        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_put(&bed, ".models", bad[_i] ? MODELS("n") : "{");
        if (bad[_i])
                bed_put(&bed, ".reload", bad[_i]);
        round_run(hostview_reload(view));
        ck_assert(hostview_complete(view, &error));
        ck_assert_int_eq(error, 0);
        ck_assert(model_known("m") && !model_known("n"));
        ck_assert_uint_eq(bed_reads(&bed, "pci:1"), 2);
        assert_store(MODELS("m"));
        bed_put(&bed, ".models", MODELS("n"));
        round_run(hostview_reload(view));
        ck_assert(!model_known("m") && model_known("n"));
        assert_store(MODELS("n"));
}
END_TEST

START_TEST(reloads_on_reloads) {
        uint64_t number = 0;

        bed_put(&bed, ".models", MODELS("m"));
        begin();
        bed_put(&bed, ".models", MODELS("n"));
        for (int i = 0; i < 5; i++) {
                number = hostview_reload(view);
                bed_run(&bed, i * 1000);
                ck_assert_uint_ge(hostview_rescan(view), number);
        }
        round_run(number);
        ck_assert(model_known("n"));
}
END_TEST

/* Whoever replaces a reader uses what the others use, not what the files say by then. */
START_TEST(all_readers_use_one_store) {
        bed_put(&bed, ".models", MODELS("m"));
        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        assert_store(MODELS("m"));
        bed_put(&bed, ".stores", "");
        bed_put(&bed, ".models", MODELS("n"));
        kill(readers_pid(hostview_readers(view), 0), SIGKILL);
        bed_run(&bed, 50 * 1000);
        refresh("pci:1", true);
        ck_assert_str_eq(model_of("pci:1"), "m");
        assert_store(MODELS("m"));
        round_run(hostview_reload(view));
        assert_store(MODELS("n"));
}
END_TEST

/* Two readers at one key: what was asked later counts, whoever answers last. */
START_TEST(an_older_read_does_not_count) {
        struct viewed v;
        uint64_t number, read_at, taken_at;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_put_device_how(&bed, "late\n", "pci:1", "old", "1");
        number = hostview_rescan(view);
        bed_until(&bed, bed_reads(&bed, "pci:1") == 2); /* it has it, and keeps it for a while */
        bed_put_device(&bed, "pci:1", "new", "1");
        refresh("pci:1", true);
        ck_assert_uint_lt(hostview_rounds_done(view), number);
        ck_assert_str_eq(model_of("pci:1"), "new");
        ck_assert(hostview_find(view, "pci:1", &v));
        read_at = v.read_at;
        taken_at = v.taken_at;
        round_run(number);
        ck_assert_str_eq(model_of("pci:1"), "new");
        ck_assert(hostview_find(view, "pci:1", &v));
        ck_assert_uint_eq(v.read_at, read_at);
        ck_assert_uint_eq(v.taken_at, taken_at);
}
END_TEST

/* An answer is as old as its question. */
START_TEST(a_slow_answer_is_not_fresh) {
        struct viewed v;
        struct timespec now;
        uint64_t asked;

        bed_put_device(&bed, "pci:1", "m", "1");
        begin();
        bed_put_device_how(&bed, "late\n", "pci:1", "n", "1");
        clock_gettime(CLOCK_REALTIME, &now);
        asked = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
        refresh("pci:1", true);
        ck_assert(hostview_find(view, "pci:1", &v));
        ck_assert_str_eq(v.device->traits->model, "n");
        ck_assert_uint_ge(v.taken_at + 1000, asked);
        ck_assert_uint_lt(v.taken_at, asked + 100 * 1000);
}
END_TEST

/* Readers that are busy say nothing of a device: only he who could not wait does without it. */
START_TEST(busy_is_not_unknown) {
        _cleanup_(snapshot_unref_cleanup) struct snapshot *all = NULL, *his = NULL;
        _cleanup_(strv_free_cleanup) char **keys = NULL, **late = NULL;
        struct refresh *r, *done;
        size_t n = 0;

        for (int i = 0; i < 8; i++) {
                strv_take(&keys, xasprintf("pci:%d", i));
                bed_put_device(&bed, keys[i], "m", "1");
        }
        begin();
        for (int i = 0; i < 8; i++)
                bed_put_device_how(&bed, "late\n", keys[i], "m", "1");
        ck_assert_int_eq(hostview_refresh(view, keys, true, READ_DESCRIBE, NULL, &r), 0);
        ck_assert_uint_eq(refresh_pending(r), 8);
        bed_until(&bed, (done = hostview_pop_refresh(view)));
        late = refresh_take_late(done);
        refresh_free(done);
        ck_assert_uint_gt(strv_length(late), 2);
        for (int i = 0; i < 8; i++)
                ck_assert_str_eq(model_of(keys[i]), "m");
        all = hostview_snapshot(view);
        ck_assert_uint_eq(all->inventory->n_classes, 1);
        his = hostview_snapshot_without(view, late);
        for (size_t i = 0; i < 8; i++) {
                const struct device *d = his->inventory->document->devices[i];

                ck_assert_str_eq(d->traits->driver, "d");
                ck_assert(strv_contains(late, d->address) == !d->traits->model);
                n += !d->traits->model;
        }
        ck_assert_uint_eq(n, strv_length(late));
}
END_TEST

/* Of a parent with many types that all change. */
START_TEST(many_types_that_change) {
        for (int round = 0; round < 3; round++) {
                _cleanup_text_ struct text t = {};

                for (int i = 0; i < 400; i++)
                        text_addf(&t, "{\"parent\":\"p:1\",\"mdevType\":\"t-%d\",\"available\":1,\"model\":\"%d\"}\n",
                                  i, round);
                bed_put(&bed, "parent:p:1", t.data);
                round_run(round ? hostview_rescan(view) : hostview_reload(view));
        }
        {
                _cleanup_(snapshot_unref_cleanup) struct snapshot *s = hostview_snapshot(view);

                ck_assert_uint_eq(s->inventory->document->n_creatables, 400);
                ck_assert_str_eq(s->inventory->document->creatables[399]->traits->model, "2");
        }
}
END_TEST

START_TEST(ends_in_the_middle) {
        char *keys[] = { (char *)"pci:1", (char *)"pci:2", NULL };
        struct refresh *r;

        bed_put(&bed, "pci:1", "hang");
        bed_put_device(&bed, "pci:2", "m", "1");
        hostview_reload(view);
        bed_run(&bed, 100 * 1000);
        ck_assert_int_eq(hostview_refresh(view, keys, true, READ_QUESTION, NULL, &r), 0);
        bed_run(&bed, 10 * 1000);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("hostview");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_set_timeout(t, 60);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, an_empty_host);
        tcase_add_test(t, devices_in_order_and_sharing);
        tcase_add_test(t, an_equal_answer_changes_nothing);
        tcase_add_test(t, a_change_makes_a_new_snapshot);
        tcase_add_test(t, devices_come_and_go);
        tcase_add_test(t, a_refresh_leaves_alone_what_is_fresh);
        tcase_add_test(t, who_wants_the_same_shares_a_read);
        tcase_add_test(t, afresh_is_after);
        tcase_add_test(t, what_hangs_is_unknown_and_left_alone);
        tcase_add_test(t, a_rescan_tries_what_was_left_alone);
        tcase_add_test(t, hanging_devices_do_not_keep_the_first_round);
        tcase_add_test(t, a_parent_that_hangs_keeps_its_types_unknown);
        tcase_add_test(t, many_changes);
        tcase_add_loop_test(t, models_are_tried_twice, 0, 3);
        tcase_add_loop_test(t, no_models_no_view, 0, 4);
        tcase_add_loop_test(t, a_reload_that_fails_changes_nothing, 0, 4);
        tcase_add_test(t, reloads_on_reloads);
        tcase_add_test(t, all_readers_use_one_store);
        tcase_add_test(t, an_older_read_does_not_count);
        tcase_add_test(t, a_slow_answer_is_not_fresh);
        tcase_add_test(t, busy_is_not_unknown);
        tcase_add_test(t, many_types_that_change);
        tcase_add_test(t, ends_in_the_middle);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
