/*
 * Spans of time as people write them: "5", "500ms", "2min 30s".
 */
#pragma once

#include <stdint.h>

/* Seconds without a unit; us, ms, s, min, h. Never 0. 0, or -EINVAL. */
int timespan_parse(const char *s, uint64_t *ret_usec);
