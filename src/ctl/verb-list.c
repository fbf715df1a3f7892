/*
 * vfiomigctl list: the VFIO devices of the host, one line each.
 */
#include "ctl/json-text.h"
#include "ctl/manager.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "ctl/words.h"

static int print_json(const struct context *c, const struct document *d) {
        _cleanup_text_ struct text t = {};

        json_open(&t, '[');
        for (size_t i = 0; i < d->n_devices; i++) {
                const struct device *device = d->devices[i];
                const struct traits *traits = device->traits;

                json_open(&t, '{');
                json_member(&t, "address", device->address);
                json_member_given(&t, "driver", traits->driver);
                json_member_given(&t, "boundDriver", traits->bound_driver);
                json_member_given(&t, "parent", device->parent);
                json_member_given(&t, "mdevType", traits->mdev_type);
                json_member_given(&t, "model", traits->model);
                if (traits->has_version) {
                        json_key(&t, "version");
                        json_unsigned(&t, traits->version);
                }
                json_member_given(&t, "pool", traits->pool);
                json_member(&t, "inUse", tri_to_string(traits->in_use));
                json_member_given(&t, "reservedBy", device->reserved_by);
                json_close(&t, '}');
        }
        json_close(&t, ']');
        return context_print_json(c, t.data);
}

static int print_table(const struct context *c, const struct document *d) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(&c->out,
                                                                      "DEVICE|DRIVER|MODEL|VERSION|IN USE|RESERVED");
        _cleanup_text_ struct text out = {};

        for (size_t i = 0; i < d->n_devices; i++) {
                const struct device *device = d->devices[i];
                const struct traits *traits = device->traits;
                char version[16];

                table_add(table, device->address);
                table_add(table, traits->driver);
                table_add(table, traits->model);
                table_add(table, version_words(traits, version));
                table_add_coloured(table, tri_to_string(traits->in_use), tri_colour_of_use(traits->in_use));
                table_add(table, device->reserved_by);
        }
        if (d->n_devices > 0)
                table_format(table, c->legend, &out);
        if (c->legend)
                text_addf(&out, "%s%zu VFIO %s.\n", d->n_devices > 0 ? "\n" : "", d->n_devices,
                          plural(d->n_devices, "device", "devices"));
        return context_print(c, &out);
}

int verb_list(struct context *c) {
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        int r;

        r = manager_document(c, NULL, DESCRIBE_HOST, &d);
        if (r >= 0)
                r = c->json != JSON_OFF ? print_json(c, d) : print_table(c, d);
        return r < 0 ? STATUS_ERROR : STATUS_OK;
}
