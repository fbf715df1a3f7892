/*
 * The one way to what lies below the root directory. Owns the root's fd and those of the directories it hands out;
 * never writes, and never opens what is not a regular file or a directory.
 */
#include "host/sysfs.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "host/resolve.h"
#include "util/alloc.h"

#define READ_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
/* A rename while openat2() resolves ".." makes it give up with EAGAIN. */
#define RETRIES 8

int sysfs_init(struct sysfs *s, const char *root) {
        int fd = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return -errno;
        *s = (struct sysfs){ .fd = fd, .fake = root != NULL };
        return 0;
}

void sysfs_done(struct sysfs *s) {
        if (s->fd >= 0)
                close(s->fd);
        s->fd = -1;
}

/* Only on a fake root. -ENOSYS (or -EPERM, from a container's filter) says that it has to be walked by hand. */
static int resolve_in_root(const struct sysfs *s, const char *path, int flags, unsigned resolve) {
        struct open_how how = {
                .flags = (unsigned)(flags | O_CLOEXEC),
                .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
        };

        if (s->by_hand)
                return -ENOSYS;
        for (int i = 0; i < RETRIES; i++) {
                long fd = syscall(SYS_openat2, s->fd, path, &how, sizeof(how));

                if (fd >= 0)
                        return (int)fd;
                if (errno != EAGAIN)
                        return -errno;
        }
        return -ENOSYS;
}

static bool not_to_be_had(int r) {
        return r == -ENOSYS || r == -EPERM;
}

int sysfs_open(const struct sysfs *s, const char *path, int flags) {
        int fd;

        path += strspn(path, "/");
        if (!*path)
                path = ".";
        if (!s->fake) {
                fd = openat(s->fd, path, flags | O_CLOEXEC);
                return fd < 0 ? -errno : fd;
        }
        fd = resolve_in_root(s, path, flags, 0);
        return not_to_be_had(fd) ? resolve_by_hand(s->fd, path, flags, NULL) : fd;
}

static int mode_check(mode_t mode) {
        return S_ISREG(mode) ? 0 : S_ISDIR(mode) ? -EISDIR : -EINVAL;
}

/* A node of a fake root is looked at before it is opened: opening a device can already do something. */
static int check_path(const struct sysfs *s, const char *path) {
        _cleanup_close_ int fd = sysfs_open(s, path, O_PATH);
        struct stat st;

        if (fd < 0)
                return fd;
        return fstat(fd, &st) < 0 ? -errno : mode_check(st.st_mode);
}

/* Takes the fd. */
static int check_fd(int opened, mode_t *ret_mode) {
        _cleanup_close_ int fd = opened;
        struct stat st;
        int r;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        r = mode_check(st.st_mode);
        if (r < 0)
                return r;
        if (ret_mode)
                *ret_mode = st.st_mode;
        return take_fd(fd);
}

int sysfs_open_file(const struct sysfs *s, const char *path, mode_t *ret_mode) {
        if (s->fake) {
                int r = check_path(s, path);

                if (r < 0)
                        return r;
        }
        return check_fd(sysfs_open(s, path, READ_FLAGS), ret_mode);
}

int sysfs_open_file_at(const struct sysfs *s, const struct sysfs_dir *dir, const char *name, mode_t *ret_mode) {
        _cleanup_free_ char *path = NULL;
        struct stat st;
        int fd;

        if (dir->fd < 0)
                return -ENOENT;
        if (!s->fake) {
                fd = openat(dir->fd, name, READ_FLAGS);
                return check_fd(fd < 0 ? -errno : fd, ret_mode);
        }
        /* The short way for what is no link, the long way through the root for what is one or lies deeper. */
        if (!strchr(name, '/')) {
                if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        return -errno;
                if (!S_ISLNK(st.st_mode)) {
                        int r = mode_check(st.st_mode);

                        if (r < 0)
                                return r;
                        fd = openat(dir->fd, name, READ_FLAGS | O_NOFOLLOW);
                        return check_fd(fd < 0 ? -errno : fd, ret_mode);
                }
        }
        path = join(dir->path, "/", name);
        return sysfs_open_file(s, path, ret_mode);
}

