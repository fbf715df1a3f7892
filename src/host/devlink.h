/*
 * devlink over generic netlink: what a device's firmware is, and whether its VFs may migrate. Neither is in sysfs.
 *
 * Below a fake root it reads recorded messages instead: run/vfio-migration/devlink/<bus>:<name>.{info,port}, the bytes
 * as they came from the kernel. GET only, which needs no privilege; nothing is ever set.
 */
#pragma once

#include "core/entries.h"
#include "core/tri.h"
#include "host/sysfs.h"

/* What one devlink instance (a PF, or a device of its own) said. */
struct devlink_info {
        int error;               /* why nothing is known: an errno; ENODEV: it has no devlink */
        struct entries versions; /* by name, "fw.version"; the running one, else the fixed one; stored ones never */
};

/* instance: "pci/0000:3b:00.0" */
void devlink_read_info(const struct sysfs *s, const char *instance, struct devlink_info *ret);
void devlink_info_done(struct devlink_info *i);
/* The port function attribute `migratable` of a PF's VF; UNKNOWN with *ret_error where that cannot be told (ENOENT: no
 * port of that VF, as in legacy e-switch mode; ENODATA: the port does not say). */
enum tri devlink_read_migratable(const struct sysfs *s, const char *instance, unsigned vf, int *ret_error);
