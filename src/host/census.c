/*
 * Lists the keys of all that is there. Owns nothing; the only user of libudev besides the watch.
 */
#include "host/census.h"

#include <fcntl.h>
#include <libudev.h>
#include <string.h>

#include "host/pci.h"
#include "host/probe.h"
#include "host/provider.h"
#include "util/alloc.h"
#include "util/strv.h"

struct census {
        struct host *host;
        struct names devices; /* keys */
        struct names parents;
        struct names mdevs; /* names on the bus, sorted */
        struct names pci;
        struct names vfio; /* names of devices with an entry in class/vfio-dev, sorted */
};

static void add_key(struct names *keys, const char *prefix, const char *address) {
        _cleanup_free_ char *key = join(prefix, "", address);

        names_add(keys, key);
}

/* The entries of a subsystem by libudev. Never filtered by "initialized", which mdevs are not. */
static void list_udev(const char *subsystem, struct names *ret) {
        struct udev *udev = udev_new();
        struct udev_enumerate *e = udev ? udev_enumerate_new(udev) : NULL;
        struct udev_list_entry *entry;

        if (e && udev_enumerate_add_match_subsystem(e, subsystem) >= 0 && udev_enumerate_scan_devices(e) >= 0)
                udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(e)) {
                        const char *name = path_name(udev_list_entry_get_name(entry));

                        if (name_valid(name))
                                names_add(ret, name);
                }
        udev_enumerate_unref(e);
        udev_unref(udev);
}

/*
 * Sorted names of a subsystem's entries. libudev's list is checked against the directory, as it leaves devices out
 * where memory is short; if they differ, whatever one of them has is looked at.
 */
static void list_subsystem(struct host *h, const char *subsystem, const char *dir, bool udev, struct names *ret) {
        _cleanup_names_ struct names listed = {};

        (void)sysfs_list(&h->sysfs, dir, &listed);
        if (udev && !h->sysfs.fake)
                list_udev(subsystem, ret);
        if (ret->n != listed.n)
                for (size_t i = 0; i < listed.n; i++)
                        names_add(ret, listed.v[i]);
        names_sort(ret);
}

/* The directory of the device to which an entry of class/vfio-dev belongs: ".../<device>/vfio-dev/vfio0". */
static char *vfio_device_path(struct host *h, const char *name) {
        _cleanup_free_ char *link = join("sys/class/vfio-dev/", "", name), *target = NULL, *entry = NULL, *dir = NULL;
        _cleanup_free_ char *device = NULL;

        if (sysfs_readlink_path(&h->sysfs, link, &target) >= 0) {
                entry = path_follow("sys/class/vfio-dev", target);
                dir = path_parent(entry);
                if (dir && strcmp(path_name(dir), "vfio-dev") == 0)
                        return path_parent(dir);
        }
        free(take_ptr(target));
        device = join(link, "/", "device");
        if (sysfs_readlink_path(&h->sysfs, device, &target) >= 0)
                return path_follow(link, target);
        return NULL;
}

/* Kernel 6.1 and newer, with VFIO loaded. */
static bool has_class(struct host *h) {
        _cleanup_close_ int fd = sysfs_open(&h->sysfs, "sys/class/vfio-dev", O_PATH | O_DIRECTORY);

        return fd >= 0;
}

static void list_vfio(struct census *c) {
        _cleanup_names_ struct names entries = {};

        list_subsystem(c->host, "vfio-dev", "sys/class/vfio-dev", true, &entries);
        for (size_t i = 0; i < entries.n; i++) {
                _cleanup_free_ char *path = vfio_device_path(c->host, entries.v[i]), *address = NULL;

                if (!path || !*path)
                        continue;
                if (names_find(&c->mdevs, path_name(path)))
                        continue;
                names_add(&c->vfio, path_name(path));
                if (names_find(&c->pci, path_name(path))) {
                        add_key(&c->devices, "pci:", path_name(path));
                        continue;
                }
                address = probe_parent_address(c->host, places_get(&c->host->places, path));
                if (address)
                        names_add(&c->devices, address);
        }
        names_sort(&c->vfio);
}

