/*
 * Looks at one device: finds its directory, what it is and where it hangs, and lets the providers say the rest.
 *
 * What creatables are is in creatable.c. A device that is there is always answered; what could not be read of it is
 * marked, and never fails it.
 */
#include "host/probe.h"

#include <string.h>
#include <time.h>

#include "host/group.h"
#include "host/identity.h"
#include "host/nvidia.h"
#include "host/pci.h"
#include "host/provider.h"
#include "host/settle.h"
#include "util/alloc.h"

/* From strong to weak. */
static const struct provider *const providers[] = {
        &provider_attributes,
        &provider_params_dir,
        &provider_info_json,
        &provider_self_compatible,
        &provider_type_compatible,
        &provider_migration_version,
        &provider_compatible_devices,
        &provider_model_file,
        &provider_vendor_sysfs,
        &provider_devlink,
        &provider_debugfs,
        &provider_identity,
};

void probe_run_providers(struct probe *p) {
        for (size_t i = 0; i < ARRAY_SIZE(providers); i++)
                if (providers[i]->detect(p))
                        providers[i]->read(p);
}

void probe_done(struct probe *p) {
        device_unref(p->device);
        sysfs_dir_done(&p->dir);
        names_done(&p->names);
        free(p->pci);
}

/* "<subsystem>:<name>" */
int probe_parse_key(const char *key, char **ret_subsystem, const char **ret_name) {
        const char *colon = strchr(key, ':');
        _cleanup_free_ char *subsystem = colon ? xstrndup(key, (size_t)(colon - key)) : NULL;

        if (!subsystem || !name_valid(subsystem) || !name_valid(colon + 1))
                return -ENODEV;
        *ret_subsystem = take_ptr(subsystem);
        *ret_name = colon + 1;
        return 0;
}

int probe_open_device(struct host *h, const char *subsystem, const char *name, struct sysfs_dir *ret) {
        _cleanup_free_ char *bus = xasprintf("sys/bus/%s/devices/%s", subsystem, name);
        _cleanup_free_ char *class = NULL;
        int r = sysfs_dir_open_link(&h->sysfs, bus, ret);

        if (r != -ENOENT)
                return r;
        class = xasprintf("sys/class/%s/%s", subsystem, name);
        return sysfs_dir_open_link(&h->sysfs, class, ret);
}

/* A link of D, as a place. -ENOENT if it has none. */
static int follow(struct probe *p, const char *link, struct place **ret) {
        _cleanup_free_ char *target = NULL, *path = NULL;
        int r = probe_has(p, link) ? sysfs_readlink(&p->host->sysfs, &p->dir, link, &target) : -ENOENT;

        if (r < 0)
                return r;
        path = path_follow(p->dir.path, target);
        *ret = places_get(&p->host->places, path);
        return 0;
}

static int link_name(struct probe *p, const char *link, char **ret) {
        return probe_has(p, link) ? sysfs_link_name(&p->host->sysfs, &p->dir, link, ret) : -ENOENT;
}

char *probe_parent_address(struct host *h, struct place *place) {
        const char *name = path_name(place->path);
        static const char virtual[] = "sys/devices/virtual/";

        place_identify(&h->places, place);
        if (place->address)
                return xstrdup(place->address);
        if (pci_name_valid(name))
                return xasprintf("pci:%s", name);
        if (str_startswith(place->path, virtual)) {
                const char *class = place->path + strlen(virtual);

                return xasprintf("%.*s:%s", (int)strcspn(class, "/"), class, name);
        }
        return NULL;
}

/*
 * The kernel tells of an mdev (`bind`) before it links its type (mdev_core.c, mdev_device_create()), and has no event
 * for that: who looks at once waits a moment.
 */
static void wait_for_type(struct probe *p) {
        static const struct timespec moment = { .tv_nsec = 2 * 1000 * 1000 };

        for (unsigned i = 0; i < 10 && !p->host->sysfs.fake && !probe_has(p, "mdev_type"); i++) {
                struct names names;

                clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
                if (lseek(p->dir.fd, 0, SEEK_SET) < 0 || names_read(p->dir.fd, &names) < 0)
                        return;
                names_done(&p->names);
                p->names = names;
        }
}

/* An mdev: its type and its parent, which is the directory above it. */
static void look_at_mdev(struct probe *p) {
        wait_for_type(p);
        p->parent = places_get_parent(&p->host->places, p->dir.path);
        p->type_error = -follow(p, "mdev_type", &p->type);
        if (p->type && !name_valid(path_name(p->type->path))) {
                p->type = NULL;
                p->type_error = EILSEQ;
        }
        if (p->type)
                p->t->mdev_type = xstrdup(path_name(p->type->path));
}

