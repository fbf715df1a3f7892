/*
 * One question to a driver. The helper is ours, but what it passes on is a driver's: anything but a plain errno is no
 * answer.
 */
#include "daemon/helper-call.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "daemon/socket.h"
#include "host/helper.h"
#include "util/alloc.h"
#include "util/strv.h"

#define VALUE_MAX 4095u /* a page, and its NUL */
#define ANSWER_MAX 256u
#define ERRNO_MAX 4095
#define ACCURACY_USEC 5000u

struct helper_call {
        struct helper_call_handlers handlers;
        void *userdata;
        int fd;
        sd_event_source *io, *timer;
        bool answered;
};

static void call_answer(struct helper_call *c, int failed, int error, int said) {
        c->answered = true;
        c->io = sd_event_source_disable_unref(c->io);
        close(take_fd(c->fd));
        c->handlers.answered(c->userdata, failed, error, said);
        if (failed != -ETIMEDOUT) {
                c->handlers.over(c->userdata);
                return;
        }
        sd_event_source_set_time_relative(c->timer, HELPER_CALL_LINGER_USEC);
        sd_event_source_set_enabled(c->timer, SD_EVENT_ONESHOT);
}

static bool parse_errno(const char *s, int *ret) {
        int n = 0;

        if (!*s || strlen(s) > 4 || strspn(s, "0123456789") != strlen(s))
                return false;
        for (; *s; s++)
                n = n * 10 + (*s - '0');
        *ret = n;
        return n <= ERRNO_MAX;
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        struct helper_call *c = userdata;
        char answer[ANSWER_MAX + 1];
        const char *field;
        size_t length;
        int error, said = 0, failed = 0;
        ssize_t n = recv(fd, answer, ANSWER_MAX, MSG_DONTWAIT | MSG_TRUNC);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n <= 0)
                failed = n < 0 ? -errno : -ECONNRESET;
        else if (n > ANSWER_MAX)
                failed = -EPROTO;
        else {
                answer[n] = '\0';
                failed = helper_parse(answer, (size_t)n, &error, &field, &length);
                if (failed >= 0 && error == 0 && (strlen(field) != length || !parse_errno(field, &said)))
                        failed = -EPROTO;
        }
        if (failed < 0)
                call_answer(c, failed, 0, 0);
        else
                call_answer(c, 0, error, said);
        return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata) {
        struct helper_call *c = userdata;

        if (!c->answered)
                call_answer(c, -ETIMEDOUT, 0, 0);
        else
                c->handlers.over(c->userdata);
        return 0;
}

static int call_send(const struct helper_call *c, const char *what, const char *value) {
        _cleanup_text_ struct text request = {};
        ssize_t n;

        if (strlen(value) > VALUE_MAX)
                return -EMSGSIZE;
        helper_add(&request, "test-version");
        helper_add(&request, what);
        helper_add(&request, value);
        if (request.length > HELPER_REQUEST_MAX)
                return -EMSGSIZE;
        do
                n = send(c->fd, request.data, request.length, MSG_NOSIGNAL | MSG_DONTWAIT);
        while (n < 0 && errno == EINTR);
        return n < 0 ? -errno : 0;
}

int helper_call_new(sd_event *event, const char *socket, const char *what, const char *value, uint64_t timeout_usec,
                    const struct helper_call_handlers *handlers, void *userdata, struct helper_call **ret) {
        struct helper_call *c = xnew0(struct helper_call, 1);
        int r;

        c->handlers = *handlers;
        c->userdata = userdata;
        c->fd = -1;
        r = socket_connect(socket, SOCK_SEQPACKET, &c->fd);
        if (r >= 0)
                r = call_send(c, what, value);
        if (r >= 0)
                r = sd_event_add_io(event, &c->io, c->fd, EPOLLIN, on_io, c);
        if (r >= 0)
                r = sd_event_add_time_relative(event, &c->timer, CLOCK_MONOTONIC, timeout_usec, ACCURACY_USEC, on_timer,
                                               c);
        if (r < 0) {
                helper_call_free(c);
                return r;
        }
        *ret = c;
        return 0;
}

struct helper_call *helper_call_free(struct helper_call *c) {
        if (!c)
                return NULL;
        sd_event_source_disable_unref(c->io);
        sd_event_source_disable_unref(c->timer);
        if (c->fd >= 0)
                close(c->fd);
        free(c);
        return NULL;
}
