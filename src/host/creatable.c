/*
 * What could be created on one parent: its mdev types, or the vGPU types of an NVIDIA PF's free VFs.
 *
 * A creatable is probed like a device that has a type and no directory of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "host/identity.h"
#include "host/nvidia.h"
#include "host/probe.h"
#include "host/provider.h"
#include "host/settle.h"
#include "util/alloc.h"

struct creatables {
        struct device **v;
        size_t n;
};

static void creatables_done(struct creatables *c) {
        for (size_t i = 0; i < c->n; i++)
                device_unref(c->v[i]);
        free(c->v);
}

static char *read_driver_link(struct host *h, const char *dir) {
        _cleanup_free_ char *link = xasprintf("%s/driver", dir), *target = NULL;

        if (sysfs_readlink_path(&h->sysfs, link, &target) < 0 || !name_valid(path_name(target)))
                return NULL;
        return xstrdup(path_name(target));
}

/* All mdevs of a parent have one driver: an existing one tells. */
static char *sibling_driver(struct host *h, const struct place *parent) {
        for (size_t i = 0; i < parent->names.n; i++)
                if (strlen(parent->names.v[i]) == 36 && parent->names.v[i][8] == '-') {
                        _cleanup_free_ char *dir = xasprintf("%s/%s", parent->path, parent->names.v[i]);
                        char *driver = read_driver_link(h, dir);

                        if (driver)
                                return driver;
                }
        return NULL;
}

/* The mdev driver that a new device of this parent will have, or NULL where that cannot be told. */
static char *mdev_driver(struct host *h, struct place *parent) {
        struct place *drivers = places_get(&h->places, "sys/bus/mdev/drivers"), *parent_driver = NULL;
        char *driver = sibling_driver(h, parent);
        const char *string = place_driver_string(&h->places, parent);

        if (driver)
                return driver;
        if (drivers->names.n == 1)
                return xstrdup(drivers->names.v[0]);
        if (parent->driver) {
                _cleanup_free_ char *path = xasprintf("sys/bus/%s/drivers/%s",
                                                      parent->subsystem ? parent->subsystem : "pci", parent->driver);

                parent_driver = places_get(&h->places, path);
        }
        for (size_t i = 0; i < drivers->names.n; i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s", drivers->path, drivers->names.v[i]);
                const char *module = place_module(&h->places, places_get(&h->places, path));

                /* A parent is registered by the module of its driver, with an mdev driver of the same module; a virtual
                 * parent has no driver, and its class is named like it. */
                if (parent_driver ? module && str_equal(module, place_module(&h->places, parent_driver))
                                  : str_equal(drivers->names.v[i], string))
                        return xstrdup(drivers->names.v[i]);
        }
        return NULL;
}

static void read_available(struct probe *p) {
        _cleanup_reading_ struct reading r = probe_read_type(p, "available_instances");
        char *end;
        unsigned long n;

        if (r.attribute.value && *r.attribute.value >= '0' && *r.attribute.value <= '9') {
                n = strtoul(r.attribute.value, &end, 10);
                if (!*end && n <= UINT32_MAX) {
                        p->device->available = (uint32_t)n;
                        return;
                }
                r.attribute.error = EINVAL;
        }
        /* Not read is none: nothing is promised. */
        if (r.attribute.error && strerrorname_np(r.attribute.error)) {
                _cleanup_free_ char *origin = xasprintf("errno:%s", strerrorname_np(r.attribute.error));

                entries_set(&p->t->origins, "available", origin);
        }
}

static struct probe probe_creatable(struct host *h, struct place *parent, const char *address) {
        struct probe p = { .host = h, .dir.fd = -1, .device = device_new(true), .creatable = true, .parent = parent };

        p.t = p.device->traits;
        p.device->parent = xstrdup(address);
        return p;
}

static void take(struct creatables *c, struct probe *p) {
        identity_read(p);
        probe_run_providers(p);
        settle_creatable(p);
        array_append(c->v, c->n, take_ptr(p->device));
}

static void read_mdev_types(struct host *h, struct place *parent, const char *address, struct creatables *c) {
        _cleanup_free_ char *dir = xasprintf("%s/mdev_supported_types", parent->path), *driver = NULL;
        _cleanup_names_ struct names types = {};

        if (sysfs_list(&h->sysfs, dir, &types) < 0)
                return;
        driver = mdev_driver(h, parent);
        names_sort(&types);
        for (size_t i = 0; i < types.n; i++) {
                _cleanup_probe_ struct probe p = probe_creatable(h, parent, address);
                _cleanup_free_ char *path = xasprintf("%s/%s", dir, types.v[i]);

                p.type = places_get(&h->places, path);
                p.device->bus = xstrdup("mdev");
                p.t->mdev_type = xstrdup(types.v[i]);
                p.t->driver = xstrdup(driver);
                read_available(&p);
                take(c, &p);
        }
}

/* A VF that could become one stands for what it would be. */
static void read_nvidia_types(struct host *h, struct place *parent, const char *address, struct creatables *c) {
        struct nvidia_types types;

        nvidia_creatable_types(h, parent, &types);
        for (size_t i = 0; i < types.n; i++) {
                _cleanup_probe_ struct probe p = probe_creatable(h, parent, address);
                int r;

                p.device->bus = xstrdup("pci");
                p.device->available = types.v[i].available;
                p.t->mdev_type = xasprintf("nvidia-%u", types.v[i].id);
                p.t->driver = read_driver_link(h, types.v[i].vf);
                r = sysfs_dir_open(&h->sysfs, types.v[i].vf, &p.dir);
                if (r >= 0)
                        r = names_read(p.dir.fd, &p.names);
                if (r < 0)
                        probe_give_error(&p, "model", -r);
                take(c, &p);
        }
        nvidia_types_done(&types);
}

static bool has_vfs(const struct place *parent) {
        for (size_t i = 0; i < parent->names.n; i++)
                if (str_startswith(parent->names.v[i], "virtfn"))
                        return true;
        return false;
}

/* By its address; else by its name among the parents of mdevs, where its subsystem has no such directory. */
static int open_parent(struct host *h, const char *address, struct place **ret) {
        _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };
        _cleanup_free_ char *subsystem = NULL, *link = NULL, *found = NULL;
        const char *name;
        int r = probe_parse_key(address, &subsystem, &name);

        if (r < 0)
                return r;
        r = probe_open_device(h, subsystem, name, &dir);
        if (r < 0) {
                link = xasprintf("sys/class/mdev_bus/%s", name);
                r = sysfs_dir_open_link(&h->sysfs, link, &dir);
        }
        if (r < 0)
                return -ENODEV;
        *ret = places_get(&h->places, dir.path);
        if (!link)
                return 0;
        found = probe_parent_address(h, *ret);
        return str_equal(found, address) ? 0 : -ENODEV;
}

int probe_parent(struct host *h, const char *key, struct device ***ret_creatables, size_t *ret_n) {
        _cleanup_(creatables_done) struct creatables c = {};
        const char *address = key + strlen(PROBE_PARENT_PREFIX);
        struct place *parent;
        int r;

        if (!str_startswith(key, PROBE_PARENT_PREFIX))
                return -ENODEV;
        helper_link_begin(&h->helper);
        r = open_parent(h, address, &parent);
        if (r < 0)
                return r;
        if (place_has(parent, "mdev_supported_types"))
                read_mdev_types(h, parent, address, &c);
        else if (has_vfs(parent))
                read_nvidia_types(h, parent, address, &c);
        else
                return -ENODEV;
        *ret_creatables = take_ptr(c.v);
        *ret_n = c.n;
        c.n = 0;
        return 0;
}
