/*
 * Writes compact JSON: commas where they belong, strings escaped and always valid UTF-8.
 *
 * A comma is due unless the text ends in an opening bracket, a colon or a comma; so nothing has to be remembered.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/tri.h"
#include "util/strv.h"

/* The comma before the next key or element, if one is due. */
void json_emit_comma(struct text *t);
/* "s", or null. Broken UTF-8 becomes U+FFFD. */
void json_emit_string(struct text *t, const char *s);
/* The comma, and "key": */
void json_emit_key(struct text *t, const char *key);

/* Whole members. Left out are: of _member NULL, of _tri the unknown, of _flag false, of _strings an empty list. */
void json_emit_member(struct text *t, const char *key, const char *value);
void json_emit_bool(struct text *t, const char *key, bool value);
void json_emit_flag(struct text *t, const char *key, bool value);
void json_emit_tri(struct text *t, const char *key, enum tri value);
void json_emit_uint(struct text *t, const char *key, uint64_t value);
void json_emit_strings(struct text *t, const char *key, char *const *values);
