/*
 * Writes a feature file: readers see the old one or the new one, never a part. A name that begins with a dot is no
 * feature file to node-feature-discovery.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "ctl/classes.h"
#include "util/alloc.h"

static int write_all(int fd, const struct text *t) {
        for (size_t done = 0; done < t->length;) {
                ssize_t n = write(fd, t->data + done, t->length - done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                done += (size_t)n;
        }
        return 0;
}

static int fill(int fd, const struct text *t) {
        int r = write_all(fd, t);

        if (r >= 0 && fchmod(fd, 0644) < 0)
                r = -errno;
        if (r >= 0 && fsync(fd) < 0)
                r = -errno;
        return r;
}

int nfd_write(const char *path, const struct text *t, const char **ret_what) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        _cleanup_free_ char *new = xasprintf("%.*s.%s.XXXXXX", (int)(name - path), path, name);
        _cleanup_close_ int fd = -1;
        int r;

        *ret_what = "create";
        if (!*name)
                return -EISDIR;
        fd = mkostemp(new, O_CLOEXEC);
        if (fd < 0)
                return -errno;
        *ret_what = "write";
        r = fill(fd, t);
        if (r >= 0) {
                *ret_what = "rename";
                r = rename(new, path) < 0 ? -errno : 0;
        }
        if (r < 0)
                (void)unlink(new);
        return r;
}
