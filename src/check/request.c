/*
 * Reads one request. Believes nothing of it: a name is letters, digits, '-' and '_', so that it cannot be a path.
 */
#include "check/request.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "util/clock.h"

static const char *const verbs[] = { "--capabilities", "check", "describe" };

#define LINE_MAX_BYTES (REQUEST_NAME_MAX + sizeof("--capabilities") + 2)

void request_done(struct request *r) {
        text_done(&r->input);
}

/* 1: more may come. 0: that was all. */
static int receive(int fd, uint64_t deadline, char *buffer, size_t size, size_t *ret_n) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ssize_t n;
        int r;

        r = poll(&p, 1, msec_left(deadline));
        if (r < 0)
                return errno == EINTR ? (*ret_n = 0, 1) : -errno;
        if (r == 0)
                return -ETIME;
        n = recv(fd, buffer, size, MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
                return -errno;
        *ret_n = n > 0 ? (size_t)n : 0;
        return n != 0;
}

static int receive_all(int fd, uint64_t deadline, struct text *t) {
        bool too_much = false;
        char buffer[65536];
        size_t n = 0;
        int r;

        while ((r = receive(fd, deadline, buffer, sizeof(buffer), &n)) > 0) {
                too_much = too_much || t->length + n > LINE_MAX_BYTES + REQUEST_INPUT_MAX;
                if (!too_much)
                        text_add_n(t, buffer, n);
                if (usec_now(CLOCK_MONOTONIC) >= deadline)
                        return -ETIME;
        }
        return r == 0 && too_much ? -E2BIG : r;
}

static bool name_take(const char *s, size_t n, char *ret) {
        if (n == 0 || n > REQUEST_NAME_MAX || *s == '_' || *s == '-')
                return false;
        for (size_t i = 0; i < n; i++)
                if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_' || s[i] == '-'))
                        return false;
        memcpy(ret, s, n);
        ret[n] = '\0';
        return true;
}

static const char *verb_find(const char *s, size_t n) {
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
                if (strlen(verbs[i]) == n && memcmp(verbs[i], s, n) == 0)
                        return verbs[i];
        return NULL;
}

int request_read(int fd, uint64_t deadline, struct request *ret, const char **ret_why) {
        _cleanup_request_ struct request request = {};
        _cleanup_text_ struct text t = {};
        const char *end, *space;
        int r;

        r = receive_all(fd, deadline, &t);
        if (r < 0)
                return r;
        end = t.length ? memchr(t.data, '\n', MIN(t.length, LINE_MAX_BYTES)) : NULL;
        space = end ? memchr(t.data, ' ', (size_t)(end - t.data)) : NULL;
        if (!space)
                return -EBADMSG;
        if (!name_take(t.data, (size_t)(space - t.data), request.name)) {
                *ret_why = "name";
                return -EPERM;
        }
        request.verb = verb_find(space + 1, (size_t)(end - space) - 1);
        if (!request.verb) {
                *ret_why = "verb";
                return -EPERM;
        }
        if (t.length - (size_t)(end + 1 - t.data) > REQUEST_INPUT_MAX)
                return -E2BIG;
        text_add_n(&request.input, end + 1, t.length - (size_t)(end + 1 - t.data));
        *ret = request;
        request = (struct request){};
        return 0;
}
