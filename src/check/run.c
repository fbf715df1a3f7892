/*
 * Runs a check program: feeds it and reads it at the same time, and watches the clock and who asked.
 */
#include "check/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "check/child.h"
#include "check/family.h"
#include "util/clock.h"

#define ERRORS_MAX 4096u
#define END_USEC 2000000u /* killed processes are gone in far less */

struct run {
        pid_t pid;
        int signals;
        int in;
        int out;
        int err;
        int report;
        const struct text *input;
        size_t n_fed;
        struct run_result result;
};

/* The ends of the pipes that are the program's. */
struct ends {
        int in;
        int out;
        int err;
        int report;
};

static void run_done(struct run *r) {
        close_cleanup(&r->signals);
        close_cleanup(&r->in);
        close_cleanup(&r->out);
        close_cleanup(&r->err);
        close_cleanup(&r->report);
        run_result_done(&r->result);
}

static void ends_done(struct ends *e) {
        close_cleanup(&e->in);
        close_cleanup(&e->out);
        close_cleanup(&e->err);
        close_cleanup(&e->report);
}

void run_result_done(struct run_result *r) {
        text_done(&r->output);
        text_done(&r->errors);
}

/* Ours does not block; the program's does, as programs expect. */
static int pipe_make(int *ret_read, int *ret_write, bool we_read) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        *ret_read = fds[0];
        *ret_write = fds[1];
        return fcntl(fds[we_read ? 0 : 1], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int pipes_make(struct run *r, struct ends *e) {
        int k;

        k = pipe_make(&e->in, &r->in, false);
        if (k < 0)
                return k;
        k = pipe_make(&r->out, &e->out, true);
        if (k < 0)
                return k;
        k = pipe_make(&r->err, &e->err, true);
        return k < 0 ? k : pipe_make(&r->report, &e->report, true);
}

static int signals_watch(struct run *r) {
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
            sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        return r->signals < 0 ? -errno : 0;
}

static int start(struct run *r, const struct program *p, const struct request *request) {
        _cleanup_(ends_done) struct ends e = { -1, -1, -1, -1 };
        pid_t parent = getpid();
        int k;

        k = signals_watch(r);
        if (k < 0)
                return k;
        k = pipes_make(r, &e);
        if (k < 0)
                return k;
        r->pid = fork();
        if (r->pid < 0)
                return -errno;
        if (r->pid == 0) {
                const struct child_fds fds = { e.in, e.out, e.err, e.report };

                child_exec(p, request->name, request->verb, &fds, parent);
        }
        return 0;
}

/* A program that reads no input, or not all of it, is fine. */
static void feed(struct run *r) {
        ssize_t n = 0;

        if (r->n_fed < r->input->length)
                n = write(r->in, r->input->data + r->n_fed, r->input->length - r->n_fed);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        r->n_fed += n > 0 ? (size_t)n : 0;
        if (n < 0 || r->n_fed == r->input->length)
                close(take_fd(r->in));
}

/* Adds what is there, at most max bytes in all: false if there was more. Closes at the end. */
static bool drink(int *fd, struct text *t, size_t max) {
        char buffer[16384];
        size_t room;
        ssize_t n;

        n = read(*fd, buffer, sizeof(buffer));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return true;
        if (n <= 0) {
                close(take_fd(*fd));
                return true;
        }
        room = max - t->length;
        text_add_n(t, buffer, MIN((size_t)n, room));
        return (size_t)n <= room;
}

/* What its process left in the pipe; nobody can add to it any more. */
static bool drink_rest(struct run *r) {
        struct pollfd p = { .fd = r->out, .events = POLLIN };

        while (p.fd >= 0 && poll(&p, 1, 0) > 0) {
                if (!drink(&r->out, &r->result.output, RUN_OUTPUT_MAX))
                        return false;
                p.fd = r->out;
        }
        return true;
}

static void ended(struct run *r, enum run_end end, int number) {
        r->result.end = end;
        r->result.number = number;
}

/* One look at everything. True: it is over, and how is in the result. */
static bool step(struct run *r, int socket, uint64_t deadline) {
        struct pollfd p[] = {
                { .fd = socket }, /* POLLHUP comes unasked */
                { .fd = r->signals, .events = POLLIN },
                { .fd = r->in, .events = POLLOUT },
                { .fd = r->out, .events = POLLIN },
                { .fd = r->err, .events = POLLIN },
        };
        struct signalfd_siginfo info;
        int status;

        if (usec_now(CLOCK_MONOTONIC) >= deadline)
                return ended(r, RUN_TIMEOUT, 0), true;
        if (poll(p, ARRAY_SIZE(p), msec_left(deadline)) < 0)
                return false;
        if (p[0].revents)
                return ended(r, RUN_GONE, 0), true;
        if (p[2].revents)
                feed(r);
        if (p[3].revents && !drink(&r->out, &r->result.output, RUN_OUTPUT_MAX))
                return ended(r, RUN_TOO_LONG, 0), true;
        if (p[4].revents)
                drink(&r->err, &r->result.errors, ERRORS_MAX);
        if (!p[1].revents)
                return false;
        while (read(r->signals, &info, sizeof(info)) > 0)
                ;
        if (!family_reap(r->pid, &status))
                return false;
        if (WIFEXITED(status))
                ended(r, RUN_EXITED, WEXITSTATUS(status));
        else
                ended(r, RUN_SIGNALED, WTERMSIG(status));
        return true;
}

int run_program(const struct program *p, const struct request *request, int socket, uint64_t deadline,
                struct run_result *ret) {
        _cleanup_(run_done) struct run r = { .signals = -1, .in = -1, .out = -1, .err = -1, .report = -1 };
        int error, k;

        r.input = &request->input;
        if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
                return -errno;
        k = start(&r, p, request);
        if (k < 0)
                return k;
        while (!step(&r, socket, deadline))
                ;
        family_end(usec_now(CLOCK_MONOTONIC) + END_USEC); /* what is stuck in the kernel is the unit's to report */
        if (read(r.report, &error, sizeof(error)) == sizeof(error) && error < 0)
                return error;
        if (r.result.end == RUN_EXITED && !drink_rest(&r))
                ended(&r, RUN_TOO_LONG, 0);
        *ret = r.result;
        r.result = (struct run_result){};
        return 0;
}
