/*
 * The view: hands on what readers say, and lends what is known: devices, snapshots, notices.
 */
#include "daemon/hostview.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/descriptor-json.h"
#include "daemon/hostview-internal.h"
#include "util/alloc.h"
#include "util/log.h"

struct view_table *hostview_table(struct hostview *v, const char *key) {
        return key_is_parent(key) ? &v->parents : &v->devices;
}

struct notice *notice_free(struct notice *n) {
        if (!n)
                return NULL;
        device_unref(n->old);
        device_unref(n->new);
        free(n);
        return NULL;
}

void hostview_notice(struct hostview *v, struct device *old, struct device *new) {
        struct notice *n;

        if (!v->complete) /* nobody knows us yet */
                return;
        n = xnew0(struct notice, 1);
        n->old = old ? device_ref(old) : NULL;
        n->new = new ? device_ref(new) : NULL;
        *v->end_notice = n;
        v->end_notice = &n->next;
        sd_event_source_set_enabled(v->wake, SD_EVENT_ONESHOT);
}

struct notice *hostview_pop_notice(struct hostview *v) {
        struct notice *n = v->first_notice;

        if (!n)
                return NULL;
        v->first_notice = n->next;
        if (!v->first_notice)
                v->end_notice = &v->first_notice;
        n->next = NULL;
        return n;
}

bool hostview_ask(struct hostview *v, struct view_key *k, enum read_class class, bool forced) {
        uint64_t now = usec_now(CLOCK_BOOTTIME);

        if (k->asked)
                return true;
        if ((!forced && now < k->retry_at) || readers_stuck(v->readers, k->name))
                return false;
        k->asked = true;
        k->asked_class = class;
        k->asked_at = now;
        readers_read(v->readers, class, k->name);
        return true;
}

void hostview_unask(struct hostview *v, struct view_key *k) {
        if (!k->asked || k->waits || k->again || k->round == ROUND_JOINED || k->asked_class == READ_EVENT)
                return;
        if (readers_forget(v->readers, k->asked_class, k->name))
                k->asked = false;
}

void hostview_gone(struct hostview *v, struct view_key *k) {
        k->hash = 0;
        k->listed = false;
        facts_forget(k);
        hostview_stamp(k, usec_now(CLOCK_BOOTTIME)); /* what is under way is of before */
        hostview_set(v, k, NULL, 0);
        if (k->asked || k->round == ROUND_ISSUED) { /* what is under way may have seen it */
                k->again = true;
                k->again_class = READ_EVENT;
                return;
        }
        refresh_answered(k, true);
        view_table_remove(hostview_table(v, k->name), k);
}

static void on_key(struct hostview *v, const struct reader_event *e) {
        struct view_table *table = hostview_table(v, e->key);
        struct view_key *k = view_table_find(table, e->key);
        bool of_round, gone, last = false;

        if (!k)
                return;
        of_round = k->round == ROUND_ISSUED && e->class == v->round_class;
        hostview_answered(v, k, e);
        if (!of_round)
                k->asked = false;
        if (k->again && !k->asked) {
                k->again = false;
                last = !hostview_ask(v, k, k->again_class, false);
        }
        if (of_round || k->round == ROUND_JOINED)
                round_key_done(v, k);
        gone = k->n_devices == 0 && e->error == 0 && !k->asked;
        refresh_answered(k, gone || last);
        if (gone && k->round == ROUND_OUT)
                view_table_remove(table, k);
}

static void on_host(struct hostview *v, const struct reader_event *e) {
        struct json_error error;
        struct document *d;

        if (document_parse(e->text, e->length, DOCUMENT_HOST, &d, &error) < 0) {
                log_error("the reader's word on the host cannot be used: %s", error.message);
                return;
        }
        if (!v->host || !str_equal(v->host->host_name, d->host_name) || !str_equal(v->host->kernel, d->kernel) ||
            !str_equal(v->host->machine_id, d->machine_id) || v->host->iommu_dirty_tracking != d->iommu_dirty_tracking)
                v->reloaded = ++v->generation;
        document_free(v->host);
        v->host = d;
}

static int models_move(struct models *from, struct models *to) {
        for (; from->n > 0; from->n--)
                if (models_take(to, from->v[from->n - 1]) < 0)
                        return -EEXIST;
        return 0;
}

/* All models of a reload, in one document. */
static int models_parse(const struct reader_event *e, struct document **ret) {
        _cleanup_(document_free_cleanup) struct document *all = document_new();

        for (size_t i = 0; i < e->n_parts; i++) {
                _cleanup_(document_free_cleanup) struct document *d = NULL;
                struct json_error error = { .message = "two models of one name" };

                if (document_parse(e->parts[i].text, e->parts[i].length, DOCUMENT_HOST, &d, &error) < 0 ||
                    models_move(&d->models, &all->models) < 0) {
                        log_error("the reader's models cannot be used: %s", error.message);
                        return -EBADMSG;
                }
        }
        *ret = take_ptr(all);
        return 0;
}

/* Models and store go together, or not at all. */
static void on_reloaded(struct hostview *v, struct reader_event *e) {
        struct document *d = NULL;
        int r = e->error;

        if (--v->n_reloads > 0) /* one that was asked for later is under way */
                return;
        if (r >= 0)
                r = models_parse(e, &d);
        if (r < 0) {
                log_error("the models could not be read%s: %s", v->reload_tried ? "" : ", trying again", strerror(-r));
                if (!v->reload_tried) {
                        v->reload_tried = true;
                        v->n_reloads++;
                        readers_reload(v->readers);
                        return;
                }
        } else {
                readers_use(v->readers, take_ptr(e->text), e->length);
                model_set_unref(v->models);
                v->models = model_set_new(d);
                v->reloaded = ++v->generation;
                facts_ask_all(v);
        }
        round_reloaded(v, r);
}

