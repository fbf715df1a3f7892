/*
 * Facts that vendors' checks know of devices: which devices somebody is to be asked about, and what was said, as long
 * as they stay as they were.
 */
#include "core/check-json.h"
#include "daemon/hostview-internal.h"
#include "util/alloc.h"

static void facts_ask(struct hostview *v, struct view_key *k) {
        if (k->undescribed)
                return;
        k->undescribed = true;
        array_append(v->undescribed, v->n_undescribed, xstrdup(k->name));
        sd_event_source_set_enabled(v->wake, SD_EVENT_ONESHOT);
}

void facts_ask_all(struct hostview *v) {
        for (size_t i = 0; i < v->devices.n; i++)
                facts_ask(v, v->devices.v[i]);
}

/* A check would be told the same of both: they differ in what comes and goes at most. */
static bool same_to_checks(const struct device *a, const struct device *b) {
        _cleanup_text_ struct text x = {}, y = {};

        check_format_device(a, &x);
        check_format_device(b, &y);
        return str_equal(x.data, y.data);
}

/* As the reader says it. */
static struct device *key_raw(const struct view_key *k) {
        return k->raw ? k->raw : k->n_devices > 0 ? k->devices[0] : NULL;
}

static struct device *with_facts(const struct view_key *k) {
        struct device *d = device_copy(k->raw);

        for (size_t i = 0; i < k->facts.n; i++) {
                const struct entry *e = &k->facts.v[i];
                _cleanup_free_ char *key = xasprintf("facts.%s", e->name);

                if (entries_find(&d->traits->facts, e->name) || traits_origin(d->traits, key))
                        continue;
                entries_set(&d->traits->facts, e->name, e->value);
                entries_set(&d->traits->origins, key, entries_get(&k->fact_origins, e->name));
        }
        return d;
}

void facts_forget(struct view_key *k) {
        k->raw = device_unref(k->raw);
        entries_done(&k->facts);
        entries_done(&k->fact_origins);
}

void facts_keep(struct hostview *v, struct view_key *k, struct device **device) {
        struct device *raw = key_raw(k);

        if (!raw || !same_to_checks(raw, *device)) {
                facts_forget(k);
                facts_ask(v, k);
        } else if (k->raw) {
                device_unref(k->raw);
                k->raw = *device;
                *device = with_facts(k);
        }
}

static struct view_key *pop_key(struct hostview *v) {
        while (v->n_undescribed > 0) {
                _cleanup_free_ char *name = v->undescribed[--v->n_undescribed];
                struct view_key *k = view_table_find(&v->devices, name);

                if (k && k->undescribed) {
                        k->undescribed = false;
                        return k;
                }
        }
        return NULL;
}

struct device *hostview_pop_undescribed(struct hostview *v, char *const **ret_checks) {
        struct view_key *k;

        while (v->models && (k = pop_key(v))) {
                struct device *raw = key_raw(k);
                const struct model *m = raw && raw->traits->model
                                                ? models_find(&v->models->document->models, raw->traits->model)
                                                : NULL;

                if (!raw || (!k->raw && (!m || !m->checks || !m->checks[0])))
                        continue;
                *ret_checks = m ? m->checks : NULL;
                return device_ref(raw);
        }
        return NULL;
}

void hostview_add_facts(struct hostview *v, const struct device *device, const struct entries *facts,
                        const struct entries *origins) {
        struct view_key *k = view_table_find(&v->devices, device->address);
        struct device **devices = NULL, *raw = k ? key_raw(k) : NULL;
        size_t n = 0;

        if (!raw || k->n_devices == 0 || !same_to_checks(raw, device) || (facts->n == 0 && !k->raw))
                return;
        raw = device_ref(raw);
        facts_forget(k);
        if (facts->n == 0) {
                array_append(devices, n, raw);
        } else {
                k->raw = raw;
                entries_copy(&k->facts, facts);
                entries_copy(&k->fact_origins, origins);
                array_append(devices, n, with_facts(k));
        }
        hostview_set(v, k, devices, n);
}
