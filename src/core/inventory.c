/*
 * A snapshot of a host, grouped into classes. Owns the document; nothing in it changes after inventory_new().
 */
#include "core/inventory.h"

#include "util/alloc.h"
#include "util/strv.h"

const struct device *inventory_at(const struct inventory *i, size_t position) {
        const struct document *d = i->document;

        return position < d->n_devices ? d->devices[position] : d->creatables[position - d->n_devices];
}

size_t inventory_length(const struct inventory *i) {
        return i->document->n_devices + i->document->n_creatables;
}

/* The kind of an address, "pci:" or "mdev:", which a pin may ask for; its length. */
static size_t kind_length(const char *address) {
        const char *colon = address ? strchr(address, ':') : NULL;

        return colon ? (size_t)(colon - address) + 1 : 0;
}

static bool same_class(const struct device *a, const struct device *b) {
        size_t n = kind_length(a->address);

        return a->traits == b->traits && !a->traits->creatable && str_equal(a->reserved_by, b->reserved_by) &&
               n == kind_length(b->address) && strncmp(a->address ?: "", b->address ?: "", n) == 0;
}

static uint64_t class_hash(const struct device *d) {
        uint64_t h = hash_bytes(HASH_INIT, &d->traits, sizeof(d->traits));

        return hash_str(h, d->reserved_by);
}

static size_t slots_for(size_t n) {
        size_t n_slots = 16;

        while (n_slots < n * 2)
                n_slots *= 2;
        return n_slots;
}

/* Class numbers + 1, by a hash of their first devices. */
struct slots {
        const struct inventory *inventory;
        size_t *v;
        size_t n; /* a power of two */
};

static void slots_init(struct slots *s, const struct inventory *inventory, size_t n) {
        *s = (struct slots){ .inventory = inventory, .n = slots_for(n) };
        s->v = xnew0(size_t, s->n);
}

static void slots_done(struct slots *s) {
        free(s->v);
}

/* Where the number of a class is whose first device is the same as d, or where it belongs. */
static size_t *slots_find(struct slots *s, uint64_t hash, const struct device *d,
                          bool (*same)(const struct device *a, const struct device *b)) {
        size_t at = hash & (s->n - 1);

        while (s->v[at] && !same(s->inventory->classes[s->v[at] - 1].first, d))
                at = (at + 1) & (s->n - 1);
        return &s->v[at];
}

static bool same_parent(const struct device *a, const struct device *b) {
        return str_equal(a->parent, b->parent);
}

/* Judged alike, whatever they are pinned to. */
static bool same_judgement(const struct device *a, const struct device *b) {
        return a->traits == b->traits && str_equal(a->reserved_by, b->reserved_by) &&
               (a->available == 0) == (b->available == 0);
}

/* Numbers are those of the first class there is, so that they say which one to look at. */
static void number_classes(struct inventory *inventory) {
        __attribute__((cleanup(slots_done))) struct slots parents, kin;

        slots_init(&parents, inventory, inventory->document->n_creatables);
        slots_init(&kin, inventory, inventory->n_classes);
        for (size_t i = 0; i < inventory->n_classes; i++) {
                struct inventory_class *class = &inventory->classes[i];
                const struct device *d = class->first;
                size_t *slot = slots_find(&kin, class_hash(d), d, same_judgement);

                if (!*slot)
                        *slot = i + 1;
                class->kin = *slot - 1;
                class->parent = SIZE_MAX;
                if (!d->traits->creatable)
                        continue;
                slot = slots_find(&parents, hash_str(HASH_INIT, d->parent), d, same_parent);
                if (!*slot)
                        *slot = i + 1;
                class->parent = *slot - 1;
        }
}

static void group(struct inventory *inventory) {
        __attribute__((cleanup(slots_done))) struct slots slots;
        size_t n = inventory_length(inventory);

        slots_init(&slots, inventory, n);
        for (size_t i = 0; i < n; i++) {
                const struct device *d = inventory_at(inventory, i);
                size_t *slot = slots_find(&slots, class_hash(d), d, same_class);
                struct inventory_class *class;

                if (!*slot) {
                        array_append(inventory->classes, inventory->n_classes, (struct inventory_class){ .first = d });
                        *slot = inventory->n_classes;
                }
                class = &inventory->classes[*slot - 1];
                array_append(class->members, class->n_members, i);
        }
}

struct inventory *inventory_new(struct document *document) {
        _cleanup_(traits_table_free_cleanup) struct traits_table *table = traits_table_new();
        struct inventory *i = xnew0(struct inventory, 1);

        i->n_refs = 1;
        i->document = document;
        for (size_t j = 0; j < document->n_devices; j++)
                if (!document->devices[j]->traits->hash)
                        traits_table_intern(table, document->devices[j]);
        for (size_t j = 0; j < document->n_creatables; j++)
                if (!document->creatables[j]->traits->hash)
                        traits_table_intern(table, document->creatables[j]);
        group(i);
        number_classes(i);
        for (size_t j = 0; j < i->n_classes; j++) {
                struct side *side = &i->classes[j].side;

                side_init(side, i->classes[j].first, &document->models, NULL);
                if (side->info && strv_length(side->info->checks) > 0)
                        side_describe(side);
        }
        return i;
}

struct inventory *inventory_unref(struct inventory *i) {
        if (!i || __atomic_sub_fetch(&i->n_refs, 1, __ATOMIC_ACQ_REL) > 0)
                return NULL;
        for (size_t j = 0; j < i->n_classes; j++) {
                free(i->classes[j].members);
                side_done(&i->classes[j].side);
        }
        free(i->classes);
        document_free(i->document);
        free(i);
        return NULL;
}
