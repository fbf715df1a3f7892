/*
 * Asks drivers and vendors what questions leave open, and remembers what they said.
 *
 * Drivers are asked through the helper (host/helper.h), vendors by their check programs (daemon/check-call.h); never on
 * the loop, each with a deadline, all of one question with one more. The same thing is asked once for all who want to
 * know it. A check's yes or no holds for a pair of classes until either changes (the key has all of both); a
 * driver's for a second, as a device's snapshot does; that one did not answer, or does not know, for a minute.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "core/words.h"

struct asker_options {
        const char *check_runner;    /* the program `check`, for where there is no unit for it */
        const char *root;            /* NULL: the real host. Below a fake root no driver is asked. */
        const char *helper_socket;   /* NULL: HELPER_SOCKET */
        const char *check_socket;    /* NULL: CHECK_SOCKET, but below a fake root none */
        uint64_t timeout_usec;       /* of one check, and of one driver */
        uint64_t total_timeout_usec; /* of all of one question */
};

struct asker;
struct asking;

/* wake: enabled when there is something to pop; borrowed. SIGCHLD must be blocked. */
int asker_new(sd_event *event, const struct asker_options *options, sd_event_source *wake, struct asker **ret);
struct asker *asker_free(struct asker *a);
DEFINE_CLEANUP(struct asker, asker_free);
/* From now on; and forgets what checks said, which may be others now. */
void asker_reload(struct asker *a, uint64_t timeout_usec, uint64_t total_timeout_usec);

/*
 * Asks. *ret is popped when all have answered or deadline (CLOCK_MONOTONIC, usec; the asker's own total is not added
 * again) has passed; what has not answered by then is WORD_UNKNOWN to this one alone. NULL if all was known already:
 * then words has everything.
 */
int asker_ask(struct asker *a, uid_t uid, const struct open_questions *open, uint64_t deadline, struct words *words,
              void *userdata, struct asking **ret);
uint64_t asker_deadline(const struct asker *a); /* for a question that begins now */
bool asker_deadline_passed(uint64_t deadline);
/* The next that is done, words filled; to be freed. */
struct asking *asker_pop(struct asker *a);
void *asking_userdata(const struct asking *a);
/* Also cancels; the words are the caller's. All must be freed before the asker. */
struct asking *asking_free(struct asking *a);
