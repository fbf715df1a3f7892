/*
 * One CheckCompatible. The report's JSON is written in the thread, too: the bus only sends it.
 */
#include "daemon/question.h"

#include <errno.h>
#include <time.h>

#include "core/answer.h"
#include "core/descriptor-json.h"
#include "daemon/view-table.h"
#include "util/alloc.h"

#define ROUNDS_MAX 8u

/* What somebody was asked, and of which state of the host. */
struct asked {
        struct open_question question;
        uint64_t generation;
};

/* In a thread. */
static void inquiry_run(struct job *job) {
        struct inquiry *q = (struct inquiry *)job;
        _cleanup_text_ struct text text = {};
        struct question question;

        if (!q->source) {
                q->result = document_parse(q->descriptor, q->length, DOCUMENT_SOURCE, &q->source, &q->place);
                free(take_ptr(q->descriptor));
                if (q->result < 0)
                        return;
        }
        question = (struct question){
                .source = q->source,
                .target = q->snapshot->inventory,
                .policy = &q->policy,
                .flags = (q->flags & CHECK_EXPLAIN ? ANSWER_EXPLAIN : 0) |
                         (q->flags & CHECK_NO_WRITE ? ANSWER_NO_WRITE : 0) |
                         (q->flags & CHECK_NO_VENDOR ? ANSWER_NO_VENDOR : 0) |
                         (q->flags & CHECK_EXISTING_ONLY ? ANSWER_EXISTING_ONLY : 0),
                .may_ask = q->may_ask,
                .words = q->words,
                .now = q->now,
                .cancelled = &job->cancelled,
        };
        q->report = report_free(q->report);
        free(take_ptr(q->report_text));
        q->result = question_answer(&question, &q->report, NULL);
        if (q->result < 0 || q->report->open.n > 0) /* it will be judged again */
                return;
        report_format(q->report, &text);
        q->report_text = text_take(&text);
}

static char *device_key(const struct device *d) {
        return d->traits->creatable ? xasprintf(KEY_PARENT "%s", d->parent) : xstrdup(d->address);
}

/* A driver spoke of the device as it was, and a check as those did that were in force. */
static bool asked_holds(const struct inquiry *q, const struct asked *a) {
        _cleanup_free_ char *key = NULL;

        if (hostview_reloaded_since(q->view, a->generation))
                return false;
        if (a->question.kind == WORD_CHECK) /* its key has all that it looked at */
                return true;
        key = device_key(a->question.target);
        return !hostview_changed_since(q->view, key, a->generation) && !strv_contains(q->late, key);
}

static void asked_done(struct asked *a) {
        struct open_questions one = { xmemdup(&a->question, sizeof(a->question)), 1 };

        open_questions_done(&one);
}

/* Forgets the words of what has changed since. */
static void inquiry_drop_words(struct inquiry *q) {
        struct words *old = q->words;
        size_t n = 0;

        q->words = words_new();
        for (size_t i = 0; i < q->n_asked; i++) {
                struct asked *a = &q->asked[i];
                const struct word *w = words_find(old, a->question.key);

                if (!w || !asked_holds(q, a)) {
                        asked_done(a);
                        continue;
                }
                words_put(q->words, a->question.key, word_new(w->answer, w->code, w->message));
                q->asked[n++] = *a;
        }
        q->n_asked = n;
        words_free(old);
}

static void inquiry_judge(struct inquiry *q) {
        snapshot_unref(q->snapshot);
        q->snapshot = q->late ? hostview_snapshot_without(q->view, q->late) : hostview_snapshot(q->view);
        inquiry_drop_words(q);
        judges_submit(q->judges, &q->job);
}

struct inquiry *inquiry_new(struct hostview *view, struct judges *judges, struct asker *asker, uid_t uid,
                            const char *descriptor, size_t length, uint64_t flags, const struct policy *policy,
                            void *userdata) {
        struct inquiry *q = xnew0(struct inquiry, 1);

        q->job = (struct job){ .kind = JOB_INQUIRY, .run = inquiry_run, .uid = uid };
        q->view = view;
        q->judges = judges;
        q->asker = asker;
        q->deadline = asker_deadline(asker);
        q->may_ask = true;
        q->userdata = userdata;
        q->flags = flags;
        q->policy = *policy;
        if (flags & CHECK_MAY_RECREATE)
                q->policy.allow_recreate = true;
        q->descriptor = xmemdup(descriptor, length);
        q->length = length;
        q->now = (int64_t)time(NULL);
        inquiry_judge(q);
        return q;
}

