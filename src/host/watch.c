/*
 * Tells which devices have to be read again, from the kernel's events. What an event means is decided by its text
 * alone: at a removal sysfs is gone already, and an attribute read could hang the caller.
 */
#include "host/watch.h"

#include <errno.h>
#include <libudev.h>
#include <string.h>

#include "host/names.h"
#include "host/pci.h"
#include "util/alloc.h"
#include "util/strv.h"

/* Without privileges the kernel gives what net.core.rmem_max allows. */
#define RECEIVE_BUFFER (128 << 20)
/* As many events in one dispatch, so that the caller's loop goes on in a storm. */
#define DISPATCH_MAX 4096
/* With more keys than this everything is looked at; also keeps the search for a key that is there short. */
#define KEYS_MAX 1024

struct watch {
        struct udev *udev;
        struct udev_monitor *monitor;
};

struct watch *watch_free(struct watch *w) {
        if (!w)
                return NULL;
        udev_monitor_unref(w->monitor);
        udev_unref(w->udev);
        free(w);
        return NULL;
}

int watch_new(struct watch **ret_watch) {
        _cleanup_(watch_free_cleanup) struct watch *w = xnew0(struct watch, 1);

        errno = 0;
        w->udev = udev_new();
        w->monitor = w->udev ? udev_monitor_new_from_netlink(w->udev, "kernel") : NULL;
        if (!w->monitor)
                return errno ? -errno : -ENOMEM;
        /* No filter: MDEV_STATE arrives on the parent's own subsystem, whatever that is. */
        (void)udev_monitor_set_receive_buffer_size(w->monitor, RECEIVE_BUFFER);
        if (udev_monitor_enable_receiving(w->monitor) < 0)
                return -EIO;
        *ret_watch = take_ptr(w);
        return 0;
}

int watch_fd(const struct watch *w) {
        return udev_monitor_get_fd(w->monitor);
}

void watch_events_done(struct watch_events *e) {
        for (size_t i = 0; i < e->n; i++)
                free(e->v[i].key);
        free(e->v);
        *e = (struct watch_events){};
}

bool watch_events_empty(const struct watch_events *e) {
        return !e->all && e->n == 0;
}

/* From here on the keys do not matter. */
static void add_all(struct watch_events *e) {
        watch_events_done(e);
        e->all = true;
}

static void add(struct watch_events *e, const char *prefix, const char *name, bool removed) {
        _cleanup_free_ char *key = NULL;

        if (e->all)
                return;
        if (e->n >= KEYS_MAX || !name_valid(name)) {
                add_all(e);
                return;
        }
        key = xasprintf("%s%s", prefix, name);
        /* From the end: a key mostly comes again soon after. */
        for (size_t i = e->n; i-- > 0;)
                if (strcmp(e->v[i].key, key) == 0) {
                        e->v[i].another = e->v[i].another || e->v[i].removed;
                        e->v[i].removed = removed;
                        return;
                }
        array_append(e->v, e->n, ((struct watch_event){ .key = take_ptr(key), .removed = removed }));
}

static bool is_uuid(const char *s) {
        if (strlen(s) != 36)
                return false;
        for (size_t i = 0; i < 36; i++)
                if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' : !strchr("0123456789abcdef", s[i]))
                        return false;
        return true;
}

/* The parent of an mdev has no instances to spare now, or one more: the kernel has no event for that. */
static void add_parent(struct watch_events *e, const char *path) {
        static const char virtual[] = "/devices/virtual/";
        const char *name = path_name(path);

        if (pci_name_valid(name))
                add(e, "parent:pci:", name, false);
        else if (str_startswith(path, virtual)) {
                const char *class = path + strlen(virtual);
                _cleanup_free_ char *prefix = xasprintf("parent:%.*s:", (int)strcspn(class, "/"), class);

                add(e, prefix, name, false);
        } else
                add_all(e); /* of which subsystem it is cannot be told from its path */
}

/* At `add` an mdev has no driver yet: it is looked at when it is bound. */
static void translate_mdev(const char *action, const char *devpath, struct watch_events *e) {
        _cleanup_free_ char *parent = path_parent(devpath);

        if (strcmp(action, "add") != 0)
                add(e, "mdev:", path_name(devpath), strcmp(action, "remove") == 0);
        if (parent)
                add_parent(e, parent);
}

/* ".../<device>/vfio-dev/vfio0": the device itself may stay, so that it is read again. */
static void translate_vfio(const char *devpath, struct watch_events *e) {
        _cleanup_free_ char *dir = path_parent(devpath), *device = dir ? path_parent(dir) : NULL;
        const char *name = device ? path_name(device) : "";

        if (pci_name_valid(name))
                add(e, "pci:", name, false);
        else if (is_uuid(name))
                add(e, "mdev:", name, false);
        else
                add_all(e);
}

static void translate_pci(const char *action, const char *devpath, struct watch_events *e) {
        const char *name = path_name(devpath);

        if (!pci_name_valid(name))
                return;
        add(e, "pci:", name, strcmp(action, "remove") == 0);
        /* A PF changes when its VFs come or go. */
        if (strcmp(action, "change") == 0)
                add(e, "parent:pci:", name, false);
}

void watch_translate(const char *action, const char *subsystem, const char *devpath, const char *mdev_state,
                     struct watch_events *events) {
        if (events->all || !subsystem)
                return;
        if (mdev_state && strcmp(action, "change") == 0) {
                _cleanup_free_ char *prefix = xasprintf("parent:%s:", subsystem);

                add(events, prefix, path_name(devpath), false);
        }
        if (strcmp(subsystem, "mdev") == 0)
                translate_mdev(action, devpath, events);
        else if (strcmp(subsystem, "vfio-dev") == 0)
                translate_vfio(devpath, events);
        else if (strcmp(subsystem, "pci") == 0)
                translate_pci(action, devpath, events);
}

int watch_dispatch(struct watch *w, struct watch_events *events) {
        for (int i = 0; i < DISPATCH_MAX; i++) {
                struct udev_device *d;

                errno = 0;
                d = udev_monitor_receive_device(w->monitor);
                if (!d) {
                        if (errno == EINTR)
                                continue;
                        if (errno == ENOBUFS) {
                                add_all(events);
                                continue;
                        }
                        /* A datagram that is no event (errno is what libudev made of it) does not stop the watch. */
                        return errno == EAGAIN || errno == 0 || errno == EINVAL || errno == EBADMSG ? 0 : -errno;
                }
                if (udev_device_get_action(d) && udev_device_get_devpath(d))
                        watch_translate(udev_device_get_action(d), udev_device_get_subsystem(d),
                                        udev_device_get_devpath(d), udev_device_get_property_value(d, "MDEV_STATE"),
                                        events);
                udev_device_unref(d);
        }
        return 0;
}
