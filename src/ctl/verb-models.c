/*
 * vfiomigctl models: the device models in force on the host, or a first model file for a device.
 */
#include <inttypes.h>

#include "core/descriptor-json.h"
#include "ctl/address.h"
#include "ctl/manager.h"
#include "ctl/model-template.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "ctl/words.h"

static void add_word(struct text *t, const char *word) {
        text_addf(t, "%s%s", t->length > 0 ? " " : "", word);
}

static void add_model(struct table *table, const struct model *m) {
        _cleanup_text_ struct text versions = {}, params = {}, facts = {}, compatible = {}, checks = {};

        for (size_t i = 0; i < m->n_versions; i++)
                text_addf(&versions, "%s%" PRIu32, i > 0 ? " " : "", m->versions[i].number);
        for (size_t i = 0; i < m->params.n; i++)
                add_word(&params, m->params.v[i].name);
        for (size_t i = 0; i < m->n_facts; i++)
                if (m->facts[i].kind != FACT_IGNORE)
                        add_word(&facts, m->facts[i].name);
        for (size_t i = 0; i < strv_length(m->compatible_models); i++)
                add_word(&compatible, m->compatible_models[i]);
        for (size_t i = 0; i < strv_length(m->checks); i++)
                add_word(&checks, m->checks[i]);

        table_add(table, m->name);
        table_add(table, versions.data);
        table_add(table, params.data);
        table_add(table, facts.data);
        table_add(table, compatible.data);
        table_add(table, checks.data);
}

static int print_table(const struct context *c, const struct models *models) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(
                &c->out, "MODEL|VERSIONS|PARAMETERS|DECISIVE FACTS|TAKES ALSO|CHECKS");
        _cleanup_text_ struct text out = {};

        for (size_t i = 0; i < models->n; i++)
                add_model(table, models->v[i]);
        if (models->n > 0)
                table_format(table, c->legend, &out);
        if (c->legend)
                text_addf(&out, "%s%zu %s.\n", models->n > 0 ? "\n" : "", models->n,
                          plural(models->n, "model", "models"));
        return context_print(c, &out);
}

static int print_models(struct context *c) {
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        _cleanup_text_ struct text json = {};
        int r;

        r = manager_document(c, NULL, DESCRIBE_HOST, &d);
        if (r < 0)
                return r;
        if (c->json == JSON_OFF)
                return print_table(c, &d->models);
        document_format_models(&d->models, &json);
        return context_print_json(c, json.data);
}

static int print_template(struct context *c) {
        char *ids[] = { address_from_name(c->template), NULL };
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        _cleanup_free_ char *id = ids[0];
        _cleanup_text_ struct text json = {};
        int r;

        r = manager_document(c, ids, 0, &d);
        if (r < 0)
                return r;
        if (d->n_devices == 0)
                return context_fail(c, -1, "%s is not a VFIO device of this host", id);
        model_template_format(d->devices[0], &json);
        return context_print_json(c, json.data);
}

int verb_models(struct context *c) {
        int r = c->template ? print_template(c) : print_models(c);

        return r < 0 ? STATUS_ERROR : STATUS_OK;
}
