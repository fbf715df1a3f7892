/*
 * What one key of the view stands for: the reader's answer becomes devices, or what is left of them.
 *
 * A device is interned before it is published and never changed afterwards; an equal answer costs a hash and no more.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "core/descriptor-json.h"
#include "daemon/hostview-internal.h"
#include "util/alloc.h"
#include "util/log.h"

/* A new table with those traits that somebody else holds, too. */
static void traits_collect(struct hostview *v) {
        size_t n = 0;

        traits_table_free(v->table);
        v->table = traits_table_new();
        for (size_t i = 0; i < v->n_known; i++)
                if (__atomic_load_n(&v->known[i]->n_refs, __ATOMIC_ACQUIRE) > 1) {
                        struct device *d = device_new(false);

                        traits_unref(d->traits);
                        d->traits = traits_ref(v->known[i]);
                        traits_table_intern(v->table, d);
                        device_unref(d);
                        v->known[n++] = v->known[i];
                } else
                        traits_unref(v->known[i]);
        v->n_known = n;
}

static void intern(struct hostview *v, struct device *d) {
        if (v->n_known > v->known_max) {
                traits_collect(v);
                v->known_max = 64 + 2 * MAX(v->n_known, v->devices.n + v->parents.n);
        }
        traits_table_intern(v->table, d);
        if (d->traits->n_refs == 1) { /* the table did not have them yet */
                array_append(v->known, v->n_known, d->traits);
                traits_ref(d->traits);
        }
}

static bool devices_equal(struct device **a, size_t n_a, struct device **b, size_t n_b) {
        if (n_a != n_b)
                return false;
        for (size_t i = 0; i < n_a; i++)
                if (!device_equal(a[i], b[i]))
                        return false;
        return true;
}

static void devices_free(struct device **devices, size_t n) {
        for (size_t i = 0; i < n; i++)
                device_unref(devices[i]);
        free(devices);
}

void hostview_set(struct hostview *v, struct view_key *k, struct device **devices, size_t n) {
        if (devices_equal(k->devices, k->n_devices, devices, n)) {
                devices_free(devices, n);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                intern(v, devices[i]);
                device_compact(devices[i]);
        }
        if (!key_is_parent(k->name)) {
                v->n_present += n;
                v->n_present -= k->n_devices;
                hostview_notice(v, k->n_devices ? k->devices[0] : NULL, n ? devices[0] : NULL);
        }
        view_key_set(k, devices, n);
        k->changed = ++v->generation;
}

/*
 * What is left of a device of which nothing can be read: its name, where it was, and what cannot but be as it was. It
 * is not known whether it fits, which is not the same as that it does not.
 */
static struct device *device_unread(const struct device *old, const char *address, int error) {
        _cleanup_free_ char *origin = xasprintf("errno:%s", strerrorname_np(-error) ? strerrorname_np(-error) : "EIO");
        struct device *d = device_new(old && old->traits->creatable);

        if (old) {
                d->id = xstrdup(old->id);
                d->address = xstrdup(old->address);
                d->sysfs_path = xstrdup(old->sysfs_path);
                d->bus = xstrdup(old->bus);
                d->vfio_device = xstrdup(old->vfio_device);
                d->iommu_group = xstrdup(old->iommu_group);
                d->parent = xstrdup(old->parent);
                d->available = old->available;
                d->traits->pool = xstrdup(old->traits->pool);
                d->traits->mdev_type = xstrdup(old->traits->mdev_type);
                d->traits->driver = xstrdup(old->traits->driver);
                d->traits->bound_driver = xstrdup(old->traits->bound_driver);
        } else {
                d->id = xstrdup(address);
                d->address = xstrdup(address);
                entries_set(&d->traits->origins, "pool", origin);
        }
        d->traits->in_use = TRI_UNKNOWN;
        entries_set(&d->traits->origins, "model", origin);
        return d;
}

