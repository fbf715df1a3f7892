/*
 * An explanation while it is made: what explain.c (what decides) and explain-words.c (how it is said) share.
 *
 * Only for these two.
 */
#pragma once

#include "core/explain.h"
#include "core/side.h"
#include "core/verdict.h"

enum topic {
        TOPIC_DRIVER,
        TOPIC_GROUP,
        TOPIC_MIGRATION,
        TOPIC_P2P,
        TOPIC_DIRTY_TRACKING,
        TOPIC_MODEL,
        TOPIC_PARAMETERS,
        TOPIC_FACTS,
        TOPIC_POOL,
        TOPIC_VENDOR,
        TOPIC_USE,
        _TOPIC_MAX,
};

struct explainer {
        const struct document *host;
        const struct device *device;
        const struct traits *t;
        struct side side;
        struct explanation *e;
};

/* Adds a line; takes the command, copies the origin, and escapes the message. */
void explain_say(struct explainer *x, enum topic topic, enum tri good, const char *origin, char *command,
                 const char *format, ...) _printf_(6, 7);
/* The protocol of the device's migration interface is known, and not "none". */
bool explain_speaks(const struct explainer *x);

/* Each puts a reason of the rules into words: good is NO where it keeps the device from migrating, UNKNOWN where it
 * may. */
typedef void (*explain_func)(struct explainer *x, const struct reason *r, enum tri good);

void explain_not_migratable(struct explainer *x, const struct reason *r, enum tri good);
void explain_not_bound(struct explainer *x, const struct reason *r, enum tri good);
void explain_migration_unknown(struct explainer *x, const struct reason *r, enum tri good);
void explain_protocol(struct explainer *x, const struct reason *r, enum tri good);
void explain_p2p(struct explainer *x, const struct reason *r, enum tri good);
void explain_dirty_tracking(struct explainer *x, const struct reason *r, enum tri good);
void explain_group(struct explainer *x, const struct reason *r, enum tri good);
void explain_model(struct explainer *x, const struct reason *r, enum tri good);
void explain_weak(struct explainer *x, const struct reason *r, enum tri good);
void explain_unreadable(struct explainer *x, const struct reason *r, enum tri good);
void explain_incomplete(struct explainer *x, const struct reason *r, enum tri good);
void explain_fact(struct explainer *x, const struct reason *r, enum tri good);
void explain_vendor(struct explainer *x, const struct reason *r, enum tri good);
void explain_use(struct explainer *x, const struct reason *r, enum tri good);
