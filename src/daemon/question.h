/*
 * One CheckCompatible: judge, ask what that leaves open and judge again, read again what was chosen, judge (and ask)
 * again if that changed, answer.
 *
 * An inquiry is alive from inquiry_new() to inquiry_free(); whoever pops its job, its asking or its refresh calls
 * inquiry_go_on(). Decides nothing: the verdict is core's.
 */
#pragma once

#include "core/json-strict.h"
#include "core/policy.h"
#include "core/report.h"
#include "daemon/asker.h"
#include "daemon/hostview.h"
#include "daemon/judges.h"

/* Flags of CheckCompatible. */
enum check_flags {
        CHECK_EXPLAIN = 1,
        CHECK_NO_WRITE = 2,  /* of migration_version */
        CHECK_NO_VENDOR = 4, /* checks */
        CHECK_EXISTING_ONLY = 8,
        CHECK_MAY_RECREATE = 16,
        CHECK_FLAGS_ALL = 31,
};

struct inquiry {
        struct job job; /* first */
        struct hostview *view;
        struct judges *judges;
        struct asker *asker;
        void *userdata; /* the caller's */
        uint64_t flags;
        struct policy policy;
        bool chosen;    /* what was chosen has been read again */
        bool checked;   /* and it was looked whether that changed */
        bool abandoned; /* nobody wants the answer; freed when its job comes back */
        struct refresh *refresh;
        char **late; /* what did not answer when it was read again: unknown to this one from then on */

        struct asking *asking;
        uint64_t deadline; /* of all that is asked, CLOCK_MONOTONIC */
        unsigned n_rounds; /* so often it was asked */
        struct asked *asked;
        size_t n_asked;

        struct inquiry *next; /* the owner's list */

        /* Between the loop and a thread: whoever has the job. */
        char *descriptor; /* until it is parsed */
        size_t length;
        struct document *source;
        struct snapshot *snapshot;
        struct words *words; /* what was said; only read in a thread */
        bool may_ask;
        int64_t now; /* seconds since the epoch */

        /* The answer: 0 with a report, -EBADMSG or -E2BIG with the place, -ETIME if it took too long. */
        int result;
        struct json_error place;
        struct report *report;
        char *report_text;
};

/* Copies the descriptor, and begins. */
struct inquiry *inquiry_new(struct hostview *view, struct judges *judges, struct asker *asker, uid_t uid,
                            const char *descriptor, size_t length, uint64_t flags, const struct policy *policy,
                            void *userdata);
/* Its job, its asking or its refresh has come back: true if it is answered. */
bool inquiry_go_on(struct inquiry *q);
/* True while a thread has it, so that it must not be freed. */
bool inquiry_cancel(struct inquiry *q);
struct inquiry *inquiry_free(struct inquiry *q);
