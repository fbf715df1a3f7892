/*
 * One reader at work: its batch, what it says, and when it says too little.
 *
 * A key on which it dies is tried once more, as it may have died of something else; then that is an error. A key on
 * which it is silent is not tried again.
 */
#include <errno.h>
#include <inttypes.h>
#include <sys/epoll.h>

#include "daemon/readers-internal.h"
#include "util/alloc.h"
#include "util/clock.h"

#define BATCH_MAX 256u   /* keys that one reader is given at once */
#define FRAMES_MAX 32u   /* frames that are taken in one go before the bus has its turn */
#define PARTS_MAX 65536u /* devices of one key */
#define LOST_MAX 8u      /* that many died in a row without a word: it does not work */
#define ACCURACY_USEC 5000u
#define LIST_FACTOR 5u /* listing and models may take so much longer than one key */

struct reader *reader_free(struct reader *r) {
        for (size_t i = 0; i < r->n_batch; i++)
                if (r->batch[i])
                        item_free(r->batch[i]);
        free(r->batch);
        reader_event_free(r->collected);
        text_done(&r->text);
        sd_event_source_disable_unref(r->timer);
        sd_event_source_disable_unref(r->more);
        reader_process_done(&r->process);
        free(r->stuck_on);
        free(r);
        return NULL;
}

static void list_remove(struct reader **list, struct reader *r) {
        for (; *list; list = &(*list)->next)
                if (*list == r) {
                        *list = r->next;
                        return;
                }
}

/* Gives what a reader has not answered back to the queue, from its i-th item on. */
static void reader_give_back(struct reader *r, size_t i) {
        for (size_t k = r->n_own; k > i; k--) {
                struct item *item = take_ptr(r->batch[k - 1]);

                if (item->type == WIRE_STORE) /* the next one gets its own */
                        item_free(item);
                else
                        queue_prepend(r->pool, item);
        }
        r->n_own = MIN(r->n_own, i);
}

void reader_end(struct reader *r) {
        struct readers *p = r->pool;

        reader_give_back(r, r->n_done);
        r->collected = reader_event_free(r->collected);
        text_done(&r->text);
        r->timer = sd_event_source_disable_unref(r->timer);
        r->more = sd_event_source_disable_unref(r->more);
        reader_process_kill(&r->process);
        list_remove(&p->alive, r);
        r->last = readers_now(p);
        r->next = p->dying;
        p->dying = r;
        sd_event_source_set_enabled(p->work, SD_EVENT_ONESHOT);
}

/* It has died, or talks nonsense. */
static void reader_lost(struct reader *r, const char *how) {
        struct readers *p = r->pool;
        bool busy = r->n_done < r->n_own;
        _cleanup_free_ char *line = NULL;

        line = xasprintf("reader process %d %s%s%s", (int)r->process.pid, how, busy ? " at " : "",
                         !busy                                    ? ""
                         : r->batch[r->n_done]->key               ? r->batch[r->n_done]->key
                         : r->batch[r->n_done]->type == WIRE_LIST ? "the list"
                                                                  : "the models");
        readers_emit_text(p, READER_WARNING, 0, line, strlen(line));
        if (busy) {
                if (r->batch[r->n_done]->tried)
                        item_fail(p, take_ptr(r->batch[r->n_done++]), -EIO);
                else
                        r->batch[r->n_done]->tried = true;
        }
        if (r->spoke)
                p->n_lost = 0;
        else if (++p->n_lost >= LOST_MAX) {
                p->n_lost = 0;
                readers_broken(p);
        }
        reader_end(r);
}

static void reader_silent(struct reader *r) {
        static const char lazy[] = "a new reader process does not answer: it is replaced";
        struct readers *p = r->pool;

        if (r->n_done < r->n_own) {
                if (r->batch[r->n_done]->type == WIRE_STORE)
                        readers_emit_text(p, READER_WARNING, 0, lazy, strlen(lazy));
                r->stuck_on = xstrdup(r->batch[r->n_done]->key);
                item_fail(p, take_ptr(r->batch[r->n_done++]), -ETIMEDOUT);
        }
        reader_end(r);
}

