/*
 * Why one device can or cannot migrate, and what would change it: for `vfiomigctl explain`.
 *
 * Pure: from a host document alone, with the same functions that the rules use. Says "unknown" where the document does.
 */
#pragma once

#include "core/descriptor.h"
#include "core/tri.h"

struct explanation_line {
        char *topic;   /* "driver", "migration", "p2p", "dirty-tracking", "group", "model", "parameters", "facts", "use"
                        */
        enum tri good; /* NO: keeps it from migrating; UNKNOWN: may */
        char *message; /* for people */
        char *command; /* what would change it, to be typed by root; or NULL */
        char *origin;  /* where that came from, or NULL */
};

struct explanation {
        enum tri can_migrate;
        char *summary;
        struct explanation_line *v;
        size_t n;
};

/* device is one of the host document's devices or creatables. */
struct explanation *explain_device(const struct document *host, const struct device *device);
struct explanation *explanation_free(struct explanation *e);
DEFINE_CLEANUP(struct explanation, explanation_free);
