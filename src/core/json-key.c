/*
 * Keys of a JSON object, compared by what they mean. Owns nothing.
 *
 * Many keys are sorted, by hash and then by bytes, so that whoever makes hashes collide gains nothing.
 */
#include "core/json-key.h"

#include <stdbool.h>
#include <stdlib.h>

/* Up to so many are compared each with each. */
#define PAIRWISE_MAX 16

/* The bytes of a key, one by one. */
struct key_reader {
        const char *p;
        unsigned char pending[4];
        unsigned n, i;
};

unsigned json_hex4(const char *p) {
        unsigned v = 0;

        for (int i = 0; i < 4; i++)
                v = v << 4 | (unsigned)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
        return v;
}

/* The character in UTF-8. */
static void key_reader_put(struct key_reader *r, uint32_t c) {
        r->i = r->n = 0;
        if (c < 0x80) {
                r->pending[r->n++] = (unsigned char)c;
                return;
        }
        if (c < 0x800) {
                r->pending[r->n++] = (unsigned char)(0xc0 | c >> 6);
        } else {
                if (c < 0x10000) {
                        r->pending[r->n++] = (unsigned char)(0xe0 | c >> 12);
                } else {
                        r->pending[r->n++] = (unsigned char)(0xf0 | c >> 18);
                        r->pending[r->n++] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
                }
                r->pending[r->n++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
        }
        r->pending[r->n++] = (unsigned char)(0x80 | (c & 0x3f));
}

/* At \u. */
static void key_reader_unicode(struct key_reader *r) {
        uint32_t c = json_hex4(r->p + 2);

        r->p += 6;
        if (c >= 0xd800 && c <= 0xdbff) {
                c = 0x10000 + ((c - 0xd800) << 10) + (json_hex4(r->p + 2) - 0xdc00);
                r->p += 6;
        }
        key_reader_put(r, c);
}

/* -1 at the end. */
static int key_reader_next(struct key_reader *r) {
        static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";

        if (r->i < r->n)
                return r->pending[r->i++];
        if (*r->p == '"')
                return -1;
        if (*r->p != '\\')
                return (unsigned char)*r->p++;
        if (r->p[1] == 'u') {
                key_reader_unicode(r);
                return r->pending[r->i++];
        }
        for (const char *e = escapes; *e; e += 2)
                if (r->p[1] == *e) {
                        r->p += 2;
                        return (unsigned char)e[1];
                }
        return -1; /* not reached: the key was checked */
}

uint64_t json_key_make(const char *text, size_t start, size_t end) {
        size_t n = end - start - 2;
        uint64_t h = HASH_INIT;

        if (!memchr(text + start + 1, '\\', n)) {
                h = hash_bytes(h, text + start + 1, n);
        } else {
                struct key_reader r = { .p = text + start + 1 };

                for (int b; (b = key_reader_next(&r)) >= 0;)
                        h = hash_bytes(h, &(unsigned char){ (unsigned char)b }, 1);
        }
        return (h ^ h >> 32) << 32 | start;
}

void json_key_unescape(const char *text, size_t offset, struct text *t) {
        struct key_reader r = { .p = text + offset + 1 };

        for (int b; (b = key_reader_next(&r)) >= 0;)
                text_add_n(t, &(char){ (char)b }, 1);
}

static int key_compare(const char *text, uint64_t a, uint64_t b) {
        struct key_reader ra = { .p = text + json_key_offset(a) + 1 };
        struct key_reader rb = { .p = text + json_key_offset(b) + 1 };
        int ca, cb;

        do {
                ca = key_reader_next(&ra);
                cb = key_reader_next(&rb);
        } while (ca == cb && ca >= 0);
        return ca - cb;
}

static bool key_equal(const char *text, uint64_t a, uint64_t b) {
        return a >> 32 == b >> 32 && key_compare(text, a, b) == 0;
}

static int key_order(const void *a, const void *b, void *text) {
        uint64_t ka = *(const uint64_t *)a, kb = *(const uint64_t *)b;
        int r;

        if (ka >> 32 != kb >> 32)
                return ka < kb ? -1 : 1;
        r = key_compare(text, ka, kb);
        return r ? r : ka < kb ? -1 : ka > kb;
}

size_t json_keys_find_duplicate(const char *text, uint64_t *keys, size_t n) {
        size_t found = SIZE_MAX;

        if (n <= PAIRWISE_MAX) {
                for (size_t i = 1; i < n; i++)
                        for (size_t j = 0; j < i; j++)
                                if (key_equal(text, keys[i], keys[j]))
                                        return json_key_offset(keys[i]);
                return SIZE_MAX;
        }
        qsort_r(keys, n, sizeof(*keys), key_order, (void *)text);
        for (size_t i = 1; i < n; i++)
                if (key_equal(text, keys[i - 1], keys[i]))
                        found = MIN(found, json_key_offset(keys[i]));
        return found;
}
