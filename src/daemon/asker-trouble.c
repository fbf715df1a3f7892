/*
 * What failed within the last minute: told once, and asked less. Owns the list; what to make of it is the asker's.
 */
#include <stdlib.h>

#include "daemon/asker-internal.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/strv.h"

#define TROUBLES_MAX 256u

static struct trouble *trouble_find(const struct asker *a, const char *what, uint64_t now) {
        for (struct trouble *t = a->troubles; t; t = t->next)
                if (now < t->until && str_equal(t->what, what))
                        return t;
        return NULL;
}

static void troubles_expire(struct asker *a, uint64_t now, size_t *ret_n) {
        struct trouble **at = &a->troubles;

        for (*ret_n = 0; *at;) {
                struct trouble *t = *at;

                if (now < t->until) {
                        at = &t->next;
                        ++*ret_n;
                        continue;
                }
                *at = t->next;
                free(t->what);
                free(t);
        }
}

void asker_trouble(struct asker *a, const char *what, bool silent, const char *message) {
        uint64_t now = usec_now(CLOCK_MONOTONIC);
        struct trouble *t = trouble_find(a, what, now);
        size_t n;

        if (!t) {
                troubles_expire(a, now, &n);
                if (n >= TROUBLES_MAX && !silent)
                        return;
                t = xnew0(struct trouble, 1);
                t->what = xstrdup(what);
                t->next = a->troubles;
                a->troubles = t;
                log_warning("%s", message);
        } else if (!silent)
                return;
        t->silent = t->silent || silent;
        t->until = now + ASKER_FAILURE_USEC;
}

void troubles_free(struct asker *a) {
        while (a->troubles) {
                struct trouble *t = a->troubles;

                a->troubles = t->next;
                free(t->what);
                free(t);
        }
}

bool asker_troubled(const struct asker *a, const char *what) {
        return trouble_find(a, what, usec_now(CLOCK_MONOTONIC)) != NULL;
}

bool asker_silent(const struct asker *a, const char *what) {
        const struct trouble *t = trouble_find(a, what, usec_now(CLOCK_MONOTONIC));

        return t && t->silent;
}
