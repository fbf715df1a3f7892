/*
 * The pool of reader processes: queues of what is to be read, one a class, and who gets the next batch.
 */
#include "daemon/readers.h"

#include <errno.h>
#include <time.h>

#include "daemon/readers-internal.h"
#include "util/alloc.h"
#include "util/clock.h"

#define DYING_MAX 16u        /* killed readers that do not end */
#define REPAIR_USEC 1000000u /* after a failure to start one */
#define REAP_USEC 100000u    /* a killed process that can end has ended by then */

struct reader_event *reader_event_free(struct reader_event *e) {
        if (!e)
                return NULL;
        for (size_t i = 0; i < e->n_parts; i++)
                free(e->parts[i].text);
        free(e->parts);
        free(e->text);
        free(e->key);
        free(e);
        return NULL;
}

void readers_emit(struct readers *p, struct reader_event *e) {
        e->next = NULL;
        *p->end_event = e;
        p->end_event = &e->next;
        sd_event_source_set_enabled(p->wake, SD_EVENT_ONESHOT);
}

void readers_emit_text(struct readers *p, enum reader_event_type type, int error, const char *text, size_t n) {
        struct reader_event *e = xnew0(struct reader_event, 1);

        e->type = type;
        e->error = error;
        e->length = n;
        e->text = xmemdup(text ? text : "", n + 1);
        e->text[n] = '\0';
        readers_emit(p, e);
}

struct reader_event *readers_pop(struct readers *p) {
        struct reader_event *e = p->first_event;

        if (!e)
                return NULL;
        p->first_event = e->next;
        if (!p->first_event)
                p->end_event = &p->first_event;
        return e;
}

uint64_t readers_now(const struct readers *p) {
        uint64_t t = 0;

        sd_event_now(p->event, CLOCK_MONOTONIC, &t);
        return t;
}

struct item *item_free(struct item *i) {
        free(i->key);
        free(i);
        return NULL;
}

static void queue_append(struct readers *p, struct item *i) {
        struct item_queue *q = &p->queues[i->class];

        i->next = NULL;
        *q->end = i;
        q->end = &i->next;
        sd_event_source_set_enabled(p->work, SD_EVENT_ONESHOT);
}

void queue_prepend(struct readers *p, struct item *i) {
        struct item_queue *q = &p->queues[i->class];

        i->next = q->first;
        q->first = i;
        if (!i->next)
                q->end = &i->next;
        sd_event_source_set_enabled(p->work, SD_EVENT_ONESHOT);
}

struct item *queue_take(struct item_queue *q) {
        struct item *i = q->first;

        q->first = i->next;
        if (!q->first)
                q->end = &q->first;
        return i;
}

void item_fail(struct readers *p, struct item *i, int error) {
        if (i->type == WIRE_READ) {
                struct reader_event *e = xnew0(struct reader_event, 1);

                e->type = READER_KEY;
                e->class = i->class;
                e->key = take_ptr(i->key);
                e->error = error;
                e->issued = i->issued ? i->issued : usec_now(CLOCK_BOOTTIME);
                readers_emit(p, e);
        } else if (i->type != WIRE_STORE)
                readers_emit_text(p, i->type == WIRE_LIST ? READER_LISTED : READER_RELOADED, error, NULL, 0);
        item_free(i);
}

/* Whether a class may have one more reader: questions always, the others one that works, and never the last one. */
static bool class_allowed(const struct readers *p, enum read_class class) {
        unsigned patient = 0, of_class = 0;

        if (class == READ_QUESTION)
                return true;
        for (const struct reader *r = p->alive; r; r = r->next) {
                enum read_class c = READ_QUESTION;

                for (size_t i = r->n_done; i < r->n_own; i++)
                        c = r->batch[i]->class;
                patient += c != READ_QUESTION;
                of_class += c == class && !r->slow;
        }
        return of_class == 0 && patient + 1 < p->options.max;
}

/* A reader without work, or a new one; NULL if all are busy; *ret_error if there will be none. */
static struct reader *readers_idle(struct readers *p, int *ret_error) {
        unsigned n_alive = 0, n_dying = 0;
        struct reader *r;

        for (r = p->alive; r; r = r->next, n_alive++)
                if (r->n_batch == 0)
                        return r;
        for (r = p->alive; r; r = r->next)
                if (r->batch[0] && r->batch[0]->type == WIRE_STORE && !r->slow)
                        return NULL; /* it will be with us soon */
        if (n_alive >= p->options.max)
                return NULL;
        for (r = p->dying; r; r = r->next)
                n_dying++;
        if (p->repair_at > readers_now(p))
                *ret_error = -EIO;
        else if (n_dying >= DYING_MAX)
                *ret_error = n_alive ? 0 : -ETIMEDOUT;
        else
                *ret_error = reader_new(p, &r);
        return r && r->n_batch == 0 ? r : NULL;
}

