/*
 * Which device nodes of VFIO are open in some process. Reads links only.
 */
#include "host/inuse.h"

#include <string.h>

#include "util/alloc.h"
#include "util/strv.h"

static void read_links(const struct sysfs *s, const char *path, struct inuse *u) {
        static const char prefix[] = "/dev/vfio/";
        _cleanup_names_ struct names fds = {};
        _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };

        if (sysfs_dir_open(s, path, &dir) < 0 || names_read(dir.fd, &fds) < 0) {
                u->complete = false;
                return;
        }
        for (size_t i = 0; i < fds.n; i++) {
                _cleanup_free_ char *target = NULL;

                if (sysfs_readlink(s, &dir, fds.v[i], &target) < 0)
                        u->complete = false;
                else if (str_startswith(target, prefix))
                        names_add(&u->open, target + strlen(prefix));
        }
}

void inuse_read(const struct sysfs *s, struct inuse *ret) {
        _cleanup_names_ struct names proc = {};
        size_t n_processes = 0;

        *ret = (struct inuse){ .complete = true };
        if (s->fake && sysfs_list(s, "proc", &proc) >= 0)
                for (size_t i = 0; i < proc.n; i++) {
                        _cleanup_free_ char *path = xasprintf("proc/%s/fd", proc.v[i]);

                        if (strspn(proc.v[i], "0123456789") != strlen(proc.v[i]))
                                continue;
                        n_processes++;
                        read_links(s, path, ret);
                }
        if (n_processes == 0)
                ret->complete = false;
        names_sort(&ret->open);
}

void inuse_done(struct inuse *u) {
        names_done(&u->open);
        *u = (struct inuse){};
}

enum tri inuse_find(const struct inuse *u, const char *group, const char *vfio_device) {
        _cleanup_free_ char *noiommu = group ? xasprintf("noiommu-%s", group) : NULL;
        _cleanup_free_ char *cdev = vfio_device ? xasprintf("devices/%s", vfio_device) : NULL;

        if ((group && (names_find(&u->open, group) || names_find(&u->open, noiommu))) ||
            (cdev && names_find(&u->open, cdev)))
                return TRI_YES;
        /* Without a number to look for, nothing found says nothing. */
        return u->complete && (group || vfio_device) ? TRI_NO : TRI_UNKNOWN;
}
