/*
 * A copy of what a host's sysfs says of its VFIO devices: which devices, and what of each.
 *
 * Owns the copy and the set of what is in it already. Never writes to the source, never opens a device.
 */
#include "dump/dump.h"

#include <errno.h>
#include <fnmatch.h>
#include <search.h>
#include <stdbool.h>
#include <string.h>

#include "dump/copy.h"
#include "dump/devlink.h"
#include "dump/files.h"
#include "dump/redact.h"
#include "util/alloc.h"
#include "util/strv.h"

/* Directories below a device's own; nobody nests deeper. */
#define DEPTH_MAX 6

struct dump {
        const char *root;
        struct copy copy;
        void *seen; /* paths of devices and groups; of tsearch(3) */
        size_t n_devices;
};

static int compare(const void *a, const void *b) {
        return strcmp(a, b);
}

static void dump_done(struct dump *d) {
        tdestroy(d->seen, free);
        copy_done(&d->copy);
}

/* True the first time. */
static bool mark_seen(struct dump *d, const char *path) {
        if (tfind(path, &d->seen, compare))
                return false;
        if (!tsearch(xstrdup(path), &d->seen, compare))
                abort();
        return true;
}

static char *join(const char *directory, const char *name) {
        return xasprintf("%s/%s", directory, name);
}

static const char *name_of(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static bool has_entry(const struct dump *d, const char *path, const char *name) {
        _cleanup_free_ char *entry = join(path, name);

        return copy_is_link(&d->copy, entry) || copy_is_directory(&d->copy, entry);
}

static char *follow(const struct dump *d, const char *path, const char *name) {
        _cleanup_free_ char *link = join(path, name);

        return copy_follow(&d->copy, link);
}

/* Links that say what a device is and belongs to; others (suppliers, firmware nodes) lead far away. */
static bool link_matters(const char *directory, const char *name) {
        static const char *const links[] = {
                "driver", "subsystem", "iommu_group", "physfn", "virtfn*", "mdev_type", "module", "device",
        };

        if (str_equal(name_of(directory), "devices"))
                return true;
        for (size_t i = 0; i < ARRAY_SIZE(links); i++)
                if (fnmatch(links[i], name, 0) == 0)
                        return true;
        return false;
}

static void copy_tree(struct dump *d, const char *path, unsigned depth);

/* A driver and its module: names and versions. */
static void copy_module(struct dump *d, const char *path) {
        static const char *const files[] = { "version", "srcversion" };
        _cleanup_free_ char *drivers = join(path, "drivers");
        _cleanup_(strv_free_cleanup) char **names = copy_list(&d->copy, drivers);

        if (!mark_seen(d, path))
                return;
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                _cleanup_free_ char *file = join(path, files[i]);

                copy_file(&d->copy, file);
        }
        for (size_t i = 0; names && names[i]; i++) {
                _cleanup_free_ char *link = join(drivers, names[i]);

                copy_link(&d->copy, link, NULL);
        }
}

static void copy_device_link(struct dump *d, const char *path, const char *name) {
        _cleanup_free_ char *link = join(path, name), *target = NULL, *module = NULL, *module_target = NULL;

        if (!link_matters(path, name) || !copy_link(&d->copy, link, &target) || !str_equal(name, "driver"))
                return;
        module = join(target, "module");
        if (copy_link(&d->copy, module, &module_target))
                copy_module(d, module_target);
}

/* Of a network interface only that it is there, and whether it is up. */
static void copy_netdev(struct dump *d, const char *path) {
        static const char *const files[] = { "operstate", "flags", "dev_port", "uevent" };

        copy_directory(&d->copy, path);
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                _cleanup_free_ char *file = join(path, files[i]);

                copy_file(&d->copy, file);
        }
        copy_device_link(d, path, "subsystem");
}

static void copy_subdirectory(struct dump *d, const char *parent, const char *path, unsigned depth) {
        if (redact_directory(name_of(path)) == REDACT_LEAVE || depth >= DEPTH_MAX)
                return;
        /* A directory with a subsystem is a device, and comes on its own if it matters. */
        if (!has_entry(d, path, "subsystem") || str_equal(name_of(parent), "vfio-dev"))
                copy_tree(d, path, depth + 1);
        else if (str_equal(name_of(parent), "net"))
                copy_netdev(d, path);
}

static void copy_tree(struct dump *d, const char *path, unsigned depth) {
        _cleanup_(strv_free_cleanup) char **names = copy_list(&d->copy, path);

        if (!names && errno != ENOENT) {
                copy_unlisted(&d->copy, path, strerror(errno));
                return;
        }
        copy_directory(&d->copy, path);
        for (size_t i = 0; names && names[i] && !d->copy.error; i++) {
                _cleanup_free_ char *entry = join(path, names[i]);

                if (copy_is_unlisted(&d->copy, entry))
                        copy_unlisted(&d->copy, entry, "a link to itself");
                else if (copy_is_link(&d->copy, entry))
                        copy_device_link(d, path, names[i]);
                else if (copy_is_directory(&d->copy, entry))
                        copy_subdirectory(d, path, entry, depth);
                else
                        copy_file(&d->copy, entry);
        }
}

