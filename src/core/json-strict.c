/*
 * The first thing that sees hostile bytes: one pass over them with a stack of its own, then nothing more is in doubt.
 *
 * Owns only a list of the keys of the objects that are open; they are compared when their object ends. Never
 * recurses, never builds a tree, and reads no byte behind text + n.
 */
#include "core/json-strict.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/json-key.h"
#include "core/json-path.h"
#include "core/utf8.h"
#include "util/alloc.h"
#include "util/strv.h"

#define DEPTH_MAX 64

struct level {
        bool object;
        bool in_value;    /* object: key is that of the value being read */
        size_t key;       /* offset of the key's quote */
        size_t index;     /* list: number of the element being read */
        size_t first_key; /* object: where its keys begin in the stack of keys */
};

struct checker {
        const char *text;
        size_t n;
        size_t at;
        const struct json_limits *limits;
        struct json_error *error;
        struct level levels[DEPTH_MAX];
        unsigned depth;
        uint64_t *keys; /* of all open objects (json_key_make) */
        size_t n_keys, size_keys;
};

void json_error_set(struct json_error *e, const char *format, ...) {
        _cleanup_text_ struct text printable = {};
        _cleanup_free_ char *s = NULL;
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&s, format, ap) < 0)
                s = NULL;
        va_end(ap);
        text_add(&printable, "");
        if (s)
                json_path_add_printable(&printable, s, strlen(s), false, sizeof(e->message) - 1);
        memcpy(e->message, printable.data, printable.length + 1);
}

/* Names the place: path, line and column (in characters) of the offset at. */
static int checker_fail(struct checker *c, size_t at, int error, const char *message) {
        _cleanup_text_ struct text path = {};
        size_t line = 1, column = 1;
        const char *place;

        for (unsigned i = 0; i < c->depth; i++) {
                const struct level *level = &c->levels[i];

                if (!level->object) {
                        json_path_add_index(&path, level->index);
                } else if (level->in_value) {
                        _cleanup_text_ struct text key = {};

                        json_key_unescape(c->text, level->key, &key);
                        json_path_add_key(&path, key.data ? key.data : "", key.length);
                }
        }
        for (size_t i = 0; i < at; i++)
                if (c->text[i] == '\n') {
                        line++;
                        column = 1;
                } else if (((unsigned char)c->text[i] & 0xc0) != 0x80) {
                        column++;
                }
        place = json_path_shorten(&path);
        json_error_set(c->error, "%s%s%s (line %zu, column %zu)", place, *place ? ": " : "", message, line, column);
        return error;
}

static int checker_fail_here(struct checker *c, const char *message) {
        return checker_fail(c, c->at, -EBADMSG, message);
}

static int checker_fail_duplicate(struct checker *c, size_t at) {
        _cleanup_text_ struct text key = {}, message = {};

        json_key_unescape(c->text, at, &key);
        text_add(&message, "duplicate key ");
        json_path_add_quoted(&message, key.data ? key.data : "", key.length);
        return checker_fail(c, at, -EBADMSG, message.data);
}

/* The next byte, or -1 at the end. */
static int checker_peek(const struct checker *c) {
        return c->at < c->n ? (unsigned char)c->text[c->at] : -1;
}

static void checker_skip_space(struct checker *c) {
        while (c->at < c->n &&
               (c->text[c->at] == ' ' || c->text[c->at] == '\n' || c->text[c->at] == '\r' || c->text[c->at] == '\t'))
                c->at++;
}

/* Four hexadecimal digits behind at, or -1. */
static int checker_hex4(const struct checker *c, size_t at) {
        if (c->n - at < 4)
                return -1;
        for (size_t i = at; i < at + 4; i++)
                if (!((c->text[i] >= '0' && c->text[i] <= '9') || (c->text[i] >= 'a' && c->text[i] <= 'f') ||
                      (c->text[i] >= 'A' && c->text[i] <= 'F')))
                        return -1;
        return (int)json_hex4(c->text + at);
}

/* At a backslash. */
static int checker_escape(struct checker *c) {
        size_t left = c->n - c->at;
        int high, low;

        if (left >= 2 && c->text[c->at + 1] && strchr("\"\\/bfnrt", c->text[c->at + 1])) {
                c->at += 2;
                return 0;
        }
        if (left < 2 || c->text[c->at + 1] != 'u')
                return checker_fail_here(c, "an unknown escape in a string");
        high = checker_hex4(c, c->at + 2);
        if (high < 0)
                return checker_fail_here(c, "expected four hexadecimal digits after \\u");
        if (high == 0)
                return checker_fail_here(c, "\\u0000 in a string");
        if (high < 0xd800 || high > 0xdfff) {
                c->at += 6;
                return 0;
        }
        low = left >= 8 && c->text[c->at + 6] == '\\' && c->text[c->at + 7] == 'u' ? checker_hex4(c, c->at + 8) : -1;
        if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
                return checker_fail_here(c, "a lone surrogate in a string");
        c->at += 12;
        return 0;
}

/* At a quote. */
static int checker_string(struct checker *c) {
        size_t start = c->at++, k;
        int r;

        while (c->at < c->n) {
                unsigned char b = (unsigned char)c->text[c->at];

                if (b == '"') {
                        c->at++;
                        return 0;
                }
                if (b == '\\') {
                        r = checker_escape(c);
                        if (r < 0)
                                return r;
                } else if (b < 0x20) {
                        return checker_fail_here(c, "a control character in a string");
                } else if (b < 0x80) {
                        c->at++;
                } else {
                        k = utf8_sequence(c->text + c->at, c->n - c->at);
                        if (k == 0)
                                return checker_fail_here(c, "invalid UTF-8");
                        c->at += k;
                }
        }
        return checker_fail(c, start, -EBADMSG, "a string without end");
}

