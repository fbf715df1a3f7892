/*
 * One state of the host for everybody who looks at it: an inventory, with the models that all snapshots share.
 *
 * Immutable and reference-counted with atomics: judged on in other threads while the next one is made.
 */
#pragma once

#include <stdint.h>

#include "core/inventory.h"

/* Parsed model files, as a document that has nothing but models. */
struct model_set {
        unsigned n_refs; /* atomic */
        struct document *document;
};

struct snapshot {
        unsigned n_refs;     /* atomic */
        uint64_t generation; /* of the view that it was taken of */
        struct inventory *inventory;
        struct model_set *models;
};

/* Takes the document. */
struct model_set *model_set_new(struct document *document);
struct model_set *model_set_ref(struct model_set *m);
struct model_set *model_set_unref(struct model_set *m);

/* Takes the document, which gets the models (a reference is kept). */
struct snapshot *snapshot_new(struct document *document, struct model_set *models, uint64_t generation);
struct snapshot *snapshot_ref(struct snapshot *s);
struct snapshot *snapshot_unref(struct snapshot *s);
DEFINE_CLEANUP(struct snapshot, snapshot_unref);