/* What lies above a device: bridges, roots; what they are, and no more. */
static void copy_ancestors(struct dump *d, const char *path) {
        static const char *const files[] = { "class", "vendor", "device", "uevent" };
        _cleanup_free_ char *above = xstrndup(path, (size_t)(name_of(path) - path - 1));

        if (!str_startswith(above, "sys/devices/") || tfind(above, &d->seen, compare))
                return;
        copy_ancestors(d, above);
        if (!has_entry(d, above, "subsystem"))
                return;
        copy_device_link(d, above, "subsystem");
        copy_device_link(d, above, "driver");
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                _cleanup_free_ char *file = join(above, files[i]);

                copy_file(&d->copy, file);
        }
}

static void copy_device(struct dump *d, const char *path);

/* The group, and with it all its members: whether it can be opened depends on them. */
static void copy_group(struct dump *d, const char *group) {
        static const char *const files[] = { "type", "name" };
        _cleanup_free_ char *members = join(group, "devices");
        _cleanup_(strv_free_cleanup) char **names = copy_list(&d->copy, members);

        if (!mark_seen(d, group))
                return;
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                _cleanup_free_ char *file = join(group, files[i]);

                copy_file(&d->copy, file);
        }
        for (size_t i = 0; names && names[i]; i++) {
                _cleanup_free_ char *link = join(members, names[i]), *target = NULL;

                if (copy_link(&d->copy, link, &target))
                        copy_device(d, target);
        }
}

static void copy_device(struct dump *d, const char *path) {
        static const struct {
                const char *link;
                void (*copy)(struct dump *d, const char *path);
        } relations[] = { { "physfn", copy_device }, { "iommu_group", copy_group } };
        _cleanup_free_ char *subsystem = NULL, *entry = NULL;

        if (!str_startswith(path, "sys/devices/") || !copy_is_directory(&d->copy, path) || !mark_seen(d, path))
                return;
        d->n_devices++;
        copy_ancestors(d, path);
        copy_tree(d, path, 0);
        subsystem = follow(d, path, "subsystem");
        if (subsystem) {
                bool class = str_startswith(subsystem, "sys/class/");

                entry = xasprintf("%s/%s%s", subsystem, class ? "" : "devices/", name_of(path));
                copy_link(&d->copy, entry, NULL);
        }
        /* A VF's is its PF's. */
        if (str_equal(subsystem, "sys/bus/pci") && !has_entry(d, path, "physfn"))
                devlink_copy(&d->copy, d->root, name_of(path));
        for (size_t i = 0; i < ARRAY_SIZE(relations); i++) {
                _cleanup_free_ char *target = follow(d, path, relations[i].link);

                if (target)
                        relations[i].copy(d, target);
        }
}

/* All devices that a directory of links names. */
static void copy_listed(struct dump *d, const char *directory, bool (*wanted)(struct dump *d, const char *path)) {
        _cleanup_(strv_free_cleanup) char **names = copy_list(&d->copy, directory);

        if (names && !wanted)
                copy_directory(&d->copy, directory);
        for (size_t i = 0; names && names[i] && !d->copy.error; i++) {
                _cleanup_free_ char *link = join(directory, names[i]), *target = copy_follow(&d->copy, link);

                if (!target || (wanted && !wanted(d, target)))
                        continue;
                copy_link(&d->copy, link, NULL);
                copy_device(d, target);
        }
}

/* A VF, or a device of a VFIO driver. */
static bool pci_matters(struct dump *d, const char *path) {
        _cleanup_free_ char *driver = follow(d, path, "driver");

        return has_entry(d, path, "physfn") || has_entry(d, path, "vfio-dev") ||
               (driver && fnmatch("*vfio[-_]pci", name_of(driver), 0) == 0);
}

/* The device above an entry of a class: the parent of an mdev, the device of a vfio-dev. */
static void copy_above(struct dump *d, const char *directory) {
        _cleanup_(strv_free_cleanup) char **names = copy_list(&d->copy, directory);

        for (size_t i = 0; names && names[i] && !d->copy.error; i++) {
                _cleanup_free_ char *link = join(directory, names[i]), *target = copy_follow(&d->copy, link),
                                    *device = NULL;

                if (!target)
                        continue;
                copy_link(&d->copy, link, NULL);
                device = follow(d, target, "device");
                if (device)
                        copy_device(d, device);
                else
                        copy_device(d, target);
        }
}

static void copy_devices(struct dump *d) {
        copy_listed(d, "sys/class/mdev_bus", NULL);
        copy_listed(d, "sys/bus/mdev/devices", NULL);
        copy_above(d, "sys/class/vfio-dev");
        copy_listed(d, "sys/bus/pci/devices", pci_matters);
        copy_listed(d, "sys/class/vfio", NULL);
}

int dump_write(const char *root, const char *output, struct dump_result *ret, char **ret_why) {
        _cleanup_(dump_done) struct dump d = { .root = root };
        _cleanup_(strv_free_cleanup) char **modules = NULL;
        int r;

        r = copy_init(&d.copy, root, output, ret_why);
        if (r < 0)
                return r;
        copy_devices(&d);
        files_copy(&d.copy, &modules);
        for (size_t i = 0; i < strv_length(modules); i++) {
                _cleanup_free_ char *path = join("sys/module", modules[i]);

                if (copy_is_directory(&d.copy, path))
                        copy_module(&d, path);
        }
        files_write_notes(&d.copy);
        if (d.copy.error) {
                *ret_why = xasprintf("%s: %s", output, strerror(-d.copy.error));
                return d.copy.error;
        }
        *ret = (struct dump_result){ .devices = d.n_devices, .files = d.copy.n_files, .unread = d.copy.n_unread };
        return 0;
}
