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
                         (q->flags & CHECK_EXISTING_ONLY ? ANSWER_EXISTING_ONLY : 0),
                .now = q->now,
                .cancelled = &job->cancelled,
        };
        q->report = report_free(q->report);
        free(take_ptr(q->report_text));
        q->result = question_answer(&question, &q->report, NULL);
        if (q->result < 0)
                return;
        report_format(q->report, &text);
        q->report_text = text_take(&text);
}

/* Keys that did not answer are unknown to it. */
static void inquiry_judge(struct inquiry *q, char *const *late) {
        snapshot_unref(q->snapshot);
        q->snapshot = late ? hostview_snapshot_without(q->view, late) : hostview_snapshot(q->view);
        judges_submit(q->judges, &q->job);
}

struct inquiry *inquiry_new(struct hostview *view, struct judges *judges, uid_t uid, const char *descriptor,
                            size_t length, uint64_t flags, const struct policy *policy, void *userdata) {
        struct inquiry *q = xnew0(struct inquiry, 1);

        q->job = (struct job){ .kind = JOB_INQUIRY, .run = inquiry_run, .uid = uid };
        q->view = view;
        q->judges = judges;
        q->userdata = userdata;
        q->flags = flags;
        q->policy = *policy;
        if (flags & CHECK_MAY_RECREATE)
                q->policy.allow_recreate = true;
        q->descriptor = xmemdup(descriptor, length);
        q->length = length;
        q->now = (int64_t)time(NULL);
        inquiry_judge(q, NULL);
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

bool inquiry_go_on(struct inquiry *q) {
        _cleanup_(strv_free_cleanup) char **keys = NULL, **late = q->refresh ? refresh_take_late(q->refresh) : NULL;
        bool refreshed = q->refresh != NULL, changed;

        q->refresh = refresh_free(q->refresh);
        if (q->job.expired)
                q->result = -ETIME;
        if (q->result < 0 || q->second)
                return true;
        keys = chosen_keys(q->report);
        if (!refreshed && hostview_refresh(q->view, keys, false, READ_QUESTION, q, &q->refresh) < 0)
                q->refresh = NULL; /* no timer to be had: as it is known */
        if (q->refresh)
                return false;
        changed = late || hostview_reloaded_since(q->view, q->snapshot->generation);
        for (char **key = keys; key && *key && !changed; key++)
                changed = hostview_changed_since(q->view, *key, q->snapshot->generation);
        if (!changed)
                return true;
        q->second = true;
        inquiry_judge(q, late);
        return false;
}

bool inquiry_cancel(struct inquiry *q) {
        q->abandoned = true;
        atomic_store(&q->job.cancelled, true);
        return q->job.judges != NULL;
}

struct inquiry *inquiry_free(struct inquiry *q) {
        if (!q)
                return NULL;
        refresh_free(q->refresh);
        free(q->descriptor);
        document_free(q->source);
        snapshot_unref(q->snapshot);
        report_free(q->report);
        free(q->report_text);
        free(q);
        return NULL;
}
