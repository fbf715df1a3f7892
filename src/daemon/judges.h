/*
 * Threads that do what takes time off the bus loop: parsing and judging a descriptor, writing a document.
 *
 * Jobs are taken in turn by uid, so that one user's load does not delay another's. A job is its owner's except between
 * judges_submit() and judges_pop(). `wake` is enabled when there is something to pop.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "util/macro.h"

struct judges;

/* Whose job it is: what is waited for begins with it, in a thread or elsewhere. */
enum job_kind {
        JOB_INQUIRY,
        JOB_DESCRIPTION,
        JOB_FACTS, /* in no thread: a struct facts_job of describer.c */
};

/* The head of a job; the rest of it is run()'s. */
struct job {
        enum job_kind kind;
        void (*run)(struct job *job); /* in a thread: touches nothing but the job */
        uid_t uid;
        atomic_bool cancelled; /* run() looks at it now and then */
        bool expired;          /* cancelled because its time was up */
        struct judges *judges; /* while it is submitted */
        struct job *next;      /* in the queue of its uid, or among those that are done */
        struct job *newer, *older;
        uint64_t submitted; /* CLOCK_MONOTONIC, usec */
};

int judges_new(sd_event *event, unsigned n_threads, uint64_t limit_usec, sd_event_source *wake, struct judges **ret);
/* Cancels what runs, waits for it, and forgets the jobs, which their owners free. */
struct judges *judges_free(struct judges *j);
DEFINE_CLEANUP(struct judges, judges_free);

void judges_submit(struct judges *j, struct job *job);
/* The next job that has run, or was cancelled before; NULL. */
struct job *judges_pop(struct judges *j);
/* How many are submitted and not popped. */
size_t judges_count(const struct judges *j);
