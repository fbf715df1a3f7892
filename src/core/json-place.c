/*
 * Reads members of json-c objects and names the place of what is wrong. Owns nothing; what it returns is the caller's.
 */
#include "core/json-place.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json-path.h"
#include "util/alloc.h"

struct json_place json_place_root(struct json_error *error) {
        return (struct json_place){ .error = error };
}

struct json_place json_place_key(const struct json_place *up, const char *key) {
        return (struct json_place){ .up = up, .key = key, .error = up->error };
}

struct json_place json_place_index(const struct json_place *up, size_t index) {
        return (struct json_place){ .up = up, .index = index, .error = up->error };
}

static void place_add_path(const struct json_place *p, struct text *path) {
        if (!p->up)
                return;
        place_add_path(p->up, path);
        if (p->key)
                json_path_add_key(path, p->key, strlen(p->key));
        else
                json_path_add_index(path, p->index);
}

int json_place_fail(const struct json_place *p, const char *format, ...) {
        _cleanup_text_ struct text path = {};
        _cleanup_free_ char *message = NULL;
        const char *place;
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&message, format, ap) < 0)
                message = NULL;
        va_end(ap);
        place_add_path(p, &path);
        place = json_path_shorten(&path);
        json_error_set(p->error, "%s%s%s", place, *place ? ": " : "", message ? message : "");
        return -EBADMSG;
}

int json_place_fail_limit(const struct json_place *p, size_t max, const char *what) {
        json_place_fail(p, "more than %zu %s", max, what);
        return -E2BIG;
}

int json_tree_parse(const char *text, size_t n, const struct json_limits *limits, struct json_object **ret_root,
                    struct json_error *ret_error) {
        struct json_place root = json_place_root(ret_error);
        struct json_object *o;
        struct json_tokener *tokener;
        int r;

        r = json_strict_check(text, n, limits, ret_error);
        if (r < 0)
                return r;
        tokener = json_tokener_new_ex((int)limits->max_depth + 2);
        if (!tokener)
                abort();
        o = json_tokener_parse_ex(tokener, text, (int)n);
        json_tokener_free(tokener);
        /* The text is good JSON, so what is no object now is another value (or a number that json-c has not ended). */
        if (!json_object_is_type(o, json_type_object)) {
                json_object_put(o);
                return json_place_fail(&root, "expected an object");
        }
        *ret_root = o;
        return 0;
}

int json_string_at(const struct json_place *p, struct json_object *v, char **ret) {
        if (!json_object_is_type(v, json_type_string))
                return json_place_fail(p, "expected a string");
        *ret = xstrdup(json_object_get_string(v));
        return 0;
}

int json_object_at(const struct json_place *p, struct json_object *v) {
        return json_object_is_type(v, json_type_object) ? 0 : json_place_fail(p, "expected an object");
}

bool json_number_from_string(const char *s, uint32_t *ret) {
        uint64_t v = 0;

        if (!*s || (*s == '0' && s[1]))
                return false;
        for (; *s; s++) {
                if (*s < '0' || *s > '9')
                        return false;
                v = v * 10 + (uint64_t)(*s - '0');
                if (v > UINT32_MAX)
                        return false;
        }
        *ret = (uint32_t)v;
        return true;
}

/* json-c gives the largest integer for all that are larger, so that one is none. */
static bool uint_read(struct json_object *v, uint64_t max, uint64_t *ret) {
        uint64_t u;

        if (!json_object_is_type(v, json_type_int) || json_object_get_int64(v) < 0)
                return false;
        u = json_object_get_uint64(v);
        if (u == UINT64_MAX || u > max)
                return false;
        *ret = u;
        return true;
}

int json_number_at(const struct json_place *p, struct json_object *v, uint32_t *ret) {
        uint64_t u;

        if (json_object_is_type(v, json_type_string) && json_number_from_string(json_object_get_string(v), ret))
                return 0;
        if (!uint_read(v, UINT32_MAX, &u))
                return json_place_fail(p, "expected an integer from 0 to %u", UINT32_MAX);
        *ret = (uint32_t)u;
        return 0;
}

