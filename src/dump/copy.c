/*
 * Copies single files, links and directories into a new tree. Owns both trees' fds and the notes.
 */
#include "dump/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "dump/redact.h"
#include "util/alloc.h"

#define TIMEOUT_MSEC 2000

static int open_output(const char *output, char **ret_why) {
        _cleanup_free_ struct dirent **entries = NULL;
        int fd, n, error;

        if (mkdir(output, 0755) < 0 && errno != EEXIST)
                goto fail;
        fd = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                goto fail;
        n = scandir(output, &entries, NULL, NULL);
        for (int i = 0; i < n; i++)
                free(entries[i]);
        if (n > 2) {
                close(fd);
                *ret_why = xasprintf("%s: the directory is not empty", output);
                return -ENOTEMPTY;
        }
        return fd;

fail:
        error = errno;
        *ret_why = xasprintf("%s: %s", output, strerror(error));
        return -error;
}

int copy_init(struct copy *c, const char *root, const char *output, char **ret_why) {
        int r = 0;

        *c = (struct copy){ .out_fd = -1 };
        c->root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (c->root_fd < 0) {
                r = -errno;
                *ret_why = xasprintf("%s: %s", root, strerror(-r));
        } else {
                r = c->out_fd = open_output(output, ret_why);
        }
        patient_init(&c->patient, c->root_fd, TIMEOUT_MSEC);
        return MIN(r, 0);
}

void copy_done(struct copy *c) {
        patient_done(&c->patient);
        text_done(&c->notes);
        if (c->root_fd >= 0)
                close(c->root_fd);
        if (c->out_fd >= 0)
                close(c->out_fd);
}

static void fail(struct copy *c, int error) {
        if (c->error == 0)
                c->error = -error;
}

static void note(struct copy *c, const char *path, const char *what) {
        text_add_escaped(&c->notes, path);
        text_addf(&c->notes, ": %s\n", what);
}

static char *parent_of(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? xstrndup(path, (size_t)(slash - path)) : NULL;
}

void copy_directory(struct copy *c, const char *path) {
        _cleanup_free_ char *parent = NULL;

        if (c->error || mkdirat(c->out_fd, path, 0755) >= 0 || errno == EEXIST)
                return;
        parent = parent_of(path);
        if (errno != ENOENT || !parent) {
                fail(c, errno);
                return;
        }
        copy_directory(c, parent);
        if (!c->error && mkdirat(c->out_fd, path, 0755) < 0 && errno != EEXIST)
                fail(c, errno);
}

static void make_parent(struct copy *c, const char *path) {
        _cleanup_free_ char *parent = parent_of(path);

        if (parent)
                copy_directory(c, parent);
}

static void write_file(struct copy *c, const char *path, const char *data, size_t n, mode_t mode) {
        _cleanup_close_ int fd = -1;

        make_parent(c, path);
        if (c->error)
                return;
        fd = openat(c->out_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0) {
                if (errno != EEXIST)
                        fail(c, errno);
                return;
        }
        errno = ENOSPC; /* what a short write means */
        if (write(fd, data, n) != (ssize_t)n || fchmod(fd, mode) < 0)
                fail(c, errno);
        c->n_files++;
}

void copy_unread(struct copy *c, const char *path, const char *why) {
        copy_directory(c, path);
        note(c, path, why);
        c->n_unread++;
}

void copy_unlisted(struct copy *c, const char *path, const char *why) {
        const char *slash = strrchr(path, '/');

        make_parent(c, path);
        if (c->error)
                return;
        unlinkat(c->out_fd, path, AT_REMOVEDIR); /* what a link to it has left there */
        if (symlinkat(slash ? slash + 1 : path, c->out_fd, path) < 0 && errno != EEXIST)
                fail(c, errno);
        note(c, path, why);
        c->n_unread++;
}

void copy_file(struct copy *c, const char *path) {
        struct patient_answer a;
        const char *slash = strrchr(path, '/');
        enum redaction redaction = redact_file(slash ? slash + 1 : path);
        struct stat st;
        int r;

        if (c->error || redaction == REDACT_LEAVE)
                return;
        if (fstatat(c->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0444))
                return; /* gone meanwhile; or made to be written only */
        if (redaction == REDACT_HIDE) {
                copy_unread(c, path, "left out: may name this very machine");
                return;
        }
        r = patient_read(&c->patient, path, &a);
        if (r < 0) {
                fail(c, -r);
                return;
        }
        if (a.error) {
                copy_unread(c, path, strerror(a.error));
                return;
        }
        redact_text(a.data, a.length);
        write_file(c, path, a.data, a.length, (a.mode & 0644) | 0400);
}