void hostview_take_unread(struct hostview *v, const struct view_key *k, int error, struct document *d) {
        for (size_t i = 0; i < k->n_devices; i++) {
                struct device *unread = device_unread(k->devices[i], NULL, error);

                intern(v, unread);
                document_take(d, unread);
        }
}

void hostview_stamp(struct view_key *k, uint64_t at) {
        k->read_at = at;
        k->taken_at = usec_now(CLOCK_REALTIME) - (usec_now(CLOCK_BOOTTIME) - at);
}

void hostview_fail(struct hostview *v, struct view_key *k, int error, uint64_t at, uint64_t retry_at) {
        struct device **devices = NULL;
        size_t n = 0;

        k->hash = 0;
        facts_forget(k);
        hostview_stamp(k, at);
        k->retry_at = retry_at;
        for (size_t i = 0; i < k->n_devices; i++)
                array_append(devices, n, device_unread(k->devices[i], NULL, error));
        /* An event may be of anything, a list is of VFIO devices. */
        if (n == 0 && k->listed && !key_is_parent(k->name))
                array_append(devices, n, device_unread(NULL, k->name, error));
        hostview_set(v, k, devices, n);
}

static int type_compare(const void *a, const void *b) {
        const struct device *const *x = a, *const *y = b;

        return str_compare((*x)->traits->mdev_type, (*y)->traits->mdev_type);
}

/* The devices in an answer; -EBADMSG for what does not belong to the key. */
static int parts_parse(const struct view_key *k, const struct reader_event *e, struct device ***ret, size_t *ret_n) {
        bool parent = key_is_parent(k->name);
        struct json_error error = {};
        struct device **devices = NULL;
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; i < e->n_parts && r >= 0; i++) {
                struct device *d;

                r = device_parse(e->parts[i].text, e->parts[i].length, e->parts[i].creatable, &d, &error);
                if (r < 0)
                        break;
                array_append(devices, n, d);
                if (e->parts[i].creatable != parent || (parent ? !str_equal(d->parent, k->name + strlen(KEY_PARENT))
                                                               : !str_equal(d->address, k->name) || n > 1))
                        r = -EBADMSG;
        }
        if (r < 0) {
                log_error("%s: the reader's answer cannot be used: %s", k->name,
                          error.message[0] ? error.message : "of another device");
                devices_free(devices, n);
                return -EBADMSG;
        }
        if (parent && n > 1)
                qsort(devices, n, sizeof(*devices), type_compare);
        *ret = devices;
        *ret_n = n;
        return 0;
}

static uint64_t parts_hash(const struct hostview *v, const struct reader_event *e) {
        uint64_t h = v->seed;

        for (size_t i = 0; i < e->n_parts; i++)
                h = hash_str(h, e->parts[i].text);
        return h ? h : 1;
}

void hostview_answered(struct hostview *v, struct view_key *k, const struct reader_event *e) {
        struct device **devices;
        uint64_t now = usec_now(CLOCK_BOOTTIME), hash;
        size_t n;

        if (e->issued < k->read_at) /* another reader was asked later and answered earlier */
                return;
        if (e->error < 0) {
                log_warning(e->error == -ETIMEDOUT ? "%s: an attribute does not answer, left alone for a while"
                                                   : "%s: could not be read",
                            k->name);
                hostview_fail(v, k, e->error, e->issued, now + v->options.retry_usec);
                return;
        }
        hash = parts_hash(v, e);
        if (e->n_parts > 0 && hash == k->hash) {
                hostview_stamp(k, e->issued);
                return;
        }
        if (parts_parse(k, e, &devices, &n) < 0) {
                hostview_fail(v, k, -EBADMSG, e->issued, now + v->options.retry_usec);
                return;
        }
        if (n > 0 && !key_is_parent(k->name))
                facts_keep(v, k, &devices[0]);
        hostview_set(v, k, devices, n);
        k->hash = hash;
        hostview_stamp(k, e->issued);
        k->retry_at = 0;
}
