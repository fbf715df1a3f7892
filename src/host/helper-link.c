/*
 * A reader's way to the helper. Owns the connection, and the last answer on who holds what.
 */
#include "host/helper-link.h"

#include <errno.h>
#include <string.h>

#include "host/helper.h"
#include "host/holders.h"
#include "util/alloc.h"
#include "util/clock.h"

#define SECOND UINT64_C(1000000)
/* A file leaves something for who holds what, which is asked last. */
#define FILE_TIMEOUT (SECOND * 6 / 10)
/* A device that did not answer is left alone for so long, as the daemon does it. */
#define SILENT_FOR (60 * SECOND)
#define SILENT_MAX 1024

void helper_link_init(struct helper_link *l, const struct sysfs *s) {
        *l = (struct helper_link){ .sysfs = s };
}

static void disconnect(struct helper_link *l) {
        if (l->connected)
                close(l->fd);
        l->connected = l->holders_asked = false;
}

void helper_link_done(struct helper_link *l) {
        disconnect(l);
        inuse_done(&l->inuse);
        for (size_t i = 0; i < l->n_silent; i++)
                free(l->silent[i].address);
        free(l->silent);
}

void helper_link_forget(struct helper_link *l) {
        l->none = l->slow = false;
        if (l->sysfs && l->sysfs->fake) /* one that was never opened ends, too */
                l->inuse_until = 0;
}

void helper_link_begin(struct helper_link *l) {
        l->waited_usec = 0;
}

/* What is left of the time for a key. */
static uint64_t time_left(const struct helper_link *l) {
        return HELPER_KEY_USEC - MIN(l->waited_usec, HELPER_KEY_USEC);
}

/* What helper_ask() and the like said as one errno. Nobody will be asked again in this request who is not there. */
static int judge_answer(struct helper_link *l, int r, int error, char **field) {
        if (r >= 0 && error) {
                free(take_ptr(*field));
                return -error;
        }
        if (r >= 0 || r == -ETIMEDOUT)
                return r;
        l->none = true;
        return -ENOTCONN;
}

/* The entry of a device; it, or one whose time is over, or NULL. */
static struct silence *find_silence(struct helper_link *l, const char *address, uint64_t now) {
        struct silence *free_one = NULL;

        for (size_t i = 0; i < l->n_silent; i++) {
                struct silence *s = &l->silent[i];

                if (strcmp(s->address, address) == 0)
                        return s;
                if (s->until <= now)
                        free_one = s;
        }
        return free_one;
}

static void note_silence(struct helper_link *l, const char *address) {
        uint64_t now = usec_now(CLOCK_BOOTTIME);
        struct silence *s = find_silence(l, address, now);

        if (!s && l->n_silent < SILENT_MAX) {
                array_append(l->silent, l->n_silent, (struct silence){});
                s = &l->silent[l->n_silent - 1];
        }
        if (!s)
                return;
        free(s->address);
        *s = (struct silence){ .address = xstrdup(address), .until = now + SILENT_FOR };
}

bool helper_link_has_debugfs(const struct helper_link *l) {
        return usec_now(CLOCK_BOOTTIME) >= l->no_debugfs_until;
}

void helper_link_no_debugfs(struct helper_link *l) {
        l->no_debugfs_until = usec_now(CLOCK_BOOTTIME) + SILENT_FOR;
}

/* On the connection that there is, as to start a helper costs much more than the question; else on a new one. */
static int ask_holders(struct helper_link *l) {
        _cleanup_text_ struct text request = {};
        int r = -ENOTCONN;

        helper_add(&request, "who-holds");
        if (l->connected)
                r = helper_send(l->fd, &request);
        if (r < 0) {
                disconnect(l);
                r = helper_connect(&l->fd);
                l->connected = r >= 0;
                if (r >= 0)
                        r = helper_send(l->fd, &request);
        }
        if (r < 0) {
                disconnect(l);
                return judge_answer(l, r, 0, NULL);
        }
        l->holders_asked = true;
        l->holders_since = usec_now(CLOCK_BOOTTIME);
        return 0;
}

/*
 * Waits for the answer, whose walk ended no earlier than when it had not come yet: its age counts from there. One that
 * comes too late for this key is there for another: on a busy machine the helper takes its time to start, and is not to
 * be started over and over.
 */