void copy_text(struct copy *c, const char *path, const char *text, size_t n) {
        write_file(c, path, text, n, 0644);
}

/* Where a link's text leads from the directory of path; NULL where it leads out, or is absolute. */
static char *resolve(const char *path, const char *target) {
        _cleanup_text_ struct text t = {};
        const char *slash = strrchr(path, '/');

        if (*target == '/' || !*target)
                return NULL;
        text_add_n(&t, path, slash ? (size_t)(slash - path) : 0);
        while (*target) {
                size_t n = strcspn(target, "/");

                if (n == 2 && target[0] == '.' && target[1] == '.') {
                        const char *up;

                        if (t.length == 0)
                                return NULL;
                        up = memrchr(t.data, '/', t.length);
                        t.length = up ? (size_t)(up - t.data) : 0;
                        t.data[t.length] = '\0';
                } else if (n > 0 && !(n == 1 && target[0] == '.')) {
                        if (t.length > 0)
                                text_add(&t, "/");
                        text_add_n(&t, target, n);
                }
                target += n + (target[n] == '/');
        }
        return t.length > 0 ? text_take(&t) : NULL;
}

static ssize_t read_link(const struct copy *c, const char *path, char target[static PATH_MAX]) {
        ssize_t n = readlinkat(c->root_fd, path, target, PATH_MAX - 1);

        if (n >= 0)
                target[n] = '\0';
        return n;
}

char *copy_follow(const struct copy *c, const char *path) {
        char target[PATH_MAX];

        return read_link(c, path, target) < 0 ? NULL : resolve(path, target);
}

bool copy_is_unlisted(const struct copy *c, const char *path) {
        _cleanup_free_ char *target = copy_follow(c, path);

        return str_equal(target, path);
}

bool copy_link(struct copy *c, const char *path, char **ret_target) {
        _cleanup_free_ char *to = NULL;
        char target[PATH_MAX];

        if (c->error || read_link(c, path, target) < 0)
                return false;
        to = resolve(path, target);
        if (!to || !str_startswith(to, "sys/")) {
                note(c, path, "a link that leads elsewhere");
                return false;
        }
        make_parent(c, path);
        copy_directory(c, to);
        if (!c->error && symlinkat(target, c->out_fd, path) < 0 && errno != EEXIST)
                fail(c, errno);
        if (ret_target)
                *ret_target = take_ptr(to);
        return !c->error;
}

bool copy_mask(struct copy *c, const char *path) {
        char target[PATH_MAX];

        if (c->error || read_link(c, path, target) < 0 || !str_equal(target, "/dev/null"))
                return false;
        make_parent(c, path);
        if (!c->error && symlinkat(target, c->out_fd, path) < 0 && errno != EEXIST)
                fail(c, errno);
        return true;
}

char *copy_read(const struct copy *c, const char *path, size_t max, size_t *ret_length) {
        _cleanup_close_ int fd = openat(c->root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        _cleanup_text_ struct text t = {};
        char buffer[16384];
        struct stat st;
        ssize_t n;

        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return NULL;
        while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
                text_add_n(&t, buffer, (size_t)n);
                if (t.length > max)
                        return NULL;
        }
        if (n < 0)
                return NULL;
        *ret_length = t.length;
        return text_take(&t);
}

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void close_dir(DIR **d) {
        if (*d)
                closedir(*d);
}

char **copy_list(const struct copy *c, const char *path) {
        int fd = openat(c->root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(close_dir) DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
        char **names = NULL;
        struct dirent *e;
        size_t n = 0;
        int error;

        if (!d) {
                if (fd >= 0)
                        close(fd);
                return NULL;
        }
        while ((errno = 0, e = readdir(d)))
                if (!str_equal(e->d_name, ".") && !str_equal(e->d_name, ".."))
                        array_append(names, n, xstrdup(e->d_name));
        error = errno;
        if (n > 0)
                qsort(names, n, sizeof(char *), compare);
        array_append(names, n, NULL);
        if (error) { /* some of them are not all of them */
                strv_free(names);
                errno = error;
                return NULL;
        }
        return names;
}

static bool is_mode(const struct copy *c, const char *path, mode_t type) {
        struct stat st;

        return fstatat(c->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) >= 0 && (st.st_mode & S_IFMT) == type;
}

bool copy_is_directory(const struct copy *c, const char *path) {
        return is_mode(c, path, S_IFDIR);
}

bool copy_is_link(const struct copy *c, const char *path) {
        return is_mode(c, path, S_IFLNK);
}
