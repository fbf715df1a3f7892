/*
 * Cleanup attributes and the few macros that every room uses.
 *
 * An owner of something declares it with one of the cleanup attributes; ownership leaves a
 * function by take_ptr() or take_fd().
 */
#pragma once

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _pure_ __attribute__((pure))
#define _unused_ __attribute__((unused))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Takes the value out of a variable and leaves NULL (or -1) behind. */
#define take_ptr(p)                    \
        ({                             \
                typeof(p) *_pp = &(p); \
                typeof(p) _v = *_pp;   \
                *_pp = NULL;           \
                _v;                    \
        })

static inline int take_fd_at(int *fd) {
        int v = *fd;

        *fd = -1;
        return v;
}
#define take_fd(fd) take_fd_at(&(fd))

/* Defines name_cleanup(), for _cleanup_(name_cleanup) on a pointer that func frees. */
#define DEFINE_CLEANUP(type, func)                    \
        static inline void func##_cleanup(type **p) { \
                if (*p)                               \
                        func(*p);                     \
        }                                             \
        struct _cleanup_needs_semicolon_

static inline void free_cleanup(void *p) {
        free(*(void **)p);
}
#define _cleanup_free_ _cleanup_(free_cleanup)

static inline void close_cleanup(int *fd) {
        if (*fd >= 0)
                close(*fd);
}
#define _cleanup_close_ _cleanup_(close_cleanup)
