/*
 * The threads. The lock guards the lanes and the list of done jobs; the list by age is the loop's alone.
 */
#include "daemon/judges.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "util/alloc.h"

#define THREADS_MAX 8u
#define PER_UID_MAX 2u /* threads that work for one user at a time */
#define ACCURACY_USEC 50000u

/* What one user waits for. */
struct lane {
        uid_t uid;
        struct lane *next;
        struct job *first, **end;
};

struct judges {
        sd_event *event;
        sd_event_source *wake;
        sd_event_source *io;
        sd_event_source *timer;
        uint64_t limit_usec;
        int fd; /* eventfd: something is done */
        pthread_t threads[THREADS_MAX];
        unsigned n_threads;
        uid_t running[THREADS_MAX]; /* for whom */
        unsigned n_running;

        pthread_mutex_t lock;
        pthread_cond_t work;
        bool stop;
        struct lane *first, **end; /* whose turn it is; those with something to do */
        struct job *done, **done_end;

        struct job *oldest, *newest; /* all that are submitted */
        size_t n;
};

/* Who has a thread gets another one only while one is left for somebody who has none. */
static bool uid_may_run(const struct judges *j, uid_t uid) {
        unsigned n = 0;

        for (unsigned i = 0; i < j->n_running; i++)
                n += j->running[i] == uid;
        return n == 0 || (n < PER_UID_MAX && j->n_running + 1 < j->n_threads);
}

/* The next job of him whose turn it is; NULL if nobody may have one more thread. */
static struct job *lane_take(struct judges *j) {
        struct lane **at = &j->first, *lane;
        struct job *job;

        while (*at && !uid_may_run(j, (*at)->uid))
                at = &(*at)->next;
        lane = *at;
        if (!lane)
                return NULL;
        job = lane->first;
        lane->first = job->next;
        *at = lane->next;
        if (!*at)
                j->end = at;
        j->running[j->n_running++] = lane->uid;
        if (lane->first) { /* to the end of the turn */
                lane->next = NULL;
                *j->end = lane;
                j->end = &lane->next;
        } else
                free(lane);
        return job;
}

static void running_remove(struct judges *j, uid_t uid) {
        unsigned i = 0;

        while (j->running[i] != uid)
                i++;
        j->running[i] = j->running[--j->n_running];
}

/* What took long took much memory, which this thread will hardly need again. */
static void job_run(struct job *job) {
        struct timespec begun, ended;

        clock_gettime(CLOCK_MONOTONIC, &begun);
        job->run(job);
        clock_gettime(CLOCK_MONOTONIC, &ended);
        if (ended.tv_sec - begun.tv_sec > 1)
                malloc_trim(0);
}

static void *thread_run(void *userdata) {
        struct judges *j = userdata;

        pthread_mutex_lock(&j->lock);
        for (;;) {
                struct job *job = NULL;

                while (!j->stop && !(job = lane_take(j)))
                        pthread_cond_wait(&j->work, &j->lock);
                if (j->stop)
                        break;
                pthread_mutex_unlock(&j->lock);
                if (!atomic_load(&job->cancelled))
                        job_run(job);
                pthread_mutex_lock(&j->lock);
                running_remove(j, job->uid);
                job->next = NULL;
                *j->done_end = job;
                j->done_end = &job->next;
                eventfd_write(j->fd, 1);
        } /* what this user's other jobs waited for, this thread takes next */
        pthread_mutex_unlock(&j->lock);
        return NULL;
}

/* The timer is on as long as there is a job whose time is not up: it goes on from one to the next. */
static void arm(struct judges *j, const struct job *job) {
        int enabled = SD_EVENT_OFF;

        if (sd_event_source_get_enabled(j->timer, &enabled) >= 0 && enabled != SD_EVENT_OFF)
                return;
        sd_event_source_set_time(j->timer, job->submitted + j->limit_usec);
        sd_event_source_set_enabled(j->timer, SD_EVENT_ONESHOT);
}

