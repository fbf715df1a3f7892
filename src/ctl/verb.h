/*
 * The verbs: what a person can ask for, one file each. The table is in main.c.
 */
#pragma once

#include <limits.h>

#include "ctl/context.h"

/* Options that only some verbs take. */
enum verb_options {
        OPTION_EXPLAIN = 1 << 0,
        OPTION_CHECK = 1 << 1, /* --no-write --no-vendor --existing-only --device */
        OPTION_OK_IF_PREPARED = 1 << 2,
        OPTION_HOST_DOCUMENT = 1 << 3,
        OPTION_XML = 1 << 4,
        OPTION_ON = 1 << 5,
        OPTION_OUTPUT = 1 << 6,
        OPTION_TEMPLATE = 1 << 7,
        OPTION_ROOT = 1 << 8,
        OPTION_NFD = 1 << 9,
};

struct verb {
        const char *name;
        const char *arguments; /* for the help; may be "" */
        const char *help;
        size_t min_args;
        size_t max_args;
        unsigned options;              /* enum verb_options */
        int (*run)(struct context *c); /* gives the exit status */
};

int verb_list(struct context *c);
int verb_show(struct context *c);
int verb_explain(struct context *c);
int verb_types(struct context *c);
int verb_classes(struct context *c);
int verb_describe(struct context *c);
int verb_check(struct context *c);
int verb_compare(struct context *c);
int verb_matrix(struct context *c);
int verb_models(struct context *c);
int verb_pools(struct context *c);
int verb_dump(struct context *c);
int verb_monitor(struct context *c);