/* A free VF of NVIDIA's is no device; one with a type is, of that type. */
static int look_at_nvidia(struct probe *p) {
        uint32_t type;
        int r = nvidia_current_type(p->host, &p->dir, &type);

        if (r == -ENOENT)
                return 0;
        if (r < 0) {
                probe_give_error(p, "model", -r);
                return 1;
        }
        if (type == 0)
                return -ENODEV;
        p->t->mdev_type = xasprintf("nvidia-%u", type);
        return 1;
}

/* On plain vfio-pci it cannot migrate, whatever else is installed: that is told, and changes nothing. */
static void look_for_variant(struct probe *p) {
        _cleanup_free_ char *variant = driver_is_plain_vfio(p->t->driver) ? pci_variant_driver(p->host, &p->dir) : NULL;

        if (variant && !driver_is_plain_vfio(variant))
                p->device->variant_driver = take_ptr(variant);
}

static int look_at_pci(struct probe *p) {
        bool vfio = probe_has(p, "vfio-dev") || driver_is_vfio(p->t->driver);
        char *variant;

        if (probe_has(p, "physfn"))
                p->parent_error = -follow(p, "physfn", &p->parent);
        if (probe_has(p, "physfn") && probe_has(p, "nvidia")) {
                int r = look_at_nvidia(p);

                if (r != 0)
                        return r < 0 ? r : 0;
        }
        if (vfio) {
                look_for_variant(p);
                return 0;
        }
        variant = p->parent ? pci_variant_driver(p->host, &p->dir) : NULL;
        if (!variant)
                return -ENODEV;
        if (str_equal(variant, p->t->driver)) { /* it is bound to it, whatever that driver is called */
                free(variant);
                return 0;
        }
        p->t->bound_driver = p->t->driver ? p->t->driver : xstrdup("");
        p->t->driver = variant;
        return 0;
}

static void look_at_places(struct probe *p) {
        struct device *d = p->device;
        _cleanup_names_ struct names names = {};

        if (probe_has(p, "vfio-dev") && sysfs_list_at(&p->host->sysfs, &p->dir, "vfio-dev", &names) >= 0 && names.n > 0)
                d->vfio_device = xstrdup(names.v[0]);
        (void)link_name(p, "iommu_group", &d->iommu_group); /* group_read() looks whether there is one */
        if (p->parent)
                d->parent = probe_parent_address(p->host, p->parent);
        group_read(p);
}

/* -ENODEV if it is none of ours. */
static int look_at(struct probe *p) {
        int r = link_name(p, "driver", &p->t->driver);

        /* A driver that is not known is not "none", which would be free to be bound. */
        if (r < 0 && r != -ENOENT)
                probe_give_error(p, "model", -r);
        if (str_equal(p->device->bus, "mdev")) {
                look_at_mdev(p);
                return 0;
        }
        if (str_equal(p->device->bus, "pci"))
                return look_at_pci(p);
        return probe_has(p, "vfio-dev") ? 0 : -ENODEV;
}

int probe_device(struct host *h, const char *key, struct device **ret_device) {
        _cleanup_probe_ struct probe p = { .host = h, .dir.fd = -1 };
        _cleanup_free_ char *subsystem = NULL;
        const char *name;
        int r = probe_parse_key(key, &subsystem, &name);

        if (r < 0)
                return r;
        helper_link_begin(&h->helper);
        p.device = device_new(false);
        p.t = p.device->traits;
        p.device->bus = take_ptr(subsystem);
        p.device->address = xstrdup(key);
        p.device->id = xstrdup(key);
        r = probe_open_device(h, p.device->bus, name, &p.dir);
        if (r >= 0)
                r = names_read(p.dir.fd, &p.names);
        if (r == -ENOENT || r == -ENODEV)
                return -ENODEV;
        if (r < 0) {
                /* It is there and cannot be looked at: told, as a device of which nothing is known. */
                probe_give_error(&p, "model", -r);
        } else {
                p.device->sysfs_path = xstrdup(p.dir.path);
                r = look_at(&p);
                if (r < 0)
                        return r;
                look_at_places(&p);
                identity_read(&p);
                probe_run_providers(&p);
        }
        settle_device(&p);
        *ret_device = take_ptr(p.device);
        return 0;
}
