/*
 * One side of a pair, prepared once for all the pairs that it is in: what its documents know of its model.
 *
 * Pure; borrows everything from the device and the documents.
 */
#pragma once

#include "core/descriptor.h"
#include "core/setup.h"

struct side {
        const struct device *device;
        const char *model; /* NULL: none, or not read */
        enum evidence model_evidence;
        const struct model *info; /* of its model, from the target's document, whose word counts */
        const struct model *said; /* a source: of its model, from its own document, for what the target's lacks */
        const struct migration *migration; /* NULL: not known */
        bool migration_from_model;
        struct setup setup;           /* as it stands */
        struct setup setup_by_target; /* a source: with only what the target's document says of its version */
        char *class_text;             /* what a check's word hangs on (side_describe), or NULL */
};

/* said: the source's own models; NULL for a target. */
void side_init(struct side *side, const struct device *device, const struct models *models, const struct models *said);
/* All of its traits but what changes while the device stays the same; no addresses. */
void side_describe(struct side *side);
void side_done(struct side *side);
