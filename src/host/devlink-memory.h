/*
 * What one process remembers of devlink, by instance; and how it asks without hanging.
 *
 * The kernel lets a driver answer within our send(), which nothing interrupts. So a thread sends, and who waits for it
 * gives up (DEVLINK_PATIENCE_MSEC); until the thread is back, its instance is unknown at once (ETIMEDOUT).
 */
#pragma once

#include "host/devlink.h"

/* More than devlink_read() has itself; and together with what the helper is waited for less than a reader has. */
#define DEVLINK_PATIENCE_MSEC 800u

struct devlink_memory {
        struct devlink_remembered **v;
        size_t n;
        unsigned long request; /* its number */
        /* Instead of devlink_read(), for tests; then also below a fake root in a thread. */
        void (*read)(const struct sysfs *s, const char *instance, bool ports, struct devlink *ret);
};

/* What this request has read, or reads it. Borrowed until the next call. */
const struct devlink *devlink_memory_get(struct devlink_memory *m, const struct sysfs *s, const char *instance,
                                         bool ports);
/* The same, but whatever was read at a time (CLOCK_BOOTTIME, usec) or later will do. */
const struct devlink *devlink_memory_recall(struct devlink_memory *m, const struct sysfs *s, const char *instance,
                                            bool ports, uint64_t since);
void devlink_memory_done(struct devlink_memory *m);