static uint64_t reader_patience(const struct reader *r) {
        return r->pool->options.silence_usec *
               (r->n_batch && r->batch[0] && r->batch[0]->type != WIRE_READ ? LIST_FACTOR : 1);
}

static void reader_arm(struct reader *r) {
        const struct readers_options *o = &r->pool->options;
        uint64_t wait = r->n_batch == 0 ? o->idle_usec
                        : r->slow       ? reader_patience(r)
                                        : MIN(o->slow_usec, reader_patience(r));

        sd_event_source_set_time(r->timer, r->last + wait);
        sd_event_source_set_enabled(r->timer, SD_EVENT_ONESHOT);
}

static void reader_finish(struct reader *r) {
        for (size_t i = 0; i < r->n_batch; i++)
                if (r->batch[i])
                        item_free(r->batch[i]);
        free(r->batch);
        r->batch = NULL;
        r->n_batch = r->n_own = r->n_done = 0;
        text_done(&r->text);
        r->n_collected = 0;
        r->stored = false;
        r->slow = false;
        reader_arm(r);
        sd_event_source_set_enabled(r->pool->work, SD_EVENT_ONESHOT);
}

static bool on_part(struct reader *r, const struct wire_frame *f) {
        struct reader_event *e = r->collected;
        struct reader_part part = { .creatable = f->type == WIRE_CREATABLE, .length = f->length };

        if (!e)
                e = r->collected = xnew0(struct reader_event, 1);
        if (e->n_parts >= PARTS_MAX)
                return false;
        part.text = xmemdup(f->payload, f->length + 1);
        array_append(e->parts, e->n_parts, part);
        return true;
}

static bool on_key(struct reader *r, const struct wire_frame *f) {
        struct reader_event *e = r->collected ? take_ptr(r->collected) : xnew0(struct reader_event, 1);
        struct item *i;

        e->type = READER_KEY;
        if (r->n_done >= r->n_own) { /* another reader was asked for it, because this one was silent */
                reader_event_free(e);
                return true;
        }
        i = r->batch[r->n_done];
        if (strlen(i->key) != f->length || memcmp(i->key, f->payload, f->length) != 0) {
                reader_event_free(e);
                return false;
        }
        e->class = i->class;
        e->issued = i->issued;
        e->key = take_ptr(i->key);
        r->batch[r->n_done++] = item_free(i);
        readers_emit(r->pool, e);
        return true;
}

static bool on_text(struct reader *r, const struct wire_frame *f, size_t max) {
        if (r->text.length + f->length > max)
                return false;
        text_add_n(&r->text, f->payload, f->length);
        return true;
}

static bool on_keys(struct reader *r, const struct wire_frame *f) {
        return (f->length == 0 || f->payload[f->length - 1] == '\0') && on_text(r, f, WIRE_PAYLOAD_MAX);
}

static bool on_models(struct reader *r, const struct wire_frame *f) {
        r->n_collected += f->length;
        return r->n_collected <= WIRE_STORE_MAX && on_part(r, f);
}

static bool on_store(struct reader *r, const struct wire_frame *f) {
        if (r->stored)
                return false;
        r->stored = f->length == 0;
        return on_text(r, f, WIRE_STORE_MAX);
}

