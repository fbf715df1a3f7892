/*
 * A host document, from wherever. Owns the reader's process while it runs; never reads the host's files itself, as
 * the reader is made for hostile ones.
 */
#include "ctl/host-source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "ctl/input.h"
#include "ctl/manager.h"
#include "util/alloc.h"
#include "util/clock.h"

/* As long as a host document may be, and one byte more. */
#define PRINTED_MAX (((size_t)64 << 20) + 1)

extern char **environ;

/* Installed it is where READER says; in a build directory it has one of its own, beside ours. */
static char *reader_find(void) {
        char self[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
        static const char ours[] = "/ctl/vfiomigctl";
        struct stat st;

        if (n > (ssize_t)strlen(ours)) {
                self[n] = '\0';
                if (str_equal(self + n - strlen(ours), ours)) {
                        _cleanup_free_ char *path = xasprintf("%.*s/reader/reader", (int)(n - (ssize_t)strlen(ours)),
                                                              self);

                        if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
                                return take_ptr(path);
                }
        }
        return xstrdup(READER);
}

static int spawn(const char *program, const char *root, int out, pid_t *ret_pid) {
        _cleanup_free_ char *argument = xasprintf("--root=%s", root);
        char *argv[] = { (char *)program, (char *)"--print", argument, NULL };
        posix_spawn_file_actions_t actions;
        int r;

        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        r = posix_spawn(ret_pid, program, &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        return -r;
}

/* All that comes until the end: 0, -ETIMEDOUT, -E2BIG or what went wrong. */
static int read_until_end(int fd, uint64_t timeout_usec, struct text *t) {
        uint64_t start = usec_now(CLOCK_MONOTONIC);

        for (;;) {
                uint64_t passed = usec_now(CLOCK_MONOTONIC) - start,
                         left = passed < timeout_usec ? timeout_usec - passed : 0;
                struct pollfd p = { .fd = fd, .events = POLLIN };
                char buffer[65536];
                ssize_t n;
                int r;

                if (left == 0) /* also where something has come by now */
                        return -ETIMEDOUT;
                r = poll(&p, 1, (int)MIN(left / 1000, (uint64_t)INT_MAX));
                if (r < 0 && errno == EINTR)
                        continue;
                if (r <= 0)
                        return r < 0 ? -errno : -ETIMEDOUT;
                n = read(fd, buffer, sizeof(buffer));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                text_add_n(t, buffer, (size_t)n);
                if (t->length > PRINTED_MAX)
                        return -E2BIG;
        }
}

static int parse(const struct context *c, const struct text *t, struct document **ret_document) {
        struct json_error error;
        int r;

        r = document_parse(t->data, t->length, DOCUMENT_HOST, ret_document, &error);
        return r < 0 ? context_fail(c, r, "%s: what the reader found cannot be read: %s", c->root, error.message) : 0;
}

static int read_tree(const struct context *c, struct document **ret_document) {
        _cleanup_free_ char *program = reader_find();
        _cleanup_close_ int ours = -1, theirs = -1;
        _cleanup_text_ struct text t = {};
        int ends[2], r, status = 0;
        pid_t pid;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return context_fail(c, -errno, "Cannot read %s: %s", c->root, strerror(errno));
        ours = ends[0];
        theirs = ends[1];
        r = spawn(program, c->root, theirs, &pid);
        if (r < 0)
                return context_fail(c, r, "Cannot run %s: %s", program, strerror(-r));
        close(take_fd(theirs));
        text_add(&t, "");
        r = read_until_end(ours, c->timeout_usec, &t);
        if (r < 0) {
                kill(pid, SIGKILL);
                /* What it hangs in may not let it go; then it is left to init. */
                (void)waitpid(pid, NULL, WNOHANG);
                return r == -ETIMEDOUT
                               ? context_fail(c, r, "Cannot read %s: it takes too long (see --timeout)", c->root)
                       : r == -E2BIG ? context_fail(c, r, "Cannot read %s: more than 64 MiB are told of it", c->root)
                                     : context_fail(c, r, "Cannot read %s: %s", c->root, strerror(-r));
        }
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return context_fail(c, -errno, "Cannot read %s: %s", c->root, strerror(errno));
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return context_fail(c, -EIO, "Cannot read %s: %s failed", c->root, program);
        return parse(c, &t, ret_document);
}

int host_source_document(struct context *c, char *const *ids, struct document **ret_document) {
        struct stat st;

        if (!c->root)
                return manager_document(c, ids, DESCRIBE_HOST, ret_document);
        if (str_equal(c->root, "-"))
                return input_document(c, c->root, DOCUMENT_HOST, ret_document);
        if (stat(c->root, &st) < 0)
                return context_fail(c, -errno, "%s: %s", c->root, strerror(errno));
        if (S_ISDIR(st.st_mode))
                return read_tree(c, ret_document);
        return input_document(c, c->root, DOCUMENT_HOST, ret_document);
}
