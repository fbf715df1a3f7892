/*
 * Devices and documents in memory: their life, equality, and the table in which equal devices share their traits.
 *
 * Counters of references are atomic, as snapshots are read by several threads; nothing else here is.
 */
#include "core/descriptor.h"

#include "util/alloc.h"
#include "util/strv.h"

struct traits *traits_ref(struct traits *t) {
        __atomic_add_fetch(&t->n_refs, 1, __ATOMIC_RELAXED);
        return t;
}

struct traits *traits_unref(struct traits *t) {
        if (!t || __atomic_sub_fetch(&t->n_refs, 1, __ATOMIC_ACQ_REL) > 0)
                return NULL;
        free(t->pool);
        free(t->driver);
        free(t->bound_driver);
        free(t->mdev_type);
        free(t->model);
        free(t->software_version);
        entries_done(&t->params);
        entries_done(&t->facts);
        migration_done(&t->migration);
        entries_done(&t->tokens);
        entries_done(&t->origins);
        param_infos_done(&t->param_info);
        strv_free(t->attributes);
        free(t);
        return NULL;
}

static struct traits *traits_new(bool creatable) {
        struct traits *t = xnew0(struct traits, 1);

        t->n_refs = 1;
        t->creatable = creatable;
        t->params_complete = TRI_UNKNOWN;
        t->migration.protocol = MIGRATION_PROTOCOL_UNKNOWN;
        t->migration.dma_logging = TRI_UNKNOWN;
        t->in_use = creatable ? TRI_NO : TRI_UNKNOWN;
        return t;
}

static struct traits *traits_copy(const struct traits *from) {
        struct traits *t = traits_new(from->creatable);

        t->pool = xstrdup(from->pool);
        t->driver = xstrdup(from->driver);
        t->bound_driver = xstrdup(from->bound_driver);
        t->mdev_type = xstrdup(from->mdev_type);
        t->model = xstrdup(from->model);
        t->has_version = from->has_version;
        t->version = from->version;
        t->software_version = xstrdup(from->software_version);
        entries_copy(&t->params, &from->params);
        t->params_complete = from->params_complete;
        entries_copy(&t->facts, &from->facts);
        t->has_migration = from->has_migration;
        migration_copy(&t->migration, &from->migration);
        entries_copy(&t->tokens, &from->tokens);
        entries_copy(&t->origins, &from->origins);
        param_infos_copy(&t->param_info, &from->param_info);
        t->param_list_writable = from->param_list_writable;
        t->attributes = strv_copy(from->attributes);
        t->in_use = from->in_use;
        t->group_blocked = from->group_blocked;
        t->independent = from->independent;
        return t;
}

bool traits_equal(const struct traits *a, const struct traits *b) {
        if (a == b)
                return true;
        return a->creatable == b->creatable && str_equal(a->pool, b->pool) && str_equal(a->driver, b->driver) &&
               str_equal(a->bound_driver, b->bound_driver) && str_equal(a->mdev_type, b->mdev_type) &&
               str_equal(a->model, b->model) && a->has_version == b->has_version &&
               (!a->has_version || a->version == b->version) && str_equal(a->software_version, b->software_version) &&
               entries_equal(&a->params, &b->params) && a->params_complete == b->params_complete &&
               entries_equal(&a->facts, &b->facts) && a->has_migration == b->has_migration &&
               (!a->has_migration || migration_equal(&a->migration, &b->migration)) &&
               entries_equal(&a->tokens, &b->tokens) && entries_equal(&a->origins, &b->origins) &&
               param_infos_equal(&a->param_info, &b->param_info) && a->param_list_writable == b->param_list_writable &&
               strv_equal(a->attributes, b->attributes) && a->in_use == b->in_use &&
               a->group_blocked == b->group_blocked && a->independent == b->independent;
}

