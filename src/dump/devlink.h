/*
 * What devlink says of a device, for a dump: the kernel's messages, without what names one single card.
 *
 * They go where a reader with --root= looks for them. Only what is known to be harmless stays in: serial numbers, MAC
 * addresses, and attributes nobody knows do not.
 */
#pragma once

#include "dump/copy.h"

/* root: as copy_init() got it; name: a PCI device's. Nothing is written for one that has no devlink. */
void devlink_copy(struct copy *c, const char *root, const char *name);
/*
 * An answer as messages of our own; -errno if it is none, or the kernel's errno if it said no. Aligned as netlink's.
 */
int devlink_strip(const void *answer, size_t n, struct text *ret);
