/*
 * How the helper is asked. Owns the connection while it waits; believes no answer further than its form.
 */
#include "host/helper.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "util/alloc.h"
#include "util/clock.h"

#define ERRNO_MAX 4095

void helper_add(struct text *request, const char *field) {
        text_add_n(request, field, strlen(field) + 1);
}

int helper_parse(const char *answer, size_t n, int *ret_error, const char **ret_field, size_t *ret_length) {
        const char *end = n ? memchr(answer, '\0', n) : NULL;
        int error = 0;

        if (!end || end == answer || end - answer > 4)
                return -EPROTO;
        for (const char *s = answer; s < end; s++) {
                if (*s < '0' || *s > '9')
                        return -EPROTO;
                error = error * 10 + (*s - '0');
        }
        if (error > ERRNO_MAX)
                return -EPROTO;
        *ret_error = error;
        *ret_field = end + 1;
        *ret_length = n - (size_t)(end + 1 - answer);
        return 0;
}

int helper_connect(int *ret_fd) {
        static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = HELPER_SOCKET };
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
                return -errno;
        *ret_fd = take_fd(fd);
        return 0;
}

/* Until there is something to receive, or an end of it; looks once at least. */
static int wait_until(int fd, uint64_t deadline) {
        for (;;) {
                struct pollfd p = { .fd = fd, .events = POLLIN };
                uint64_t now = usec_now(CLOCK_MONOTONIC);
                int r = poll(&p, 1, now < deadline ? (int)MIN((deadline - now) / 1000 + 1, UINT64_C(60000)) : 0);

                if (r > 0)
                        return 0;
                if (r < 0 && errno != EINTR)
                        return -errno;
                if (r == 0 && now >= deadline)
                        return -ETIMEDOUT;
        }
}

int helper_send(int fd, const struct text *request) {
        if (request->length > HELPER_REQUEST_MAX)
                return -E2BIG;
        return send(fd, request->data, request->length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int helper_receive(int fd, uint64_t timeout_usec, int *ret_error, char **ret_field, size_t *ret_length) {
        _cleanup_free_ char *answer = NULL;
        const char *field;
        size_t length;
        ssize_t n;
        int r = wait_until(fd, usec_now(CLOCK_MONOTONIC) + timeout_usec);

        if (r < 0)
                return r;
        answer = xcalloc(HELPER_ANSWER_MAX + 1, 1);
        n = recv(fd, answer, HELPER_ANSWER_MAX, MSG_DONTWAIT | MSG_TRUNC);
        if (n <= 0)
                return n < 0 ? -errno : -ECONNRESET;
        if (n > (ssize_t)HELPER_ANSWER_MAX)
                return -EPROTO;
        r = helper_parse(answer, (size_t)n, ret_error, &field, &length);
        if (r < 0)
                return r;
        *ret_length = length;
        memmove(answer, field, length + 1);
        *ret_field = take_ptr(answer);
        return 0;
}

int helper_ask(const struct text *request, uint64_t timeout_usec, int *ret_error, char **ret_field,
               size_t *ret_length) {
        _cleanup_close_ int fd = -1;
        int r = helper_connect(&fd);

        if (r >= 0)
                r = helper_send(fd, request);
        return r < 0 ? r : helper_receive(fd, timeout_usec, ret_error, ret_field, ret_length);
}
