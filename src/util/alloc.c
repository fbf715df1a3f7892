/*
 * Allocation that cannot fail. Owns nothing; never returns NULL.
 */
#include "util/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static _Noreturn void out_of_memory(void) {
        static const char message[] = "<2>out of memory\n";

        (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
        _exit(71); /* EX_OSERR: not a success, so that the unit is restarted */
}

void *xcalloc(size_t n, size_t size) {
        void *p = calloc(n ? n : 1, size ? size : 1);

        if (!p)
                out_of_memory();
        return p;
}

void *xrealloc(void *p, size_t n, size_t size) {
        if (size && n > SIZE_MAX / size)
                out_of_memory();
        p = realloc(p, MAX(n * size, (size_t)1));
        if (!p)
                out_of_memory();
        return p;
}

char *xstrdup(const char *s) {
        return s ? xstrndup(s, strlen(s)) : NULL;
}

char *xstrndup(const char *s, size_t n) {
        char *r;

        n = strnlen(s, n);
        r = xcalloc(n + 1, 1);
        memcpy(r, s, n);
        return r;
}

void *xmemdup(const void *p, size_t n) {
        void *r = xcalloc(n, 1);

        if (n)
                memcpy(r, p, n);
        return r;
}

char *xasprintf(const char *format, ...) {
        va_list ap;
        char *r;
        int n;

        va_start(ap, format);
        n = vasprintf(&r, format, ap);
        va_end(ap);
        if (n < 0)
                out_of_memory();
        return r;
}
