/*
 * Writes compact JSON into a text, which is the caller's.
 */
#include "core/json-emit.h"

#include "core/utf8.h"

void json_emit_comma(struct text *t) {
        if (t->length > 0 && !strchr("{[:,", t->data[t->length - 1]))
                text_add_n(t, ",", 1);
}

static void emit_escape(struct text *t, unsigned char c) {
        static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";

        for (const char *l = letters; *l; l += 2)
                if (c == (unsigned char)*l) {
                        text_add_n(t, "\\", 1);
                        text_add_n(t, l + 1, 1);
                        return;
                }
        text_addf(t, "\\u%04x", c);
}

void json_emit_string(struct text *t, const char *s) {
        const char *plain = s, *p = s;
        size_t left;

        if (!s) {
                text_add(t, "null");
                return;
        }
        text_add_n(t, "\"", 1);
        for (left = strlen(s); left > 0;) {
                size_t k = utf8_sequence(p, left);
                unsigned char c = (unsigned char)*p;

                if (k > 0 && c >= 0x20 && c != '"' && c != '\\') {
                        p += k;
                        left -= k;
                        continue;
                }
                text_add_n(t, plain, (size_t)(p - plain));
                if (k == 0)
                        text_add(t, "\xef\xbf\xbd");
                else
                        emit_escape(t, c);
                plain = ++p;
                left--;
        }
        text_add_n(t, plain, (size_t)(p - plain));
        text_add_n(t, "\"", 1);
}

void json_emit_key(struct text *t, const char *key) {
        json_emit_comma(t);
        json_emit_string(t, key);
        text_add_n(t, ":", 1);
}

void json_emit_member(struct text *t, const char *key, const char *value) {
        if (!value)
                return;
        json_emit_key(t, key);
        json_emit_string(t, value);
}

void json_emit_bool(struct text *t, const char *key, bool value) {
        json_emit_key(t, key);
        text_add(t, value ? "true" : "false");
}

void json_emit_flag(struct text *t, const char *key, bool value) {
        if (value)
                json_emit_bool(t, key, true);
}

void json_emit_tri(struct text *t, const char *key, enum tri value) {
        if (value != TRI_UNKNOWN)
                json_emit_bool(t, key, value == TRI_YES);
}

void json_emit_uint(struct text *t, const char *key, uint64_t value) {
        json_emit_key(t, key);
        text_addf(t, "%llu", (unsigned long long)value);
}

void json_emit_strings(struct text *t, const char *key, char *const *values) {
        if (!values || !*values)
                return;
        json_emit_key(t, key);
        text_add(t, "[");
        for (; *values; values++) {
                json_emit_comma(t);
                json_emit_string(t, *values);
        }
        text_add(t, "]");
}
