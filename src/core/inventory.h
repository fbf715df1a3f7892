/*
 * An immutable snapshot of a host: its document, with the devices grouped into classes of equal ones.
 *
 * Reference-counted with atomics, so that a question is judged on it in another thread while the next one is made.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/descriptor.h"
#include "core/side.h"

/* Devices that no rule tells apart; a creatable is a class of its own. */
struct inventory_class {
        const struct device *first; /* stands for all of them */
        size_t *members;            /* positions: devices in document order, then creatables; ascending */
        size_t n_members;
        struct side side; /* of the first */
        size_t kin;       /* the first class that is judged alike, but for pins: creatables on other parents */
        size_t parent;    /* of a creatable: a number that all types of one parent share; else SIZE_MAX */
};

struct inventory {
        unsigned n_refs; /* atomic */
        struct document *document;
        struct inventory_class *classes; /* in the order of their first members */
        size_t n_classes;
};

/* Takes the document, whose devices must be interned already if another thread may see them. */
struct inventory *inventory_new(struct document *document);
struct inventory *inventory_unref(struct inventory *i);
DEFINE_CLEANUP(struct inventory, inventory_unref);

/* The device or creatable at a position. */
const struct device *inventory_at(const struct inventory *i, size_t position);
size_t inventory_length(const struct inventory *i);
