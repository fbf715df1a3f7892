/*
 * Why one device can or cannot migrate, and what would change it: for `vfiomigctl explain`.
 *
 * Pure: from a host document alone, by what the rules say of the device against itself (self.h). Says "unknown" where
 * the document does.
 */
#pragma once

#include "core/descriptor.h"
#include "core/tri.h"

struct explanation_line {
        const char *topic; /* "driver", "group", "migration", "p2p", "dirty-tracking", "model", "parameters", ... */
        bool decides;      /* false: it matters to some VMs (p2p) or to nobody now (use) */
        enum tri good;     /* NO: keeps it from migrating; UNKNOWN: may */
        char *message;     /* for people */
        char *command;     /* what would change it, to be typed by root, one a line; or NULL */
        char *origin;      /* where that came from, or NULL */
};

struct explanation {
        enum tri can_migrate;
        char *summary;
        struct explanation_line *v; /* by topic, in their order */
        size_t n;
};

/* device is one of the host document's devices or creatables. */
struct explanation *explain_device(const struct document *host, const struct device *device);
struct explanation *explanation_free(struct explanation *e);
DEFINE_CLEANUP(struct explanation, explanation_free);
