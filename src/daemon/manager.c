/*
 * The daemon without a bus. What comes back from threads and readers is handed on here, in one place.
 */
#include "daemon/manager.h"

#include <errno.h>
#include <string.h>

#include "daemon/describer.h"
#include "util/alloc.h"
#include "util/log.h"

#define N_THREADS 4u
#define JUDGE_USEC (10u * 1000 * 1000)
#define DESCRIBE_FACTOR 8u /* descriptions that a user may have under way, for each check that he may */
#define DESCRIBE_KEYS 256u /* devices that a user may have read at a time, but for one description alone */

struct manager {
        sd_event *event;
        sd_event_source *work; /* something came back */
        sd_event_source *wake; /* the bus's */
        struct sysfs root;
        char *root_path;
        char *config_path;
        char *reader;
        char *reader_arguments[2];
        struct config config;
        bool configured; /* the first reload need not read it again */
        struct hostview *view;
        struct judges *judges;
        struct asker *asker;
        struct describer *describer;

        struct inquiry *inquiries, *answered;
        struct description *descriptions, *described;
};

static void inquiry_move(struct inquiry **from, struct inquiry **to, struct inquiry *q) {
        while (*from && *from != q)
                from = &(*from)->next;
        if (*from)
                *from = q->next;
        for (; to && *to; to = &(*to)->next)
                ;
        q->next = NULL;
        if (to)
                *to = q;
}

static void description_move(struct description **from, struct description **to, struct description *d) {
        while (*from && *from != d)
                from = &(*from)->next;
        if (*from)
                *from = d->next;
        for (; to && *to; to = &(*to)->next)
                ;
        d->next = NULL;
        if (to)
                *to = d;
}

static void wake_bus(struct manager *m) {
        if (m->wake)
                sd_event_source_set_enabled(m->wake, SD_EVENT_ONESHOT);
}

static void inquiry_back(struct manager *m, struct inquiry *q) {
        if (q->abandoned) {
                inquiry_move(&m->inquiries, NULL, q);
                inquiry_free(q);
        } else if (inquiry_go_on(q)) {
                inquiry_move(&m->inquiries, &m->answered, q);
                wake_bus(m);
        }
}

static void description_back(struct manager *m, struct description *d) {
        if (d->abandoned) {
                description_move(&m->descriptions, NULL, d);
                description_free(d);
        } else if (description_go_on(d)) {
                description_move(&m->descriptions, &m->described, d);
                wake_bus(m);
        }
}

static void job_back(struct manager *m, struct job *job) {
        switch (job->kind) {
        case JOB_INQUIRY:
                inquiry_back(m, (struct inquiry *)job);
                break;
        case JOB_DESCRIPTION:
                description_back(m, (struct description *)job);
                break;
        case JOB_FACTS:
                describer_back(m->describer, job);
        }
}

static int on_work(sd_event_source *s, void *userdata) {
        struct manager *m = userdata;
        struct refresh *r;
        struct asking *k;
        struct job *job;

        while ((job = judges_pop(m->judges)))
                job_back(m, job);
        while ((k = asker_pop(m->asker)))
                job_back(m, asking_userdata(k)); /* who frees it */
        while ((r = hostview_pop_refresh(m->view)))
                job_back(m, refresh_userdata(r)); /* who frees it */
        describer_go_on(m->describer);
        wake_bus(m); /* there may be notices, or a round has ended */
        return 0;
}

static size_t inquiries_of(const struct manager *m, uid_t uid, size_t *ret_all) {
        size_t n = 0;

        *ret_all = 0;
        for (const struct inquiry *q = m->inquiries; q; q = q->next, ++*ret_all)
                n += q->job.uid == uid;
        return n;
}

static size_t descriptions_of(const struct manager *m, uid_t uid, size_t *ret_all, size_t *ret_keys) {
        size_t n = 0;

        *ret_all = *ret_keys = 0;
        for (const struct description *d = m->descriptions; d; d = d->next, ++*ret_all)
                if (d->job.uid == uid) {
                        n++;
                        *ret_keys += d->refresh ? refresh_pending(d->refresh) : 0;
                }
        return n;
}

int manager_check(struct manager *m, uid_t uid, const char *descriptor, size_t length, uint64_t flags, void *userdata,
                  struct inquiry **ret) {
        struct inquiry *q;
        size_t all;
        int error;

        if (!manager_ready(m, &error))
                return -EAGAIN;
        if (inquiries_of(m, uid, &all) >= m->config.limits.checks_per_uid)
                return -EDQUOT;
        if (all >= m->config.limits.checks)
                return -EUSERS;
        q = inquiry_new(m->view, m->judges, m->asker, uid, descriptor, length, flags, &m->config.policy, userdata);
        q->next = m->inquiries;
        *ret = m->inquiries = q;
        return 0;
}

int manager_describe(struct manager *m, uid_t uid, char *const *ids, uint64_t flags, bool to_file, size_t max,
                     void *userdata, struct description **ret) {
        struct description *d;
        size_t all, n_keys;
        int error;

        if (!manager_ready(m, &error))
                return -EAGAIN;
        if (descriptions_of(m, uid, &all, &n_keys) >= (size_t)m->config.limits.checks_per_uid * DESCRIBE_FACTOR)
                return -EDQUOT;
        if (n_keys > 0 && strv_length(ids) > 0 && n_keys + strv_length(ids) > DESCRIBE_KEYS)
                return -EDQUOT;
        if (all >= m->config.limits.checks)
                return -EUSERS;
        d = description_new(m->view, m->judges, uid, ids, flags, to_file, max, userdata);
        d->next = m->descriptions;
        *ret = m->descriptions = d;
        if (!d->refresh)
                description_back(m, d);
        return 0;
}

