/*
 * The one way to what lies below the root directory: sys, proc, dev, etc, usr/lib, run.
 *
 * A struct sysfs owns the fd of the root: "/" or the directory of --root=DIR. In the latter case (a "fake" root,
 * possibly hostile) no link leads out of it, neither with openat2(RESOLVE_IN_ROOT) nor, where that is not to be had,
 * with the walk by hand. Opens, lists and reads links, and never writes; what is in a file is attribute.h's. All
 * functions return -errno.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/names.h"
#include "util/macro.h"

struct sysfs {
        int fd;       /* O_PATH */
        bool fake;    /* --root=DIR: links are resolved below it, and there is no udev */
        bool by_hand; /* openat2() is not there: an old kernel, or a seccomp filter that cannot see its flags */
};

/* A directory that stays open, so that its files are one openat() away. */
struct sysfs_dir {
        int fd;     /* -1: not there */
        char *path; /* without links and without a leading slash: "sys/devices/..." */
};

/* root: NULL for the real one. */
int sysfs_init(struct sysfs *s, const char *root);
void sysfs_done(struct sysfs *s);

/* Opens what is there at a path below the root, following links inside it; flags as of open(). Returns the fd. */
int sysfs_open(const struct sysfs *s, const char *path, int flags);
/*
 * Opens a regular file for reading, and nothing else: -EISDIR, or -EINVAL for a FIFO, a device, a socket. ret_mode: the
 * file's, or NULL.
 */
int sysfs_open_file(const struct sysfs *s, const char *path, mode_t *ret_mode);
/* The same by a path (of one component or more) below an open directory. */
int sysfs_open_file_at(const struct sysfs *s, const struct sysfs_dir *dir, const char *name, mode_t *ret_mode);

/* Opens a directory and finds out its path without links. */
int sysfs_dir_open(const struct sysfs *s, const char *path, struct sysfs_dir *ret);
/* The one that a link points to; link is its path below the root. */
int sysfs_dir_open_link(const struct sysfs *s, const char *link, struct sysfs_dir *ret);
void sysfs_dir_done(struct sysfs_dir *dir);
#define _cleanup_sysfs_dir_ _cleanup_(sysfs_dir_done)

/* The text of a link. */
int sysfs_readlink(const struct sysfs *s, const struct sysfs_dir *dir, const char *name, char **ret_target);
int sysfs_readlink_path(const struct sysfs *s, const char *path, char **ret_target);
/* The last component of what a link points to ("driver", "iommu_group"). */
int sysfs_link_name(const struct sysfs *s, const struct sysfs_dir *dir, const char *name, char **ret_name);

int sysfs_list(const struct sysfs *s, const char *path, struct names *ret);
int sysfs_list_at(const struct sysfs *s, const struct sysfs_dir *dir, const char *name, struct names *ret);
