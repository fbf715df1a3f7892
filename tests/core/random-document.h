/*
 * Random devices, models and documents with ugly strings, the same ones for the same random_state. For one test
 * program.
 *
 * Only what the contract can say, so that it survives being written and read.
 */
#pragma once

#include "core/descriptor.h"
#include "util/alloc.h"

static uint64_t random_state;

static unsigned roll(unsigned n) {
        random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (unsigned)(random_state >> 33) % n;
}

/* NULL now and then; else short and ugly. name: fit for a parameter's name. */
static char *random_string(bool name, bool newline) {
        static const char *const parts[] = { "a",
                                             "B",
                                             "0",
                                             "rss",
                                             "-",
                                             ".",
                                             ":",
                                             "\"",
                                             "\\",
                                             "\xc3\xa9",
                                             "\xe2\x82\xac",
                                             "\xf0\x9f\x98\x80",
                                             "\x7f",
                                             "\x01",
                                             "\x1f",
                                             "{",
                                             "}",
                                             ",",
                                             "'",
                                             "[",
                                             "\b",
                                             "/",
                                             "=",
                                             " ",
                                             "\t",
                                             "\n" };
        struct text t = {};

        text_add(&t, name ? "p" : "");
        for (unsigned n = roll(6); n > 0; n--)
                text_add(&t, parts[roll(name ? 22 - 1 : newline ? 26 : 25)]);
        return text_take(&t);
}

static char *maybe(void) {
        return roll(2) ? random_string(false, true) : NULL;
}

static void random_entries(struct entries *e, bool params) {
        for (unsigned n = roll(2) ? roll(5) : 0; n > 0; n--) {
                _cleanup_free_ char *name = random_string(params, true), *value = random_string(false, !params);

                entries_set(e, name, params && roll(5) == 0 ? NULL : value);
        }
}

static char **random_strings(void) {
        char **v = NULL;

        for (unsigned n = roll(3) ? 0 : roll(4); n > 0; n--)
                strv_take(&v, random_string(false, false));
        return v;
}

static void random_infos(struct param_infos *infos) {
        for (unsigned n = roll(2) ? roll(4) : 0; n > 0; n--) {
                struct param_info info = {
                        .name = roll(4) ? random_string(true, false) : xstrdup("version"),
                        .type = (enum param_type)((int)roll(4) - 1),
                        .off_value = roll(2) ? random_string(false, false) : NULL,
                        .has_allowed = roll(2),
                        .writable = (enum tri)((int)roll(3) - 1),
                        .at_create = (enum tri)((int)roll(3) - 1),
                        .source = maybe(),
                        .description = maybe(),
                };

                if (info.has_allowed)
                        info.allowed = random_strings();
                param_infos_take(infos, &info);
        }
}

static void random_migration(struct migration *m, bool of_model) {
        m->protocol = (enum migration_protocol)((int)roll(4) - 1);
        m->has_flags = roll(2);
        m->flags = m->has_flags ? roll(8) : 0;
        m->dma_logging = (enum tri)((int)roll(3) - 1);
        m->has_data_size = roll(2);
        m->data_size = m->has_data_size ? (roll(2) ? UINT64_MAX - 1 : roll(1000)) : 0;
        m->driver = of_model ? maybe() : NULL;
        m->requires = of_model ? maybe() : NULL;
}

static char *random_address(void) {
        _cleanup_free_ char *name = random_string(true, true);

        return xasprintf("%s:%s", roll(2) ? "pci" : "x", name);
}