int json_member_string(const struct json_place *p, struct json_object *o, const char *key, char **ret) {
        struct json_place at = json_place_key(p, key);
        struct json_object *v;

        return json_object_object_get_ex(o, key, &v) ? json_string_at(&at, v, ret) : 0;
}

int json_member_strings(const struct json_place *p, struct json_object *o, const char *key, char ***ret) {
        _cleanup_(strv_free_cleanup) char **strings = NULL;
        struct json_place at = json_place_key(p, key);
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_list(p, o, key, &v);
        if (r < 0 || !v)
                return r;
        n = json_object_array_length(v);
        strings = xnew0(char *, n + 1);
        for (size_t i = 0; i < n; i++) {
                struct json_place element = json_place_index(&at, i);

                r = json_string_at(&element, json_object_array_get_idx(v, i), &strings[i]);
                if (r < 0)
                        return r;
        }
        *ret = take_ptr(strings);
        return 0;
}

int json_member_bool(const struct json_place *p, struct json_object *o, const char *key, bool *ret) {
        struct json_place at = json_place_key(p, key);
        struct json_object *v;

        if (!json_object_object_get_ex(o, key, &v))
                return 0;
        if (!json_object_is_type(v, json_type_boolean))
                return json_place_fail(&at, "expected true or false");
        *ret = json_object_get_boolean(v);
        return 0;
}

int json_member_tri(const struct json_place *p, struct json_object *o, const char *key, enum tri *ret) {
        bool value;
        int r;

        if (!json_object_object_get_ex(o, key, NULL))
                return 0;
        r = json_member_bool(p, o, key, &value);
        if (r < 0)
                return r;
        *ret = value ? TRI_YES : TRI_NO;
        return 0;
}

int json_member_uint(const struct json_place *p, struct json_object *o, const char *key, uint64_t max, uint64_t *ret,
                     bool *ret_given) {
        struct json_place at = json_place_key(p, key);
        struct json_object *v;

        if (!json_object_object_get_ex(o, key, &v))
                return 0;
        if (!uint_read(v, max, ret))
                return json_place_fail(&at, "expected an integer from 0 to %llu", (unsigned long long)max);
        if (ret_given)
                *ret_given = true;
        return 0;
}

int json_member_object(const struct json_place *p, struct json_object *o, const char *key, struct json_object **ret) {
        struct json_place at = json_place_key(p, key);
        struct json_object *v;
        int r;

        if (!json_object_object_get_ex(o, key, &v))
                return 0;
        r = json_object_at(&at, v);
        if (r < 0)
                return r;
        *ret = v;
        return 0;
}

int json_member_list(const struct json_place *p, struct json_object *o, const char *key, struct json_object **ret) {
        struct json_place at = json_place_key(p, key);
        struct json_object *v;

        if (!json_object_object_get_ex(o, key, &v))
                return 0;
        if (!json_object_is_type(v, json_type_array))
                return json_place_fail(&at, "expected a list");
        *ret = v;
        return 0;
}

static int member_order(const void *a, const void *b) {
        return strcmp(((const struct json_member *)a)->key, ((const struct json_member *)b)->key);
}

struct json_member *json_members(struct json_object *o, size_t *ret_n) {
        size_t n = 0, size = (size_t)json_object_object_length(o);
        struct json_member *members = xnew0(struct json_member, size);
        bool sorted = true;

        json_object_object_foreach(o, key, value) {
                members[n] = (struct json_member){ key, value };
                sorted = sorted && (n == 0 || strcmp(members[n - 1].key, key) < 0);
                n++;
        }
        if (!sorted)
                qsort(members, n, sizeof(*members), member_order);
        *ret_n = n;
        return members;
}
