/*
 * One run of a check. What the runner says is not believed further than it is read: a line that nobody knows, too
 * much, or nothing at all is a failure with its why.
 */
#include "daemon/check-call.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "core/check-json.h"
#include "daemon/socket.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/strv.h"

#define LINE_MAX_BYTES 256u        /* of the status line */
#define BIT_USEC (1000u * 1000)    /* so much longer than the runner's deadline is ours */
#define LINGER_USEC (3000u * 1000) /* so long may a runner take to end, and what it runs with it */
#define ACCURACY_USEC 5000u

extern char **environ;

struct check_call {
        struct check_call_handlers handlers;
        void *userdata;
        int fd;
        pid_t pid; /* of a child that was not reaped; 0: none */
        sd_event_source *io, *child, *timer;
        struct text out, in;
        size_t n_sent;
        uint64_t begun, timeout_usec;
        bool answered;
};

static void child_kill(const struct check_call *c) {
        if (c->pid > 0)
                kill(-c->pid, SIGKILL);
}

static void rearm(struct check_call *c, uint64_t usec) {
        sd_event_source_set_time(c->timer, usec_now(CLOCK_MONOTONIC) + usec);
        sd_event_source_set_enabled(c->timer, SD_EVENT_ONESHOT);
}

/*
 * It has said what it says. After `silent` it may still be at it: a runner sees that nobody listens any more, and
 * leaves nothing behind, which it could not see to if we killed it.
 */
static void call_answer(struct check_call *c, const struct check_answer *answer, bool silent) {
        c->answered = true;
        c->io = sd_event_source_disable_unref(c->io);
        close(take_fd(c->fd));
        c->handlers.answered(c->userdata, answer);
        if (c->pid > 0)
                rearm(c, LINGER_USEC);
        else if (silent)
                rearm(c, c->timeout_usec); /* its unit ends it by then */
        else
                rearm(c, 0); /* over: not here, where it is still used */
}

static void call_fail(struct check_call *c, const char *why, bool silent) {
        call_answer(c, &(struct check_answer){ .why = why }, silent);
}

static bool parse_number(const char *s, int max, int *ret) {
        int n = 0;

        if (!*s || strlen(s) > 3 || strspn(s, "0123456789") != strlen(s))
                return false;
        for (; *s; s++)
                n = n * 10 + (*s - '0');
        *ret = n;
        return n <= max;
}

static char *time_format(uint64_t usec) {
        return usec < 1000000 ? xasprintf("%u ms", (unsigned)(usec / 1000))
                              : xasprintf("%llu s", (unsigned long long)(usec / 1000000));
}

/* What goes into a report must be text. */
static char *plain(const char *s) {
        char *copy = xstrdup(s);

        for (char *c = copy; *c; c++)
                if (*c < ' ' || *c > '~')
                        *c = '?';
        return copy;
}