static char *pci_link(struct host *h, const char *name, const char *link) {
        _cleanup_free_ char *path = xasprintf("sys/bus/pci/devices/%s/%s", name, link);
        char *target;

        return sysfs_readlink_path(&h->sysfs, path, &target) < 0 ? NULL : target;
}

static bool has_nvidia(struct host *h, const char *name) {
        _cleanup_free_ char *path = xasprintf("sys/bus/pci/devices/%s/nvidia", name);
        _cleanup_close_ int fd = sysfs_open(&h->sysfs, path, O_PATH | O_DIRECTORY);

        return fd >= 0;
}

static bool has_variant(struct host *h, const char *name) {
        _cleanup_free_ char *path = xasprintf("sys/bus/pci/devices/%s", name), *variant = NULL;
        _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };

        if (host_aliases(h)->n == 0 || sysfs_dir_open_link(&h->sysfs, path, &dir) < 0)
                return false;
        variant = pci_variant_driver(h, &dir);
        return variant != NULL;
}

static void look_at_pci(struct census *c, const char *name) {
        _cleanup_free_ char *driver = NULL, *physfn = NULL;

        if (names_find(&c->vfio, name))
                return;
        driver = pci_link(c->host, name, "driver");
        if (driver && driver_is_vfio(path_name(driver))) {
                add_key(&c->devices, "pci:", name);
                return;
        }
        physfn = pci_link(c->host, name, "physfn");
        if (physfn && (has_nvidia(c->host, name) || has_variant(c->host, name)))
                add_key(&c->devices, "pci:", name);
}

/* A PF of NVIDIA's is a parent, whatever its VFs are at present. */
static void look_at_pf(struct census *c, const char *name) {
        _cleanup_free_ char *vf = pci_link(c->host, name, "virtfn0");

        if (vf && has_nvidia(c->host, path_name(vf)))
                add_key(&c->parents, PROBE_PARENT_PREFIX "pci:", name);
}

static void list_parents(struct census *c) {
        _cleanup_names_ struct names names = {};

        (void)sysfs_list(&c->host->sysfs, "sys/class/mdev_bus", &names);
        for (size_t i = 0; i < names.n; i++) {
                _cleanup_free_ char *link = xasprintf("sys/class/mdev_bus/%s", names.v[i]), *address = NULL;
                _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };

                if (sysfs_dir_open_link(&c->host->sysfs, link, &dir) < 0)
                        continue;
                address = probe_parent_address(c->host, places_get(&c->host->places, dir.path));
                if (address)
                        add_key(&c->parents, PROBE_PARENT_PREFIX, address);
        }
}

int census_list(struct host *h, struct names *ret_keys) {
        struct census c = { .host = h };

        /* Where every VFIO device has an entry of class vfio-dev, libudev lists that class. To have it look at each
         * device of the buses besides would cost as much as all the rest, for what is left there: VFs that could be
         * bound, and mdevs without a driver. */
        list_subsystem(h, "mdev", "sys/bus/mdev/devices", !has_class(h), &c.mdevs);
        list_subsystem(h, "pci", "sys/bus/pci/devices", !has_class(h), &c.pci);
        for (size_t i = 0; i < c.mdevs.n; i++)
                add_key(&c.devices, "mdev:", c.mdevs.v[i]);
        list_vfio(&c);
        for (size_t i = 0; i < c.pci.n; i++) {
                look_at_pci(&c, c.pci.v[i]);
                look_at_pf(&c, c.pci.v[i]);
        }
        list_parents(&c);
        names_sort(&c.devices);
        names_sort(&c.parents);
        for (size_t i = 0; i < c.parents.n; i++)
                names_add(&c.devices, c.parents.v[i]);
        names_done(&c.parents);
        names_done(&c.mdevs);
        names_done(&c.pci);
        names_done(&c.vfio);
        *ret_keys = c.devices;
        return 0;
}
