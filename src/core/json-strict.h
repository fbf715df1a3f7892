/*
 * Refuses what json-c lets through: checks that bytes are one JSON text by RFC 8259, before json-c sees them.
 *
 * UTF-8 without byte order mark, no lone surrogates, no duplicate keys, no trailing bytes, depth and length limited.
 * Also says where something is wrong. Does not build a tree; cost is linear (keys of one object are hashed).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define JSON_ERROR_MAX 256

/* Limits of one kind of document. */
struct json_limits {
        size_t max_bytes;
        unsigned max_depth;
};

/* What is wrong and where: "line 3, column 7: duplicate key \"rss\"" or "devices[2].params.rss: expected a string". */
struct json_error {
        char message[JSON_ERROR_MAX];
};

void json_error_set(struct json_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* 0; -EBADMSG if it is not JSON, -E2BIG beyond a limit, with ret_error set. text need not be NUL-terminated. */
int json_strict_check(const char *text, size_t n, const struct json_limits *limits, struct json_error *ret_error);
