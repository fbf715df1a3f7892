/*
 * Tells which devices have to be read again, from the kernel's events. For the daemon's loop: an fd, and a dispatch.
 *
 * Owns a libudev monitor of the name "kernel" (udevd's own events do not arrive in a private network namespace). Reads
 * no attributes. There is none on a fake root. A set of events is the caller's, who may let it grow over several calls.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

struct watch;

/* What is to be read again, in the order in which it changed first. */
struct watch_event {
        char *key;    /* as those of the census */
        bool removed; /* it is gone: need not be read */
        bool another; /* it was gone meanwhile: whatever it is like now, it is not the same any more */
};

struct watch_events {
        bool all; /* events were lost, or could not be understood: look at everything */
        struct watch_event *v;
        size_t n;
};

/* The monitor runs when this returns: enumerate after it. */
int watch_new(struct watch **ret_watch);
struct watch *watch_free(struct watch *w);
DEFINE_CLEANUP(struct watch, watch_free);
/* Readable when there is something to dispatch. */
int watch_fd(const struct watch *w);
/* Takes all that arrived (but not for ever, in a storm) and adds it to the events, each key once. 0 or -errno. */
int watch_dispatch(struct watch *w, struct watch_events *events);

void watch_events_done(struct watch_events *e);
bool watch_events_empty(const struct watch_events *e);

/* What one event of the kernel's means; any but action and devpath may be NULL. Also for the tests. */
void watch_translate(const char *action, const char *subsystem, const char *devpath, const char *mdev_state,
                     struct watch_events *events);
