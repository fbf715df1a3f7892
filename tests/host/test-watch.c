/*
 * Events: what each of the kernel's means; and, on umockdev's mocked /sys, the monitor and libudev's enumeration.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <umockdev.h>
#undef MIN /* util/macro.h has its own */
#undef MAX

#include "host/census.h"
#include "host/probe.h"
#include "host/watch.h"
#include "told.h"
#include "util/alloc.h"

#define UUID "12345678-1234-4123-8123-123456789abc"
#define VIRTUAL "/devices/virtual/mtty/mtty"
#define PCI "/devices/pci0000:3b/0000:3b:00.0"

/* In one line: "key", "-key" for what is gone, "+key" for what is another one now, "all". */
static char *describe(const struct watch_events *e) {
        struct text t = {};

        text_add(&t, e->all ? "all" : "");
        for (size_t i = 0; i < e->n; i++)
                text_addf(&t, "%s%s%s", i ? " " : "", e->v[i].removed ? "-" : e->v[i].another ? "+" : "", e->v[i].key);
        return text_take(&t);
}

static const struct {
        const char *action, *subsystem, *devpath, *mdev_state, *events;
} meanings[] = {
        /* The making of an mdev, in the kernel's order. */
        { "add", "mdev", VIRTUAL "/" UUID, NULL, "parent:mtty:mtty" },
        { "add", "vfio", "/devices/virtual/vfio/0", NULL, "" },
        { "add", "vfio-dev", VIRTUAL "/" UUID "/vfio-dev/vfio0", NULL, "mdev:" UUID },
        { "bind", "mdev", VIRTUAL "/" UUID, NULL, "mdev:" UUID " parent:mtty:mtty" },
        /* Its end. */
        { "remove", "vfio-dev", VIRTUAL "/" UUID "/vfio-dev/vfio0", NULL, "mdev:" UUID },
        { "unbind", "mdev", VIRTUAL "/" UUID, NULL, "mdev:" UUID " parent:mtty:mtty" },
        { "remove", "mdev", PCI "/" UUID, NULL, "-mdev:" UUID " parent:pci:0000:3b:00.0" },
        { "bind", "mdev", "/devices/css0/0.0.0313/" UUID, NULL, "all" }, /* a parent of unknown kind */
        /* Parents. */
        { "change", "mtty", VIRTUAL, "registered", "parent:mtty:mtty" },
        { "change", "pci", PCI, "unregistered", "parent:pci:0000:3b:00.0 pci:0000:3b:00.0" },
        { "change", "css", "/devices/css0/0.0.0313", "registered", "parent:css:0.0.0313" },
        { "add", "mtty", VIRTUAL, NULL, "" },
        /* PCI. */
        { "add", "pci", PCI, NULL, "pci:0000:3b:00.0" },
        { "bind", "pci", PCI, NULL, "pci:0000:3b:00.0" },
        { "unbind", "pci", PCI, NULL, "pci:0000:3b:00.0" },
        { "remove", "pci", PCI, NULL, "-pci:0000:3b:00.0" },
        { "change", "pci", PCI, NULL, "pci:0000:3b:00.0 parent:pci:0000:3b:00.0" },
        { "add", "vfio-dev", PCI "/vfio-dev/vfio3", NULL, "pci:0000:3b:00.0" },
        { "add", "pci", "/devices/pci0000:00", NULL, "" },
        /* Others. */
        { "add", "vfio-dev", "/devices/platform/x/vfio-dev/vfio3", NULL, "all" },
        { "add", "vfio-dev", "/", NULL, "all" },
        { "add", "net", PCI "/net/ens1", NULL, "" },
        { "add", NULL, "/x", NULL, "" },
};

START_TEST(test_meanings) {
        struct watch_events events = {};
        _cleanup_free_ char *said = NULL;

        watch_translate(meanings[_i].action, meanings[_i].subsystem, meanings[_i].devpath, meanings[_i].mdev_state,
                        &events);
        said = describe(&events);
        ck_assert_str_eq(said, meanings[_i].events);
        watch_events_done(&events);
}
END_TEST

/* Each key once, with its last state; and everything at once when there are very many. */
START_TEST(test_sets) {
        struct watch_events events = {};
        _cleanup_free_ char *once = NULL, *gone = NULL, *another = NULL;

        for (int i = 0; i < 3; i++)
                watch_translate("bind", "pci", PCI, NULL, &events);
        once = describe(&events);
        ck_assert_str_eq(once, "pci:0000:3b:00.0");
        watch_translate("remove", "pci", PCI, NULL, &events);
        gone = describe(&events);
        ck_assert_str_eq(gone, "-pci:0000:3b:00.0");
        for (int i = 0; i < 2; i++)
                watch_translate("add", "pci", PCI, NULL, &events);
        another = describe(&events);
        ck_assert_str_eq(another, "+pci:0000:3b:00.0");
        for (unsigned i = 0; i < 2000; i++) {
                _cleanup_free_ char *path = xasprintf(VIRTUAL "/%s", uuid(i));

                watch_translate("bind", "mdev", path, NULL, &events);
        }
        ck_assert(events.all);
        ck_assert_uint_eq(events.n, 0);
        watch_events_done(&events);
        ck_assert(watch_events_empty(&events));
}
END_TEST

