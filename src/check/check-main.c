/*
 * Runs one vendor's check program for the daemon, as a unit of its own or as a child, and says how it ended.
 *
 *     check [--root=DIR] [--timeout-usec=N]     answers on fd 0, a stream socket: one request, one answer
 *
 * Reads "NAME VERB\n" and the input up to the end; writes one line: "exit N", "signal N", "timeout", "too-long",
 * "missing", "refused WHY" or "error ERRNO", and after "exit 0" the program's output. It never looks into either.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "check/program.h"
#include "check/request.h"
#include "check/run.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/strv.h"

#define TIMEOUT_USEC UINT64_C(5000000)
#define TIMEOUT_USEC_MAX UINT64_C(3600000000)
#define ANSWER_USEC 1000000u /* for the answer, which all of it fits the socket's buffer */

static int usage(const char *name, FILE *f) {
        fprintf(f, "Usage: %s [--root=DIR] [--timeout-usec=N] (a stream socket as standard input)\n", name);
        return f == stdout ? 0 : 2;
}

static bool timeout_parse(const char *s, uint64_t *ret) {
        uint64_t v = 0;

        if (!*s)
                return false;
        for (; *s; s++) {
                if (*s < '0' || *s > '9')
                        return false;
                v = v * 10 + (uint64_t)(*s - '0');
                if (v > TIMEOUT_USEC_MAX)
                        return false;
        }
        *ret = v;
        return v > 0;
}

static bool is_stream_socket(int fd) {
        int type = 0;
        socklen_t n = sizeof(type);

        return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && type == SOCK_STREAM;
}

static void errors_log(const struct request *request, const struct text *errors) {
        for (const char *line = errors->data; line && *line;) {
                size_t n = strcspn(line, "\n");

                if (n > 0)
                        log_notice("%s %s: %.*s", request->name, request->verb, (int)n, line);
                line += n + (line[n] == '\n');
        }
}

static void answer_error(struct text *t, int error) {
        const char *name = strerrorname_np(-error);

        text_addf(t, "error %s\n", name ? name : "EIO");
}

/* False: nobody is there to answer to. */
static bool answer_result(struct text *t, const struct run_result *result) {
        switch (result->end) {
        case RUN_EXITED:
                text_addf(t, "exit %d\n", result->number);
                if (result->number == 0 && result->output.length > 0)
                        text_add_n(t, result->output.data, result->output.length);
                return true;
        case RUN_SIGNALED:
                text_addf(t, "signal %d\n", result->number);
                return true;
        case RUN_TIMEOUT:
                text_add(t, "timeout\n");
                return true;
        case RUN_TOO_LONG:
                text_add(t, "too-long\n");
                return true;
        case RUN_GONE:
                break;
        }
        return false;
}

static int program_find(const char *root, const char *name, struct program *ret, const char **ret_why) {
        _cleanup_close_ int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? -errno : program_open(fd, name, ret, ret_why);
}

/* Reads, runs and words the answer. */
static bool serve(int fd, const char *root, uint64_t deadline, struct text *t) {
        _cleanup_program_ struct program program = { .fd = -1 };
        _cleanup_run_result_ struct run_result result = {};
        _cleanup_request_ struct request request = {};
        const char *why = NULL;
        bool missing = false;
        int r;

        r = request_read(fd, deadline, &request, &why);
        if (r >= 0) {
                r = program_find(root, request.name, &program, &why);
                missing = r == -ENOENT;
        }
        if (r >= 0)
                r = run_program(&program, &request, fd, deadline, &result);
        if (r >= 0) {
                errors_log(&request, &result.errors);
                return answer_result(t, &result);
        }
        if (why)
                text_addf(t, "refused %s\n", why);
        else if (missing)
                text_add(t, "missing\n");
        else if (r == -ETIME)
                text_add(t, "timeout\n");
        else
                answer_error(t, r);
        return true;
}

static int answer_send(int fd, const struct text *t) {
        uint64_t deadline = usec_now(CLOCK_MONOTONIC) + ANSWER_USEC;
        size_t n_sent = 0;

        while (n_sent < t->length) {
                struct pollfd p = { .fd = fd, .events = POLLOUT };
                ssize_t n = send(fd, t->data + n_sent, t->length - n_sent, MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n >= 0)
                        n_sent += (size_t)n;
                else if (errno != EAGAIN && errno != EINTR)
                        return -errno;
                else if (poll(&p, 1, msec_left(deadline)) == 0)
                        return -ETIME;
        }
        return 0;
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "root", required_argument, NULL, 'r' },
                { "timeout-usec", required_argument, NULL, 't' },
                { "help", no_argument, NULL, 'h' },
                { "version", no_argument, NULL, 'v' },
                {},
        };
        _cleanup_text_ struct text answer = {};
        uint64_t timeout = TIMEOUT_USEC;
        const char *root = "/";
        int c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'r':
                        root = optarg;
                        break;
                case 't':
                        if (!timeout_parse(optarg, &timeout))
                                return usage(argv[0], stderr);
                        break;
                case 'h':
                        return usage(argv[0], stdout);
                case 'v':
                        puts(PROJECT_VERSION);
                        return 0;
                default:
                        return usage(argv[0], stderr);
                }
        if (optind < argc || !is_stream_socket(STDIN_FILENO))
                return usage(argv[0], stderr);
        /* A check that has our uid must not get at the socket. */
        if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
                log_warning("check: %m");
        if (!serve(STDIN_FILENO, root, usec_now(CLOCK_MONOTONIC) + timeout, &answer))
                return 0;
        return answer_send(STDIN_FILENO, &answer) < 0;
}
