/*
 * vfiomigctl types: what the host could create, and how many.
 */
#include <stdio.h>

#include "ctl/json-text.h"
#include "ctl/manager.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "ctl/words.h"

static int print_json(const struct context *c, const struct document *d) {
        _cleanup_text_ struct text t = {};

        json_open(&t, '[');
        for (size_t i = 0; i < d->n_creatables; i++) {
                const struct device *device = d->creatables[i];

                json_open(&t, '{');
                json_member(&t, "parent", device->parent);
                json_member(&t, "mdevType", device->traits->mdev_type);
                json_key(&t, "available");
                json_unsigned(&t, device->available);
                json_key(&t, "independent");
                json_bool(&t, device->traits->independent);
                json_member_given(&t, "model", device->traits->model);
                json_member_given(&t, "pool", device->traits->pool);
                json_close(&t, '}');
        }
        json_close(&t, ']');
        return context_print_json(c, t.data);
}

static int print_table(const struct context *c, const struct document *d) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(&c->out, "PARENT|TYPE|AVAILABLE|MODEL");
        _cleanup_text_ struct text out = {};

        for (size_t i = 0; i < d->n_creatables; i++) {
                const struct device *device = d->creatables[i];
                char available[16];

                snprintf(available, sizeof(available), "%u", device->available);
                table_add(table, device->parent);
                table_add(table, device->traits->mdev_type);
                table_add_coloured(table, available, device->available > 0 ? COLOUR_GREEN : COLOUR_GREY);
                table_add(table, device->traits->model);
        }
        if (d->n_creatables > 0)
                table_format(table, c->legend, &out);
        if (c->legend)
                text_addf(&out, "%s%zu %s.\n", d->n_creatables > 0 ? "\n" : "", d->n_creatables,
                          plural(d->n_creatables, "type", "types"));
        return context_print(c, &out);
}

int verb_types(struct context *c) {
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        int r;

        r = manager_document(c, NULL, DESCRIBE_HOST, &d);
        if (r >= 0)
                r = c->json != JSON_OFF ? print_json(c, d) : print_table(c, d);
        return r < 0 ? STATUS_ERROR : STATUS_OK;
}
