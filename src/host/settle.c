/*
 * What is settled once the providers have spoken. Says nothing that was not read.
 */
#include "host/settle.h"

#include <stdlib.h>
#include <string.h>

#include "host/pci.h"
#include "util/alloc.h"

/* The network interfaces of the parent, else its own, which are the caller's to free. */
static int list_netdevs(struct probe *p, char *const **ret, char ***ret_own) {
        _cleanup_names_ struct names names = {};
        int r;

        if (p->type_error || p->parent_error)
                return -(p->type_error ? p->type_error : p->parent_error);
        if (p->parent && !p->device->parent)
                return -ENODATA; /* a parent without an address */
        r = p->parent ? place_netdevs(&p->host->places, p->parent, ret) : 0;
        if (r < 0 || *ret || !probe_has(p, "net"))
                return r;
        r = sysfs_list_at(&p->host->sysfs, &p->dir, "net", &names);
        for (size_t i = 0; i < names.n; i++)
                strv_take(ret_own, xstrdup(names.v[i]));
        *ret = *ret_own;
        return r;
}

/*
 * No pool and an unknown one look alike, and another pool would be as wrong: where it cannot be told what a pool goes
 * by, the model is not known either, so that nothing says yes to the device.
 */
static void settle_pool(struct probe *p) {
        char *const *netdevs = NULL;
        char **own = NULL;
        int r;

        if (p->host->store.n_pools == 0)
                return;
        r = list_netdevs(p, &netdevs, &own);
        if (r < 0) {
                probe_take_back_model(p, -r);
                entries_set(&p->t->origins, "pool", traits_origin(p->t, "model"));
        }
        for (size_t i = 0; i < p->host->store.n_pools && !p->t->pool; i++) {
                const struct pool *pool = p->host->store.pools[i];

                if (pool_matches(pool, p->device->parent, p->device->address, netdevs, p->t->mdev_type))
                        p->t->pool = xstrdup(pool->name);
        }
        strv_free(own);
}

/* Yes if the interface is up, whether or not it has a carrier. */
static enum tri netdev_up(struct probe *p, const char *name) {
        _cleanup_free_ char *flags_file = xasprintf("net/%s/flags", name),
                            *state_file = xasprintf("net/%s/operstate", name);
        _cleanup_reading_ struct reading flags = probe_read(p, flags_file), state = probe_read(p, state_file);
        char *end;

        if (str_equal(state.attribute.value, "up"))
                return TRI_YES;
        if (flags.attribute.value && *flags.attribute.value) {
                unsigned long f = strtoul(flags.attribute.value, &end, 16);

                if (!*end)
                        return f & 1 /* IFF_UP */ ? TRI_YES : TRI_NO;
        }
        return TRI_UNKNOWN;
}

/* A VF on another driver: in use if its interface is up, free if it has no driver or its interfaces are down. */
static enum tri bound_in_use(struct probe *p) {
        _cleanup_names_ struct names names = {};
        enum tri r = TRI_NO;

        if (!*p->t->bound_driver) /* none; or one whose name was not read */
                return probe_has(p, "driver") ? TRI_UNKNOWN : TRI_NO;
        if (!probe_has(p, "net") || sysfs_list_at(&p->host->sysfs, &p->dir, "net", &names) < 0 || names.n == 0)
                return TRI_UNKNOWN;
        if (names.n_bad > 0)
                r = TRI_UNKNOWN;
        for (size_t i = 0; i < names.n; i++) {
                enum tri up = netdev_up(p, names.v[i]);

                if (up == TRI_YES)
                        return TRI_YES;
                if (up == TRI_UNKNOWN)
                        r = TRI_UNKNOWN;
        }
        return r;
}

/* True if it has a number that was not read, so that nobody could be found to use it by that. */
static bool number_missing(const struct probe *p) {
        return (!p->device->iommu_group && probe_has(p, "iommu_group")) ||
               (!p->device->vfio_device && probe_has(p, "vfio-dev"));
}

static void settle_in_use(struct probe *p) {
        if (p->t->bound_driver)
                p->t->in_use = bound_in_use(p);
        else {
                p->t->in_use = inuse_find(helper_link_inuse(&p->host->helper), p->device->iommu_group,
                                          p->device->vfio_device);
                if (p->t->in_use == TRI_NO && number_missing(p))
                        p->t->in_use = TRI_UNKNOWN;
        }
}

/* True where what an entry requires was read as true. */
static bool requirement_met(const struct probe *p, const char *requirement) {
        return !requirement || (str_equal(requirement, "devlink:migratable") &&
                                str_equal(entries_get(&p->t->facts, "devlink.migratable"), "true"));
}

/* The model's entry, if it is what rule 7 would take for this device. */
static const struct migration *model_migration(const struct probe *p, const char **ret_file) {
        const struct model *m = probe_find_model(p);

        if (!m || !m->has_migration || !requirement_met(p, m->migration.requires) ||
            (m->migration.driver && !str_equal(m->migration.driver, p->t->driver)))
                return NULL;
        *ret_file = m->file;
        return &m->migration;
}

static void set_migration_origin(struct probe *p, const char *origin) {
        entries_set(&p->t->origins, "migration", origin);
}

/*
 * A model's entry is left to the rules, which take it from the document's models. Only where this host's kernel speaks
 * against its dmaLogging, or is not known to do it, the device has an entry of its own, with that in it.
 */
static void settle_migration(struct probe *p) {
        struct migration *m = &p->t->migration;
        const char *migratable = entries_get(&p->t->facts, "devlink.migratable");
        enum tri possible = p->host->kernel.dma_logging;
        const struct migration *entry;
        const char *file = NULL;

        if (str_equal(migratable, "false")) { /* whatever the driver could do */
                *m = (struct migration){ .protocol = MIGRATION_NONE, .dma_logging = TRI_UNKNOWN };
                p->t->has_migration = true;
                set_migration_origin(p, "devlink");
        }
        if (!p->t->has_migration && driver_is_plain_vfio(p->t->driver)) {
                p->t->has_migration = true;
                m->protocol = MIGRATION_NONE;
                set_migration_origin(p, "identity:driver");
        }
        entry = p->t->has_migration ? NULL : model_migration(p, &file);
        if (entry && (possible == TRI_NO || (possible == TRI_UNKNOWN && entry->dma_logging == TRI_YES))) {
                _cleanup_free_ char *origin = xasprintf("models.d:%s", file ? file : "");

                p->t->has_migration = true;
                m->protocol = entry->protocol;
                m->has_flags = entry->has_flags;
                m->flags = entry->flags;
                m->has_data_size = entry->has_data_size;
                m->data_size = entry->data_size;
                set_migration_origin(p, origin);
        }
        /* What the driver said itself lacks this; the model's word on it holds where the kernel was seen to do it. */
        if (possible == TRI_YES && p->t->has_migration && m->protocol == MIGRATION_V2 &&
            (entry = model_migration(p, &file)) && entry->dma_logging == TRI_YES)
                m->dma_logging = TRI_YES;
        if (possible == TRI_NO) {
                if (!p->t->has_migration)
                        set_migration_origin(p, "identity:config");
                p->t->has_migration = true;
                m->dma_logging = TRI_NO;
        }
}

static void settle(struct probe *p) {
        if (p->t->params_complete == TRI_UNKNOWN)
                probe_give_complete(p, false);
        settle_pool(p);
        settle_migration(p);
}

void settle_device(struct probe *p) {
        settle(p);
        settle_in_use(p);
}

void settle_creatable(struct probe *p) {
        settle(p);
        p->t->in_use = TRI_NO;
}
