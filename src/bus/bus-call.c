/*
 * Method calls that are answered later. A caller is only watched when its answer takes its time: most answers are
 * there before the bus could say that somebody left.
 */
#include "bus/bus-call.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "bus/bus-auth.h"
#include "bus/bus-error.h"
#include "util/alloc.h"
#include "util/log.h"

#define GONE_USEC (100u * 1000)
#define DESCRIBE_BYTES_MAX (8u << 20)

struct call {
        struct service *service;
        struct call *next;
        sd_bus_message *message;
        sd_bus_slot *gone; /* watches the caller */
        bool young;
        struct inquiry *inquiry; /* one of these, or a round */
        struct description *description;
        uint64_t round;
};

static struct call *call_new(struct service *s, sd_bus_message *m) {
        struct call *c = xnew0(struct call, 1);

        c->service = s;
        c->message = sd_bus_message_ref(m);
        c->young = true;
        if (!s->calls) {
                sd_event_source_set_time_relative(s->gone_timer, GONE_USEC);
                sd_event_source_set_enabled(s->gone_timer, SD_EVENT_ONESHOT);
        }
        c->next = s->calls;
        s->calls = c;
        return c;
}

/* What it waits for goes its own way. */
static void call_free(struct call *c) {
        for (struct call **at = &c->service->calls; *at; at = &(*at)->next)
                if (*at == c) {
                        *at = c->next;
                        break;
                }
        sd_bus_slot_unref(c->gone);
        sd_bus_message_unref(c->message);
        free(c);
}

static void call_cancel(struct call *c) {
        if (c->inquiry)
                manager_forget_inquiry(c->service->manager, c->inquiry);
        if (c->description)
                manager_forget_description(c->service->manager, c->description);
        call_free(c);
}

static int on_gone(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *name, *old, *new;

        if (sd_bus_message_read(m, "sss", &name, &old, &new) >= 0 && !*new)
                call_cancel(userdata);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        struct service *s = userdata;

        for (struct call *c = s->calls; c; c = c->next) {
                const char *sender = sd_bus_message_get_sender(c->message);
                _cleanup_free_ char *match = NULL;

                if (c->gone || !sender)
                        continue;
                if (c->young) {
                        c->young = false;
                        continue;
                }
                match = xasprintf("type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                                  "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='%s'",
                                  sender);
                if (sd_bus_add_match_async(s->bus, &c->gone, match, on_gone, NULL, c) < 0)
                        c->gone = NULL;
        }
        if (s->calls) {
                sd_event_source_set_time_relative(s->gone_timer, GONE_USEC);
                sd_event_source_set_enabled(s->gone_timer, SD_EVENT_ONESHOT);
        }
        return 0;
}

static int error_expired(sd_bus_error *error, const char *what) {
        return sd_bus_error_setf(error, ERROR_LIMIT_EXCEEDED, "%s took more than 10 seconds", what);
}

static int error_begin(sd_bus_error *error, int r, uid_t uid, const char *what) {
        if (r == -EDQUOT)
                return sd_bus_error_setf(error, ERROR_LIMIT_EXCEEDED, "uid %u has too many %s under way", (unsigned)uid,
                                         what);
        if (r == -EUSERS)
                return sd_bus_error_setf(error, ERROR_LIMIT_EXCEEDED, "too many %s under way, of all users together",
                                         what);
        if (r == -EAGAIN)
                return sd_bus_error_setf(error, ERROR_FAILED, "no %s yet: the host is being read", what);
        return sd_bus_error_setf(error, ERROR_FAILED, "%s cannot be begun: %s", what, strerror(-r));
}

int call_check(struct service *s, sd_bus_message *m, uid_t uid, const char *descriptor, size_t length, uint64_t flags,
               sd_bus_error *error) {
        struct call *c = call_new(s, m);
        int r = manager_check(s->manager, uid, descriptor, length, flags, c, &c->inquiry);

        if (r < 0) {
                call_free(c);
                return error_begin(error, r, uid, "checks");
        }
        return 1;
}

int call_describe(struct service *s, sd_bus_message *m, char *const *ids, uint64_t flags, bool to_file,
                  sd_bus_error *error) {
        struct call *c;
        uid_t uid;
        int r;

        r = auth_uid(s->auth, m, &uid, error);
        if (r < 0)
                return r;
        c = call_new(s, m);
        r = manager_describe(s->manager, uid, ids, flags, to_file, DESCRIBE_BYTES_MAX, c, &c->description);
        if (r < 0) {
                call_free(c);
                return error_begin(error, r, uid, "descriptions");
        }
        return 1;
}

