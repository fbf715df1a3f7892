/*
 * The IOMMU group of a device. VFIO opens a group only if every member is bound to a VFIO driver, to none, or to one
 * that leaves DMA alone: pci-stub, and the port drivers of bridges.
 */
#include "host/group.h"

#include <stdlib.h>
#include <string.h>

#include "host/pci.h"
#include "util/alloc.h"

static bool driver_is_harmless(const char *driver) {
        return driver_is_vfio(driver) || str_startswith(driver, "vfio") || strcmp(driver, "pci-stub") == 0 ||
               strcmp(driver, "pcieport") == 0;
}

static bool member_is_bridge(const struct sysfs *s, const char *path) {
        _cleanup_free_ char *file = xasprintf("%s/class", path);
        _cleanup_attribute_ struct attribute a = attribute_read_path(s, file);

        return str_startswith(a.value, "0x0604");
}

static bool member_is_vfio(const struct sysfs *s, const char *path) {
        _cleanup_free_ char *dir = xasprintf("%s/vfio-dev", path);
        _cleanup_names_ struct names names = {};

        return sysfs_list(s, dir, &names) >= 0 && names.n > 0;
}

/* path: sys/kernel/iommu_groups/<n>/devices/<name>, a link. */
static bool member_blocks(const struct sysfs *s, const char *path) {
        _cleanup_free_ char *link = xasprintf("%s/driver", path), *target = NULL;
        int r = sysfs_readlink_path(s, link, &target);

        if (r < 0)
                return r != -ENOENT;
        return !driver_is_harmless(path_name(target)) && !member_is_vfio(s, path) && !member_is_bridge(s, path);
}

/* Takes the name. */
static void block(struct probe *p, char *name) {
        strv_take(&p->device->group_blocked_by, name);
        p->t->group_blocked = true;
}

static void read_members(struct probe *p) {
        const struct sysfs *s = &p->host->sysfs;
        _cleanup_free_ char *dir = xasprintf("sys/kernel/iommu_groups/%s/devices", p->device->iommu_group);
        _cleanup_names_ struct names names = {};
        int r = sysfs_list(s, dir, &names);

        if ((r < 0 && r != -ENOENT) || names.n_bad > 0)
                block(p, xasprintf("group:%s", p->device->iommu_group));
        names_sort(&names);
        for (size_t i = 0; i < names.n; i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s", dir, names.v[i]);

                if (strcmp(names.v[i], path_name(p->dir.path)) == 0 || !member_blocks(s, path))
                        continue;
                block(p, xasprintf("%s%s", pci_name_valid(names.v[i]) ? "pci:" : "", names.v[i]));
        }
}

static void read_node(struct probe *p) {
        _cleanup_reading_ struct reading r = probe_read(p, "numa_node");
        char *end;
        long node;

        if (!reading_there(&r) && p->parent) {
                reading_done(&r);
                r = probe_read_parent(p, "numa_node");
        }
        if (!r.attribute.value || !*r.attribute.value)
                return;
        node = strtol(r.attribute.value, &end, 10);
        if (*end || node < 0 || node > 65535) /* -1: no node */
                return;
        p->device->has_numa_node = true;
        p->device->numa_node = (int)node;
}

void group_read(struct probe *p) {
        /* The group of an mdev is emulated, and has no other member. */
        if (!str_equal(p->device->bus, "mdev")) {
                if (p->device->iommu_group)
                        read_members(p);
                else if (probe_has(p, "iommu_group"))
                        block(p, xstrdup("group:?")); /* which one it is could not be read */
        }
        read_node(p);
}
