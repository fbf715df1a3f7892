/*
 * Which device nodes of VFIO are open in some process.
 *
 * On a real host that is found out by holders.h, by the helper, as only root sees other processes' files; on a fake
 * root it is a matter of text, which is read here: the links in proc/<pid>/fd. A device is never opened to find out.
 */
#pragma once

#include "core/tri.h"
#include "host/names.h"
#include "host/sysfs.h"

struct inuse {
        bool complete;     /* every process could be looked at, and there was one */
        struct names open; /* below /dev/vfio: "12", "noiommu-0", "devices/vfio0"; sorted */
};

/* Of a fake root. */
void inuse_read(const struct sysfs *s, struct inuse *ret);
void inuse_done(struct inuse *u);
/* group and vfio_device may be NULL. */
enum tri inuse_find(const struct inuse *u, const char *group, const char *vfio_device);
