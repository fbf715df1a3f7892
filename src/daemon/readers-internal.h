/*
 * What the files of the pool share: readers.c (the queues, and who gets what) and reader.c (one reader at work).
 */
#pragma once

#include "daemon/reader-process.h"
#include "daemon/readers.h"
#include "util/clock.h"

struct item {
        struct item *next;
        enum wire_type type;
        enum read_class class;
        char *key;
        uint64_t issued; /* 0: not yet */
        bool tried;
};

struct item_queue {
        struct item *first;
        struct item **end;
};

struct reader {
        struct readers *pool;
        struct reader *next;
        struct reader_process process;
        sd_event_source *timer;
        sd_event_source *more; /* frames are left in the buffer */

        struct item **batch;
        size_t n_batch;
        size_t n_own;  /* those behind were given to another reader */
        size_t n_done; /* that many are answered; the next one is the one that it is at */
        bool slow;     /* silent for a while */
        bool spoke;    /* has said anything ever */
        uint64_t last; /* when it was last heard of, or began to be idle */
        struct reader_event *collected;
        struct text text;   /* keys, or the store */
        size_t n_collected; /* bytes of models */
        bool stored;        /* all pieces of the store have come */
        char *stuck_on;     /* killed while it was silent on this */
};

struct readers {
        sd_event *event;
        sd_event_source *wake;
        sd_event_source *work; /* the queues are looked at once a turn */
        struct readers_options options;
        struct item_queue queues[_READ_CLASS_MAX];
        struct reader *alive;
        struct reader *dying;
        struct reader_event *first_event, **end_event;
        unsigned n_lost;
        uint64_t repair_at;
        /* Who was asked last to read afresh, and when (CLOCK_BOOTTIME); and when the last other one was. */
        pid_t fresh_by;
        uint64_t fresh_at, fresh_others_at;
        char *store; /* every reader begins with it; NULL: there is none yet */
        size_t store_length;
};

/* readers.c */
uint64_t readers_now(const struct readers *p);
void readers_emit(struct readers *p, struct reader_event *e);
void readers_emit_text(struct readers *p, enum reader_event_type type, int error, const char *text, size_t n);
struct item *item_free(struct item *i);
/* Says that there is no answer to an item, and frees it. */
void item_fail(struct readers *p, struct item *i, int error);
struct item *queue_take(struct item_queue *q);
void queue_prepend(struct readers *p, struct item *i);
/* Nothing could be read lately, so that nothing is tried for a while. */
void readers_broken(struct readers *p);

/* reader.c */
/* Starts one, which is busy at first if there is a store. */
int reader_new(struct readers *p, struct reader **ret);
/* Takes a batch from a queue that is not empty. */
void reader_give(struct reader *r, struct item_queue *q);
/* Ends a process; what it has not answered goes back to the queues. It stays on a list until it is reaped. */
void reader_end(struct reader *r);
struct reader *reader_free(struct reader *r);
