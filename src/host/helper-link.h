/*
 * A reader's way to the helper: one connection for all that is asked, as to start a helper costs much more than a
 * question, until a driver keeps it; and what is known of it, so that nobody waits for the same thing twice.
 *
 * Waits, but for one key (probe.h) no longer than HELPER_KEY_USEC in all. Of a fake root nobody is asked. All times are
 * of CLOCK_BOOTTIME.
 */
#pragma once

#include "host/inuse.h"
#include "host/sysfs.h"
#include "util/strv.h"

#define HELPER_KEY_USEC 1000000

struct helper_link {
        const struct sysfs *sysfs; /* borrowed */
        bool connected;
        int fd;

        bool none;            /* there is none for us: not asked again in this request */
        bool slow;            /* it did not say in time who holds what: not waited for that again in this request */
        uint64_t waited_usec; /* for what it said of one key */
        /* What keeps one for ever is not asked over and over. */
        uint64_t no_debugfs_until; /* it said that no device has any */
        struct silence {
                char *address; /* a driver kept it */
                uint64_t until;
        } * silent;
        size_t n_silent;

        struct inuse inuse;
        uint64_t inuse_until;   /* 0: not read */
        bool holders_asked;     /* it may still answer */
        uint64_t holders_since; /* when it had not yet */
};

void helper_link_init(struct helper_link *l, const struct sysfs *s);
void helper_link_done(struct helper_link *l);
/* A new request begins. */
void helper_link_forget(struct helper_link *l);
/* A key begins, for which it may be waited. */
void helper_link_begin(struct helper_link *l);
/*
 * Asks about a device, or what is on a parent. 0, or the answer's errno, -ETIMEDOUT, or -ENOTCONN where it was not
 * asked, as there is none for us.
 */
int helper_link_ask(struct helper_link *l, const char *address, const struct text *request, char **ret_field,
                    size_t *ret_length);
/*
 * Who holds what, at most a second old; of a fake root, at most as old as the request. Borrowed until the next call.
 * Without a helper we look ourselves, which is complete only for root.
 */
const struct inuse *helper_link_inuse(struct helper_link *l);
/* That it is of no use to ask for migration-state; and whether it is. */
void helper_link_no_debugfs(struct helper_link *l);
bool helper_link_has_debugfs(const struct helper_link *l);
