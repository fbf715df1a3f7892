/*
 * The daemon without a bus: configuration, the view of the host, and the questions that are under way.
 *
 * Owns them all. Answers are queued, and `wake` (the bus's defer source) is enabled when there is something to pop.
 */
#pragma once

#include <systemd/sd-event.h>

#include "daemon/config.h"
#include "daemon/describe.h"
#include "daemon/hostview.h"
#include "daemon/question.h"

struct manager_options {
        const char *root;   /* NULL: the real host */
        const char *config; /* NULL: the usual places */
        const char *reader; /* the program */
        const char *check;  /* the program that runs checks where there is no unit for it; NULL: there is none */
};

struct manager;

int manager_new(sd_event *event, const struct manager_options *options, struct manager **ret);
struct manager *manager_free(struct manager *m);
DEFINE_CLEANUP(struct manager, manager_free);

/* Who is woken when there is something to pop; borrowed. */
void manager_set_wake(struct manager *m, sd_event_source *wake);
/* Reads configuration, models and host, also at the start. Returns the number of the round that will have done it. */
uint64_t manager_reload(struct manager *m);
/* True when everything has been read for the first time; *ret_error is how the last round ended. */
bool manager_ready(const struct manager *m, int *ret_error);
/* Lists and reads everything again; as manager_reload(). */
uint64_t manager_rescan(struct manager *m);
uint64_t manager_rounds_done(const struct manager *m);

struct hostview *manager_view(struct manager *m);

/* -EDQUOT: this user has too much under way; -EUSERS: all together have; -EAGAIN: the host is not known yet. */
int manager_check(struct manager *m, uid_t uid, const char *descriptor, size_t length, uint64_t flags, void *userdata,
                  struct inquiry **ret);
int manager_describe(struct manager *m, uid_t uid, char *const *ids, uint64_t flags, bool to_file, size_t max,
                     void *userdata, struct description **ret);
/* Answered ones, which the caller frees. */
struct inquiry *manager_pop_inquiry(struct manager *m);
struct description *manager_pop_description(struct manager *m);
/* Nobody wants the answer any more. */
void manager_forget_inquiry(struct manager *m, struct inquiry *q);
void manager_forget_description(struct manager *m, struct description *d);
