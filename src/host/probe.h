/*
 * Looks at one device, or at what could be created on one parent, and says all that is known of it.
 *
 * Keys are addresses: "pci:<bdf>", "mdev:<uuid>", "<subsystem>:<name>", of a parent with "parent:" before it.
 */
#pragma once

#include <stddef.h>

#include "core/descriptor.h"
#include "host/host.h"

#define PROBE_PARENT_PREFIX "parent:"

/* The device; -ENODEV if it is not there, or is no VFIO device (any more) and could not become one. */
int probe_device(struct host *h, const char *key, struct device **ret_device);
/* What could be created on a parent, by type; key with its prefix. -ENODEV as above. */
int probe_parent(struct host *h, const char *key, struct device ***ret_creatables, size_t *ret_n);