static uint64_t traits_hash(const struct traits *t) {
        const uint64_t words[] = {
                (uint64_t)t->creatable,           t->has_version ? t->version : UINT64_MAX,
                (uint64_t)t->params_complete,     (uint64_t)t->has_migration,
                (uint64_t)t->param_list_writable, (uint64_t)t->in_use,
                (uint64_t)t->group_blocked,       (uint64_t)t->independent,
        };
        uint64_t h = hash_bytes(HASH_INIT, words, sizeof(words));

        h = hash_str(hash_str(hash_str(h, t->pool), t->driver), t->bound_driver);
        h = hash_str(hash_str(hash_str(h, t->mdev_type), t->model), t->software_version);
        h = entries_hash(entries_hash(h, &t->params), &t->facts);
        h = entries_hash(entries_hash(h, &t->tokens), &t->origins);
        if (t->has_migration)
                h = migration_hash(h, &t->migration);
        h = param_infos_hash(h, &t->param_info);
        for (char *const *a = t->attributes; a && *a; a++)
                h = hash_str(h, *a);
        return h ? h : 1; /* 0 means that it was not computed yet */
}

const char *traits_origin(const struct traits *t, const char *key) {
        return entries_get(&t->origins, key);
}

bool traits_unread(const struct traits *t, const char *key) {
        return str_startswith(traits_origin(t, key), "errno:");
}