void judges_submit(struct judges *j, struct job *job) {
        struct lane *lane;

        job->judges = j;
        job->next = NULL;
        job->expired = false;
        atomic_store(&job->cancelled, false);
        sd_event_now(j->event, CLOCK_MONOTONIC, &job->submitted);
        job->newer = NULL;
        job->older = j->newest;
        if (j->newest)
                j->newest->newer = job;
        else
                j->oldest = job;
        j->newest = job;
        j->n++;
        arm(j, job);

        pthread_mutex_lock(&j->lock);
        for (lane = j->first; lane && lane->uid != job->uid; lane = lane->next)
                ;
        if (!lane) {
                lane = xnew0(struct lane, 1);
                lane->uid = job->uid;
                lane->end = &lane->first;
                *j->end = lane;
                j->end = &lane->next;
        }
        *lane->end = job;
        lane->end = &job->next;
        pthread_mutex_unlock(&j->lock);
        pthread_cond_signal(&j->work); /* after the unlock, or the thread would wake only to wait for it */
}

struct job *judges_pop(struct judges *j) {
        struct job *job;

        pthread_mutex_lock(&j->lock);
        job = j->done;
        if (job) {
                j->done = job->next;
                if (!j->done)
                        j->done_end = &j->done;
        }
        pthread_mutex_unlock(&j->lock);
        if (!job)
                return NULL;
        *(job->newer ? &job->newer->older : &j->newest) = job->older;
        *(job->older ? &job->older->newer : &j->oldest) = job->newer;
        job->judges = NULL;
        job->next = job->newer = job->older = NULL;
        j->n--;
        return job;
}

size_t judges_count(const struct judges *j) {
        return j->n;
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        struct judges *j = userdata;
        eventfd_t value;

        (void)eventfd_read(fd, &value);
        sd_event_source_set_enabled(j->wake, SD_EVENT_ONESHOT);
        return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata) {
        struct judges *j = userdata;
        uint64_t now;

        sd_event_now(j->event, CLOCK_MONOTONIC, &now);
        for (struct job *job = j->oldest; job; job = job->newer) {
                if (job->submitted + j->limit_usec > now) {
                        sd_event_source_set_time(j->timer, job->submitted + j->limit_usec);
                        sd_event_source_set_enabled(j->timer, SD_EVENT_ONESHOT);
                        break;
                }
                job->expired = true;
                atomic_store(&job->cancelled, true);
        }
        return 0;
}

int judges_new(sd_event *event, unsigned n_threads, uint64_t limit_usec, sd_event_source *wake, struct judges **ret) {
        _cleanup_(judges_free_cleanup) struct judges *j = xnew0(struct judges, 1);
        sigset_t all, old;
        int r;

        j->event = sd_event_ref(event);
        j->wake = wake;
        j->limit_usec = limit_usec;
        j->end = &j->first;
        j->done_end = &j->done;
        pthread_mutex_init(&j->lock, NULL);
        pthread_cond_init(&j->work, NULL);
        j->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (j->fd < 0)
                return -errno;
        r = sd_event_add_io(event, &j->io, j->fd, EPOLLIN, on_io, j);
        if (r < 0)
                return r;
        r = sd_event_add_time(event, &j->timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC, on_timer, j);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(j->timer, SD_EVENT_OFF);
        if (r < 0)
                return r;
        sigfillset(&all); /* signals are the loop's */
        pthread_sigmask(SIG_SETMASK, &all, &old);
        for (r = 0; r == 0 && j->n_threads < MIN(n_threads, THREADS_MAX);) {
                r = -pthread_create(&j->threads[j->n_threads], NULL, thread_run, j);
                if (r == 0)
                        j->n_threads++;
        }
        pthread_sigmask(SIG_SETMASK, &old, NULL);
        if (r < 0)
                return r;
        *ret = take_ptr(j);
        return 0;
}

struct judges *judges_free(struct judges *j) {
        if (!j)
                return NULL;
        for (struct job *job = j->oldest; job; job = job->newer)
                atomic_store(&job->cancelled, true);
        pthread_mutex_lock(&j->lock);
        j->stop = true;
        pthread_cond_broadcast(&j->work);
        pthread_mutex_unlock(&j->lock);
        for (unsigned i = 0; i < j->n_threads; i++)
                pthread_join(j->threads[i], NULL);
        while (j->first) {
                struct lane *lane = j->first;

                j->first = lane->next;
                free(lane);
        }
        for (struct job *job = j->oldest; job; job = job->newer)
                job->judges = NULL;
        pthread_mutex_destroy(&j->lock);
        pthread_cond_destroy(&j->work);
        sd_event_source_disable_unref(j->io);
        sd_event_source_disable_unref(j->timer);
        if (j->fd >= 0)
                close(j->fd);
        sd_event_unref(j->event);
        free(j);
        return NULL;
}
