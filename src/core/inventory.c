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

static void number_parents(struct inventory *inventory) {
        size_t n_slots = slots_for(inventory->document->n_creatables);
        _cleanup_free_ size_t *slots = xnew0(size_t, n_slots); /* number of a parent's first class + 1 */

        for (size_t i = 0; i < inventory->n_classes; i++) {
                struct inventory_class *class = &inventory->classes[i];
                size_t at;

                class->parent = SIZE_MAX;
                if (!class->first->traits->creatable)
                        continue;
                at = hash_str(HASH_INIT, class->first->parent) & (n_slots - 1);
                while (slots[at] && !str_equal(inventory->classes[slots[at] - 1].first->parent, class->first->parent))
                        at = (at + 1) & (n_slots - 1);
                if (!slots[at])
                        slots[at] = i + 1;
                class->parent = slots[at] - 1;
        }
}

static void group(struct inventory *inventory) {
        size_t n = inventory_length(inventory), n_slots = slots_for(n);
        _cleanup_free_ size_t *slots = xnew0(size_t, n_slots); /* class number + 1 */

        for (size_t i = 0; i < n; i++) {
                const struct device *d = inventory_at(inventory, i);
                size_t at = class_hash(d) & (n_slots - 1);
                struct inventory_class *class;

                while (slots[at] && !same_class(inventory->classes[slots[at] - 1].first, d))
                        at = (at + 1) & (n_slots - 1);
                if (!slots[at]) {
                        array_append(inventory->classes, inventory->n_classes, (struct inventory_class){ .first = d });
                        slots[at] = inventory->n_classes;
                }
                class = &inventory->classes[slots[at] - 1];
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
        number_parents(i);
        for (size_t j = 0; j < i->n_classes; j++)
                side_init(&i->classes[j].side, i->classes[j].first, &document->models, NULL);
        return i;
}

struct inventory *inventory_ref(struct inventory *i) {
        if (i)
                __atomic_add_fetch(&i->n_refs, 1, __ATOMIC_RELAXED);
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