static int receive_holders(struct helper_link *l, struct inuse *ret) {
        _cleanup_free_ char *field = NULL;
        size_t length;
        int error = 0, r;

        do {
                uint64_t begin = usec_now(CLOCK_BOOTTIME);

                r = helper_receive(l->fd, MIN(SECOND / 10, time_left(l)), &error, &field, &length);
                l->waited_usec += usec_now(CLOCK_BOOTTIME) - begin;
                if (r == -ETIMEDOUT)
                        l->holders_since = usec_now(CLOCK_BOOTTIME);
        } while (r == -ETIMEDOUT && time_left(l) > 0 && !l->slow);
        if (r == -ETIMEDOUT) {
                l->slow = true;
                return r;
        }
        if (r < 0)
                disconnect(l);
        l->holders_asked = false;
        r = judge_answer(l, r, error, &field);
        if (r >= 0)
                r = holders_parse(field, length, ret);
        if (r >= 0)
                l->inuse_until = l->holders_since + SECOND;
        return r;
}

/* The helper's answer: 0, -ETIMEDOUT, or -ENOTCONN. */
static int hear_inuse(struct helper_link *l, struct inuse *ret) {
        int r = l->sysfs->fake || l->none ? -ENOTCONN : l->holders_asked ? 0 : ask_holders(l);

        if (r >= 0)
                r = receive_holders(l, ret);
        /* One that had come long ago. */
        if (r >= 0 && usec_now(CLOCK_BOOTTIME) >= l->inuse_until) {
                inuse_done(ret);
                r = ask_holders(l);
                if (r >= 0)
                        r = receive_holders(l, ret);
        }
        return r;
}

static void read_inuse(struct helper_link *l, struct inuse *ret) {
        int r = hear_inuse(l, ret);

        if (r >= 0)
                return;
        holders_read(l->sysfs, ret);
        l->inuse_until = l->sysfs->fake ? UINT64_MAX
                                        : usec_now(CLOCK_BOOTTIME) + (r == -ETIMEDOUT ? SECOND / 10 : SECOND);
}

const struct inuse *helper_link_inuse(struct helper_link *l) {
        if (usec_now(CLOCK_BOOTTIME) >= l->inuse_until) {
                inuse_done(&l->inuse);
                read_inuse(l, &l->inuse);
        }
        return &l->inuse;
}

/* One that has answered, so that what it is silent about next is a driver's doing, not that it is yet to start. */
static bool have_helper(struct helper_link *l) {
        struct inuse heard = {};

        if (l->connected && !l->holders_asked)
                return true;
        if (hear_inuse(l, &heard) >= 0) {
                inuse_done(&l->inuse);
                l->inuse = heard;
        } else
                inuse_done(&heard);
        return l->connected && !l->holders_asked;
}

/* A driver can keep it for ever: the next question gets another. */
static int exchange(struct helper_link *l, const struct text *request, int *ret_error, char **ret_field,
                    size_t *ret_length) {
        uint64_t begin = usec_now(CLOCK_BOOTTIME);
        int r = helper_send(l->fd, request);

        if (r >= 0)
                r = helper_receive(l->fd, MIN(FILE_TIMEOUT, time_left(l)), ret_error, ret_field, ret_length);
        l->waited_usec += usec_now(CLOCK_BOOTTIME) - begin;
        if (r < 0)
                disconnect(l);
        return r;
}

int helper_link_ask(struct helper_link *l, const char *address, const struct text *request, char **ret_field,
                    size_t *ret_length) {
        const struct silence *s = find_silence(l, address, usec_now(CLOCK_BOOTTIME));
        uint64_t begin;
        int error = 0, r = -ENOTCONN;

        if (l->sysfs->fake || l->none)
                return -ENOTCONN;
        if (s && s->until > usec_now(CLOCK_BOOTTIME))
                return -ETIMEDOUT;
        for (int i = 0; i < 2 && r < 0 && r != -ETIMEDOUT; i++) { /* again if it has ended since */
                if (!have_helper(l))
                        return l->none ? -ENOTCONN : -ETIMEDOUT;
                if (time_left(l) == 0)
                        return -ETIMEDOUT;
                begin = usec_now(CLOCK_BOOTTIME);
                r = exchange(l, request, &error, ret_field, ret_length);
        }
        r = judge_answer(l, r, error, ret_field);
        if (r == -ETIMEDOUT &&
            usec_now(CLOCK_BOOTTIME) - begin >= FILE_TIMEOUT) /* not what others had left of the key's time */
                note_silence(l, address);
        return r;
}
