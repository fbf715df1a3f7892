#include "daemon/describer.h"

#include "core/check-json.h"
#include "util/alloc.h"
#include "util/strv.h"

#define JOBS_MAX 8u                                 /* devices at a time */
#define PATIENCE_USEC (UINT64_C(600) * 1000 * 1000) /* for each; checks have deadlines of their own */
#define NOBODY ((uid_t)-1)                          /* for whom it is asked */

/* One device that is asked about. */
struct facts_job {
        struct job job; /* first */
        struct facts_job *next;
        struct device *device;
        char **checks;
        char **keys;
        struct words *words;
        struct asking *asking;
};

struct describer {
        struct hostview *view;
        struct asker *asker;
        struct facts_job *jobs;
        unsigned n_jobs;
};

static void job_free(struct describer *d, struct facts_job *j) {
        struct facts_job **at = &d->jobs;

        while (*at != j)
                at = &(*at)->next;
        *at = j->next;
        d->n_jobs--;
        asking_free(j->asking);
        words_free(j->words);
        device_unref(j->device);
        strv_free(j->checks);
        strv_free(j->keys);
        free(j);
}

static void take_facts(const char *check, const char *text, struct entries *facts, struct entries *origins) {
        _cleanup_free_ char *origin = xasprintf("check:%s", check);
        struct json_error error;
        struct entries said = {};

        if (check_parse_facts(text, strlen(text), &said, &error) < 0)
                return;
        for (size_t i = 0; i < said.n; i++)
                if (!entries_find(facts, said.v[i].name)) { /* the first check's counts */
                        entries_set(facts, said.v[i].name, said.v[i].value);
                        entries_set(origins, said.v[i].name, origin);
                }
        entries_done(&said);
}

void describer_back(struct describer *d, struct job *job) {
        struct facts_job *j = (struct facts_job *)job;
        struct entries facts = {}, origins = {};

        for (size_t i = 0; j->keys && j->keys[i]; i++) {
                const struct word *w = words_find(j->words, j->keys[i]);

                if (w && w->answer == WORD_YES && w->message)
                        take_facts(j->checks[i], w->message, &facts, &origins);
        }
        hostview_add_facts(d->view, j->device, &facts, &origins);
        entries_done(&facts);
        entries_done(&origins);
        job_free(d, j);
}

/* Asks all checks of its model; takes the device. */
static void job_begin(struct describer *d, struct device *device, char *const *checks) {
        struct facts_job *j = xnew0(struct facts_job, 1);
        struct open_questions open = {};
        _cleanup_text_ struct text text = {};
        int r;

        j->job.kind = JOB_FACTS;
        j->device = device;
        j->words = words_new();
        j->checks = strv_copy(checks);
        j->next = d->jobs;
        d->jobs = j;
        d->n_jobs++;
        check_format_device(device, &text);
        for (char *const *check = checks; check && *check; check++) {
                struct open_question q = { .kind = WORD_FACTS, .check = xstrdup(*check) };

                q.key = xasprintf("facts %s %s", *check, text.data);
                q.target = device_ref(device);
                strv_take(&j->keys, xstrdup(q.key));
                array_append(open.v, open.n, q);
        }
        r = asker_ask(d->asker, NOBODY, &open, asker_deadline(d->asker) + PATIENCE_USEC, j->words, j, &j->asking);
        open_questions_done(&open);
        if (r < 0 || !j->asking)
                describer_back(d, &j->job);
}

void describer_go_on(struct describer *d) {
        struct device *device;
        char *const *checks;

        while (d->n_jobs < JOBS_MAX && (device = hostview_pop_undescribed(d->view, &checks)))
                job_begin(d, device, checks);
}

struct describer *describer_new(struct hostview *view, struct asker *asker) {
        struct describer *d = xnew0(struct describer, 1);

        d->view = view;
        d->asker = asker;
        return d;
}

struct describer *describer_free(struct describer *d) {
        if (!d)
                return NULL;
        while (d->jobs)
                job_free(d, d->jobs);
        free(d);
        return NULL;
}
