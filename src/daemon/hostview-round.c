/*
 * Rounds and events: what makes the view read, besides questions.
 *
 * A round lists the host and reads every key that it or the table has: the first one, sweeps, rescans. Nothing is
 * taken out because a list lacks it; the read of that key says so.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "daemon/hostview-internal.h"
#include "util/alloc.h"
#include "util/log.h"

#define SWEEP_ACCURACY_USEC 1000000u
#define ACCURACY_USEC 5000u

static bool round_active(const struct hostview *v) {
        return v->round != v->rounds_done;
}

static int on_sweep(sd_event_source *s, uint64_t usec, void *userdata) {
        struct hostview *v = userdata;

        if (!round_active(v) && v->n_reloads == 0)
                round_start(v, READ_SWEEP, false);
        return 0;
}

static void round_finish(struct hostview *v, int error) {
        v->rounds_done = v->round;
        v->round_error = error;
        if (error == 0)
                v->complete = true;
        else
                log_error("the devices could not be listed: %s", strerror(-error));
        sd_event_source_set_enabled(v->wake, SD_EVENT_ONESHOT);
        if (v->n_reloads > 0)
                return; /* the next one begins after it */
        if (v->round_again) {
                v->round_again = false;
                round_start(v, READ_RESCAN, true);
        } else if (v->options.live) {
                sd_event_source_set_time_relative(v->sweep_timer, v->options.sweep_usec);
                sd_event_source_set_enabled(v->sweep_timer, SD_EVENT_ONESHOT);
        }
}

void round_start(struct hostview *v, enum read_class class, bool forced) {
        v->round++;
        v->round_listed = false;
        v->round_forced = forced;
        v->round_class = class;
        v->n_round = 0;
        readers_list(v->readers);
}

void round_key_done(struct hostview *v, struct view_key *k) {
        if (k->round == ROUND_OUT)
                return;
        k->round = ROUND_OUT;
        if (--v->n_round == 0 && v->round_listed)
                round_finish(v, 0);
}

static void round_read(struct hostview *v, struct view_key *k) {
        if (k->asked)
                k->round = ROUND_JOINED;
        else if (readers_stuck(v->readers, k->name) || (!v->round_forced && usec_now(CLOCK_BOOTTIME) < k->retry_at)) {
                if (k->n_devices == 0)
                        hostview_fail(v, k, -ETIMEDOUT, usec_now(CLOCK_BOOTTIME), k->retry_at);
                return;
        } else {
                k->round = ROUND_ISSUED;
                readers_read(v->readers, v->round_class, k->name);
        }
        v->n_round++;
}

/* One that is new was not what any snapshot had by that name. */
static struct view_key *key_get(struct hostview *v, const char *name) {
        struct view_table *table = hostview_table(v, name);
        struct view_key *k = view_table_find(table, name);

        if (!k) {
                k = view_table_get(table, name);
                k->changed = v->generation;
        }
        return k;
}

void round_listed(struct hostview *v, const struct reader_event *e) {
        if (!round_active(v) || v->round_listed)
                return;
        if (e->error < 0) {
                round_finish(v, e->error);
                return;
        }
        for (size_t i = 0; i < v->devices.n; i++)
                v->devices.v[i]->listed = false;
        for (size_t i = 0; i < e->length; i += strlen(e->text + i) + 1)
                if (strchr(e->text + i, ':'))
                        key_get(v, e->text + i)->listed = true;
        for (size_t i = 0; i < v->devices.n; i++)
                round_read(v, v->devices.v[i]);
        for (size_t i = 0; i < v->parents.n; i++)
                round_read(v, v->parents.v[i]);
        v->round_listed = true;
        if (v->n_round == 0)
                round_finish(v, 0);
}

uint64_t hostview_rescan(struct hostview *v) {
        if (!round_active(v) && v->n_reloads == 0) {
                round_start(v, READ_RESCAN, true);
                return v->round;
        }
        v->round_again = true;
        return v->round + 1;
}

void round_reloaded(struct hostview *v, int error) {
        if (v->models) {
                if (round_active(v))
                        v->round_again = true;
                else {
                        v->round_again = false;
                        round_start(v, READ_RESCAN, true);
                }
                if (error < 0)
                        log_error("the models stay as they were");
                return;
        }
        v->rounds_done = ++v->round;
        v->round_error = error;
        sd_event_source_set_enabled(v->wake, SD_EVENT_ONESHOT);
}

uint64_t hostview_rounds_done(const struct hostview *v) {
        return v->rounds_done;
}

static void event_key(struct hostview *v, const struct watch_event *e) {
        struct view_key *k = e->removed || e->another ? view_table_find(hostview_table(v, e->key), e->key) : NULL;

        if (k)
                hostview_gone(v, k);
        if (e->removed)
                return;
        k = key_get(v, e->key);
        if (k->asked) {
                k->again = true;
                k->again_class = READ_EVENT;
        } else if (!hostview_ask(v, k, READ_EVENT, true) && k->n_devices == 0)
                hostview_fail(v, k, -ETIMEDOUT, usec_now(CLOCK_BOOTTIME), 0);
}

static int on_events(sd_event_source *s, uint64_t usec, void *userdata) {
        struct hostview *v = userdata;
        struct watch_events events = v->events;

        v->events = (struct watch_events){};
        if (!v->models) { /* the list comes later, and sees it */
                watch_events_done(&events);
                return 0;
        }
        if (events.all)
                hostview_rescan(v);
        for (size_t i = 0; i < events.n; i++)
                event_key(v, &events.v[i]);
        watch_events_done(&events);
        return 0;
}

static int on_watch(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        struct hostview *v = userdata;
        bool first = watch_events_empty(&v->events);
        int r = watch_dispatch(v->watch, &v->events);

        if (r < 0) {
                log_error("no events from the kernel any more, changes are seen by the sweep: %s", strerror(-r));
                v->watch_io = sd_event_source_disable_unref(v->watch_io);
        }
        if (first && !watch_events_empty(&v->events)) {
                sd_event_source_set_time_relative(v->event_timer, v->options.coalesce_usec);
                sd_event_source_set_enabled(v->event_timer, SD_EVENT_ONESHOT);
        }
        return 0;
}

static void watch_begin(struct hostview *v) {
        int r = watch_new(&v->watch);

        if (r >= 0)
                r = sd_event_add_io(v->event, &v->watch_io, watch_fd(v->watch), EPOLLIN, on_watch, v);
        if (r < 0)
                log_error("no events from the kernel, changes are seen by the sweep: %s", strerror(-r));
}

uint64_t hostview_reload(struct hostview *v) {
        if (v->options.live && !v->watch)
                watch_begin(v);
        v->n_reloads++;
        v->reload_tried = false;
        readers_reload(v->readers);
        return v->round + 1;
}

int rounds_init(struct hostview *v) {
        int r;

        r = sd_event_add_time(v->event, &v->sweep_timer, CLOCK_BOOTTIME, 0, SWEEP_ACCURACY_USEC, on_sweep, v);
        if (r >= 0)
                r = sd_event_source_set_enabled(v->sweep_timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_time(v->event, &v->event_timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC, on_events, v);
        if (r >= 0)
                r = sd_event_source_set_enabled(v->event_timer, SD_EVENT_OFF);
        return r;
}

void rounds_free(struct hostview *v) {
        sd_event_source_disable_unref(v->sweep_timer);
        sd_event_source_disable_unref(v->event_timer);
        sd_event_source_disable_unref(v->watch_io);
        watch_free(v->watch);
        watch_events_done(&v->events);
}