static void checker_push_key(struct checker *c, uint64_t key) {
        if (c->n_keys == c->size_keys) {
                c->size_keys = MAX(c->size_keys * 2, 64);
                c->keys = xrealloc(c->keys, c->size_keys, sizeof(*c->keys));
        }
        c->keys[c->n_keys++] = key;
}

/* A key and its colon. */
static int checker_key(struct checker *c) {
        struct level *level = &c->levels[c->depth - 1];
        size_t start;
        int r;

        level->in_value = false;
        checker_skip_space(c);
        if (checker_peek(c) != '"')
                return checker_fail_here(c, "expected a key");
        start = c->at;
        r = checker_string(c);
        if (r < 0)
                return r;
        checker_push_key(c, json_key_make(c->text, start, c->at));
        level->key = start;
        level->in_value = true;
        checker_skip_space(c);
        if (checker_peek(c) != ':')
                return checker_fail_here(c, "expected ':'");
        c->at++;
        return 0;
}

/* Closes an object: no two of its keys may be equal. */
static int checker_unique(struct checker *c, struct level *level) {
        size_t n = c->n_keys - level->first_key;
        size_t found = json_keys_find_duplicate(c->text, c->keys + level->first_key, n);

        c->n_keys = level->first_key;
        if (found == SIZE_MAX)
                return 0;
        level->in_value = false;
        return checker_fail_duplicate(c, found);
}

static size_t checker_digits(struct checker *c) {
        size_t start = c->at;

        while (c->at < c->n && c->text[c->at] >= '0' && c->text[c->at] <= '9')
                c->at++;
        return c->at - start;
}

static int checker_number(struct checker *c) {
        size_t start = c->at, first;

        if (checker_peek(c) == '-')
                c->at++;
        first = c->at;
        if (checker_digits(c) == 0)
                return checker_fail_here(c, "expected a digit");
        if (c->text[first] == '0' && c->at > first + 1)
                return checker_fail(c, start, -EBADMSG, "a number with a leading zero");
        if (checker_peek(c) == '.') {
                c->at++;
                if (checker_digits(c) == 0)
                        return checker_fail_here(c, "expected a digit");
        }
        if (checker_peek(c) == 'e' || checker_peek(c) == 'E') {
                c->at++;
                if (checker_peek(c) == '+' || checker_peek(c) == '-')
                        c->at++;
                if (checker_digits(c) == 0)
                        return checker_fail_here(c, "expected a digit");
        }
        return 0;
}

static int checker_scalar(struct checker *c) {
        static const char *const words[] = { "true", "false", "null" };
        int b = checker_peek(c);

        if (b == '"')
                return checker_string(c);
        if (b == '-' || (b >= '0' && b <= '9'))
                return checker_number(c);
        for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
                size_t n = strlen(words[i]);

                if (c->n - c->at >= n && memcmp(c->text + c->at, words[i], n) == 0) {
                        c->at += n;
                        return 0;
                }
        }
        if (c->n - c->at >= 3 && memcmp(c->text + c->at, "\xef\xbb\xbf", 3) == 0)
                return checker_fail_here(c, "a byte order mark");
        return checker_fail_here(c, "expected a value");
}

/* At '{' or '['. 1: a value comes next; 0: it ended at once, and the value is complete. */
static int checker_open(struct checker *c) {
        bool object = c->text[c->at] == '{';

        if (c->depth >= c->limits->max_depth) {
                _cleanup_free_ char *message = xasprintf("nested deeper than %u", c->limits->max_depth);

                return checker_fail(c, c->at, -E2BIG, message);
        }
        c->at++;
        checker_skip_space(c);
        if (checker_peek(c) == (object ? '}' : ']')) {
                c->at++;
                return 0;
        }
        c->levels[c->depth++] = (struct level){ .object = object, .first_key = c->n_keys };
        if (object) {
                int r = checker_key(c);

                if (r < 0)
                        return r;
        }
        return 1;
}

/* After a value: closes what ends here. 1: another value comes next; 0: the whole text is read. */
static int checker_continue(struct checker *c) {
        while (c->depth > 0) {
                struct level *level = &c->levels[c->depth - 1];
                int b, r;

                checker_skip_space(c);
                b = checker_peek(c);
                if (b == ',') {
                        c->at++;
                        level->index++;
                        r = level->object ? checker_key(c) : 0;
                        return r < 0 ? r : 1;
                }
                if (b != (level->object ? '}' : ']'))
                        return checker_fail_here(c, level->object ? "expected ',' or '}'" : "expected ',' or ']'");
                if (level->object) {
                        r = checker_unique(c, level);
                        if (r < 0)
                                return r;
                }
                c->at++;
                c->depth--;
        }
        checker_skip_space(c);
        return c->at < c->n ? checker_fail_here(c, "bytes after the end") : 0;
}

int json_strict_check(const char *text, size_t n, const struct json_limits *limits, struct json_error *ret_error) {
        struct checker c = { .text = text, .n = n, .limits = limits, .error = ret_error };
        int r;

        assert(limits->max_depth <= DEPTH_MAX && limits->max_bytes < UINT32_MAX);
        if (n > limits->max_bytes) {
                json_error_set(ret_error, "longer than %zu bytes", limits->max_bytes);
                return -E2BIG;
        }
        do {
                checker_skip_space(&c);
                r = checker_peek(&c);
                r = r == '{' || r == '[' ? checker_open(&c) : checker_scalar(&c);
                if (r == 0)
                        r = checker_continue(&c);
        } while (r > 0);
        free(c.keys);
        return r;
}
