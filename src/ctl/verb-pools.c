/*
 * vfiomigctl pools: which pools there are, and how many devices are in each. Seen from the devices: a pool file that
 * no device fits does not appear.
 */
#include <stdio.h>

#include "ctl/json-text.h"
#include "ctl/manager.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "ctl/words.h"
#include "util/alloc.h"

struct count {
        const char *pool; /* borrowed; NULL: of no pool */
        size_t devices;
        size_t free; /* known to be: not in use, not reserved */
        size_t creatable;
};

struct counts {
        struct count *v;
        size_t n;
};

static void counts_done(struct counts *c) {
        free(c->v);
}

/* In the order of names; a device without a pool comes last. */
static int count_compare(const void *a, const void *b) {
        const struct count *x = a, *y = b;

        if (!x->pool || !y->pool)
                return (x->pool == NULL) - (y->pool == NULL);
        return strcmp(x->pool, y->pool);
}

static struct count *counts_at(struct counts *c, const char *pool) {
        struct count fresh = { .pool = pool };

        for (size_t i = 0; i < c->n; i++)
                if (str_equal(c->v[i].pool, pool))
                        return &c->v[i];
        array_append(c->v, c->n, fresh);
        return &c->v[c->n - 1];
}

static void count_all(struct counts *c, const struct document *d) {
        for (size_t i = 0; i < d->n_devices; i++) {
                const struct device *device = d->devices[i];
                struct count *count = counts_at(c, device->traits->pool);

                count->devices++;
                count->free += device->traits->in_use == TRI_NO && !device->reserved_by;
        }
        for (size_t i = 0; i < d->n_creatables; i++)
                counts_at(c, d->creatables[i]->traits->pool)->creatable += d->creatables[i]->available;
        if (c->n > 0)
                qsort(c->v, c->n, sizeof(*c->v), count_compare);
}

static int print_json(const struct context *c, const struct counts *counts) {
        _cleanup_text_ struct text t = {};

        json_open(&t, '[');
        for (size_t i = 0; i < counts->n; i++) {
                json_open(&t, '{');
                json_member(&t, "pool", counts->v[i].pool);
                json_key(&t, "devices");
                json_unsigned(&t, counts->v[i].devices);
                json_key(&t, "free");
                json_unsigned(&t, counts->v[i].free);
                json_key(&t, "creatable");
                json_unsigned(&t, counts->v[i].creatable);
                json_close(&t, '}');
        }
        json_close(&t, ']');
        return context_print_json(c, t.data);
}

static void add_number(struct table *table, size_t n) {
        char number[24];

        snprintf(number, sizeof(number), "%zu", n);
        table_add(table, number);
}

static int print_table(const struct context *c, const struct counts *counts) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(&c->out, "POOL|DEVICES|FREE|CREATABLE");
        _cleanup_text_ struct text out = {};
        size_t pools = 0;

        for (size_t i = 0; i < counts->n; i++) {
                pools += counts->v[i].pool != NULL;
                table_add_coloured(table, counts->v[i].pool ?: "(none)", counts->v[i].pool ? COLOUR_NONE : COLOUR_GREY);
                add_number(table, counts->v[i].devices);
                add_number(table, counts->v[i].free);
                add_number(table, counts->v[i].creatable);
        }
        if (counts->n > 0)
                table_format(table, c->legend, &out);
        if (c->legend)
                text_addf(&out, "%s%zu %s.\n", counts->n > 0 ? "\n" : "", pools, plural(pools, "pool", "pools"));
        return context_print(c, &out);
}

int verb_pools(struct context *c) {
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        _cleanup_(counts_done) struct counts counts = {};
        int r;

        r = manager_document(c, NULL, DESCRIBE_HOST, &d);
        if (r < 0)
                return STATUS_ERROR;
        count_all(&counts, d);
        r = c->json != JSON_OFF ? print_json(c, &counts) : print_table(c, &counts);
        return r < 0 ? STATUS_ERROR : STATUS_OK;
}
