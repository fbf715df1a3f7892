/*
 * Resolves a path below a root directory by hand. Owns the fds of the directories it walks through, until it returns.
 */
#include "host/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "util/alloc.h"
#include "util/strv.h"

#define DEPTH_MAX 64
#define LINKS_MAX 40

struct walk {
        int fds[DEPTH_MAX]; /* O_PATH; the root is not among them */
        char *names[DEPTH_MAX];
        size_t n;
        int root_fd;
        int links;
};

static int walk_top(const struct walk *w) {
        return w->n ? w->fds[w->n - 1] : w->root_fd;
}

static void walk_up(struct walk *w) {
        if (w->n == 0) /* ".." of the root is the root */
                return;
        w->n--;
        close(w->fds[w->n]);
        free(w->names[w->n]);
}

static void walk_done(struct walk *w) {
        while (w->n)
                walk_up(w);
}

/* Puts the target of a link before the rest of the path. */
static int walk_link(struct walk *w, int link_fd, const char *rest, char **ret_path) {
        char target[PATH_MAX];
        ssize_t n;

        if (++w->links > LINKS_MAX)
                return -ELOOP;
        n = readlinkat(link_fd, "", target, sizeof(target));
        if (n < 0)
                return -errno;
        if (n == 0 || n == (ssize_t)sizeof(target))
                return -ENAMETOOLONG;
        target[n] = '\0';
        if (target[0] == '/')
                walk_done(w);
        if ((size_t)n + strlen(rest) >= PATH_MAX)
                return -ENAMETOOLONG;
        *ret_path = xasprintf("%s/%s", target, rest);
        return 0;
}

static char *walk_path(const struct walk *w) {
        struct text t = {};

        for (size_t i = 0; i < w->n; i++) {
                text_add(&t, i ? "/" : "");
                text_add(&t, w->names[i]);
        }
        return text_take(&t);
}

/* Goes one component on: 0, or 1 with a new path if it was a link. A file may be gone through only as the last one. */
static int walk_step(struct walk *w, char *name, const char *rest, char **ret_path) {
        _cleanup_close_ int fd = -1;
        struct stat st;
        int r;

        if (strcmp(name, "..") == 0) {
                walk_up(w);
                return 0;
        }
        fd = openat(walk_top(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (S_ISLNK(st.st_mode)) {
                r = walk_link(w, fd, rest, ret_path);
                return r < 0 ? r : 1;
        }
        if (!S_ISDIR(st.st_mode) && rest[strspn(rest, "/.")])
                return -ENOTDIR;
        if (w->n == DEPTH_MAX)
                return -ENAMETOOLONG;
        w->names[w->n] = xstrdup(name);
        w->fds[w->n++] = take_fd(fd);
        return 0;
}

/* Opens for good what the walk ended at. By name in its directory: a link that came into its place is refused. */
static int walk_open(struct walk *w, int flags) {
        int fd;

        if (w->n == 0)
                fd = openat(w->root_fd, ".", flags | O_CLOEXEC);
        else
                fd = openat(w->n > 1 ? w->fds[w->n - 2] : w->root_fd, w->names[w->n - 1],
                            flags | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

int resolve_by_hand(int root_fd, const char *path, int flags, char **ret_path) {
        _cleanup_(walk_done) struct walk w = { .root_fd = root_fd };
        _cleanup_free_ char *rest = xstrdup(path);
        char *p = rest;
        int r, fd;

        for (;;) {
                char name[NAME_MAX + 1], *next = NULL;
                size_t n;

                p += strspn(p, "/");
                n = strcspn(p, "/");
                if (n == 0)
                        break;
                if (n > NAME_MAX)
                        return -ENAMETOOLONG;
                memcpy(name, p, n);
                name[n] = '\0';
                p += n;
                if (strcmp(name, ".") == 0)
                        continue;
                r = walk_step(&w, name, p, &next);
                if (r < 0)
                        return r;
                if (r > 0) {
                        free(rest);
                        rest = p = next;
                }
        }
        fd = walk_open(&w, flags);
        if (fd >= 0 && ret_path)
                *ret_path = walk_path(&w);
        return fd;
}
