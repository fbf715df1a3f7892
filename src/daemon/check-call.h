/*
 * One run of a vendor's check program: through the socket of its unit, or by a child of ours that runs it.
 *
 * Both speak with the program `check` (src/check): we send "NAME VERB\n" and the input, and shut down; it answers with
 * a line that says how it ended, and the output. Reads at most CHECK_OUTPUT_MAX, and never waits. What it said is
 * told once; that it is over, and takes no room any more, may come much later.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/macro.h"

#define CHECK_SOCKET "/run/vfio-migration-check/check.sock"

struct check_call_options {
        const char *socket;    /* of the unit; NULL: there is none */
        const char *runner;    /* the program `check`, for where nobody listens there; NULL: there is none */
        const char *root;      /* NULL: the real host */
        uint64_t timeout_usec; /* the runner's; ours is a bit longer */
};

struct check_answer {
        const char *why;    /* it did not exit: what became of it, for people; else NULL */
        int status;         /* its exit status */
        const char *output; /* of one that exited with 0; NUL-terminated */
        size_t length;
};

struct check_call_handlers {
        void (*answered)(void *userdata, const struct check_answer *answer); /* once; must not free the call */
        void (*over)(void *userdata); /* after it, once: nothing of it is left; may free the call */
};

struct check_call;

/*
 * Begins; nothing is called back before the loop goes on. SIGCHLD must be blocked. -errno if it cannot be run at all,
 * -ENOPKG if there is neither a unit nor a runner.
 */
int check_call_new(sd_event *event, const struct check_call_options *options, const char *name, const char *verb,
                   const char *input, size_t length, const struct check_call_handlers *handlers, void *userdata,
                   struct check_call **ret);
/* Also ends it, without a word: the runner sees it, and whoever comes reaps that. */
struct check_call *check_call_free(struct check_call *c);
