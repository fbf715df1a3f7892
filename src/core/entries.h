/*
 * Named values (parameters, facts, tokens, origins), sorted by name in byte order, each name once.
 *
 * The entries own their strings. A NULL value means "it exists and could not be read".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

struct entry {
        char *name;
        char *value;
};

struct entries {
        struct entry *v;
        size_t n;
};

void entries_done(struct entries *e);
/* NULL if there is none of that name. */
const struct entry *entries_find(const struct entries *e, const char *name);
/* The value, or NULL where there is none or it could not be read. */
const char *entries_get(const struct entries *e, const char *name);
/* Adds or replaces; copies both strings. */
void entries_set(struct entries *e, const char *name, const char *value);
void entries_remove(struct entries *e, const char *name);
void entries_copy(struct entries *to, const struct entries *from);
bool entries_equal(const struct entries *a, const struct entries *b);
uint64_t entries_hash(uint64_t h, const struct entries *e);
