/*
 * One reader process. It gets one end of a socket pair as fd 3 and ends when the other end is closed.
 */
#include "daemon/reader-process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "util/alloc.h"

#define READER_FD 3

extern char **environ;

static int spawn(const char *program, char *const *arguments, int fd, pid_t *ret_pid) {
        size_t n = strv_length(arguments);
        _cleanup_free_ char **argv = xnew0(char *, n + 2);
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        int r;

        argv[0] = (char *)program;
        for (size_t i = 0; i < n; i++)
                argv[i + 1] = arguments[i];
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        /* Equal numbers clear the flag that closes it. */
        posix_spawn_file_actions_adddup2(&actions, fd, READER_FD);
        r = posix_spawn(ret_pid, program, &actions, &attributes, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        return -r;
}

int reader_process_init(struct reader_process *p, sd_event *event, const char *program, char *const *arguments,
                        sd_event_io_handler_t on_io, sd_event_child_handler_t on_exit, void *userdata) {
        _cleanup_close_ int ours = -1, theirs = -1;
        int pair[2], r;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        ours = pair[0];
        theirs = pair[1];
        if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        *p = (struct reader_process){ .fd = -1 };
        r = spawn(program, arguments, theirs, &p->pid);
        if (r < 0)
                return r;
        r = sd_event_add_child(event, &p->child, p->pid, WEXITED, on_exit, userdata);
        if (r >= 0)
                r = sd_event_add_io(event, &p->io, ours, EPOLLIN, on_io, userdata);
        if (r < 0) {
                kill(p->pid, SIGKILL);
                sd_event_source_disable_unref(p->child);
                p->child = NULL;
                waitpid(p->pid, NULL, 0); /* it has not touched the host yet */
                return r;
        }
        p->fd = take_fd(ours);
        wire_init(&p->wire, p->fd);
        return 0;
}

void reader_process_kill(struct reader_process *p) {
        if (p->fd < 0)
                return;
        p->io = sd_event_source_disable_unref(p->io);
        close(take_fd(p->fd));
        wire_done(&p->wire);
        text_done(&p->out);
        p->n_sent = 0;
        kill(p->pid, SIGKILL);
}

void reader_process_done(struct reader_process *p) {
        reader_process_kill(p);
        p->child = sd_event_source_disable_unref(p->child);
}

int reader_process_flush(struct reader_process *p) {
        while (p->n_sent < p->out.length) {
                ssize_t n = send(p->fd, p->out.data + p->n_sent, p->out.length - p->n_sent,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno != EAGAIN)
                        return -errno;
                if (n < 0)
                        return sd_event_source_set_io_events(p->io, EPOLLIN | EPOLLOUT);
                p->n_sent += (size_t)n;
        }
        text_done(&p->out);
        p->n_sent = 0;
        return sd_event_source_set_io_events(p->io, EPOLLIN);
}

int reader_process_send(struct reader_process *p, enum wire_type type, const void *payload, size_t length) {
        p->serial++;
        if (type == WIRE_STORE)
                wire_append_pieces(&p->out, type, p->serial, payload, length);
        else
                wire_append(&p->out, type, p->serial, payload, length);
        return reader_process_flush(p);
}
