/*
 * Matters: what somebody wants to know of a driver or a vendor's check, by the key of the word that answers it.
 *
 * Owns what is being asked and what is known. The same thing is there once, however many want to know it; what is known
 * is bounded, and what was wanted longest ago goes first. Asks nobody, and knows no clock.
 */
#pragma once

#include <stdbool.h>

#include "core/words.h"

enum matter_state {
        MATTER_QUEUED,
        MATTER_RUNNING,
        MATTER_KNOWN,
};

struct want;

struct matter {
        char *key;
        enum word_kind kind;
        char *check;           /* its name */
        char *token, *what;    /* of a driver: what is written to which */
        struct device *source; /* of a check, until it is known */
        struct device *target; /* of a driver, it speaks for this very one */
        enum matter_state state;
        bool stale; /* in no table: whoever waits for it gets its word, and nobody else */
        struct word *word;
        uint64_t until; /* CLOCK_MONOTONIC, usec; UINT64_MAX: until all is forgotten */
        struct want *wants;

        uint64_t hash;
        struct matter *chain;
        struct matter *newer, *older; /* among those that are known */
};

#define MATTER_BUCKETS 1024u

struct matters {
        size_t max_known, max_bytes;
        size_t n_known, n_bytes;
        struct matter *newest, *oldest;
        struct matter *buckets[MATTER_BUCKETS];
};

/* Also all that are in it, whoever wants them. */
void matters_done(struct matters *t);
/* One that is known becomes the newest. */
struct matter *matters_find(struct matters *t, const char *key);
/* Adds a queued one; there must be none of that key. */
struct matter *matters_add(struct matters *t, const struct open_question *q);
/* Takes the word, and the matter out of the queue. Frees one that is stale, or of facts. What is beyond the limits is
 * forgotten, which may be this one. */
void matters_know(struct matters *t, struct matter *m, struct word *word, uint64_t until);
/* Frees it, but for one that is running or wanted: that is stale from now on. */
void matters_forget(struct matters *t, struct matter *m);
/* The same for all of a kind that are known or running. */
void matters_forget_all(struct matters *t, enum word_kind kind);
/* Whether a known one, or one that is being asked, answers that question. */
bool matter_holds(const struct matter *m, const struct open_question *q, uint64_t now);
