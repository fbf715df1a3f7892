/*
 * Verdicts and the like in a person's words, colours and exit statuses: one place for all verbs.
 */
#pragma once

#include <stdbool.h>

#include "core/descriptor.h"
#include "ctl/context.h"

/* By the verdict's name in the API; an unknown one has no colour, and STATUS_ERROR. */
enum colour verdict_colour(const char *verdict);
int verdict_status(const char *verdict, bool fits_if_free);
/* How a verdict is written in a grid: yes, config, no, ?. */
const char *verdict_short(const char *verdict);

/* "yes", "no", or "unknown". */
const char *tri_to_string(enum tri t);
enum colour tri_colour_of_use(enum tri in_use);

/* "version" of a device as text; "" if it has none. Writes to a buffer of the caller's. */
const char *version_words(const struct traits *t, char buffer[static 16]);

/* "1 device", "2 devices". */
const char *plural(size_t n, const char *one, const char *many);
