/*
 * Refreshes: who waits for which keys to be read again, and for how long.
 *
 * Those who want the same key share one read.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "daemon/hostview-internal.h"
#include "util/alloc.h"

#define ACCURACY_USEC 5000u

struct wait {
        struct refresh *refresh;
        struct view_key *key; /* NULL: answered */
        struct wait *next;    /* of the key */
        uint64_t since;       /* what a reader was asked before does not count */
};

struct refresh {
        struct hostview *view;
        struct refresh *next;
        void *userdata;
        struct wait *waits;
        size_t n_waits, n_left;
        char **late;
        sd_event_source *deadline;
};

void *refresh_userdata(const struct refresh *r) {
        return r->userdata;
}

size_t refresh_pending(const struct refresh *r) {
        return r->n_left;
}

char **refresh_take_late(struct refresh *r) {
        return take_ptr(r->late);
}

static void wait_end(struct wait *w) {
        struct wait **at;

        if (!w->key)
                return;
        for (at = &w->key->waits; *at != w; at = &(*at)->next)
                ;
        *at = w->next;
        w->key = NULL;
        w->refresh->n_left--;
}

static void list_remove(struct refresh **list, const struct refresh *r) {
        for (; *list; list = &(*list)->next)
                if (*list == r) {
                        *list = r->next;
                        return;
                }
}

static void refresh_finish(struct refresh *r) {
        struct hostview *v = r->view;

        r->deadline = sd_event_source_disable_unref(r->deadline);
        list_remove(&v->refreshes, r);
        r->next = NULL;
        *v->end_done = r;
        v->end_done = &r->next;
        sd_event_source_set_enabled(v->wake, SD_EVENT_ONESHOT);
}

void refresh_answered(struct view_key *k, bool last) {
        struct wait *next;

        for (struct wait *w = k->waits; w; w = next) {
                next = w->next;
                if (!last && k->read_at < w->since)
                        continue;
                wait_end(w);
                if (w->refresh->n_left == 0)
                        refresh_finish(w->refresh);
        }
}

static int key_compare(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Readers may only be busy, so that this says nothing of the key; what is its own fault the pool says. */
static int on_deadline(sd_event_source *s, uint64_t usec, void *userdata) {
        struct refresh *r = userdata;
        struct hostview *v = r->view;
        size_t n = 0;

        for (size_t i = 0; i < r->n_waits; i++) {
                struct view_key *k = r->waits[i].key;

                if (!k)
                        continue;
                array_append(r->late, n, xstrdup(k->name));
                wait_end(&r->waits[i]);
                hostview_unask(v, k);
        }
        if (n > 0)
                qsort(r->late, n, sizeof(*r->late), key_compare);
        array_append(r->late, n, NULL);
        refresh_finish(r);
        return 0;
}

int hostview_refresh(struct hostview *v, char *const *keys, bool all, enum read_class class, void *userdata,
                     struct refresh **ret_refresh) {
        uint64_t now = usec_now(CLOCK_BOOTTIME);
        struct refresh *r = xnew0(struct refresh, 1);
        int k;

        r->view = v;
        r->userdata = userdata;
        r->waits = xnew0(struct wait, strv_length(keys));
        r->next = v->refreshes;
        v->refreshes = r;
        for (size_t i = 0; keys && keys[i]; i++) {
                struct view_key *key = view_table_find(hostview_table(v, keys[i]), keys[i]);
                struct wait *w = &r->waits[r->n_waits];
                uint64_t since;

                if (!key || (!all && now < key->read_at + v->options.fresh_usec))
                        continue;
                /* Without `all` a read that is under way for others is good enough; a round's may be too old. */
                since = all ? now : now - v->options.fresh_usec;
                if (!all && key->asked)
                        since = MIN(since, key->asked_at);
                if (all && key->asked) { /* that read may have seen what was before */
                        key->again = true;
                        key->again_class = class;
                } else if (!hostview_ask(v, key, class, false))
                        continue;
                *w = (struct wait){ r, key, key->waits, since };
                key->waits = w;
                r->n_waits++;
                r->n_left++;
        }
        if (r->n_left == 0) {
                refresh_free(r);
                *ret_refresh = NULL;
                return 0;
        }
        k = sd_event_add_time_relative(v->event, &r->deadline, CLOCK_MONOTONIC, v->options.deadline_usec, ACCURACY_USEC,
                                       on_deadline, r);
        if (k < 0) {
                refresh_free(r);
                return k;
        }
        *ret_refresh = r;
        return 0;
}

struct refresh *hostview_pop_refresh(struct hostview *v) {
        struct refresh *r = v->first_done;

        if (!r)
                return NULL;
        v->first_done = r->next;
        if (!v->first_done)
                v->end_done = &v->first_done;
        r->next = NULL;
        return r;
}

struct refresh *refresh_free(struct refresh *r) {
        struct hostview *v;

        if (!r)
                return NULL;
        v = r->view;
        for (size_t i = 0; i < r->n_waits; i++) {
                struct view_key *k = r->waits[i].key;

                wait_end(&r->waits[i]);
                if (k)
                        hostview_unask(v, k);
        }
        list_remove(&v->refreshes, r);
        list_remove(&v->first_done, r);
        for (v->end_done = &v->first_done; *v->end_done; v->end_done = &(*v->end_done)->next)
                ;
        sd_event_source_disable_unref(r->deadline);
        strv_free(r->late);
        free(r->waits);
        free(r);
        return NULL;
}
