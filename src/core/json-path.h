/*
 * Places in a JSON text, written as people read them: devices[2].params.rss, models["https://vendor-a.com/my-nic"].
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/strv.h"

/* Adds one step below what is there. A long key is cut. */
void json_path_add_key(struct text *path, const char *key, size_t n);
void json_path_add_index(struct text *path, size_t index);
/* Makes it short enough for an error message, by leaving out its beginning. Never NULL. */
const char *json_path_shorten(struct text *path);
/* Adds "s" (n bytes) in quotes and printable, cut to some forty bytes. */
void json_path_add_quoted(struct text *t, const char *s, size_t n);
/*
 * Adds s (n bytes) printable and as valid UTF-8: control characters and broken bytes as \xNN, and if quoted, \" and \\.
 * False if it was cut because it would take more than max bytes.
 */
bool json_path_add_printable(struct text *t, const char *s, size_t n, bool quoted, size_t max);