/* The keys of what the answer chose. */
static char **chosen_keys(const struct report *r) {
        char **keys = NULL;

        for (size_t i = 0; i < r->n_devices; i++) {
                const struct report_target *t = &r->devices[i].target;
                char *key;

                if (!t->placed)
                        continue;
                key = t->creatable ? xasprintf(KEY_PARENT "%s", t->parent) : xstrdup(t->address);
                if (strv_contains(keys, key))
                        free(key);
                else
                        strv_take(&keys, key);
        }
        return keys;
}

/* Nobody is asked any more; what is open stays so. */
static bool inquiry_gives_up(const struct inquiry *q) {
        return q->n_rounds >= ROUNDS_MAX || asker_deadline_passed(q->deadline);
}

/* True if what it leaves open is being asked, or it is judged again. */
static bool inquiry_ask(struct inquiry *q) {
        struct open_questions *open = &q->report->open;

        if (open->n == 0)
                return false;
        if (inquiry_gives_up(q) || asker_ask(q->asker, q->job.uid, open, q->deadline, q->words, q, &q->asking) < 0) {
                q->may_ask = false;
                inquiry_judge(q);
                return true;
        }
        q->n_rounds++;
        q->asked = xrealloc(q->asked, q->n_asked + open->n, sizeof(*q->asked));
        for (size_t i = 0; i < open->n; i++)
                q->asked[q->n_asked++] = (struct asked){ open->v[i], q->snapshot->generation };
        free(take_ptr(open->v));
        open->n = 0;
        if (!q->asking) /* all that was known already */
                inquiry_judge(q);
        return true;
}

/* What was chosen has changed since, or did not answer. */
static bool inquiry_outdated(const struct inquiry *q, char *const *keys) {
        bool changed = q->late || hostview_reloaded_since(q->view, q->snapshot->generation);

        for (char *const *key = keys; key && *key && !changed; key++)
                changed = hostview_changed_since(q->view, *key, q->snapshot->generation);
        return changed;
}

/* True if what it has chosen is being read again, or it is judged again because that changed. */
static bool inquiry_look_again(struct inquiry *q) {
        _cleanup_(strv_free_cleanup) char **keys = NULL;

        if (q->checked)
                return false;
        keys = chosen_keys(q->report);
        if (!q->chosen) {
                q->chosen = true;
                if (hostview_refresh(q->view, keys, false, READ_QUESTION, q, &q->refresh) < 0)
                        q->refresh = NULL; /* no timer to be had: as it is known */
                if (q->refresh)
                        return true;
        }
        q->checked = true;
        if (!inquiry_outdated(q, keys))
                return false;
        inquiry_judge(q);
        return true;
}

bool inquiry_go_on(struct inquiry *q) {
        if (q->asking) {
                q->asking = asking_free(q->asking);
                inquiry_judge(q);
                return false;
        }
        if (q->refresh) {
                q->late = refresh_take_late(q->refresh);
                q->refresh = refresh_free(q->refresh);
        }
        if (q->job.expired)
                q->result = -ETIME;
        return q->result < 0 || (!inquiry_ask(q) && !inquiry_look_again(q));
}

bool inquiry_cancel(struct inquiry *q) {
        q->abandoned = true;
        q->asking = asking_free(q->asking);
        atomic_store(&q->job.cancelled, true);
        return q->job.judges != NULL;
}

struct inquiry *inquiry_free(struct inquiry *q) {
        if (!q)
                return NULL;
        refresh_free(q->refresh);
        asking_free(q->asking);
        for (size_t i = 0; i < q->n_asked; i++)
                asked_done(&q->asked[i]);
        free(q->asked);
        words_free(q->words);
        strv_free(q->late);
        free(q->descriptor);
        document_free(q->source);
        snapshot_unref(q->snapshot);
        report_free(q->report);
        free(q->report_text);
        free(q);
        return NULL;
}
