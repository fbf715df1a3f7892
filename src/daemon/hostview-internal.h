/*
 * What the files of the view share: hostview.c, hostview-key.c (answers), hostview-facts.c, hostview-round.c (rounds,
 * events), refresh.c.
 */
#pragma once

#include "daemon/hostview.h"
#include "daemon/view-table.h"
#include "host/watch.h"
#include "util/clock.h"

struct hostview {
        sd_event *event;
        sd_event_source *wake; /* the owner's */
        sd_event_source *work; /* readers have something to pop */
        struct hostview_options options;
        struct readers *readers;

        struct view_table devices;
        struct view_table parents;
        size_t n_present; /* devices that have been read */
        uint64_t generation;
        uint64_t reloaded; /* generation of the last change of models or host */
        uint64_t seed;     /* of the hashes */

        struct document *host;     /* its head only */
        struct model_set *models;  /* NULL until they have been read: then nothing is read or judged */
        struct snapshot *snapshot; /* of this generation, or an older one */
        struct traits_table *table;
        struct traits **known; /* the table borrows, so somebody must hold */
        size_t n_known;
        size_t known_max; /* then it is looked who still holds which */

        struct notice *first_notice, **end_notice;
        char **undescribed; /* addresses, each once */
        size_t n_undescribed;
        struct refresh *refreshes;
        struct refresh *first_done, **end_done;

        /* The round that is under way, and the last one that has ended. */
        uint64_t round, rounds_done;
        bool round_listed; /* its list has come: it ends when no key is left */
        bool round_forced;
        enum read_class round_class;
        size_t n_round; /* keys that it waits for */
        bool round_again;
        bool complete;
        int round_error;    /* of the last one */
        unsigned n_reloads; /* under way; a round begins after them */
        bool reload_tried;  /* it failed once */
        sd_event_source *sweep_timer;

        struct watch *watch;
        sd_event_source *watch_io;
        sd_event_source *event_timer;
        struct watch_events events; /* to be looked at when the timer ends */
};

struct view_table *hostview_table(struct hostview *v, const char *key);
/* Asks for a key now; nothing happens while it is left alone (unless forced) or stuck. True if an answer will come. */
bool hostview_ask(struct hostview *v, struct view_key *k, enum read_class class, bool forced);
/* Nobody waits for it any more: it need not be read, unless a reader has it already. */
void hostview_unask(struct hostview *v, struct view_key *k);
/* The kernel says that it is gone. */
void hostview_gone(struct hostview *v, struct view_key *k);
/* Tells that a device came (old is NULL), went (new is NULL) or changed. */
void hostview_notice(struct hostview *v, struct device *old, struct device *new);

/* hostview-key.c */
/* Takes the devices as what the key stands for now. */
void hostview_set(struct hostview *v, struct view_key *k, struct device **devices, size_t n);
void hostview_answered(struct hostview *v, struct view_key *k, const struct reader_event *e);
/* The key has no answer to what was asked at a time: unknown, with this errno as origin, left alone until retry_at. */
void hostview_fail(struct hostview *v, struct view_key *k, int error, uint64_t at, uint64_t retry_at);
/* What is known is of a moment, on CLOCK_BOOTTIME. */
void hostview_stamp(struct view_key *k, uint64_t at);
/* Takes to a document what is left of a key's devices when nothing can be read. */
void hostview_take_unread(struct hostview *v, const struct view_key *k, int error, struct document *d);

/* hostview-facts.c */
/* A device as the reader says it, to be published: with the facts that were added before, if it is as it was but for
 * its use; else it is to be described. */
void facts_keep(struct hostview *v, struct view_key *k, struct device **device);
/* It is gone, or cannot be read: nothing of it is as it was. */
void facts_forget(struct view_key *k);
/* All devices are to be described again. */
void facts_ask_all(struct hostview *v);

/* hostview-round.c */
int rounds_init(struct hostview *v);
void rounds_free(struct hostview *v);
/* forced: also what is left alone. */
void round_start(struct hostview *v, enum read_class class, bool forced);
void round_listed(struct hostview *v, const struct reader_event *e);
/* The models are in force now, or, after an error, still the old ones, if there are any. */
void round_reloaded(struct hostview *v, int error);
/* A key that the round waits for has been answered. */
void round_key_done(struct hostview *v, struct view_key *k);

/* refresh.c */
/* An answer came to a key; last: there will be no newer one. */
void refresh_answered(struct view_key *k, bool last);
