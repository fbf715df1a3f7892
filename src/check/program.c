/*
 * Finds a check program: the administrator's folder over the package's. Follows no link on the way.
 */
#include "check/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static const char *const folders[] = { "etc/vfio-migration/checks.d", "usr/lib/vfio-migration/checks.d" };

static int refuse(const char **ret_why, const char *why) {
        *ret_why = why;
        return -EPERM;
}

/* Opens one folder below another, which is closed. */
static int folder_enter(int up, const char *name, const char **ret_why) {
        _cleanup_close_ int above = up, fd = -1;
        struct stat st;

        fd = openat(above, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISDIR(st.st_mode) || st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
                return refuse(ret_why, "folder");
        return take_fd(fd);
}

static int folder_open(int root_fd, const char *path, const char **ret_why) {
        int fd = fcntl(root_fd, F_DUPFD_CLOEXEC, 3);

        if (fd < 0)
                return -errno;
        while (fd >= 0 && *path) {
                size_t n = strcspn(path, "/");
                char name[32];

                snprintf(name, sizeof(name), "%.*s", (int)n, path);
                fd = folder_enter(fd, name, ret_why);
                path += n + (path[n] == '/');
        }
        return fd;
}

/* It runs as nobody in particular, so everybody must be able to read and run it. */
static int program_check(int fd, bool *ret_script, const char **ret_why) {
        char magic[2] = "";
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return refuse(ret_why, "not regular");
        if (st.st_uid != 0)
                return refuse(ret_why, "owner");
        if ((st.st_mode & (S_IWGRP | S_IWOTH | S_ISUID | S_ISGID)) ||
            (st.st_mode & (S_IROTH | S_IXOTH)) != (S_IROTH | S_IXOTH))
                return refuse(ret_why, "mode");
        if (pread(fd, magic, sizeof(magic), 0) < 0)
                return -errno;
        *ret_script = magic[0] == '#' && magic[1] == '!';
        return 0;
}

static int program_open_in(int folder, const char *name, struct program *ret, const char **ret_why) {
        _cleanup_close_ int fd = -1;
        bool script = false;
        int r;

        fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 && errno == ELOOP)
                return refuse(ret_why, "link");
        if (fd < 0 && errno == EACCES)
                return refuse(ret_why, "mode");
        if (fd < 0 && errno == ENXIO)
                return refuse(ret_why, "not regular");
        if (fd < 0)
                return -errno;
        r = program_check(fd, &script, ret_why);
        if (r < 0)
                return r;
        *ret = (struct program){ .fd = take_fd(fd), .script = script };
        return 0;
}

int program_open(int root_fd, const char *name, struct program *ret, const char **ret_why) {
        for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
                _cleanup_close_ int folder = folder_open(root_fd, folders[i], ret_why);
                int r = folder < 0 ? folder : program_open_in(folder, name, ret, ret_why);

                if (r != -ENOENT)
                        return r;
        }
        return -ENOENT;
}