static bool on_end(struct reader *r, const struct wire_frame *f) {
        struct item *i = r->batch[0];
        bool reloaded = i && i->type == WIRE_RELOAD;
        struct reader_event *e;
        char *end;
        long error = strtol(f->payload, &end, 10);

        if (*end || end == f->payload || error < 0 || error > 4095)
                return false;
        if (r->n_own > 0 && i && i->type == WIRE_STORE) {
                r->spoke = error == 0; /* else the next one may say the same for ever */
                if (error)
                        return false;
                r->batch[r->n_done++] = item_free(i);
        } else if (r->n_own > 0 && i && i->type != WIRE_READ && r->n_done == 0) {
                if (i->type == WIRE_RELOAD && error == 0 && !r->stored)
                        return false;
                e = r->collected ? take_ptr(r->collected) : xnew0(struct reader_event, 1);
                e->length = r->text.length;
                e->text = text_take(&r->text);
                e->type = i->type == WIRE_LIST ? READER_LISTED : READER_RELOADED;
                e->error = -(int)error;
                r->batch[r->n_done++] = item_free(i);
                readers_emit(r->pool, e);
        }
        for (; r->n_done < r->n_own; r->n_done++)
                item_fail(r->pool, take_ptr(r->batch[r->n_done]), error ? -(int)error : -EIO);
        r->collected = reader_event_free(r->collected);
        reader_finish(r);
        if (reloaded) /* what it has read may never be in force */
                reader_end(r);
        return true;
}

/* False for what cannot be said now. */
static bool reader_frame(struct reader *r, const struct wire_frame *f) {
        enum wire_type at;

        if (r->n_batch == 0 || f->serial != r->process.serial)
                return false;
        /* Of a batch of keys the first may be answered already; other requests are alone. */
        at = r->n_done == 0 && r->batch[0] ? r->batch[0]->type : WIRE_READ;
        switch (f->type) {
        case WIRE_DEVICE:
        case WIRE_CREATABLE:
                return at == WIRE_READ && on_part(r, f);
        case WIRE_KEY:
                return at == WIRE_READ && on_key(r, f);
        case WIRE_KEYS:
                return at == WIRE_LIST && on_keys(r, f);
        case WIRE_HOST:
                readers_emit_text(r->pool, READER_HOST, 0, f->payload, f->length);
                return at == WIRE_LIST;
        case WIRE_MODELS:
                return at == WIRE_RELOAD && on_models(r, f);
        case WIRE_STORE:
                return at == WIRE_RELOAD && on_store(r, f);
        case WIRE_WARNING:
                readers_emit_text(r->pool, READER_WARNING, 0, f->payload, f->length);
                return true;
        case WIRE_END:
                return on_end(r, f);
        default:
                return false;
        }
}

/* Takes frames; true while the reader lives. */
static bool reader_receive(struct reader *r) {
        struct wire_frame f;
        int k = 0;

        for (unsigned i = 0; i < FRAMES_MAX; i++) {
                k = wire_receive(&r->process.wire, &f);
                if (k <= 0)
                        break;
                r->last = readers_now(r->pool);
                r->slow = false;
                r->spoke = true;
                if (!reader_frame(r, &f)) {
                        reader_lost(r, "does not keep to the protocol: it is replaced,");
                        return false;
                }
                if (r->process.fd < 0) /* it has done what it was for */
                        return false;
        }
        if (k < 0) {
                reader_lost(r, "has ended unexpectedly");
                return false;
        }
        if (k > 0)
                sd_event_source_set_enabled(r->more, SD_EVENT_ONESHOT);
        return true;
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        struct reader *r = userdata;

        if ((revents & EPOLLOUT) && reader_process_flush(&r->process) < 0)
                reader_lost(r, "does not listen any more");
        else
                reader_receive(r);
        return 0;
}

static int on_more(sd_event_source *s, void *userdata) {
        reader_receive(userdata);
        return 0;
}

