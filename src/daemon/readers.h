/*
 * The pool of reader processes, which do all reading of attributes, because a vendor's show() can hang for ever.
 *
 * Owns the processes and their sockets. Never blocks: a silent reader is killed and replaced, and the key that it hangs
 * on is reported as timed out. What readers say is queued; `wake` is enabled when there is something to pop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "host/wire.h"
#include "util/macro.h"

/* Who wants a key: from urgent to patient. All but questions leave one reader free, and have one healthy reader each.
 */
enum read_class {
        READ_QUESTION,
        READ_EVENT,
        READ_DESCRIBE,
        READ_RESCAN,
        READ_SWEEP, /* leaves alone what costs the hardware something, where that was read before */
        _READ_CLASS_MAX,
};

struct readers_options {
        const char *program;
        char *const *arguments; /* after argv[0]; NULL-terminated, or NULL */
        uint64_t silence_usec;  /* a reader that has something to do and says nothing for so long is killed */
        uint64_t slow_usec;     /* after so long its other keys go to another reader */
        uint64_t idle_usec;     /* a second reader that has nothing to do ends after so long */
        unsigned max;
};

#define READERS_DEFAULT            \
        ((struct readers_options){ \
                .silence_usec = 2 * 1000 * 1000, .slow_usec = 100 * 1000, .idle_usec = 10 * 1000 * 1000, .max = 4 })

enum reader_event_type {
        READER_HOST,     /* text: the head of a document */
        READER_LISTED,   /* text: all keys, each ending in NUL; error */
        READER_KEY,      /* key, class, frames; error: 0, -ETIMEDOUT, -EIO */
        READER_RELOADED, /* parts: documents with models; text: the store that they are of; error */
        READER_WARNING,  /* text: for the log */
};

/* A device or a creatable, as the reader sent it. */
struct reader_part {
        bool creatable;
        char *text;
        size_t length;
};

struct reader_event {
        enum reader_event_type type;
        struct reader_event *next;
        int error;
        char *text;
        size_t length;
        char *key;
        enum read_class class;
        uint64_t issued; /* of a key: when a reader was asked, CLOCK_BOOTTIME; what it says is not older */
        struct reader_part *parts;
        size_t n_parts;
};

struct reader_event *reader_event_free(struct reader_event *e);
DEFINE_CLEANUP(struct reader_event, reader_event_free);

struct readers;

/* SIGCHLD must be blocked. wake: a defer source of the caller's, which is borrowed. */
int readers_new(sd_event *event, const struct readers_options *options, sd_event_source *wake, struct readers **ret);
struct readers *readers_free(struct readers *r);
DEFINE_CLEANUP(struct readers, readers_free);

void readers_list(struct readers *r);
void readers_read(struct readers *r, enum read_class class, const char *key);
/* Takes a key back that no reader has begun with: true if it was so, and no answer will come. */
bool readers_forget(struct readers *r, enum read_class class, const char *key);
/* Reads models.d and pools.d again, in a process that does nothing else; others use what is in use until readers_use().
 */
void readers_reload(struct readers *r);
/* Makes all readers use a store (taken) and nothing else: other processes, from now on. */
void readers_use(struct readers *r, char *store, size_t length);
/* True while a killed reader has not ended that hung on the key: in the kernel, where nothing can end it. */
bool readers_stuck(const struct readers *r, const char *key);

/* The next event, or NULL. */
struct reader_event *readers_pop(struct readers *r);

/* For tests and the log: how many processes there are, and the pid of the n-th. */
size_t readers_count(const struct readers *r);
pid_t readers_pid(const struct readers *r, size_t n);
