/*
 * Who wants to know what, whose turn it is, and until when. What is asked is begun on the loop, never in asker_ask().
 */
#include "daemon/asker.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

#include "daemon/asker-internal.h"
#include "host/helper.h"
#include "util/alloc.h"
#include "util/strv.h"

#define KNOWN_MAX 4096u
#define KNOWN_BYTES_MAX (16u * 1024 * 1024)
#define ACCURACY_USEC 5000u

void asker_work(struct asker *a) {
        sd_event_source_set_enabled(a->work, SD_EVENT_ONESHOT);
}

static void put_copy(struct words *words, const char *key, const struct word *w) {
        words_put(words, key, word_new(w->answer, w->code, w->message));
}

static struct lane **lane_find(struct asker *a, uid_t uid) {
        struct lane **at = &a->lanes;

        while (*at && (*at)->uid != uid)
                at = &(*at)->next;
        return at;
}

static void lane_add(struct asker *a, struct asking *k) {
        struct lane **at = lane_find(a, k->uid);
        struct asking **end;

        if (!*at) {
                *at = xnew0(struct lane, 1);
                (*at)->uid = k->uid;
        }
        for (end = &(*at)->first; *end; end = &(*end)->next)
                ;
        *end = k;
}

static bool list_remove(struct asking **list, const struct asking *k) {
        for (; *list; list = &(*list)->next)
                if (*list == k) {
                        *list = k->next;
                        return true;
                }
        return false;
}

static void lane_remove(struct asker *a, struct asking *k) {
        struct lane **at = lane_find(a, k->uid), *lane = *at;

        if (!lane || !list_remove(&lane->first, k) || lane->first)
                return;
        *at = lane->next;
        free(lane);
}

static void asking_finish(struct asking *k) {
        struct asker *a = k->asker;
        struct asking **end;

        k->deadline = sd_event_source_disable_unref(k->deadline);
        lane_remove(a, k);
        k->next = NULL;
        for (end = &a->done; *end; end = &(*end)->next)
                ;
        *end = k;
        sd_event_source_set_enabled(a->wake, SD_EVENT_ONESHOT);
}

/* Takes it out of those who wait for its matter, which nobody begins with for nobody. */
static void want_drop(struct want *w) {
        struct matter *m = take_ptr(w->matter);
        struct want **at;

        for (at = &m->wants; *at != w; at = &(*at)->next)
                ;
        *at = w->next;
        w->asking->n_left--;
        if (!m->wants && m->state == MATTER_QUEUED)
                matters_forget(&w->asking->asker->matters, m);
}

void asker_answer(struct asker *a, struct matter *m, struct word *word, uint64_t until) {
        while (m->wants) {
                struct want *w = m->wants;
                struct asking *k = w->asking;

                m->wants = w->next;
                w->matter = NULL;
                k->n_left--;
                put_copy(k->words, m->key, word);
                if (k->n_left == 0)
                        asking_finish(k);
        }
        matters_know(&a->matters, m, word, until);
        asker_work(a);
}

static struct word *word_late(const struct matter *m) {
        _cleanup_free_ char *message = NULL;

        if (m->kind != WORD_MIGRATION_VERSION)
                message = xasprintf("check %s: no answer within the time that one question has", m->check);
        else
                message = xasprintf("%s: no answer from its driver within the time that one question has", m->what);
        return word_new(WORD_UNKNOWN, "ETIMEDOUT", message);
}

static int on_deadline(sd_event_source *s, uint64_t usec, void *userdata) {
        struct asking *k = userdata;

        for (size_t i = 0; i < k->n_wants; i++) {
                struct want *w = &k->wants[i];

                if (!w->matter)
                        continue;
                words_put(k->words, w->matter->key, word_late(w->matter));
                want_drop(w);
        }
        asking_finish(k);
        return 0;
}

/* A matter that answers the question, as far as that is known; else NULL. */
static struct matter *find_matter(struct asker *a, const struct open_question *q) {
        struct matter *m = matters_find(&a->matters, q->key);

        if (!m || matter_holds(m, q, usec_now(CLOCK_MONOTONIC)))
                return m;
        matters_forget(&a->matters, m);
        return NULL;
}

/* What can be said without asking anybody. */
static struct word *word_at_once(const struct asker *a, const struct open_question *q, const struct matter *m,
                                 bool late) {
        if (q->kind == WORD_MIGRATION_VERSION && a->root)
                return word_new(WORD_NOT_ASKED, NULL, "there is no helper for the copy of a host");
        if (m->state == MATTER_KNOWN)
                return word_new(m->word->answer, m->word->code, m->word->message);
        if (q->kind == WORD_MIGRATION_VERSION && asker_silent(a, m->what))
                return asker_word_silent(m);
        return late ? word_late(m) : NULL;
}

static void asking_want(struct asking *k, const struct open_question *q, bool late) {
        struct asker *a = k->asker;
        struct matter *m = find_matter(a, q);
        struct word *word;
        struct want *w;

        if (!m)
                m = matters_add(&a->matters, q);
        word = word_at_once(a, q, m, late);
        if (word) {
                words_put(k->words, q->key, word);
                if (m->state == MATTER_QUEUED && !m->wants)
                        matters_forget(&a->matters, m);
                return;
        }
        w = &k->wants[k->n_wants++];
        *w = (struct want){ k, m, m->wants };
        m->wants = w;
        k->n_left++;
}

uint64_t asker_deadline(const struct asker *a) {
        return usec_now(CLOCK_MONOTONIC) + a->total_timeout_usec;
}

bool asker_deadline_passed(uint64_t deadline) {
        return usec_now(CLOCK_MONOTONIC) >= deadline;
}

