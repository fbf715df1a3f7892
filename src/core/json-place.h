/*
 * Reads members of json-c objects and knows where it stands: devices[2].params.rss.
 *
 * What is not there is no error and leaves *ret as it is; what has the wrong type is, and names the place.
 * Only for the *-json.c files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "core/json-strict.h"
#include "core/tri.h"

/* A step below another place; lives on the stack of whoever reads there. */
struct json_place {
        const struct json_place *up; /* NULL: the whole text */
        const char *key;             /* NULL: an element of a list */
        size_t index;
        struct json_error *error;
};

struct json_place json_place_root(struct json_error *error);
struct json_place json_place_key(const struct json_place *up, const char *key);
struct json_place json_place_index(const struct json_place *up, size_t index);
/* Set the error and return -EBADMSG, or -E2BIG. */
int json_place_fail(const struct json_place *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
int json_place_fail_limit(const struct json_place *p, size_t max, const char *what);

/* Checks the text strictly and builds the tree; the root is an object. */
int json_tree_parse(const char *text, size_t n, const struct json_limits *limits, struct json_object **ret_root,
                    struct json_error *ret_error);
static inline void json_object_cleanup(struct json_object **o) {
        json_object_put(*o);
}

/* Values. p is the place of v itself. */
int json_string_at(const struct json_place *p, struct json_object *v, char **ret);
int json_object_at(const struct json_place *p, struct json_object *v);
/* An integer as a JSON integer or, as people write it, as a string in canonical decimal. */
int json_number_at(const struct json_place *p, struct json_object *v, uint32_t *ret);
/* Canonical decimal from 0 to 2^32-1. */
bool json_number_from_string(const char *s, uint32_t *ret);

/* Members of the object o, which stands at p. */
int json_member_string(const struct json_place *p, struct json_object *o, const char *key, char **ret);
int json_member_strings(const struct json_place *p, struct json_object *o, const char *key, char ***ret);
int json_member_bool(const struct json_place *p, struct json_object *o, const char *key, bool *ret);
int json_member_tri(const struct json_place *p, struct json_object *o, const char *key, enum tri *ret);
int json_member_uint(const struct json_place *p, struct json_object *o, const char *key, uint64_t max, uint64_t *ret,
                     bool *ret_given);
int json_member_object(const struct json_place *p, struct json_object *o, const char *key, struct json_object **ret);
int json_member_list(const struct json_place *p, struct json_object *o, const char *key, struct json_object **ret);

/* All members of an object, sorted by key in byte order. */
struct json_member {
        const char *key;
        struct json_object *value;
};
struct json_member *json_members(struct json_object *o, size_t *ret_n);
