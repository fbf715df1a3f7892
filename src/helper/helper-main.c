/*
 * The helper: the one privileged process. systemd starts it for a connection, which is its standard input; it answers
 * its requests (host/helper.h), one after another, and ends with it. A driver that keeps it keeps nobody else, and not
 * longer than half a minute, unless the kernel itself waits.
 *
 *     helper [--root=DIR]     the latter for tests: everything lies below DIR
 */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/verbs.h"
#include "host/helper.h"
#include "util/alloc.h"
#include "util/log.h"

#define DAEMON_USER "vfio-migration"
#define REQUEST_SECONDS 30

static int usage(const char *name, FILE *f) {
        fprintf(f, "Usage: %s [--root=DIR]\n", name);
        return f == stdout ? 0 : 2;
}

/* Root itself, or the daemon. The socket's mode says the same. */
static int check_peer(int fd) {
        struct ucred peer;
        socklen_t length = sizeof(peer);
        const struct passwd *daemon;

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
                return -errno;
        if (peer.uid == geteuid())
                return 0;
        daemon = getpwnam(DAEMON_USER);
        return daemon && peer.uid == daemon->pw_uid ? 0 : -EPERM;
}

static int check_socket(int fd) {
        socklen_t length = sizeof(int);
        int type, room = HELPER_ANSWER_MAX + 64;

        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
                return -errno;
        if (type != SOCK_SEQPACKET)
                return -EPROTOTYPE;
        return setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) < 0 ? -errno : 0;
}

static int send_answer(int fd, int error, const struct text *field) {
        _cleanup_text_ struct text answer = {};

        text_addf(&answer, "%d", error);
        text_add_n(&answer, "", 1);
        if (!error)
                text_add_n(&answer, field->length ? field->data : "", field->length);
        if (answer.length > HELPER_ANSWER_MAX)
                return send_answer(fd, E2BIG, NULL);
        return send(fd, answer.data, answer.length, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* 1: answered; 0: he who asks is gone. */
static int serve_one(struct host *h, int fd, char *request) {
        _cleanup_text_ struct text field = {};
        ssize_t n = recv(fd, request, HELPER_REQUEST_MAX, MSG_TRUNC);
        int r;

        if (n <= 0)
                return n < 0 && errno != ECONNRESET ? -errno : 0;
        alarm(REQUEST_SECONDS);
        request[MIN(n, (ssize_t)HELPER_REQUEST_MAX)] = '\0';
        r = n > (ssize_t)HELPER_REQUEST_MAX ? -E2BIG : verbs_answer(h, request, (size_t)n, &field);
        alarm(0);
        host_forget(h);
        r = send_answer(fd, -r, &field);
        if (r == -EPIPE || r == -ECONNRESET) /* gone without waiting */
                return 0;
        return r < 0 ? r : 1;
}

static int serve(struct host *h, int fd) {
        _cleanup_free_ char *request = xcalloc(HELPER_REQUEST_MAX + 1, 1);
        int r = check_socket(fd);

        if (r >= 0)
                r = check_peer(fd);
        if (r < 0)
                return r;
        do
                r = serve_one(h, fd, request);
        while (r > 0);
        return r;
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "root", required_argument, NULL, 'r' },
                { "help", no_argument, NULL, 'h' },
                { "version", no_argument, NULL, 'v' },
                {},
        };
        _cleanup_host_ struct host h = { .sysfs.fd = -1 };
        const char *root = NULL;
        int c, r;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'r':
                        root = optarg;
                        break;
                case 'h':
                        return usage(argv[0], stdout);
                case 'v':
                        puts(PROJECT_VERSION);
                        return 0;
                default:
                        return usage(argv[0], stderr);
                }
        if (optind < argc)
                return usage(argv[0], stderr);
        r = host_open(&h, root);
        if (r >= 0)
                r = serve(&h, STDIN_FILENO);
        if (r < 0)
                log_error("helper: %s", strerror(-r));
        return r < 0;
}
