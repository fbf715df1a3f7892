/*
 * The live table of what is on this host: devices by address, and what could be created by parent.
 *
 * Owns the readers. Filled by a list and a round of reads, kept by events, by a sweep, and by refreshes of single keys.
 * Lends immutable snapshots. What changed is queued; `wake` is enabled when there is something to pop.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "daemon/readers.h"
#include "daemon/snapshot.h"
#include "util/strv.h"

struct hostview_options {
        struct readers_options readers;
        bool live;              /* a real host: events, and sweeps */
        uint64_t sweep_usec;    /* between two sweeps */
        uint64_t retry_usec;    /* what did not answer is left alone for so long */
        uint64_t coalesce_usec; /* events of so long are read together */
        uint64_t fresh_usec;    /* a refresh leaves alone what is younger */
        uint64_t deadline_usec; /* of a refresh */
};

#define HOSTVIEW_DEFAULT                                            \
        ((struct hostview_options){ .readers = READERS_DEFAULT,     \
                                    .live = true,                   \
                                    .sweep_usec = 30 * 1000 * 1000, \
                                    .retry_usec = 60 * 1000 * 1000, \
                                    .coalesce_usec = 20 * 1000,     \
                                    .fresh_usec = 1000 * 1000,      \
                                    .deadline_usec = 2 * 1000 * 1000 })

/* A device came, went, or is another now. */
struct notice {
        struct notice *next;
        struct device *old; /* NULL: added */
        struct device *new; /* NULL: removed */
};

struct notice *notice_free(struct notice *n);
DEFINE_CLEANUP(struct notice, notice_free);

/* One device as it is now; borrowed until the loop goes on. */
struct viewed {
        struct device *device;
        uint64_t read_at;  /* CLOCK_BOOTTIME, usec: it is not older */
        uint64_t taken_at; /* the same on CLOCK_REALTIME, as it was then */
};

struct hostview;
struct refresh;

int hostview_new(sd_event *event, const struct hostview_options *options, sd_event_source *wake, struct hostview **ret);
struct hostview *hostview_free(struct hostview *v);
DEFINE_CLEANUP(struct hostview, hostview_free);

/*
 * Reads models and everything again; the first time it also starts to watch. Models that cannot be read leave the old
 * ones in force, and without any the round fails. Returns as hostview_rescan().
 */
uint64_t hostview_reload(struct hostview *v);
/* Lists and reads everything again, also what did not answer. Returns the number of the round that will have done it.
 */
uint64_t hostview_rescan(struct hostview *v);
uint64_t hostview_rounds_done(const struct hostview *v);
/* True when the first inventory is complete; *ret_error is what the last round ended with. */
bool hostview_complete(const struct hostview *v, int *ret_error);

/* A reference to the current state, of a view that is complete. */
struct snapshot *hostview_snapshot(struct hostview *v);
/* The same for him who asked for some keys (sorted) and got no answer: to him they are unknown. */
struct snapshot *hostview_snapshot_without(struct hostview *v, char *const *keys);
/* What a device looks like of which nothing is known but that it is there; NULL if there is none of this address. */
struct device *hostview_unread(struct hostview *v, const char *address);
bool hostview_find(const struct hostview *v, const char *address, struct viewed *ret);
size_t hostview_count(const struct hostview *v);
/* The devices in the order of their addresses, beginning with *i = 0; false beyond the last. */
bool hostview_next(const struct hostview *v, size_t *i, struct viewed *ret);
/* True if what the key stands for changed since a snapshot of that generation. */
bool hostview_changed_since(const struct hostview *v, const char *key, uint64_t generation);
/* True if the models, or what is known of the host itself, changed since then. */
bool hostview_reloaded_since(const struct hostview *v, uint64_t generation);

/*
 * Reads some keys again, with a deadline; what has not answered by then is unknown to him who asked, and to him alone.
 * Without `all`, only what is older than fresh_usec. *ret_refresh is NULL if there is nothing to do.
 */
int hostview_refresh(struct hostview *v, char *const *keys, bool all, enum read_class class, void *userdata,
                     struct refresh **ret_refresh);
/* The next refresh that is complete; to be freed. */
struct refresh *hostview_pop_refresh(struct hostview *v);
void *refresh_userdata(const struct refresh *r);
/* How many keys it still waits for. */
size_t refresh_pending(const struct refresh *r);
/* The keys that did not answer in time, sorted; the caller's. */
char **refresh_take_late(struct refresh *r);
/* Also cancels. */
struct refresh *refresh_free(struct refresh *r);

struct notice *hostview_pop_notice(struct hostview *v);

/*
 * The next device that is another one than it was, or new, or may be described otherwise since a reload, as a reader
 * said it: a reference, or NULL. *ret_checks (borrowed until the loop goes on) are those that its model names.
 */
struct device *hostview_pop_undescribed(struct hostview *v, char *const **ret_checks);
/*
 * Adds facts, with their origins by fact, in place of those that were added before. What was read, or failed to be, is
 * never overwritten. Nothing happens if the device is not the one that was popped any more. They stay until it changes.
 */
void hostview_add_facts(struct hostview *v, const struct device *device, const struct entries *facts,
                        const struct entries *origins);

const struct readers *hostview_readers(const struct hostview *v);
