/*
 * Small string helpers. Owns nothing.
 */
#include "util/strv.h"

#include <stdio.h>

#include "util/alloc.h"

bool str_equal(const char *a, const char *b) {
        return str_compare(a, b) == 0;
}

int str_compare(const char *a, const char *b) {
        if (!a || !b)
                return (a != NULL) - (b != NULL);
        return strcmp(a, b);
}

bool str_startswith(const char *s, const char *prefix) {
        return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

char **strv_free(char **v) {
        for (char **i = v; i && *i; i++)
                free(*i);
        free(v);
        return NULL;
}

size_t strv_length(char *const *v) {
        size_t n = 0;

        while (v && v[n])
                n++;
        return n;
}

char **strv_copy(char *const *v) {
        size_t n = strv_length(v);
        char **r;

        if (!v)
                return NULL;
        r = xnew0(char *, n + 1);
        for (size_t i = 0; i < n; i++)
                r[i] = xstrdup(v[i]);
        return r;
}

bool strv_contains(char *const *v, const char *s) {
        for (; v && *v; v++)
                if (strcmp(*v, s) == 0)
                        return true;
        return false;
}

bool strv_equal(char *const *a, char *const *b) {
        size_t n = strv_length(a);

        if (n != strv_length(b))
                return false;
        for (size_t i = 0; i < n; i++)
                if (strcmp(a[i], b[i]) != 0)
                        return false;
        return true;
}

void strv_take(char ***v, char *s) {
        size_t n = strv_length(*v);

        *v = xrealloc(*v, n + 2, sizeof(char *));
        (*v)[n] = s;
        (*v)[n + 1] = NULL;
}

void text_done(struct text *t) {
        free(t->data);
        *t = (struct text){};
}

void text_add_n(struct text *t, const char *s, size_t n) {
        if (t->length + n + 1 > t->size) {
                t->size = MAX(t->size * 2, t->length + n + 64);
                t->data = xrealloc(t->data, t->size, 1);
        }
        memcpy(t->data + t->length, s, n);
        t->length += n;
        t->data[t->length] = '\0';
}

void text_add(struct text *t, const char *s) {
        text_add_n(t, s, strlen(s));
}

void text_addf(struct text *t, const char *format, ...) {
        _cleanup_free_ char *s = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&s, format, ap);
        va_end(ap);
        if (n < 0)
                abort();
        text_add_n(t, s, (size_t)n);
}

void text_add_escaped(struct text *t, const char *s) {
        for (const unsigned char *c = (const unsigned char *)s; *c; c++)
                if (*c < 0x20 || *c == 0x7f)
                        text_addf(t, "\\x%02x", *c);
                else if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f) /* C1 controls in UTF-8 */
                        text_addf(t, "\\x%02x", *++c);
                else
                        text_add_n(t, (const char *)c, 1);
}

char *text_take(struct text *t) {
        char *r;

        if (!t->data)
                text_add(t, "");
        r = t->data;
        *t = (struct text){};
        return r;
}

uint64_t hash_bytes(uint64_t h, const void *p, size_t n) {
        const unsigned char *c = p;

        for (size_t i = 0; i < n; i++)
                h = (h ^ c[i]) * UINT64_C(0x100000001b3);
        return h;
}

uint64_t hash_str(uint64_t h, const char *s) {
        return s ? hash_bytes(h, s, strlen(s) + 1) : hash_bytes(h, "\xff", 1);
}

bool str_fits(const char *pattern, const char *s) {
        const char *star = NULL, *mark = NULL;

        while (*s) {
                if (*pattern == '*') {
                        star = pattern++;
                        mark = s;
                } else if (*pattern && (*pattern == '?' || *pattern == *s)) {
                        pattern++;
                        s++;
                } else if (star) {
                        pattern = star + 1;
                        s = ++mark;
                } else
                        return false;
        }
        while (*pattern == '*')
                pattern++;
        return !*pattern;
}