static int on_exit_of(sd_event_source *s, const siginfo_t *si, void *userdata) {
        struct reader *r = userdata;
        struct readers *p = r->pool;

        /* What it said before it died is still in the socket. */
        while (r->process.fd >= 0)
                if (!reader_receive(r))
                        break;
                else if (sd_event_source_get_enabled(r->more, NULL) == 0)
                        reader_lost(r, "has ended unexpectedly");
        list_remove(&p->dying, r);
        reader_free(r);
        return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata) {
        struct reader *r = userdata;
        struct readers *p = r->pool;
        uint64_t now = readers_now(p);

        /* We may be late ourselves: whatever it has said by now counts. */
        if (r->n_batch && !reader_receive(r))
                return 0;
        if (r->n_batch == 0) {
                if (now < r->last + p->options.idle_usec)
                        reader_arm(r);
                else if (p->alive->next)
                        reader_end(r); /* not the only one */
                return 0;
        }
        if (now >= r->last + reader_patience(r)) {
                reader_silent(r);
                return 0;
        }
        if (!r->slow && now >= r->last + p->options.slow_usec) {
                r->slow = true;
                reader_give_back(r, r->n_done + 1);
                sd_event_source_set_enabled(p->work, SD_EVENT_ONESHOT);
        }
        reader_arm(r);
        return 0;
}

/* The first thing that a reader hears: which models and pools there are. */
static void reader_give_store(struct reader *r) {
        struct readers *p = r->pool;
        struct item *i = xnew0(struct item, 1);

        i->type = WIRE_STORE;
        i->class = READ_QUESTION; /* it keeps nobody's place */
        array_append(r->batch, r->n_batch, i);
        r->n_own = 1;
        if (reader_process_send(&r->process, WIRE_STORE, p->store, p->store_length) < 0)
                reader_lost(r, "does not listen");
        else
                reader_arm(r);
}

int reader_new(struct readers *p, struct reader **ret) {
        struct reader *r = xnew0(struct reader, 1);
        int k;

        r->pool = p;
        r->last = readers_now(p);
        r->process.fd = -1;
        k = sd_event_add_time(p->event, &r->timer, CLOCK_MONOTONIC, r->last, ACCURACY_USEC, on_timer, r);
        if (k >= 0)
                k = sd_event_add_defer(p->event, &r->more, on_more, r);
        if (k >= 0)
                k = sd_event_source_set_enabled(r->more, SD_EVENT_OFF);
        if (k >= 0)
                k = reader_process_init(&r->process, p->event, p->options.program, p->options.arguments, on_io,
                                        on_exit_of, r);
        if (k < 0) {
                reader_free(r);
                return k;
        }
        r->next = p->alive;
        *ret = p->alive = r;
        if (p->store)
                reader_give_store(r);
        return 0;
}

/* Any reader that is asked afresh may see what the others, which remember something, do not. */
static void note_fresh(struct reader *r, uint64_t now) {
        struct readers *p = r->pool;

        if (p->fresh_by != r->process.pid) {
                p->fresh_others_at = p->fresh_at;
                p->fresh_by = r->process.pid;
        }
        p->fresh_at = now;
}

/* What a sweep's reader may remember: since when no other one was asked. */
static uint64_t remember_since(const struct reader *r) {
        const struct readers *p = r->pool;

        return p->fresh_by == r->process.pid ? p->fresh_others_at : p->fresh_at;
}

void reader_give(struct reader *r, struct item_queue *q) {
        _cleanup_text_ struct text keys = {};
        enum wire_type type = q->first->type;
        bool sweep = type == WIRE_READ && q->first->class == READ_SWEEP;
        uint64_t now = usec_now(CLOCK_BOOTTIME);

        if (sweep) {
                text_addf(&keys, "%" PRIu64, remember_since(r));
                text_add_n(&keys, "", 1);
        } else if (type == WIRE_READ)
                note_fresh(r, now);
        do {
                struct item *i = queue_take(q);

                i->issued = now;
                array_append(r->batch, r->n_batch, i);
                if (type == WIRE_READ)
                        text_add_n(&keys, i->key, strlen(i->key) + 1);
        } while (type == WIRE_READ && q->first && q->first->type == type && r->n_batch < BATCH_MAX);
        r->n_own = r->n_batch;
        r->n_done = 0;
        r->slow = false;
        r->last = readers_now(r->pool);
        if (reader_process_send(&r->process, sweep ? WIRE_SWEEP : type, keys.data, keys.length) < 0)
                reader_lost(r, "does not listen");
        else
                reader_arm(r);
}
