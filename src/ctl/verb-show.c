/*
 * vfiomigctl show: everything known of a device, each value with its origin.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/descriptor-json.h"
#include "ctl/address.h"
#include "ctl/json-text.h"
#include "ctl/manager.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "ctl/words.h"
#include "util/alloc.h"

/* Where it is on this host, which a descriptor does not say: from the device's object. */
static int read_places(struct context *c, struct device *device) {
        const struct {
                const char *property;
                char **value;
        } places[] = {
                { "SysfsPath", &device->sysfs_path },
                { "Bus", &device->bus },
                { "VfioDevice", &device->vfio_device },
                { "IommuGroup", &device->iommu_group },
        };
        _cleanup_free_ char *path = NULL;
        int r;

        r = manager_device_path(c, device->address, &path);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
                char *value;

                r = sd_bus_get_property_string(c->bus, MANAGER_NAME, path, DEVICE_INTERFACE, places[i].property, &error,
                                               &value);
                if (r < 0)
                        return manager_fail(c, "read the device's properties", &error, r);
                free(*places[i].value);
                *places[i].value = *value ? value : NULL;
                if (!*value)
                        free(value);
        }
        return 0;
}

/* A label, a value and its origin; nothing at all where there is no value, unless reading it failed. */
static void row(struct table *table, const char *label, const char *value, const char *origin) {
        if (!value || !*value) {
                if (!str_startswith(origin, "errno:"))
                        return;
                value = "(not readable)";
        }
        table_add_coloured(table, label, COLOUR_BOLD);
        table_add(table, value);
        if (origin)
                table_add_coloured(table, origin, COLOUR_GREY);
        else
                table_add_blank(table);
}

static void entry_rows(struct table *table, const char *label, const char *prefix, const struct device *d,
                       const struct entries *e) {
        const struct entries *origins = &d->traits->origins;
        size_t n = strlen(prefix);

        for (size_t i = 0; i < e->n; i++) {
                _cleanup_free_ char *key = xasprintf("%s.%s", prefix, e->v[i].name);
                _cleanup_free_ char *value = xasprintf("%s=%s", e->v[i].name, e->v[i].value ?: "(not readable)");

                row(table, i == 0 ? label : " ", value, traits_origin(d->traits, key));
        }
        /* What is there and was not read has an origin only. */
        for (size_t i = 0, rows = e->n; i < origins->n; i++) {
                const char *name = origins->v[i].name;
                _cleanup_free_ char *value = NULL;

                if (!str_startswith(origins->v[i].value, "errno:") || !str_startswith(name, prefix) || name[n] != '.' ||
                    entries_find(e, name + n + 1))
                        continue;
                value = xasprintf("%s=(not readable)", name + n + 1);
                row(table, rows++ == 0 ? label : " ", value, origins->v[i].value);
        }
}

static void migration_row(struct table *table, const struct traits *t) {
        const struct migration *m = &t->migration;
        _cleanup_text_ struct text words = {};
        const char *name;

        if (!t->has_migration) {
                row(table, "Migration", "unknown", traits_origin(t, "migration"));
                return;
        }
        text_add(&words, migration_protocol_to_string(m->protocol) ?: "unknown protocol");
        for (unsigned i = 0; m->has_flags && (name = migration_flag_name(1u << i)); i++)
                if (m->flags & (1u << i))
                        text_addf(&words, " %s", name);
        text_addf(&words, ", DMA logging %s", tri_to_string(m->dma_logging));
        if (m->has_data_size)
                text_addf(&words, ", about %" PRIu64 " bytes", m->data_size);
        row(table, "Migration", words.data, traits_origin(t, "migration"));
}

static void device_rows(struct table *table, const struct device *d) {
        const struct traits *t = d->traits;
        _cleanup_free_ char *numa = d->has_numa_node ? xasprintf("%d", d->numa_node) : NULL;
        char version[16];

        row(table, "Driver", t->driver, traits_origin(t, "driver"));
        row(table, "Bound to", t->bound_driver, NULL);
        row(table, "Bus", d->bus, NULL);
        row(table, "Sysfs path", d->sysfs_path, NULL);
        row(table, "VFIO device", d->vfio_device, NULL);
        row(table, "IOMMU group", d->iommu_group, NULL);
        row(table, "NUMA node", numa, NULL);
        row(table, "Parent", d->parent, NULL);
        row(table, "Mdev type", t->mdev_type, NULL);
        row(table, "Pool", t->pool, traits_origin(t, "pool"));
        row(table, "Model", t->model ?: "(none)", traits_origin(t, "model"));
        row(table, "Version", version_words(t, version), traits_origin(t, "version"));
        row(table, "Software version", t->software_version, traits_origin(t, "softwareVersion"));
        entry_rows(table, "Parameters", "params", d, &t->params);
        if (t->params.n == 0)
                row(table, "Parameters", "(none)", NULL);
        if (t->params_complete != TRI_UNKNOWN)
                row(table, "  all listed", tri_to_string(t->params_complete), NULL);
        entry_rows(table, "Facts", "facts", d, &t->facts);
        entry_rows(table, "Tokens", "tokens", d, &t->tokens);
        migration_row(table, t);
        row(table, "In use", tri_to_string(t->in_use), NULL);
        row(table, "Reserved by", d->reserved_by, NULL);
        for (size_t i = 0; i < strv_length(d->group_blocked_by); i++)
                row(table, i == 0 ? "Group blocked by" : " ", d->group_blocked_by[i], NULL);
}

static void format_device(const struct context *c, const struct device *d, bool first, struct text *out) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(&c->out, "PROPERTY|VALUE|ORIGIN");

        if (!first)
                text_add(out, "\n");
        text_add(out, terminal_on(&c->out, COLOUR_BOLD));
        terminal_escape(&c->out, out, d->address);
        text_add(out, terminal_off(&c->out, COLOUR_BOLD));
        text_add(out, "\n");
        device_rows(table, d);
        table_format(table, false, out);
}

static int print_devices(const struct context *c, const struct document *d) {
        _cleanup_text_ struct text t = {};

        if (c->json != JSON_OFF) {
                json_open(&t, '[');
                for (size_t i = 0; i < d->n_devices; i++) {
                        _cleanup_text_ struct text device = {};

                        device_format(d->devices[i], &device);
                        json_raw(&t, device.data);
                }
                json_close(&t, ']');
                return context_print_json(c, t.data);
        }
        for (size_t i = 0; i < d->n_devices; i++)
                format_device(c, d->devices[i], i == 0, &t);
        return context_print(c, &t);
}

int verb_show(struct context *c) {
        _cleanup_(strv_free_cleanup) char **ids = address_from_names(c->args);
        _cleanup_(document_free_cleanup) struct document *d = NULL;

        if (manager_document(c, ids, DESCRIBE_HOST, &d) < 0)
                return STATUS_ERROR;
        for (size_t i = 0; i < d->n_devices; i++)
                if (read_places(c, d->devices[i]) < 0)
                        return STATUS_ERROR;
        return print_devices(c, d) < 0 ? STATUS_ERROR : STATUS_OK;
}
