/*
 * Pools: which devices one stands for. Owns its names and patterns; looks at nothing but what it is given.
 */
#include "core/pool.h"

#include <fnmatch.h>
#include <stdbool.h>

#include "util/strv.h"

struct pool *pool_free(struct pool *p) {
        if (!p)
                return NULL;
        for (size_t i = 0; i < p->n_matches; i++) {
                free(p->matches[i].parent);
                free(p->matches[i].address);
                free(p->matches[i].netdev);
                free(p->matches[i].mdev_type);
        }
        free(p->matches);
        free(p->name);
        free(p->file);
        free(p);
        return NULL;
}

static bool netdev_matches(const char *pattern, char *const *netdevs) {
        for (; netdevs && *netdevs; netdevs++)
                if (fnmatch(pattern, *netdevs, 0) == 0)
                        return true;
        return false;
}

bool pool_matches(const struct pool *p, const char *parent, const char *address, char *const *netdevs,
                  const char *mdev_type) {
        for (size_t i = 0; i < p->n_matches; i++) {
                const struct pool_match *m = &p->matches[i];

                if (!m->parent && !m->address && !m->netdev && !m->mdev_type)
                        continue; /* would be everything */
                if ((m->parent && !str_equal(m->parent, parent)) || (m->address && !str_equal(m->address, address)))
                        continue;
                if (m->netdev && !netdev_matches(m->netdev, netdevs))
                        continue;
                if (m->mdev_type && (!mdev_type || fnmatch(m->mdev_type, mdev_type, 0) != 0))
                        continue;
                return true;
        }
        return false;
}
