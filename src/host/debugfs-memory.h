/*
 * What the helper said of devices' debugfs, for those who sweep: asking costs a process for each device.
 *
 * Owned by the host. Never says what was read before the time from which on memory will do.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct debugfs_memory {
        struct debugfs_remembered *v;
        size_t n;
};

/* What was said at that time (CLOCK_BOOTTIME, usec) or later; NULL if that is not known. Borrowed. */
const char *debugfs_memory_recall(const struct debugfs_memory *m, const char *address, uint64_t since);
/* said: NULL if nothing was: what was remembered of the device is forgotten, as it may be another one's by now. */
void debugfs_memory_note(struct debugfs_memory *m, const char *address, const char *said, uint64_t read_at);
void debugfs_memory_done(struct debugfs_memory *m);
