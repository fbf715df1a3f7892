/*
 * One Describe: named devices are read afresh, all others are as the snapshot has them; the JSON is written in a
 * thread.
 *
 * A description is alive from description_new() to description_free(); whoever pops its job or its refresh calls
 * description_go_on().
 */
#pragma once

#include "daemon/hostview.h"
#include "daemon/judges.h"
#include "util/strv.h"

/* Flags of Describe. */
enum describe_flags {
        DESCRIBE_HOST = 1, /* models, creatables */
        DESCRIBE_FLAGS_ALL = 1,
};

struct description {
        struct job job; /* first */
        struct hostview *view;
        struct judges *judges;
        void *userdata;
        uint64_t flags;
        char **ids;   /* NULL: all */
        bool to_file; /* a sealed memfd instead of a text */
        size_t max;   /* bytes of the text */
        bool abandoned;
        struct refresh *refresh;
        char **late;              /* ids that did not answer in time */
        struct description *next; /* the owner's list */

        struct snapshot *snapshot;
        struct document *document; /* borrows models */

        /* The answer: 0 with text or fd; -ENODEV with the id that is not there (any more), -EFBIG beyond max, -ETIME.
         */
        int result;
        const char *missing;
        char *text;
        int fd;
};

struct description *description_new(struct hostview *view, struct judges *judges, uid_t uid, char *const *ids,
                                    uint64_t flags, bool to_file, size_t max, void *userdata);
bool description_go_on(struct description *d);
bool description_cancel(struct description *d);
struct description *description_free(struct description *d);
