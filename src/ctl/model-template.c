/*
 * A first model file for a device. Owns nothing.
 */
#include "ctl/model-template.h"

#include "core/model.h"
#include "ctl/json-text.h"
#include "util/alloc.h"

static void add_match(const struct device *d, struct text *t) {
        const char *vendor = entries_get(&d->traits->facts, "pci.vendor");
        const char *device = entries_get(&d->traits->facts, "pci.device");

        json_key(t, "match");
        json_open(t, '[');
        json_open(t, '{');
        if (d->traits->mdev_type)
                json_member(t, "mdevType", d->traits->mdev_type);
        else
                json_member_given(t, "driver", d->traits->driver);
        if (vendor && device && !d->traits->mdev_type) {
                _cleanup_free_ char *pci = xasprintf("%s:%s", vendor, device);

                json_member(t, "pci", pci);
        }
        json_close(t, '}');
        json_close(t, ']');
}

/* What a value looks like; "0" and "1" may be numbers. */
static const char *type_of(const char *value) {
        if (value && param_value_is(PARAM_INT, value))
                return "int";
        return value && param_value_is(PARAM_BOOL, value) ? "bool" : "str";
}

static void add_params(const struct traits *traits, struct text *t) {
        json_key(t, "params");
        json_open(t, '{');
        for (size_t i = 0; i < traits->params.n; i++) {
                const struct entry *e = &traits->params.v[i];
                _cleanup_free_ char *key = xasprintf("params.%s", e->name);
                const char *origin = traits_origin(traits, key);

                json_key(t, e->name);
                json_open(t, '{');
                json_member(t, "type", type_of(e->value));
                if (str_startswith(origin, "sysfs:"))
                        json_member(t, "source", origin);
                json_close(t, '}');
        }
        json_close(t, '}');
}

static void add_facts(const struct traits *traits, struct text *t) {
        json_key(t, "facts");
        json_open(t, '{');
        for (size_t i = 0; i < traits->facts.n; i++) {
                const char *name = traits->facts.v[i].name;

                json_key(t, name);
                json_open(t, '{');
                json_member(t, "rule", str_equal(name, "kernel.release") ? "ignore" : "equal");
                json_close(t, '}');
        }
        json_close(t, '}');
}

static void add_migration(const struct traits *traits, struct text *t) {
        const struct migration *m = &traits->migration;
        const char *name;

        json_key(t, "migration");
        json_open(t, '{');
        json_member_given(t, "driver", traits->driver);
        json_member_given(t, "protocol", migration_protocol_to_string(m->protocol));
        if (m->has_flags) {
                json_key(t, "flags");
                json_open(t, '[');
                for (unsigned i = 0; (name = migration_flag_name(1u << i)); i++)
                        if (m->flags & (1u << i))
                                json_string(t, name);
                json_close(t, ']');
        }
        if (m->dma_logging != TRI_UNKNOWN) {
                json_key(t, "dmaLogging");
                json_bool(t, m->dma_logging == TRI_YES);
        }
        json_close(t, '}');
}

void model_template_format(const struct device *d, struct text *t) {
        const struct traits *traits = d->traits;
        _cleanup_free_ char *name = xasprintf("example.com/%s", traits->mdev_type ?: traits->driver ?: "device");

        json_open(t, '{');
        json_member(t, "schema", MODEL_SCHEMA);
        json_member(t, "model", traits->model ?: name);
        add_match(d, t);
        add_params(traits, t);
        json_key(t, "paramsComplete");
        json_bool(t, false);
        add_facts(traits, t);
        if (traits->has_migration && traits->migration.protocol != MIGRATION_PROTOCOL_UNKNOWN)
                add_migration(traits, t);
        json_close(t, '}');
}
