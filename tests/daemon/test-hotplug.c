/*
 * The view of a live host (umockdev's): what the kernel's events make of it, with the real reader.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <umockdev.h>
#include <unistd.h>
#undef MIN /* glib's */
#undef MAX

#include "bed.h"
#include "daemon/hostview.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/strv.h"

#define UUID "c2177883-f1bb-47f0-914d-32a22e3a8804"

static struct bed bed;
static struct hostview *view;
static UMockdevTestbed *mock;
static gchar *parent;

static void setup(void) {
        struct hostview_options o = HOSTVIEW_DEFAULT;

        log_set_level(LOG_EMERG);
        mock = umockdev_testbed_new();
        ck_assert_msg(umockdev_in_mock_environment(), "run me with LD_PRELOAD=libumockdev-preload.so.0");
        parent = umockdev_testbed_add_device(mock, "pci", "0000:3b:00.0", NULL, "vendor", "0x15b3\n", "device",
                                             "0x1015\n", NULL, NULL);
        bed_init(&bed);
        o.readers.program = READER;
        o.sweep_usec = 500 * 1000;
        ck_assert_int_eq(hostview_new(bed.event, &o, bed.wake, &view), 0);
        hostview_reload(view);
        bed_until(&bed, hostview_rounds_done(view) > 0);
        ck_assert_uint_eq(hostview_count(view), 0);
}

static void teardown(void) {
        view = hostview_free(view);
        bed_done(&bed);
        g_free(parent);
        g_object_unref(mock);
}

static gchar *plug(const char *name) {
        return umockdev_testbed_add_device(mock, "mdev", name, parent, "model", "m\n", NULL, NULL);
}

static uint64_t snapshot_generation(void) {
        struct snapshot *s = hostview_snapshot(view);
        uint64_t generation = s->generation;

        snapshot_unref(s);
        return generation;
}

static struct notice *next(void) {
        struct notice *n;

        bed_until(&bed, (n = hostview_pop_notice(view)));
        return n;
}

START_TEST(plugged_and_unplugged) {
        g_autofree gchar *path = plug(UUID);
        struct notice *n;

        umockdev_testbed_uevent(mock, path, "bind");
        n = next();
        ck_assert_ptr_null(n->old);
        ck_assert_str_eq(n->new->address, "mdev:" UUID);
        ck_assert_str_eq(n->new->traits->model, "m");
        notice_free(n);

        umockdev_testbed_set_attribute(mock, path, "model", "other\n");
        umockdev_testbed_uevent(mock, path, "bind");
        n = next();
        ck_assert_str_eq(n->old->traits->model, "m");
        ck_assert_str_eq(n->new->traits->model, "other");
        notice_free(n);

        umockdev_testbed_uevent(mock, path, "remove");
        umockdev_testbed_remove_device(mock, path);
        n = next();
        ck_assert_ptr_null(n->new);
        notice_free(n);
        ck_assert_uint_eq(hostview_count(view), 0);
}
END_TEST

/* Gone and made again before anybody looked: it is another one, however alike they are. */
START_TEST(made_again) {
        g_autofree gchar *path = plug(UUID);
        uint64_t generation;
        struct viewed viewed;
        struct device *old;

        umockdev_testbed_uevent(mock, path, "bind");
        notice_free(next());
        ck_assert(hostview_find(view, "mdev:" UUID, &viewed));
        old = device_ref(viewed.device);
        generation = snapshot_generation();
        umockdev_testbed_uevent(mock, path, "remove");
        umockdev_testbed_uevent(mock, path, "bind");
        bed_until(&bed, hostview_changed_since(view, "mdev:" UUID, generation));
        bed_until(&bed, hostview_find(view, "mdev:" UUID, &viewed));
        ck_assert(hostview_changed_since(view, "mdev:" UUID, generation));
        ck_assert_ptr_ne(viewed.device, old);
        ck_assert(device_equal(viewed.device, old));
        device_unref(old);
}
END_TEST

/* A remove and an add right after it end in what is there. */
START_TEST(many_at_once) {
        for (int i = 0; i < 50; i++) {
                g_autofree char *name = xasprintf("c2177883-f1bb-47f0-914d-32a22e3a%04d", i);
                g_autofree gchar *path = plug(name);

                umockdev_testbed_uevent(mock, path, "bind");
                if (i % 2) {
                        umockdev_testbed_uevent(mock, path, "remove");
                        umockdev_testbed_remove_device(mock, path);
                }
                bed_run(&bed, 1000); /* umockdev's socket holds few */
        }
        bed_until(&bed, hostview_count(view) == 25);
        bed_run(&bed, 200 * 1000);
        ck_assert_uint_eq(hostview_count(view), 25);
}
END_TEST

/* No event: the sweep finds it. */
START_TEST(swept) {
        g_autofree gchar *path = plug(UUID);

        umockdev_testbed_uevent(mock, path, "bind");
        bed_until(&bed, hostview_count(view) == 1);
        umockdev_testbed_set_attribute(mock, path, "model", "other\n");
        notice_free(next());
        notice_free(next());
        umockdev_testbed_remove_device(mock, path);
        bed_until(&bed, hostview_count(view) == 0);
}
END_TEST

/* An event may be of any device: one that nobody could read is not announced. */
START_TEST(without_readers_there_is_no_device) {
        _cleanup_free_ char *program = xasprintf("%s/reader", bed.dir),
                            *copy = xasprintf("cp '%s' '%s'", READER, program);
        g_autofree gchar *path = NULL, *mdev = NULL;
        struct hostview_options o = HOSTVIEW_DEFAULT;

        ck_assert_int_eq(system(copy), 0);
        view = hostview_free(view);
        o.readers.program = program;
        o.retry_usec = 100 * 1000;
        o.sweep_usec = 500 * 1000;
        ck_assert_int_eq(hostview_new(bed.event, &o, bed.wake, &view), 0);
        hostview_reload(view);
        bed_until(&bed, hostview_rounds_done(view) > 0);
        ck_assert_int_eq(unlink(program), 0);
        kill(readers_pid(hostview_readers(view), 0), SIGKILL);
        path = umockdev_testbed_add_device(mock, "pci", "0000:3b:00.2", parent, "vendor", "0x15b3\n", "device",
                                           "0x101e\n", NULL, NULL);
        umockdev_testbed_uevent(mock, path, "bind");
        bed_run(&bed, 300 * 1000);
        ck_assert_uint_eq(hostview_count(view), 0);
        ck_assert_ptr_null(hostview_pop_notice(view));
        mdev = plug(UUID);
        ck_assert_int_eq(system(copy), 0);
        bed_until(&bed, hostview_count(view) == 1); /* the sweep sees it */
}
END_TEST

int main(void) {
        Suite *suite = suite_create("hotplug");
        TCase *t = tcase_create("all");
        SRunner *runner = srunner_create(suite);
        int n;

        tcase_set_timeout(t, 60);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_test(t, plugged_and_unplugged);
        tcase_add_test(t, made_again);
        tcase_add_test(t, many_at_once);
        tcase_add_test(t, swept);
        tcase_add_test(t, without_readers_there_is_no_device);
        suite_add_tcase(suite, t);
        srunner_run_all(runner, CK_NORMAL);
        n = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n > 0;
}
