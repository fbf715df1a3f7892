/*
 * The keys of a view, sorted: what is known under each, and what is under way. Internal to hostview.
 *
 * Owns the keys and their devices; asks nobody anything.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/descriptor.h"
#include "daemon/readers.h"

#define KEY_PARENT "parent:"

/* Whether the round that is under way waits for a key, and why. */
enum round_part {
        ROUND_OUT,
        ROUND_ISSUED, /* reads it itself */
        ROUND_JOINED, /* waits for a read that was under way */
};

struct wait;

struct view_key {
        char *name;
        struct device **devices; /* of an address none or one, of a parent all its types */
        size_t n_devices;
        struct device *raw;   /* as the reader said it, where facts were added to it; else NULL */
        struct entries facts; /* those, */
        struct entries fact_origins;
        bool undescribed;  /* somebody may know facts of it, and has not been asked */
        uint64_t hash;     /* of what the reader said, 0: it said nothing */
        uint64_t changed;  /* generation of the last change */
        bool listed;       /* the last list had it, so that there is something */
        uint64_t read_at;  /* CLOCK_BOOTTIME: when the reader was asked for what is known; nothing older counts */
        uint64_t taken_at; /* the same moment on CLOCK_REALTIME */
        uint64_t retry_at; /* not to be read before */
        bool asked;        /* a read is under way that is not the round's */
        enum read_class asked_class;
        bool again; /* and another one is needed after it */
        enum read_class again_class;
        uint64_t asked_at;
        enum round_part round;
        struct wait *waits;
};

struct view_table {
        struct view_key **v;
        size_t n;
};

bool key_is_parent(const char *name);
struct view_key *view_table_find(const struct view_table *t, const char *name);
/* Finds it, or adds an empty one. */
struct view_key *view_table_get(struct view_table *t, const char *name);
void view_table_remove(struct view_table *t, struct view_key *k);
void view_table_done(struct view_table *t);
void view_key_set(struct view_key *k, struct device **devices, size_t n);