int sysfs_dir_open(const struct sysfs *s, const char *path, struct sysfs_dir *ret) {
        char *real = NULL;
        int fd;

        path += strspn(path, "/");
        if (!s->fake) {
                /* The kernel's own links lead to paths without links; DIR/. and the like do not come here. */
                fd = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd < 0)
                        return -errno;
                *ret = (struct sysfs_dir){ .fd = fd, .path = xstrdup(path) };
                return 0;
        }
        fd = resolve_in_root(s, *path ? path : ".", O_RDONLY | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
        if (fd >= 0)
                real = xstrdup(path);
        else if (fd == -ELOOP || not_to_be_had(fd))
                fd = resolve_by_hand(s->fd, path, O_RDONLY | O_DIRECTORY, &real);
        if (fd < 0)
                return fd;
        *ret = (struct sysfs_dir){ .fd = fd, .path = real };
        return 0;
}

int sysfs_dir_open_link(const struct sysfs *s, const char *link, struct sysfs_dir *ret) {
        _cleanup_free_ char *target = NULL, *dir = NULL, *path = NULL;
        int r;

        r = sysfs_readlink_path(s, link, &target);
        if (r == -EINVAL) /* no link: the directory itself */
                return sysfs_dir_open(s, link, ret);
        if (r < 0)
                return r;
        dir = path_parent(link);
        path = path_follow(dir ? dir : "", target);
        return sysfs_dir_open(s, path, ret);
}

void sysfs_dir_done(struct sysfs_dir *dir) {
        if (dir->path && dir->fd >= 0)
                close(dir->fd);
        free(dir->path);
        *dir = (struct sysfs_dir){ .fd = -1 };
}

static int read_link(int dir_fd, const char *name, char **ret_target) {
        char buffer[PATH_MAX];
        ssize_t n = readlinkat(dir_fd, name, buffer, sizeof(buffer));

        if (n < 0)
                return -errno;
        if (n == 0 || n == (ssize_t)sizeof(buffer))
                return -ENAMETOOLONG;
        *ret_target = xstrndup(buffer, (size_t)n);
        return 0;
}

int sysfs_readlink(const struct sysfs *s, const struct sysfs_dir *dir, const char *name, char **ret_target) {
        _cleanup_free_ char *path = NULL;

        if (dir->fd < 0)
                return -ENOENT;
        if (!s->fake || !strchr(name, '/'))
                return read_link(dir->fd, name, ret_target);
        path = join(dir->path, "/", name);
        return sysfs_readlink_path(s, path, ret_target);
}

int sysfs_readlink_path(const struct sysfs *s, const char *path, char **ret_target) {
        _cleanup_close_ int fd = -1;
        _cleanup_free_ char *dir = NULL;

        path += strspn(path, "/");
        if (!s->fake) {
                /* By its absolute path, as umockdev knows only those. */
                dir = join("/", "", path);
                return read_link(s->fd, dir, ret_target);
        }
        dir = path_parent(path);
        if (!dir)
                return read_link(s->fd, path, ret_target);
        fd = sysfs_open(s, dir, O_PATH | O_DIRECTORY);
        return fd < 0 ? fd : read_link(fd, path_name(path), ret_target);
}

int sysfs_link_name(const struct sysfs *s, const struct sysfs_dir *dir, const char *name, char **ret_name) {
        _cleanup_free_ char *target = NULL;
        int r = sysfs_readlink(s, dir, name, &target);

        if (r < 0)
                return r;
        if (!name_valid(path_name(target)))
                return -EINVAL;
        *ret_name = xstrdup(path_name(target));
        return 0;
}

int sysfs_list(const struct sysfs *s, const char *path, struct names *ret) {
        _cleanup_close_ int fd = sysfs_open(s, path, O_RDONLY | O_DIRECTORY);

        return fd < 0 ? fd : names_read(fd, ret);
}

int sysfs_list_at(const struct sysfs *s, const struct sysfs_dir *dir, const char *name, struct names *ret) {
        _cleanup_close_ int fd = -1;
        _cleanup_free_ char *path = NULL;

        if (dir->fd < 0)
                return -ENOENT;
        if (!s->fake || !strchr(name, '/'))
                fd = openat(dir->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) {
                path = join(dir->path, "/", name);
                return sysfs_list(s, path, ret);
        }
        return names_read(fd, ret);
}
