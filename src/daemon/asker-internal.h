/*
 * What asker.c (who wants to know what, and whose turn it is) and asker-slot.c (what is being asked) share.
 */
#pragma once

#include "daemon/asker.h"
#include "daemon/check-call.h"
#include "daemon/helper-call.h"
#include "daemon/matter.h"
#include "util/clock.h"

#define ASKER_FAILURE_USEC (UINT64_C(60) * 1000 * 1000) /* so long is a failure kept, or a shrug */
#define ASKER_DRIVER_USEC (UINT64_C(1000) * 1000)       /* and a driver's word */
#define ASKER_SLOTS_MAX 8u                              /* of one kind at a time */
#define ASKER_SLOTS_PER_UID 4u
#define ASKER_SLOTS_FACTS 2u /* nobody waits for those */
#define ASKER_KINDS 3u       /* of words */

/* What one asking wants to know. */
struct want {
        struct asking *asking;
        struct matter *matter; /* NULL: answered */
        struct want *next;     /* of the matter */
};

struct asking {
        struct asker *asker;
        struct asking *next; /* in its lane, or among those that are done */
        uid_t uid;
        void *userdata;
        struct words *words;
        struct want *wants;
        size_t n_wants, n_left;
        size_t cursor[ASKER_KINDS]; /* what is before it is not queued */
        sd_event_source *deadline;
};

/* What one user waits for. */
struct lane {
        uid_t uid;
        struct lane *next;
        struct asking *first;
};

enum program_state {
        PROGRAM_UNKNOWN,
        PROGRAM_ASKING,
        PROGRAM_KNOWN,
        PROGRAM_FAILED,
};

/* A check program: what it can do it says itself, once. */
struct program {
        struct program *next;
        char *name;
        enum program_state state;
        bool again; /* what it says now is of before a reload */
        unsigned verbs;
        char *why; /* it failed */
        uint64_t until;
};

/* Something that failed not long ago. */
struct trouble {
        struct trouble *next;
        char *what;
        uint64_t until;
        bool silent; /* a device that did not answer: it is left alone */
};

/* One question that is being asked, or hangs on after it. */
struct slot {
        struct asker *asker;
        struct slot *next;
        enum word_kind kind;
        uid_t uid;
        struct matter *matter;   /* NULL: answered */
        struct program *program; /* it asks that for its verbs */
        struct check_call *check;
        struct helper_call *helper;
};

struct asker {
        sd_event *event;
        sd_event_source *wake;
        sd_event_source *work; /* there may be something to begin with */
        char *root, *runner, *helper_socket, *check_socket;
        uint64_t timeout_usec, total_timeout_usec;
        struct matters matters;
        struct program *programs;
        struct trouble *troubles;
        struct slot *slots;
        struct lane *lanes; /* in the order of their turns */
        struct asking *done;
};

/* Gives the word (taken) to all who wait for it, and keeps it. */
void asker_answer(struct asker *a, struct matter *m, struct word *word, uint64_t until);
void asker_work(struct asker *a);

/* True if the matter can be begun with now. */
bool slot_ready(struct asker *a, const struct matter *m);
/* Begins with a queued matter, or with what has to be known before; may also answer it at once. */
void slot_begin(struct asker *a, struct matter *m, uid_t uid);
struct slot *slot_free(struct slot *s);
/* Whether a device is left alone for now, because it did not answer. */
bool asker_silent(const struct asker *a, const char *what);
struct word *asker_word_silent(const struct matter *m);
void programs_reset(struct asker *a);
void programs_free(struct asker *a);
/* In asker-trouble.c: of a device, or "check NAME". Remembers it for a minute, and logs it if it is new; silent: it did
 * not answer. */
void asker_trouble(struct asker *a, const char *what, bool silent, const char *message);
bool asker_troubled(const struct asker *a, const char *what);
void troubles_free(struct asker *a);
