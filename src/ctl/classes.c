/*
 * Classes of equal devices. Decides nothing: what makes a class is core/class-json's, who is free core/self's.
 */
#include "ctl/classes.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/class-json.h"
#include "core/self.h"
#include "util/alloc.h"

/* What one device or creatable adds to its class. */
struct member {
        struct class_row row;
        const char *shared_parent; /* of a creatable that is not independent; else NULL */
};

/* Of classes that are not known one a model, as their texts say nothing. */
static int compare_classes(const struct class_row *a, const struct class_row *b) {
        if (a->known != b->known)
                return a->known ? -1 : 1;
        return a->known ? strcmp(a->text, b->text) : str_compare(a->model, b->model);
}

/* Within a class by parents that are shared. */
static int compare_members(const void *a, const void *b) {
        const struct member *x = a, *y = b;
        int order = compare_classes(&x->row, &y->row);

        return order ? order : str_compare(x->shared_parent, y->shared_parent);
}

static int compare_parents(const void *a, const void *b) {
        const struct member *x = a, *y = b;
        int order = str_compare(x->shared_parent, y->shared_parent);

        return order ? order : compare_classes(&x->row, &y->row);
}

/* As they are shown. */
static int compare_rows(const void *a, const void *b) {
        const struct class_row *x = a, *y = b;
        int order = x->known && y->known ? str_compare(x->model, y->model) : 0;

        if (!x->known || !y->known)
                return compare_classes(x, y);
        return order ? order : strcmp(x->digest, y->digest);
}

static struct member member_of(const struct document *host, const struct device *d) {
        struct member m = { .row.model = traits_unread(d->traits, "model") ? NULL : d->traits->model };
        bool free_now = self_is_free(host, d);
        struct text t = {};

        m.row.known = class_format(d, &host->models, &t);
        m.row.text = text_take(&t);
        if (d->traits->creatable) {
                m.row.creatable = free_now ? d->available : 0;
                m.shared_parent = d->traits->independent ? NULL : d->parent;
        } else {
                m.row.devices = 1;
                m.row.free = free_now;
        }
        return m;
}

/* True if types of one parent that are not of one class share what it has. */
static bool share_parents(struct member *members, size_t n) {
        if (n > 0)
                qsort(members, n, sizeof(*members), compare_parents);
        for (size_t i = 1; i < n; i++)
                if (members[i].shared_parent && str_equal(members[i - 1].shared_parent, members[i].shared_parent) &&
                    compare_classes(&members[i - 1].row, &members[i].row) != 0)
                        return true;
        return false;
}

/* Takes the members' texts. */
static void merge_members(struct member *members, size_t n, struct classes *c) {
        uint64_t of_parent = 0; /* that the last member's parent has been counted for, in this class */

        if (n > 0)
                qsort(members, n, sizeof(*members), compare_members);
        for (size_t i = 0; i < n; i++) {
                struct class_row *last = c->n > 0 ? &c->v[c->n - 1] : NULL, *row = &members[i].row;
                bool same_class = last && compare_classes(last, row) == 0;
                bool same_parent = same_class && members[i].shared_parent &&
                                   str_equal(members[i - 1].shared_parent, members[i].shared_parent);

                /* Types of one parent take from each other: as many as the one that makes most. */
                if (!same_parent)
                        of_parent = 0;
                if (members[i].shared_parent) {
                        uint64_t all = MAX(of_parent, row->creatable);

                        row->creatable = all - of_parent;
                        of_parent = all;
                }
                if (!same_class) {
                        array_append(c->v, c->n, *row);
                        continue;
                }
                last->devices += row->devices;
                last->free += row->free;
                last->creatable += row->creatable;
                free(row->text);
        }
}

void classes_of(const struct document *host, struct classes *ret) {
        _cleanup_free_ struct member *members = NULL;
        struct classes c = {};
        size_t n = 0;

        for (size_t i = 0; i < host->n_devices; i++)
                array_append(members, n, member_of(host, host->devices[i]));
        for (size_t i = 0; i < host->n_creatables; i++)
                array_append(members, n, member_of(host, host->creatables[i]));
        c.shared = share_parents(members, n);
        merge_members(members, n, &c);
        for (size_t i = 0; i < c.n; i++)
                if (c.v[i].known)
                        digest_of(c.v[i].text, strlen(c.v[i].text), c.v[i].digest);
        if (c.n > 0)
                qsort(c.v, c.n, sizeof(*c.v), compare_rows);
        *ret = c;
}

void classes_done(struct classes *c) {
        for (size_t i = 0; i < c->n; i++)
                free(c->v[i].text);
        free(c->v);
        *c = (struct classes){};
}

void classes_format_nfd(const struct classes *c, int64_t until, struct text *t) {
        time_t when = (time_t)until;
        char text[64];
        struct tm tm;

        text_add(t, "# By vfiomigctl classes --nfd: how many devices of each class are free.\n");
        if (until > 0 && gmtime_r(&when, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
                text_addf(t, "# +expiry-time=%s\n", text);
        for (size_t i = 0; i < c->n; i++)
                if (c->v[i].known)
                        text_addf(t, "vfio-migration.io/class-%s=%" PRIu64 "\n", c->v[i].digest,
                                  c->v[i].free + c->v[i].creatable);
}
