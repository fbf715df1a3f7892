/*
 * What one process remembers of devlink. Owns what was said, and shares with a thread what is still being asked.
 */
#include "host/devlink-memory.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "util/alloc.h"
#include "util/clock.h"

#define STACK_SIZE ((size_t)256 << 10)
#define MEMORY_MAX 4096u

/* One thread's work. The last one of the two frees it. */
struct job {
        pthread_mutex_t lock;
        pthread_cond_t answered;
        unsigned n_refs;
        bool done;
        char *instance;
        bool ports;
        void (*read)(const struct sysfs *s, const char *instance, bool ports, struct devlink *ret);
        struct devlink answer;
};

struct devlink_remembered {
        struct devlink said;
        unsigned long request; /* in which it was read */
        struct job *late;      /* was not waited for, and may still hang */
};

static void job_unref(struct job *j) {
        bool last;

        if (!j)
                return;
        pthread_mutex_lock(&j->lock);
        last = --j->n_refs == 0;
        pthread_mutex_unlock(&j->lock);
        if (!last)
                return;
        pthread_mutex_destroy(&j->lock);
        pthread_cond_destroy(&j->answered);
        devlink_done(&j->answer);
        free(j->instance);
        free(j);
}

static void *job_run(void *userdata) {
        static const struct sysfs real = { .fd = -1 };
        struct job *j = userdata;
        struct devlink answer;

        j->read(&real, j->instance, j->ports, &answer);
        pthread_mutex_lock(&j->lock);
        j->answer = answer;
        j->done = true;
        pthread_cond_signal(&j->answered);
        pthread_mutex_unlock(&j->lock);
        job_unref(j);
        return NULL;
}

/* A job with a thread at it; NULL if there can be none. */
static struct job *job_new(const struct devlink_memory *m, const char *instance, bool ports) {
        struct job *j = xnew0(struct job, 1);
        pthread_condattr_t monotonic;
        pthread_attr_t attr;
        pthread_t thread;
        int r;

        pthread_condattr_init(&monotonic);
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        pthread_cond_init(&j->answered, &monotonic);
        pthread_condattr_destroy(&monotonic);
        pthread_mutex_init(&j->lock, NULL);
        j->instance = xstrdup(instance);
        j->ports = ports;
        j->read = m->read ? m->read : devlink_read;
        j->n_refs = 2;
        pthread_attr_init(&attr);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attr, STACK_SIZE);
        r = pthread_create(&thread, &attr, job_run, j);
        pthread_attr_destroy(&attr);
        if (r == 0)
                return j;
        j->n_refs = 1;
        job_unref(j);
        return NULL;
}

/* True if it is done by then; its answer is the caller's now. */
static bool job_wait(struct job *j, unsigned msec, struct devlink *ret) {
        struct timespec end;
        bool done;

        clock_gettime(CLOCK_MONOTONIC, &end);
        end.tv_nsec += (long)(msec % 1000) * 1000000;
        end.tv_sec += (time_t)(msec / 1000) + end.tv_nsec / 1000000000;
        end.tv_nsec %= 1000000000;
        pthread_mutex_lock(&j->lock);
        while (!j->done && msec > 0)
                if (pthread_cond_timedwait(&j->answered, &j->lock, &end) == ETIMEDOUT)
                        break;
        done = j->done;
        if (done) {
                *ret = j->answer;
                j->answer = (struct devlink){};
        }
        pthread_mutex_unlock(&j->lock);
        return done;
}

static struct devlink not_read(const char *instance, bool ports, int error) {
        return (struct devlink){
                .instance = xstrdup(instance),
                .has_ports = ports,
                .read_at = usec_now(CLOCK_BOOTTIME),
                .info.error = error,
                .ports.error = error,
        };
}

static void read_patiently(const struct devlink_memory *m, struct devlink_remembered *d, const char *instance,
                           bool ports) {
        struct devlink old;

        if (d->late && !job_wait(d->late, 0, &old)) {
                d->said = not_read(instance, ports, ETIMEDOUT);
                return;
        }
        if (d->late) {
                devlink_done(&old); /* of some time ago */
                job_unref(d->late);
        }
        d->late = job_new(m, instance, ports);
        if (!d->late)
                d->said = not_read(instance, ports, EAGAIN);
        else if (!job_wait(d->late, DEVLINK_PATIENCE_MSEC, &d->said))
                d->said = not_read(instance, ports, ETIMEDOUT);
        else {
                job_unref(d->late);
                d->late = NULL;
        }
}

void devlink_memory_done(struct devlink_memory *m) {
        for (size_t i = 0; i < m->n; i++) {
                devlink_done(&m->v[i]->said);
                job_unref(m->v[i]->late);
                free(m->v[i]);
        }
        free(m->v);
        m->v = NULL;
        m->n = 0;
}

static struct devlink_remembered *find(const struct devlink_memory *m, const char *instance) {
        for (size_t i = 0; i < m->n; i++)
                if (strcmp(m->v[i]->said.instance, instance) == 0)
                        return m->v[i];
        return NULL;
}

static bool will_do(const struct devlink_remembered *d, bool ports) {
        return d->said.has_ports || !ports;
}

const struct devlink *devlink_memory_get(struct devlink_memory *m, const struct sysfs *s, const char *instance,
                                         bool ports) {
        struct devlink_remembered *d = find(m, instance);

        if (d && d->request == m->request && will_do(d, ports))
                return &d->said;
        if (d)
                devlink_done(&d->said);
        else {
                if (m->n >= MEMORY_MAX)
                        devlink_memory_done(m);
                d = xnew0(struct devlink_remembered, 1);
                array_append(m->v, m->n, d);
        }
        d->request = m->request;
        if (s->fake && !m->read)
                devlink_read(s, instance, ports, &d->said);
        else
                read_patiently(m, d, instance, ports);
        return &d->said;
}

const struct devlink *devlink_memory_recall(struct devlink_memory *m, const struct sysfs *s, const char *instance,
                                            bool ports, uint64_t since) {
        const struct devlink_remembered *d = find(m, instance);

        if (d && d->said.read_at >= since && will_do(d, ports))
                return &d->said;
        return devlink_memory_get(m, s, instance, ports);
}
