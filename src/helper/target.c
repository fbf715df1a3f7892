/*
 * What a request is about. Owns the directory's fd and names.
 */
#include "helper/target.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "host/holders.h"
#include "host/pci.h"
#include "host/provider.h"
#include "util/alloc.h"

#define DEVICES "sys/devices/"
#define TYPES "mdev_supported_types"

/* Beneath a directory, on the same mount and through no link. */
static int open_beneath(int dir_fd, const char *path, int flags) {
        struct open_how how = {
                .flags = (unsigned)(flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW),
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
        };
        long fd = syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));

        return fd < 0 ? -errno : (int)fd;
}

/* By its address; else by its name among the parents of mdevs, where its subsystem has no such directory. */
static int open_directory(struct host *h, const char *address, struct sysfs_dir *ret) {
        _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };
        _cleanup_free_ char *subsystem = NULL, *link = NULL, *found = NULL;
        const char *name;
        int r = probe_parse_key(address, &subsystem, &name);

        if (r < 0)
                return -EINVAL;
        r = probe_open_device(h, subsystem, name, &dir);
        if (r == -ENOENT) {
                link = xasprintf("sys/class/mdev_bus/%s", name);
                r = sysfs_dir_open_link(&h->sysfs, link, &dir);
        }
        if (r < 0)
                return r == -ENOENT ? -ENODEV : r;
        if (!str_startswith(dir.path, DEVICES))
                return -ENODEV;
        found = link ? probe_parent_address(h, places_get(&h->places, dir.path)) : NULL;
        if (link && !str_equal(found, address))
                return -ENODEV;
        *ret = dir;
        dir = (struct sysfs_dir){ .fd = -1 };
        return 0;
}

static bool has_vfs(const struct names *names) {
        for (size_t i = 0; i < names->n; i++)
                if (str_startswith(names->v[i], "virtfn"))
                        return true;
        return false;
}

static bool is_vfio(struct host *h, const struct target *t, const char *address) {
        _cleanup_free_ char *driver = NULL;

        if (names_have(&t->names, "vfio-dev") || str_startswith(address, "mdev:"))
                return true;
        if (!str_startswith(address, "pci:"))
                return false;
        return names_have(&t->names, "physfn") ||
               (sysfs_link_name(&h->sysfs, &t->dir, "driver", &driver) >= 0 && driver_is_vfio(driver));
}

int target_open(struct host *h, const char *address, struct target *ret) {
        _cleanup_target_ struct target t = { .dir.fd = -1 };
        int r = open_directory(h, address, &t.dir);

        if (r >= 0)
                r = names_read(t.dir.fd, &t.names);
        if (r < 0)
                return r;
        t.is_device = is_vfio(h, &t, address);
        t.is_parent = names_have(&t.names, TYPES) || has_vfs(&t.names);
        if (!t.is_device && !t.is_parent)
                return -ENODEV;
        *ret = t;
        t = (struct target){ .dir.fd = -1 };
        return 0;
}

int target_open_type(struct host *h, const char *parent, const char *type, struct target *ret) {
        _cleanup_target_ struct target p = { .dir.fd = -1 };
        _cleanup_free_ char *path = join(TYPES, "/", type);
        int r = name_valid(type) ? target_open(h, parent, &p) : -EINVAL;

        if (r >= 0)
                r = open_beneath(p.dir.fd, path, O_RDONLY | O_DIRECTORY);
        if (r < 0)
                return r;
        *ret = (struct target){ .dir = { .fd = r, .path = join(p.dir.path, "/", path) } };
        return 0;
}

void target_done(struct target *t) {
        sysfs_dir_done(&t->dir);
        names_done(&t->names);
}

int target_open_file(const struct target *t, const char *file, int flags, mode_t *ret_mode) {
        _cleanup_close_ int fd = open_beneath(t->dir.fd, file, flags);
        struct stat st;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
        *ret_mode = st.st_mode;
        return take_fd(fd);
}

int target_check_free(struct host *h, const struct target *t) {
        _cleanup_(inuse_done) struct inuse inuse = {};
        _cleanup_names_ struct names vfio = {};
        _cleanup_free_ char *group = NULL;
        enum tri in_use;

        if (names_have(&t->names, "iommu_group") && sysfs_link_name(&h->sysfs, &t->dir, "iommu_group", &group) < 0)
                return -EAGAIN;
        if (names_have(&t->names, "vfio-dev") && sysfs_list_at(&h->sysfs, &t->dir, "vfio-dev", &vfio) < 0)
                return -EAGAIN;
        holders_read(&h->sysfs, &inuse);
        in_use = inuse_find(&inuse, group, vfio.n ? vfio.v[0] : NULL);
        return in_use == TRI_YES ? -EBUSY : in_use == TRI_NO ? 0 : -EAGAIN;
}