int asker_ask(struct asker *a, uid_t uid, const struct open_questions *open, uint64_t deadline, struct words *words,
              void *userdata, struct asking **ret) {
        struct asking *k = xnew0(struct asking, 1);
        bool late = asker_deadline_passed(deadline);
        int r;

        k->asker = a;
        k->uid = uid;
        k->userdata = userdata;
        k->words = words;
        k->wants = xnew0(struct want, open->n);
        for (size_t i = 0; i < open->n; i++)
                if (!words_find(words, open->v[i].key))
                        asking_want(k, &open->v[i], late);
        if (k->n_left == 0) {
                asking_free(k);
                *ret = NULL;
                return 0;
        }
        r = sd_event_add_time(a->event, &k->deadline, CLOCK_MONOTONIC, deadline, ACCURACY_USEC, on_deadline, k);
        if (r < 0) {
                asking_free(k);
                return r;
        }
        lane_add(a, k);
        asker_work(a);
        *ret = k;
        return 0;
}

struct asking *asker_pop(struct asker *a) {
        struct asking *k = a->done;

        if (k) {
                a->done = k->next;
                k->next = NULL;
        }
        return k;
}

void *asking_userdata(const struct asking *k) {
        return k->userdata;
}

struct asking *asking_free(struct asking *k) {
        if (!k)
                return NULL;
        for (size_t i = 0; i < k->n_wants; i++)
                if (k->wants[i].matter)
                        want_drop(&k->wants[i]);
        lane_remove(k->asker, k);
        list_remove(&k->asker->done, k);
        sd_event_source_disable_unref(k->deadline);
        free(k->wants);
        free(k);
        return NULL;
}

/* The next matter of that kind that one user waits for and that can be begun with. */
static struct matter *lane_next(struct asker *a, const struct lane *lane, enum word_kind kind) {
        for (struct asking *k = lane->first; k; k = k->next) {
                bool waits = false; /* something before is queued */

                for (size_t i = k->cursor[kind]; i < k->n_wants; i++) {
                        struct matter *m = k->wants[i].matter;

                        if (!m || m->kind != kind || m->state != MATTER_QUEUED) {
                                if (!waits)
                                        k->cursor[kind] = i + 1;
                                continue;
                        }
                        if (slot_ready(a, m))
                                return m;
                        waits = true;
                }
        }
        return NULL;
}

static unsigned count_slots(const struct asker *a, enum word_kind kind, const uid_t *uid) {
        unsigned n = 0;

        for (const struct slot *s = a->slots; s; s = s->next)
                n += s->kind == kind && (!uid || s->uid == *uid);
        return n;
}

static bool begin_one(struct asker *a, enum word_kind kind) {
        for (struct lane **at = &a->lanes; *at; at = &(*at)->next) {
                struct lane *lane = *at, **end;
                struct matter *m;

                if (count_slots(a, kind, &lane->uid) >= ASKER_SLOTS_PER_UID)
                        continue;
                m = lane_next(a, lane, kind);
                if (!m)
                        continue;
                for (end = at; *end; end = &(*end)->next)
                        ;
                *end = lane; /* to the end of the turn */
                *at = lane->next;
                lane->next = NULL;
                slot_begin(a, m, lane->uid);
                return true;
        }
        return false;
}

static int on_work(sd_event_source *s, void *userdata) {
        struct asker *a = userdata;

        for (enum word_kind kind = 0; kind < ASKER_KINDS; kind++)
                while (count_slots(a, kind, NULL) < (kind == WORD_FACTS ? ASKER_SLOTS_FACTS : ASKER_SLOTS_MAX) &&
                       begin_one(a, kind))
                        ;
        return 0;
}

int asker_new(sd_event *event, const struct asker_options *options, sd_event_source *wake, struct asker **ret) {
        struct asker *a = xnew0(struct asker, 1);
        int r;

        a->event = sd_event_ref(event);
        a->wake = wake;
        a->root = xstrdup(options->root);
        a->runner = xstrdup(options->check_runner);
        a->helper_socket = xstrdup(options->helper_socket ? options->helper_socket : HELPER_SOCKET);
        /* The unit looks at the real host. */
        a->check_socket = xstrdup(options->check_socket ? options->check_socket : options->root ? NULL : CHECK_SOCKET);
        a->timeout_usec = options->timeout_usec;
        a->total_timeout_usec = options->total_timeout_usec;
        a->matters = (struct matters){ .max_known = KNOWN_MAX, .max_bytes = KNOWN_BYTES_MAX };
        r = sd_event_add_defer(event, &a->work, on_work, a);
        if (r >= 0)
                r = sd_event_source_set_enabled(a->work, SD_EVENT_OFF);
        if (r < 0) {
                asker_free(a);
                return r;
        }
        *ret = a;
        return 0;
}

struct asker *asker_free(struct asker *a) {
        if (!a)
                return NULL;
        assert(!a->lanes && !a->done);
        while (a->slots)
                slot_free(a->slots);
        programs_free(a);
        troubles_free(a);
        matters_done(&a->matters);
        sd_event_source_disable_unref(a->work);
        free(a->root);
        free(a->runner);
        free(a->helper_socket);
        free(a->check_socket);
        sd_event_unref(a->event);
        free(a);
        return NULL;
}

void asker_reload(struct asker *a, uint64_t timeout_usec, uint64_t total_timeout_usec) {
        a->timeout_usec = timeout_usec;
        a->total_timeout_usec = total_timeout_usec;
        matters_forget_all(&a->matters, WORD_CHECK);
        matters_forget_all(&a->matters, WORD_FACTS);
        programs_reset(a);
}
