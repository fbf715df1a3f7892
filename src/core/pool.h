/*
 * Pools: an administrator's names for devices that stand for one another, such as VFs of one physical network.
 */
#pragma once

#include <stddef.h>

#include "util/macro.h"

#define POOL_SCHEMA "org.vfio.Migration1.pool/1"

/* All that is given must fit; addresses are compared byte by byte, mdevType and netdev are fnmatch(3) patterns. */
struct pool_match {
        char *parent;  /* pci:0000:3b:00.0 */
        char *address; /* pci:0000:3b:00.2 */
        char *netdev;  /* a network interface of the device's parent (or its own) */
        char *mdev_type;
};

struct pool {
        char *name;
        char *file;
        struct pool_match *matches;
        size_t n_matches;
};

struct pool *pool_free(struct pool *p);
DEFINE_CLEANUP(struct pool, pool_free);
/* netdevs: the parent's network interfaces, a NULL-terminated vector or NULL. address is NULL for a creatable. */
_Bool pool_matches(const struct pool *p, const char *parent, const char *address, char *const *netdevs,
                   const char *mdev_type);
