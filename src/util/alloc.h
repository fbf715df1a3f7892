/*
 * Allocation that cannot fail: running out of memory ends the process on purpose.
 *
 * json-c does not survive a failed allocation, inputs are capped, and the unit restarts the daemon;
 * so a half-built answer is never possible, which a false "compatible" could come from.
 */
#pragma once

#include <stddef.h>

#include "util/macro.h"

void *xcalloc(size_t n, size_t size) __attribute__((malloc, alloc_size(1, 2)));
void *xrealloc(void *p, size_t n, size_t size) __attribute__((alloc_size(2, 3)));
char *xstrdup(const char *s) __attribute__((malloc)); /* NULL gives NULL */
char *xstrndup(const char *s, size_t n) __attribute__((malloc));
void *xmemdup(const void *p, size_t n) __attribute__((malloc));
char *xasprintf(const char *format, ...) _printf_(1, 2) __attribute__((malloc));

#define xnew0(type, n) ((type *)xcalloc((n), sizeof(type)))

/* Makes room for one more element of a growing array: the capacity doubles at powers of two, so none is stored. */
#define array_append(array, n, value)                                                   \
        do {                                                                            \
                if (((n) & ((n)-1)) == 0)                                               \
                        (array) = xrealloc((array), (n) ? (n)*2 : 1, sizeof(*(array))); \
                (array)[(n)++] = (value);                                               \
        } while (0)