int call_rescan(struct service *s, sd_bus_message *m) {
        call_new(s, m)->round = manager_rescan(s->manager);
        return 1;
}

static int answer_inquiry(struct call *c, const struct inquiry *q, sd_bus_error *error) {
        if (q->result == -EBADMSG || q->result == -E2BIG)
                return sd_bus_error_set(error, ERROR_INVALID_DESCRIPTOR, q->place.message);
        if (q->result == -ETIME)
                return error_expired(error, "judging this descriptor");
        if (q->result == -EFBIG || (q->result >= 0 && strlen(q->report_text) > CALL_REPORT_MAX))
                return sd_bus_error_set(error, ERROR_LIMIT_EXCEEDED,
                                        "the report is too long; ask without the explain flag, or about fewer devices");
        if (q->result < 0)
                return sd_bus_error_setf(error, ERROR_FAILED, "the descriptor could not be judged: %s",
                                         strerror(-q->result));
        return sd_bus_reply_method_return(c->message, "ss", verdict_to_string(q->report->verdict), q->report_text);
}

/* A descriptor of its own, so that no reader moves another's place in it, and nobody can write. */
static int reply_file(sd_bus_message *m, int memfd) {
        _cleanup_free_ char *path = xasprintf("/proc/self/fd/%d", memfd);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return -errno;
        return sd_bus_reply_method_return(m, "h", fd);
}

static int answer_description(struct call *c, const struct description *d, sd_bus_error *error) {
        if (d->result == -ENODEV)
                return sd_bus_error_setf(error, ERROR_NO_SUCH_DEVICE, "%s: no VFIO device of this host", d->missing);
        if (d->result == -EFBIG)
                return sd_bus_error_set(error, ERROR_LIMIT_EXCEEDED,
                                        "the document is longer than 8 MiB; DescribeToFile gives it in any size");
        if (d->result == -ETIME)
                return error_expired(error, "writing the document");
        if (d->result < 0)
                return sd_bus_error_setf(error, ERROR_FAILED, "the document could not be written: %s",
                                         strerror(-d->result));
        return d->to_file ? reply_file(c->message, d->fd) : sd_bus_reply_method_return(c->message, "s", d->text);
}

static void call_finish(struct call *c, int r, sd_bus_error *error) {
        if (r < 0)
                r = sd_bus_reply_method_errno(c->message, r, error);
        if (r < 0)
                log_error("no reply to %s: %s", sd_bus_message_get_sender(c->message), strerror(-r));
        sd_bus_error_free(error);
        call_free(c);
}

static void answer_rounds(struct service *s) {
        struct call *next;
        int failed;

        manager_ready(s->manager, &failed);
        for (struct call *c = s->calls; c; c = next) {
                sd_bus_error error = SD_BUS_ERROR_NULL;
                int r;

                next = c->next;
                if (!c->round || manager_rounds_done(s->manager) < c->round)
                        continue;
                if (failed < 0)
                        r = sd_bus_error_setf(&error, ERROR_FAILED, "the devices could not be listed: %s",
                                              strerror(-failed));
                else
                        r = sd_bus_reply_method_return(c->message, NULL);
                call_finish(c, r, &error);
        }
}

void calls_answer(struct service *s) {
        struct description *d;
        struct inquiry *q;

        while ((q = manager_pop_inquiry(s->manager))) {
                sd_bus_error error = SD_BUS_ERROR_NULL;
                struct call *c = q->userdata;

                call_finish(c, answer_inquiry(c, q, &error), &error);
                inquiry_free(q);
        }
        while ((d = manager_pop_description(s->manager))) {
                sd_bus_error error = SD_BUS_ERROR_NULL;
                struct call *c = d->userdata;

                call_finish(c, answer_description(c, d, &error), &error);
                description_free(d);
        }
        answer_rounds(s);
}

int calls_init(struct service *s) {
        int r = sd_event_add_time(s->event, &s->gone_timer, CLOCK_MONOTONIC, 0, GONE_USEC / 4, on_timer, s);

        return r < 0 ? r : sd_event_source_set_enabled(s->gone_timer, SD_EVENT_OFF);
}

void calls_done(struct service *s) {
        while (s->calls)
                call_cancel(s->calls);
        sd_event_source_disable_unref(s->gone_timer);
}