static void random_traits(struct traits *t) {
        t->pool = maybe();
        t->driver = maybe();
        t->bound_driver = maybe();
        t->mdev_type = t->creatable ? random_string(false, true) : maybe();
        t->model = roll(2) ? random_string(true, true) : NULL;
        t->has_version = roll(2);
        t->version = t->has_version ? (roll(3) ? roll(5) : UINT32_MAX) : 0;
        t->software_version = maybe();
        random_entries(&t->params, true);
        t->params_complete = (enum tri)((int)roll(3) - 1);
        random_entries(&t->facts, false);
        t->has_migration = roll(2);
        if (t->has_migration)
                random_migration(&t->migration, false);
        random_entries(&t->tokens, false);
        random_entries(&t->origins, false);
        random_infos(&t->param_info);
        t->param_list_writable = roll(2);
        t->attributes = random_strings();
        t->in_use = (enum tri)((int)roll(3) - 1);
        t->independent = t->creatable && roll(2);
}

_unused_ static struct device *random_device(bool creatable, unsigned number) {
        struct device *d = device_new(creatable);

        random_traits(d->traits);
        d->id = creatable ? NULL : xasprintf("%u%s", number, roll(2) ? "\"\n" : "");
        if (!creatable && roll(2)) {
                _cleanup_free_ char *address = random_address();

                d->address = xasprintf("%s%u", address, number);
        }
        d->guest = maybe();
        d->pin = roll(2) ? (roll(2) ? random_address() : xstrdup("mdev:")) : NULL;
        d->parent = creatable ? xasprintf("pci:%u", number) : maybe();
        d->reserved_by = maybe();
        d->variant_driver = maybe();
        d->group_blocked_by = random_strings();
        d->traits->group_blocked = d->group_blocked_by != NULL;
        d->has_numa_node = roll(2);
        d->numa_node = d->has_numa_node ? (int)roll(4) - 1 : 0;
        d->available = creatable ? roll(30) : 0;
        return d;
}

static struct model *random_model(unsigned number) {
        struct model *m = model_new();

        m->name = xasprintf("m%u\"", number);
        for (unsigned n = roll(3); n > 0; n--) {
                struct model_match match = { .driver = random_string(false, false), .pci = maybe() };

                array_append(m->matches, m->n_matches, match);
        }
        random_infos(&m->params);
        m->params_complete = (enum tri)((int)roll(3) - 1);
        m->has_versions = roll(2);
        for (uint32_t n = m->has_versions ? roll(12) : 0, i = 0; i < n; i++) {
                struct model_version version = { .number = i * 3 };

                random_entries(&version.params, true);
                array_append(m->versions, m->n_versions, version);
        }
        for (unsigned i = 0, n = roll(3); i < n; i++) {
                struct fact_rule fact = { .name = xasprintf("f%u", i),
                                          .kind = (enum fact_rule_kind)roll(6),
                                          .source = maybe(),
                                          .why = maybe() };

                fact.min = fact.kind == FACT_RANGE ? maybe() : NULL;
                fact.max = fact.kind == FACT_RANGE ? maybe() : NULL;
                array_append(m->facts, m->n_facts, fact);
        }
        m->has_migration = roll(2);
        if (m->has_migration)
                random_migration(&m->migration, true);
        m->trial_load = roll(2) ? xstrdup("header") : NULL;
        m->create_args = roll(2);
        m->compatible_models = random_strings();
        m->checks = random_strings();
        return m;
}

_unused_ static struct document *random_document(void) {
        struct document *d = document_new();

        d->created_at = maybe();
        d->host_name = maybe();
        d->machine_id = maybe();
        d->kernel = maybe();
        d->iommu_dirty_tracking = (enum tri)((int)roll(3) - 1);
        d->vm_name = maybe();
        d->vm_uuid = maybe();
        d->viommu = (enum tri)((int)roll(3) - 1);
        d->vfio_devices = roll(2) ? roll(5) : 0;
        for (unsigned i = 0, n = roll(4); i < n; i++)
                document_take(d, random_device(false, i));
        for (unsigned i = 0, n = roll(2) ? roll(4) : 0; i < n; i++)
                document_take(d, random_device(true, i));
        d->has_models = roll(2);
        for (unsigned i = 0, n = d->has_models ? roll(3) : 0; i < n; i++)
                models_take(&d->models, random_model(i));
        return d;
}