/* --- with libudev ------------------------------------------------------------------------------------------------- */

static UMockdevTestbed *bed;
static struct host h;

static void setup(void) {
        bed = umockdev_testbed_new();
        ck_assert_msg(umockdev_in_mock_environment(), "run me with LD_PRELOAD=libumockdev-preload.so.0");
        ck_assert_int_eq(host_init(&h, NULL), 0);
}

static void teardown(void) {
        host_done(&h);
        g_object_unref(bed);
}

static char *add_mdev(const char *parent, const char *name) {
        return umockdev_testbed_add_device(bed, "mdev", name, parent, "model", "m\n", NULL, NULL);
}

static void wait_events(struct watch *w, struct watch_events *events, const char *expected) {
        _cleanup_free_ char *said = NULL;

        for (int i = 0; i < 50; i++) {
                struct pollfd p = { .fd = watch_fd(w), .events = POLLIN };

                free(said);
                said = describe(events);
                if (strcmp(said, expected) == 0)
                        return;
                ck_assert_int_ge(poll(&p, 1, 100), 0);
                ck_assert_int_eq(watch_dispatch(w, events), 0);
        }
        ck_abort_msg("got \"%s\", not \"%s\"", said, expected);
}

START_TEST(test_monitor) {
        _cleanup_(watch_free_cleanup) struct watch *w = NULL;
        struct watch_events events = {};
        char *parent, *mdev;

        ck_assert_int_eq(watch_new(&w), 0);
        ck_assert_int_ge(watch_fd(w), 0);
        ck_assert_int_eq(watch_dispatch(w, &events), 0);
        ck_assert(watch_events_empty(&events));
        parent = umockdev_testbed_add_device(bed, "mtty", "mtty", NULL, NULL, NULL);
        mdev = add_mdev(parent, UUID);
        umockdev_testbed_uevent(bed, mdev, "bind");
        umockdev_testbed_uevent(bed, mdev, "remove");
        /* umockdev puts what has no parent below /sys/devices, where the subsystem cannot be seen in the path. */
        wait_events(w, &events, "all");
        watch_events_done(&events);
        free(umockdev_testbed_add_device(bed, "pci", "0000:3b:00.0", NULL, "vendor", "0x15b3\n", NULL, NULL));
        umockdev_testbed_set_property(bed, parent, "MDEV_STATE", "registered");
        umockdev_testbed_uevent(bed, parent, "change");
        wait_events(w, &events, "pci:0000:3b:00.0 parent:mtty:mtty");
        watch_events_done(&events);
        g_free(mdev);
        g_free(parent);
}
END_TEST

/* On the real root (which is umockdev's here) libudev lists, and what it does not is taken from the directory. */
START_TEST(test_enumeration) {
        _cleanup_names_ struct names keys = {}, none = {};
        struct device *device;
        char *parent, *mdev, *vfio;

        ck_assert_int_eq(census_list(&h, &none), 0);
        ck_assert_uint_eq(none.n, 0);
        parent = umockdev_testbed_add_device(bed, "pci", "0000:3b:00.0", NULL, "vendor", "0x15b3\n", "device",
                                             "0x1015\n", NULL, NULL);
        mdev = add_mdev(parent, UUID);
        vfio = umockdev_testbed_add_device(bed, "vfio-dev", "vfio0", mdev, NULL, NULL);
        umockdev_testbed_set_attribute_link(bed, "/sys/class/mdev_bus", "0000:3b:00.0", "../../devices/0000:3b:00.0");
        umockdev_testbed_set_attribute(bed, parent, "mdev_supported_types/nic-1/available_instances", "4\n");
        host_forget(&h);
        ck_assert_int_eq(census_list(&h, &keys), 0);
        ck_assert_uint_eq(keys.n, 2);
        ck_assert_str_eq(keys.v[0], "mdev:" UUID);
        ck_assert_str_eq(keys.v[1], "parent:pci:0000:3b:00.0");
        ck_assert_int_eq(probe_device(&h, keys.v[0], &device), 0);
        ck_assert_str_eq(device->traits->model, "m");
        ck_assert_str_eq(device->parent, "pci:0000:3b:00.0");
        ck_assert_int_eq(device->traits->in_use, TRI_UNKNOWN); /* the helper knows */
        device_unref(device);
        g_free(parent);
        g_free(mdev);
        g_free(vfio);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("watch");
        TCase *meaning = tcase_create("meaning"), *udev = tcase_create("udev");

        tcase_add_loop_test(meaning, test_meanings, 0, ARRAY_SIZE(meanings));
        tcase_add_test(meaning, test_sets);
        suite_add_tcase(suite, meaning);
        tcase_add_checked_fixture(udev, setup, teardown);
        tcase_add_test(udev, test_monitor);
        tcase_add_test(udev, test_enumeration);
        suite_add_tcase(suite, udev);
        return told_run(suite);
}