/* What the runner's word (check/program.c) means. */
static const char *refusal_text(const char *why) {
        static const struct {
                const char *why;
                const char *text;
        } texts[] = {
                { "owner", "it is not root's" },
                { "mode", "others may write to it, or not everybody may read and run it" },
                { "folder", "its folder, or one above, is not root's, or others may write to it" },
                { "link", "it is a link" },
                { "not regular", "it is no regular file" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                if (str_equal(why, texts[i].why))
                        return texts[i].text;
        return why;
}

/* What a status line other than "exit" says, for people; NULL if nobody knows it. */
static char *line_explain(const struct check_call *c, const char *line) {
        static const char refused[] = "refused ", error[] = "error ", ended[] = "signal ";
        _cleanup_free_ char *rest = NULL;
        int n;

        if (str_equal(line, "timeout")) {
                _cleanup_free_ char *after = time_format(usec_now(CLOCK_MONOTONIC) - c->begun);

                return xasprintf("timed out after %s", after);
        }
        if (str_equal(line, "too-long"))
                return xasprintf("printed more than %u bytes", CHECK_OUTPUT_MAX);
        if (str_equal(line, "missing"))
                return xstrdup("is not there");
        if (str_startswith(line, ended) && parse_number(line + strlen(ended), 255, &n))
                return sigabbrev_np(n) ? xasprintf("was ended by SIG%s", sigabbrev_np(n))
                                       : xasprintf("was ended by signal %d", n);
        if (str_startswith(line, refused)) {
                rest = plain(line + strlen(refused));
                return xasprintf("is not trusted: %s", refusal_text(rest));
        }
        if (str_startswith(line, error)) {
                rest = plain(line + strlen(error));
                return xasprintf("could not be run: %s", rest);
        }
        return NULL;
}

/* Looks at what has come so far; end: no more will. */
static void call_look(struct check_call *c, bool end) {
        const char *newline = c->in.data ? memchr(c->in.data, '\n', c->in.length) : NULL;
        _cleanup_free_ char *line = NULL, *why = NULL;
        struct check_answer answer = {};

        if (!newline && c->in.length <= LINE_MAX_BYTES) {
                if (end)
                        call_fail(c, "its runner ended without a word", false);
                return;
        }
        if (!newline || newline > c->in.data + LINE_MAX_BYTES) {
                call_fail(c, "its runner talks nonsense", true);
                return;
        }
        line = xstrndup(c->in.data, (size_t)(newline - c->in.data));
        answer.output = newline + 1;
        answer.length = c->in.length - strlen(line) - 1;
        if (strlen(line) != (size_t)(newline - c->in.data)) { /* NULs */
                call_fail(c, "its runner talks nonsense", true);
        } else if (str_startswith(line, "exit ") && parse_number(line + 5, 255, &answer.status)) {
                if (answer.length > CHECK_OUTPUT_MAX)
                        call_fail(c, "printed too much", true);
                else if (answer.status != 0 || end)
                        call_answer(c, &answer, false);
        } else {
                why = line_explain(c, line);
                call_fail(c, why ? why : "its runner talks nonsense", why == NULL);
        }
}

static void call_receive(struct check_call *c, bool last) {
        bool end = last;

        while (!c->answered) {
                char buffer[16384];
                ssize_t n = recv(c->fd, buffer, sizeof(buffer), MSG_DONTWAIT);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n > 0) {
                        text_add_n(&c->in, buffer, (size_t)n);
                        call_look(c, false);
                        continue;
                }
                /* One that has not read all of its input resets the connection; what it said is here. */
                end = end || n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
                break;
        }
        if (!c->answered && end)
                call_look(c, true);
}

/* What cannot be written nobody wants to read; what it says to that is to come. */
static void call_send(struct check_call *c) {
        while (c->n_sent < c->out.length) {
                ssize_t n = send(c->fd, c->out.data + c->n_sent, c->out.length - c->n_sent,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
                        return;
                if (n < 0)
                        break;
                c->n_sent += (size_t)n;
        }
        text_done(&c->out);
        c->n_sent = 0;
        shutdown(c->fd, SHUT_WR);
        sd_event_source_set_io_events(c->io, EPOLLIN);
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        struct check_call *c = userdata;

        if (c->out.data && (revents & EPOLLOUT))
                call_send(c);
        if (revents & (EPOLLIN | EPOLLHUP | EPOLLERR))
                call_receive(c, false);
        return 0;
}

static int on_exit_of(sd_event_source *s, const siginfo_t *si, void *userdata) {
        struct check_call *c = userdata;

        c->pid = 0;
        if (c->answered)
                c->handlers.over(c->userdata);
        else
                call_receive(c, true); /* what it said before it ended is still in the socket */
        return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata) {
        struct check_call *c = userdata;
        _cleanup_free_ char *after = NULL, *why = NULL;

        if (!c->answered) {
                after = time_format(c->timeout_usec);
                why = xasprintf("did not answer within %s", after);
                call_fail(c, why, true);
        } else if (c->pid > 0)
                child_kill(c); /* on_exit_of() comes, or the kernel holds it for ever */
        else
                c->handlers.over(c->userdata);
        return 0;
}

/* It leads a group of its own, so that what it leaves behind in it is killed with it. */
static int spawn(const struct check_call_options *o, int fd, pid_t *ret_pid) {
        _cleanup_free_ char *root = o->root ? xasprintf("--root=%s", o->root) : NULL;
        _cleanup_free_ char *timeout = xasprintf("--timeout-usec=%llu", (unsigned long long)o->timeout_usec);
        char *argv[] = { (char *)o->runner, timeout, root, NULL };
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        int r;

        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        r = posix_spawn(ret_pid, o->runner, &actions, &attributes, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        return -r;
}

static int call_spawn(struct check_call *c, sd_event *event, const struct check_call_options *o) {
        _cleanup_close_ int ours = -1, theirs = -1;
        int pair[2], r;

        if (!o->runner)
                return -ENOPKG;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        ours = pair[0];
        theirs = pair[1];
        if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        r = spawn(o, theirs, &c->pid);
        if (r < 0) {
                c->pid = 0;
                return r;
        }
        r = sd_event_add_child(event, &c->child, c->pid, WEXITED, on_exit_of, c);
        if (r < 0)
                return r;
        c->fd = take_fd(ours);
        return 0;
}

static int call_connect(struct check_call *c, sd_event *event, const struct check_call_options *o) {
        int r = o->socket ? socket_connect(o->socket, SOCK_STREAM, &c->fd) : -ENOENT;

        return r == -ENOENT || r == -ECONNREFUSED ? call_spawn(c, event, o) : r;
}

int check_call_new(sd_event *event, const struct check_call_options *options, const char *name, const char *verb,
                   const char *input, size_t length, const struct check_call_handlers *handlers, void *userdata,
                   struct check_call **ret) {
        struct check_call *c = xnew0(struct check_call, 1);
        int r;

        c->handlers = *handlers;
        c->userdata = userdata;
        c->fd = -1;
        c->begun = usec_now(CLOCK_MONOTONIC);
        c->timeout_usec = options->timeout_usec;
        text_addf(&c->out, "%s %s\n", name, verb);
        if (length > 0)
                text_add_n(&c->out, input, length);
        r = sd_event_add_time(event, &c->timer, CLOCK_MONOTONIC, c->begun + c->timeout_usec + BIT_USEC, ACCURACY_USEC,
                              on_timer, c);
        if (r >= 0)
                r = call_connect(c, event, options);
        if (r >= 0)
                r = sd_event_add_io(event, &c->io, c->fd, EPOLLIN | EPOLLOUT, on_io, c);
        if (r < 0) {
                check_call_free(c);
                return r;
        }
        *ret = c;
        return 0;
}

struct check_call *check_call_free(struct check_call *c) {
        if (!c)
                return NULL;
        sd_event_source_disable_unref(c->io);
        sd_event_source_disable_unref(c->timer);
        sd_event_source_disable_unref(c->child);
        if (c->fd >= 0)
                close(c->fd);
        text_done(&c->out);
        text_done(&c->in);
        free(c);
        return NULL;
}
