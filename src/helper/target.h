/*
 * What a request is about: the directory of a device, of a parent, or of an mdev type, and the files in it.
 *
 * Found beneath /sys by the helper itself, from a name that it does not believe: no link leads out of the directory,
 * and no file but a regular one is opened.
 */
#pragma once

#include "host/host.h"

struct target {
        struct sysfs_dir dir;
        struct names names; /* what is in it; of a type not read */
        bool is_device;     /* a device that VFIO has, or could have */
        bool is_parent;     /* of mdevs or VFs */
};

/* By its address ("pci:<bdf>", "mdev:<uuid>", "<subsystem>:<name>"): -EINVAL, -ENODEV if it is none of ours. */
int target_open(struct host *h, const char *address, struct target *ret);
/* An mdev type of a parent. */
int target_open_type(struct host *h, const char *parent, const char *type, struct target *ret);
void target_done(struct target *t);
#define _cleanup_target_ _cleanup_(target_done)

/* Opens a file; flags: O_RDONLY or O_WRONLY. ret_mode: the file's. The fd, or -errno. */
int target_open_file(const struct target *t, const char *file, int flags, mode_t *ret_mode);
/* Whether nobody holds it: 0, -EBUSY, or -EAGAIN where that cannot be told. */
int target_check_free(struct host *h, const struct target *t);