void readers_broken(struct readers *p) {
        p->repair_at = readers_now(p) + REPAIR_USEC;
}

/* There is no reader: nobody is to wait for one. */
static void readers_fail_all(struct readers *p, int error) {
        _cleanup_free_ char *line = xasprintf("no reader process (%s): %s", p->options.program, strerror(-error));

        if (p->repair_at <= readers_now(p)) {
                readers_emit_text(p, READER_WARNING, 0, line, strlen(line));
                readers_broken(p);
        }
        for (enum read_class c = 0; c < _READ_CLASS_MAX; c++)
                while (p->queues[c].first)
                        item_fail(p, queue_take(&p->queues[c]), -EIO);
}

static int on_work(sd_event_source *s, void *userdata) {
        struct readers *p = userdata;

        for (enum read_class c = 0; c < _READ_CLASS_MAX; c++)
                while (p->queues[c].first && class_allowed(p, c)) {
                        int error = 0;
                        struct reader *r = readers_idle(p, &error);

                        if (error < 0) {
                                readers_fail_all(p, error);
                                return 0;
                        }
                        if (!r)
                                break;
                        reader_give(r, &p->queues[c]);
                }
        return 0;
}

static void add(struct readers *p, enum wire_type type, enum read_class class, const char *key, bool front) {
        struct item *i = xnew0(struct item, 1);

        i->type = type;
        i->class = class;
        i->key = xstrdup(key);
        if (front)
                queue_prepend(p, i);
        else
                queue_append(p, i);
}

void readers_list(struct readers *p) {
        add(p, WIRE_LIST, READ_EVENT, NULL, false);
}

void readers_read(struct readers *p, enum read_class class, const char *key) {
        add(p, WIRE_READ, class, key, false);
}

bool readers_forget(struct readers *p, enum read_class class, const char *key) {
        struct item_queue *q = &p->queues[class];

        for (struct item **at = &q->first; *at; at = &(*at)->next) {
                struct item *i = *at;

                if (i->type != WIRE_READ || !str_equal(i->key, key))
                        continue;
                *at = i->next;
                if (!*at)
                        q->end = at;
                item_free(i);
                return true;
        }
        return false;
}

static void readers_restart(struct readers *p) {
        while (p->alive)
                reader_end(p->alive);
}

void readers_use(struct readers *p, char *store, size_t length) {
        free(p->store);
        p->store = store;
        p->store_length = length;
        readers_restart(p);
}

void readers_reload(struct readers *p) {
        readers_restart(p);
        add(p, WIRE_RELOAD, READ_EVENT, NULL, true);
}

bool readers_stuck(const struct readers *p, const char *key) {
        for (const struct reader *r = p->dying; r; r = r->next)
                if (r->stuck_on && str_equal(r->stuck_on, key) && readers_now(p) > r->last + REAP_USEC)
                        return true;
        return false;
}

size_t readers_count(const struct readers *p) {
        size_t n = 0;

        for (const struct reader *r = p->alive; r; r = r->next)
                n++;
        return n;
}

pid_t readers_pid(const struct readers *p, size_t n) {
        const struct reader *r = p->alive;

        for (; r && n > 0; n--)
                r = r->next;
        return r ? r->process.pid : 0;
}

int readers_new(sd_event *event, const struct readers_options *options, sd_event_source *wake, struct readers **ret) {
        struct readers *p = xnew0(struct readers, 1);
        int k;

        p->event = sd_event_ref(event);
        p->wake = wake;
        p->options = *options;
        p->end_event = &p->first_event;
        for (enum read_class c = 0; c < _READ_CLASS_MAX; c++)
                p->queues[c].end = &p->queues[c].first;
        k = sd_event_add_defer(event, &p->work, on_work, p);
        if (k >= 0)
                k = sd_event_source_set_enabled(p->work, SD_EVENT_OFF);
        if (k < 0) {
                readers_free(p);
                return k;
        }
        *ret = p;
        return 0;
}

struct readers *readers_free(struct readers *p) {
        struct reader_event *e;

        if (!p)
                return NULL;
        while (p->alive)
                reader_end(p->alive);
        while (p->dying) {
                struct reader *r = p->dying;

                p->dying = r->next;
                reader_free(r);
        }
        for (enum read_class c = 0; c < _READ_CLASS_MAX; c++)
                while (p->queues[c].first)
                        item_free(queue_take(&p->queues[c]));
        while ((e = readers_pop(p)))
                reader_event_free(e);
        sd_event_source_disable_unref(p->work);
        sd_event_unref(p->event);
        free(p->store);
        free(p);
        return NULL;
}