const char *traits_origin_of(const struct traits *t, const char *kind, const char *name) {
        size_t n = strlen(kind), low = 0, high = t->origins.n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const struct entry *e = &t->origins.v[middle];
                int order = strncmp(e->name, kind, n);

                if (order == 0)
                        order = strcmp(e->name + n, name);
                if (order == 0)
                        return e->value;
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

struct device *device_new(bool creatable) {
        struct device *d = xnew0(struct device, 1);

        d->n_refs = 1;
        d->traits = traits_new(creatable);
        return d;
}

struct device *device_ref(struct device *d) {
        __atomic_add_fetch(&d->n_refs, 1, __ATOMIC_RELAXED);
        return d;
}

/* All of a device's own strings. */
#define DEVICE_STRINGS(d)                                                                                           \
        {                                                                                                           \
                &(d)->id, &(d)->address, &(d)->guest, &(d)->pin, &(d)->parent, &(d)->reserved_by, &(d)->sysfs_path, \
                        &(d)->bus, &(d)->vfio_device, &(d)->iommu_group, &(d)->variant_driver                       \
        }

static void device_free_strings(struct device *d) {
        char **strings[] = DEVICE_STRINGS(d);

        for (size_t i = 0; i < ARRAY_SIZE(strings) && !d->block; i++)
                free(*strings[i]);
        free(d->block);
}

void device_compact(struct device *d) {
        char **strings[] = DEVICE_STRINGS(d), *block, *at;
        bool twice = str_equal(d->id, d->address);
        size_t size = 0;

        for (size_t i = twice; i < ARRAY_SIZE(strings); i++) /* the id is the first of them */
                if (*strings[i])
                        size += strlen(*strings[i]) + 1;
        block = at = xcalloc(size, 1);
        for (size_t i = twice; i < ARRAY_SIZE(strings); i++)
                if (*strings[i]) {
                        char *to = at;

                        at = stpcpy(at, *strings[i]) + 1;
                        if (!d->block)
                                free(*strings[i]);
                        *strings[i] = to;
                }
        if (twice) {
                if (!d->block)
                        free(d->id);
                d->id = d->address;
        }
        free(d->block);
        d->block = block;
}

struct device *device_unref(struct device *d) {
        if (!d || __atomic_sub_fetch(&d->n_refs, 1, __ATOMIC_ACQ_REL) > 0)
                return NULL;
        traits_unref(d->traits);
        device_free_strings(d);
        strv_free(d->group_blocked_by);
        free(d);
        return NULL;
}

bool device_equal(const struct device *a, const struct device *b) {
        if (a == b)
                return true;
        return traits_equal(a->traits, b->traits) && str_equal(a->id, b->id) && str_equal(a->address, b->address) &&
               str_equal(a->guest, b->guest) && str_equal(a->pin, b->pin) && str_equal(a->parent, b->parent) &&
               str_equal(a->reserved_by, b->reserved_by) && strv_equal(a->group_blocked_by, b->group_blocked_by) &&
               a->has_numa_node == b->has_numa_node && (!a->has_numa_node || a->numa_node == b->numa_node) &&
               a->available == b->available && str_equal(a->sysfs_path, b->sysfs_path) && str_equal(a->bus, b->bus) &&
               str_equal(a->vfio_device, b->vfio_device) && str_equal(a->iommu_group, b->iommu_group) &&
               str_equal(a->variant_driver, b->variant_driver);
}

struct device *device_copy(const struct device *d) {
        struct device *c = xnew0(struct device, 1);

        c->n_refs = 1;
        c->traits = traits_copy(d->traits);
        c->id = xstrdup(d->id);
        c->address = xstrdup(d->address);
        c->guest = xstrdup(d->guest);
        c->pin = xstrdup(d->pin);
        c->parent = xstrdup(d->parent);
        c->reserved_by = xstrdup(d->reserved_by);
        c->group_blocked_by = strv_copy(d->group_blocked_by);
        c->has_numa_node = d->has_numa_node;
        c->numa_node = d->numa_node;
        c->available = d->available;
        c->sysfs_path = xstrdup(d->sysfs_path);
        c->bus = xstrdup(d->bus);
        c->vfio_device = xstrdup(d->vfio_device);
        c->iommu_group = xstrdup(d->iommu_group);
        c->variant_driver = xstrdup(d->variant_driver);
        return c;
}

/* Open addressing; the size is a power of two and at least twice the number. */
struct traits_table {
        struct traits **slots;
        size_t size;
        size_t n;
};

struct traits_table *traits_table_new(void) {
        struct traits_table *t = xnew0(struct traits_table, 1);

        t->size = 64;
        t->slots = xnew0(struct traits *, t->size);
        return t;
}

struct traits_table *traits_table_free(struct traits_table *t) {
        if (t)
                free(t->slots);
        free(t);
        return NULL;
}

/* The slot of equal traits, or the empty one where they belong. */
static struct traits **traits_table_slot(const struct traits_table *t, const struct traits *traits) {
        for (size_t i = traits->hash;; i++) {
                struct traits **slot = &t->slots[i & (t->size - 1)];

                if (!*slot || ((*slot)->hash == traits->hash && traits_equal(*slot, traits)))
                        return slot;
        }
}

static void traits_table_grow(struct traits_table *t) {
        struct traits_table larger = { xnew0(struct traits *, t->size * 2), t->size * 2, t->n };

        for (size_t i = 0; i < t->size; i++)
                if (t->slots[i]) {
                        size_t k = t->slots[i]->hash;

                        while (larger.slots[k & (larger.size - 1)])
                                k++;
                        larger.slots[k & (larger.size - 1)] = t->slots[i];
                }
        free(t->slots);
        *t = larger;
}

void traits_table_intern(struct traits_table *t, struct device *d) {
        struct traits **slot;

        if (d->traits->hash == 0)
                d->traits->hash = traits_hash(d->traits);
        slot = traits_table_slot(t, d->traits);
        if (*slot == d->traits)
                return;
        if (*slot) {
                struct traits *shared = traits_ref(*slot);

                traits_unref(d->traits);
                d->traits = shared;
                return;
        }
        *slot = d->traits;
        if (++t->n * 2 > t->size)
                traits_table_grow(t);
}

struct document *document_new(void) {
        struct document *d = xnew0(struct document, 1);

        d->iommu_dirty_tracking = TRI_UNKNOWN;
        d->viommu = TRI_UNKNOWN;
        return d;
}

struct document *document_free(struct document *d) {
        if (!d)
                return NULL;
        for (size_t i = 0; i < d->n_devices; i++)
                device_unref(d->devices[i]);
        for (size_t i = 0; i < d->n_creatables; i++)
                device_unref(d->creatables[i]);
        free(d->devices);
        free(d->creatables);
        models_done(&d->models);
        free(d->created_at);
        free(d->host_name);
        free(d->machine_id);
        free(d->kernel);
        free(d->vm_name);
        free(d->vm_uuid);
        free(d);
        return NULL;
}

void document_take(struct document *d, struct device *device) {
        if (device->traits->creatable)
                array_append(d->creatables, d->n_creatables, device);
        else
                array_append(d->devices, d->n_devices, device);
}
