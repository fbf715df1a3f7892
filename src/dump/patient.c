/*
 * Reads files that may never answer. Owns the child process and the socket to it.
 */
#include "dump/patient.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "util/macro.h"

void patient_init(struct patient *p, int root_fd, int timeout_msec) {
        *p = (struct patient){ .root_fd = root_fd, .timeout_msec = timeout_msec, .fd = -1, .pid = -1 };
}

/* A child that hangs in the kernel is not waited for: init will. */
static void give_up(struct patient *p) {
        if (p->fd >= 0)
                close(p->fd);
        if (p->pid > 0) {
                kill(p->pid, SIGKILL);
                waitpid(p->pid, NULL, WNOHANG);
        }
        p->fd = -1;
        p->pid = -1;
}

void patient_done(struct patient *p) {
        int fd = p->fd;

        if (fd < 0)
                return;
        p->fd = -1;
        close(fd); /* it is idle, and ends at this */
        waitpid(p->pid, NULL, 0);
        p->pid = -1;
}

static int read_file(int root_fd, const char *path, struct patient_answer *a) {
        _cleanup_close_ int fd = -1;
        struct stat st;

        /* A FIFO or a device is refused before it is opened, and not followed to if it is a link. */
        if (fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno;
        if (!S_ISREG(st.st_mode))
                return EINVAL;
        a->mode = st.st_mode & 07777;
        fd = openat(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return errno;
        while (a->length < PATIENT_MAX) {
                ssize_t n = read(fd, a->data + a->length, PATIENT_MAX - a->length);

                if (n < 0)
                        return errno;
                if (n == 0)
                        return 0;
                a->length += (size_t)n;
        }
        return EFBIG;
}

static _Noreturn void serve(int fd, int root_fd) {
        struct patient_answer a;
        char path[PATH_MAX];
        ssize_t n;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while ((n = recv(fd, path, sizeof(path) - 1, 0)) > 0) {
                path[n] = '\0';
                a.mode = 0;
                a.length = 0;
                a.error = read_file(root_fd, path, &a);
                if (a.error)
                        a.length = 0;
                if (send(fd, &a, offsetof(struct patient_answer, data) + a.length, MSG_NOSIGNAL) < 0)
                        break;
        }
        _exit(0);
}

static int start(struct patient *p) {
        int fds[2];

        if (p->fd >= 0)
                return 0;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        fflush(NULL);
        p->pid = fork();
        if (p->pid < 0) {
                int error = errno;

                close(fds[0]);
                close(fds[1]);
                return -error;
        }
        if (p->pid == 0) {
                close(fds[0]);
                serve(fds[1], p->root_fd);
        }
        close(fds[1]);
        p->fd = fds[0];
        return 0;
}

int patient_read(struct patient *p, const char *path, struct patient_answer *ret_answer) {
        struct pollfd pollfd;
        ssize_t n;
        int r;

        r = start(p);
        if (r < 0)
                return r;
        if (strlen(path) >= PATH_MAX || send(p->fd, path, strlen(path), MSG_NOSIGNAL) < 0) {
                give_up(p);
                *ret_answer = (struct patient_answer){ .error = EIO };
                return 0;
        }
        pollfd = (struct pollfd){ .fd = p->fd, .events = POLLIN };
        r = poll(&pollfd, 1, p->timeout_msec);
        n = r > 0 ? recv(p->fd, ret_answer, sizeof(*ret_answer), 0) : -1;
        if (n < (ssize_t)offsetof(struct patient_answer, data)) {
                give_up(p);
                ret_answer->error = r == 0 ? ETIMEDOUT : EIO;
                ret_answer->length = 0;
        }
        return 0;
}
