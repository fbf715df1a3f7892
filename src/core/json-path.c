/*
 * Writes places in a JSON text. Owns nothing; hostile keys come out short, printable and as valid UTF-8.
 */
#include "core/json-path.h"

#include <stdio.h>

#include "core/utf8.h"

#define KEY_BYTES_MAX 40
#define PATH_BYTES_MAX 120

/* One sequence of k bytes (0: a broken byte), printable; returns its length. */
static size_t print_sequence(char out[static 17], const char *s, size_t k, bool quoted) {
        unsigned char c = (unsigned char)*s;
        size_t n = 0;

        if (k == 0 || c < 0x20 || c == 0x7f || (k == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0)) {
                for (size_t i = 0; i < (k ? k : 1); i++)
                        n += (size_t)sprintf(out + n, "\\x%02x", (unsigned char)s[i]);
                return n;
        }
        if (quoted && (c == '"' || c == '\\'))
                out[n++] = '\\';
        memcpy(out + n, s, k);
        return n + k;
}

bool json_path_add_printable(struct text *t, const char *s, size_t n, bool quoted, size_t max) {
        size_t start = t->length;

        for (size_t i = 0, k; i < n; i += k ? k : 1) {
                char out[17];
                size_t length;

                k = utf8_sequence(s + i, n - i);
                length = print_sequence(out, s + i, k, quoted);
                if (t->length - start + length > max)
                        return false;
                text_add_n(t, out, length);
        }
        return true;
}

void json_path_add_quoted(struct text *t, const char *s, size_t n) {
        text_add(t, "\"");
        if (!json_path_add_printable(t, s, n, true, KEY_BYTES_MAX))
                text_add(t, "...");
        text_add(t, "\"");
}

/* What can stand behind a dot. */
static bool is_plain(const char *key, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (!((key[i] >= '0' && key[i] <= '9') || (key[i] >= 'a' && key[i] <= 'z') ||
                      (key[i] >= 'A' && key[i] <= 'Z') || (key[i] && strchr("_-.+*$", key[i]))))
                        return false;
        return n > 0 && n <= KEY_BYTES_MAX;
}

void json_path_add_key(struct text *path, const char *key, size_t n) {
        if (is_plain(key, n)) {
                if (path->length > 0)
                        text_add(path, ".");
                text_add_n(path, key, n);
        } else {
                text_add(path, "[");
                json_path_add_quoted(path, key, n);
                text_add(path, "]");
        }
}

void json_path_add_index(struct text *path, size_t index) {
        text_addf(path, "[%zu]", index);
}

const char *json_path_shorten(struct text *path) {
        size_t cut;

        if (!path->data)
                text_add(path, "");
        if (path->length <= PATH_BYTES_MAX)
                return path->data;
        cut = path->length - PATH_BYTES_MAX + 3;
        while (((unsigned char)path->data[cut] & 0xc0) == 0x80)
                cut++;
        memcpy(path->data + cut - 3, "...", 3);
        return path->data + cut - 3;
}