static int on_work(sd_event_source *s, void *userdata) {
        struct hostview *v = userdata;
        struct reader_event *e;

        while ((e = readers_pop(v->readers))) {
                switch (e->type) {
                case READER_HOST:
                        on_host(v, e);
                        break;
                case READER_LISTED:
                        round_listed(v, e);
                        break;
                case READER_KEY:
                        on_key(v, e);
                        break;
                case READER_RELOADED:
                        on_reloaded(v, e);
                        break;
                case READER_WARNING:
                        log_warning("%s", e->text);
                        break;
                }
                reader_event_free(e);
        }
        return 0;
}

/* What a table has; the keys that are unknown are sorted as it is. */
static void document_add(struct hostview *v, struct document *d, const struct view_table *t, char *const *unknown) {
        for (size_t i = 0; i < t->n; i++) {
                const struct view_key *k = t->v[i];

                while (unknown && *unknown && strcmp(*unknown, k->name) < 0)
                        unknown++;
                if (unknown && *unknown && str_equal(*unknown, k->name)) {
                        hostview_take_unread(v, k, -ETIMEDOUT, d);
                        continue;
                }
                for (size_t n = 0; n < k->n_devices; n++)
                        document_take(d, device_ref(k->devices[n]));
        }
}

struct snapshot *hostview_snapshot_without(struct hostview *v, char *const *keys) {
        struct document *d = document_new();

        assert(v->models);
        if (v->host) {
                d->host_name = xstrdup(v->host->host_name);
                d->machine_id = xstrdup(v->host->machine_id);
                d->kernel = xstrdup(v->host->kernel);
                d->iommu_dirty_tracking = v->host->iommu_dirty_tracking;
        }
        document_add(v, d, &v->devices, keys);
        document_add(v, d, &v->parents, keys);
        return snapshot_new(d, v->models, v->generation);
}

struct snapshot *hostview_snapshot(struct hostview *v) {
        if (!v->snapshot || v->snapshot->generation != v->generation) {
                snapshot_unref(v->snapshot);
                v->snapshot = hostview_snapshot_without(v, NULL);
        }
        return snapshot_ref(v->snapshot);
}

struct device *hostview_unread(struct hostview *v, const char *address) {
        const struct view_key *k = view_table_find(&v->devices, address);
        _cleanup_(document_free_cleanup) struct document *d = document_new();

        if (!k)
                return NULL;
        hostview_take_unread(v, k, -ETIMEDOUT, d);
        return d->n_devices ? device_ref(d->devices[0]) : NULL;
}

bool hostview_next(const struct hostview *v, size_t *i, struct viewed *ret) {
        while (*i < v->devices.n) {
                const struct view_key *k = v->devices.v[(*i)++];

                if (k->n_devices) {
                        *ret = (struct viewed){ k->devices[0], k->read_at, k->taken_at };
                        return true;
                }
        }
        return false;
}

bool hostview_find(const struct hostview *v, const char *address, struct viewed *ret) {
        const struct view_key *k = view_table_find(&v->devices, address);

        if (!k || !k->n_devices)
                return false;
        *ret = (struct viewed){ k->devices[0], k->read_at, k->taken_at };
        return true;
}

size_t hostview_count(const struct hostview *v) {
        return v->n_present;
}

bool hostview_changed_since(const struct hostview *v, const char *key, uint64_t generation) {
        const struct view_key *k = view_table_find(key_is_parent(key) ? &v->parents : &v->devices, key);

        return !k || k->changed > generation;
}

bool hostview_reloaded_since(const struct hostview *v, uint64_t generation) {
        return v->reloaded > generation;
}

bool hostview_complete(const struct hostview *v, int *ret_error) {
        *ret_error = v->round_error;
        return v->complete;
}

const struct readers *hostview_readers(const struct hostview *v) {
        return v->readers;
}

int hostview_new(sd_event *event, const struct hostview_options *options, sd_event_source *wake,
                 struct hostview **ret) {
        _cleanup_(hostview_free_cleanup) struct hostview *v = xnew0(struct hostview, 1);
        int r;

        v->event = sd_event_ref(event);
        v->wake = wake;
        v->options = *options;
        v->end_notice = &v->first_notice;
        v->end_done = &v->first_done;
        v->table = traits_table_new();
        if (getrandom(&v->seed, sizeof(v->seed), 0) != sizeof(v->seed))
                return -errno;
        r = sd_event_add_defer(event, &v->work, on_work, v);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(v->work, SD_EVENT_OFF);
        if (r < 0)
                return r;
        r = readers_new(event, &options->readers, v->work, &v->readers);
        if (r < 0)
                return r;
        r = rounds_init(v);
        if (r < 0)
                return r;
        *ret = take_ptr(v);
        return 0;
}

struct hostview *hostview_free(struct hostview *v) {
        struct notice *n;

        if (!v)
                return NULL;
        while (v->refreshes)
                refresh_free(v->refreshes);
        rounds_free(v);
        readers_free(v->readers);
        while ((n = hostview_pop_notice(v)))
                notice_free(n);
        view_table_done(&v->devices);
        view_table_done(&v->parents);
        snapshot_unref(v->snapshot);
        model_set_unref(v->models);
        document_free(v->host);
        traits_table_free(v->table);
        for (size_t i = 0; i < v->n_known; i++)
                traits_unref(v->known[i]);
        free(v->known);
        for (size_t i = 0; i < v->n_undescribed; i++)
                free(v->undescribed[i]);
        free(v->undescribed);
        sd_event_source_disable_unref(v->work);
        sd_event_unref(v->event);
        free(v);
        return NULL;
}
