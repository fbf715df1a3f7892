/*
 * A copy of what a host's sysfs says of its VFIO devices, for bug reports and tests: vfio-migrationd --root=DIR
 * replays it.
 *
 * A room of its own, because vfiomigctl never touches /sys otherwise, and because the reader reads what it knows while
 * this copies what it does not know. Needs no privilege: what cannot be read is noted. Of the host room it uses
 * devlink only, whose answers are recorded as a reader with --root= takes them.
 */
#pragma once

#include <stddef.h>

struct dump_result {
        size_t devices;
        size_t files;
        size_t unread; /* files that were left out or could not be read; NOTES in the dump names them */
};

/*
 * Copies from a root ("/", or a tree like it) into a directory that does not exist yet, or is empty. 0; or -errno
 * with why, which the caller frees.
 */
int dump_write(const char *root, const char *output, struct dump_result *ret, char **ret_why);