struct inquiry *manager_pop_inquiry(struct manager *m) {
        struct inquiry *q = m->answered;

        if (q)
                m->answered = q->next;
        return q;
}

struct description *manager_pop_description(struct manager *m) {
        struct description *d = m->described;

        if (d)
                m->described = d->next;
        return d;
}

void manager_forget_inquiry(struct manager *m, struct inquiry *q) {
        if (inquiry_cancel(q))
                return; /* freed when the thread gives it back */
        inquiry_move(&m->inquiries, NULL, q);
        inquiry_move(&m->answered, NULL, q); /* it may have been answered just now */
        inquiry_free(q);
}

void manager_forget_description(struct manager *m, struct description *d) {
        if (description_cancel(d))
                return;
        description_move(&m->descriptions, NULL, d);
        description_move(&m->described, NULL, d);
        description_free(d);
}

struct hostview *manager_view(struct manager *m) {
        return m->view;
}

bool manager_ready(const struct manager *m, int *ret_error) {
        return hostview_complete(m->view, ret_error);
}

uint64_t manager_rescan(struct manager *m) {
        return hostview_rescan(m->view);
}

uint64_t manager_rounds_done(const struct manager *m) {
        return hostview_rounds_done(m->view);
}

static uint64_t usec_of(unsigned seconds) {
        return (uint64_t)seconds * 1000 * 1000;
}

static int read_config(struct manager *m) {
        struct config c;
        int r = config_read(&c, &m->root, m->config_path);

        if (r < 0) {
                log_error("%s: %s", m->config_path, strerror(-r));
                return r;
        }
        for (char **w = c.warnings; w && *w; w++)
                log_warning("%s", *w);
        if (m->configured && c.doubtful) {
                log_error("the configuration stays as it was");
                config_done(&c);
                return -EINVAL;
        }
        if (c.unreadable)
                log_error("the configuration cannot be read: the strictest policy is in force");
        config_done(&m->config);
        m->config = c;
        return 0;
}

uint64_t manager_reload(struct manager *m) {
        if (m->configured)
                read_config(m); /* else the old one stays */
        m->configured = true;
        asker_reload(m->asker, usec_of(m->config.vendor.timeout_sec), usec_of(m->config.vendor.total_timeout_sec));
        return hostview_reload(m->view);
}

void manager_set_wake(struct manager *m, sd_event_source *wake) {
        m->wake = wake;
}

static int manager_add_asker(struct manager *m, const struct manager_options *options) {
        struct asker_options asker = {
                .check_runner = options->check,
                .root = options->root,
                .timeout_usec = usec_of(m->config.vendor.timeout_sec),
                .total_timeout_usec = usec_of(m->config.vendor.total_timeout_sec),
        };

        int r = asker_new(m->event, &asker, m->work, &m->asker);

        if (r < 0)
                return r;
        m->describer = describer_new(m->view, m->asker);
        return 0;
}

int manager_new(sd_event *event, const struct manager_options *options, struct manager **ret) {
        _cleanup_(manager_free_cleanup) struct manager *m = xnew0(struct manager, 1);
        struct hostview_options view = HOSTVIEW_DEFAULT;
        int r;

        m->event = sd_event_ref(event);
        m->root.fd = -1;
        r = sysfs_init(&m->root, options->root);
        if (r < 0) {
                log_error("%s: %s", options->root ? options->root : "/", strerror(-r));
                return r;
        }
        m->config_path = xstrdup(options->config);
        r = read_config(m);
        if (r < 0)
                return r;
        r = sd_event_add_defer(event, &m->work, on_work, m);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(m->work, SD_EVENT_OFF);
        if (r < 0)
                return r;
        m->reader = xstrdup(options->reader);
        if (options->root)
                m->reader_arguments[0] = xasprintf("--root=%s", options->root);
        view.readers.program = m->reader;
        view.readers.arguments = m->reader_arguments;
        view.live = !options->root;
        r = hostview_new(event, &view, m->work, &m->view);
        if (r < 0)
                return r;
        r = judges_new(event, N_THREADS, JUDGE_USEC, m->work, &m->judges);
        if (r < 0)
                return r;
        r = manager_add_asker(m, options);
        if (r < 0)
                return r;
        *ret = take_ptr(m);
        return 0;
}

struct manager *manager_free(struct manager *m) {
        struct description *d;
        struct inquiry *q;

        if (!m)
                return NULL;
        judges_free(m->judges);
        for (q = m->inquiries; q; q = m->inquiries) {
                m->inquiries = q->next;
                inquiry_free(q);
        }
        while ((q = manager_pop_inquiry(m)))
                inquiry_free(q);
        for (d = m->descriptions; d; d = m->descriptions) {
                m->descriptions = d->next;
                description_free(d);
        }
        while ((d = manager_pop_description(m)))
                description_free(d);
        describer_free(m->describer);
        asker_free(m->asker);
        hostview_free(m->view);
        config_done(&m->config);
        if (m->root.fd >= 0)
                sysfs_done(&m->root);
        free(m->config_path);
        free(m->reader);
        free(m->reader_arguments[0]);
        sd_event_source_disable_unref(m->work);
        sd_event_unref(m->event);
        free(m);
        return NULL;
}
