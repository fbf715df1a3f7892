/*
 * JSON as text: written piece by piece, and laid out for people. Owns nothing.
 */
#include "ctl/json-text.h"

#include <inttypes.h>

#include "ctl/terminal.h"

static void separate(struct text *t) {
        if (t->length > 0 && !strchr("{[:", t->data[t->length - 1]))
                text_add(t, ",");
}

void json_open(struct text *t, char c) {
        separate(t);
        text_add_n(t, &c, 1);
}

void json_close(struct text *t, char c) {
        text_add_n(t, &c, 1);
}

void json_key(struct text *t, const char *key) {
        json_string(t, key);
        text_add(t, ":");
}

void json_string(struct text *t, const char *s) {
        separate(t);
        if (!s) {
                text_add(t, "null");
                return;
        }
        text_add(t, "\"");
        for (size_t step; *s; s += step) {
                uint32_t c;
                size_t n = character_decode(s, &c);

                step = MAX(n, 1u);
                if (n == 0)
                        text_add(t, "\xef\xbf\xbd");
                else if (c == '"' || c == '\\')
                        text_addf(t, "\\%c", *s);
                else if (c == '\n')
                        text_add(t, "\\n");
                else if (c == '\t')
                        text_add(t, "\\t");
                else if (c < 0x20)
                        text_addf(t, "\\u%04x", c);
                else
                        text_add_n(t, s, n);
        }
        text_add(t, "\"");
}

void json_integer(struct text *t, int64_t i) {
        separate(t);
        text_addf(t, "%" PRIi64, i);
}

void json_unsigned(struct text *t, uint64_t u) {
        separate(t);
        text_addf(t, "%" PRIu64, u);
}

void json_bool(struct text *t, bool b) {
        json_raw(t, b ? "true" : "false");
}

void json_raw(struct text *t, const char *json) {
        separate(t);
        text_add(t, json);
}

void json_member(struct text *t, const char *key, const char *s) {
        json_key(t, key);
        json_string(t, s);
}

void json_member_given(struct text *t, const char *key, const char *s) {
        if (s && *s)
                json_member(t, key, s);
}

static void new_line(struct text *t, size_t depth) {
        text_add(t, "\n");
        for (size_t i = 0; i < depth; i++)
                text_add(t, "  ");
}

static const char *skip_space(const char *s) {
        return s + strspn(s, " \t\r\n");
}

/* Copies a string from its opening to its closing quotation mark; returns what follows. */
static const char *lay_string(struct text *t, const char *s) {
        const char *from = s++;
        size_t n;

        for (; *s && *s != '"'; s += MAX(n, 1u)) {
                uint32_t c;

                if (*s == '\\' && s[1]) {
                        n = 2;
                        continue;
                }
                n = character_decode(s, &c);
                if (n == 0 || !character_steers(c))
                        continue;
                text_add_n(t, from, (size_t)(s - from));
                text_addf(t, "\\u%04x", c);
                from = s + n;
        }
        s += *s == '"';
        text_add_n(t, from, (size_t)(s - from));
        return s;
}

void json_layout(struct text *t, const char *json, bool pretty) {
        size_t depth = 0;

        for (const char *s = skip_space(json); *s; s = skip_space(s)) {
                if (*s == '"') {
                        s = lay_string(t, s);
                        continue;
                }
                if (*s == '}' || *s == ']') {
                        depth -= depth > 0;
                        if (pretty && !strchr("{[", t->data[t->length - 1]))
                                new_line(t, depth);
                }
                text_add_n(t, s, 1);
                if (*s == '{' || *s == '[') {
                        depth++;
                        if (pretty && !strchr("}]", *skip_space(s + 1)))
                                new_line(t, depth);
                } else if (*s == ',' && pretty) {
                        new_line(t, depth);
                } else if (*s == ':' && pretty) {
                        text_add(t, " ");
                }
                s++;
        }
}
