/*
 * Device models: what is known of each, found by name. A struct models owns its models, and they their contents.
 */
#include "core/model.h"

#include <errno.h>

#include "util/alloc.h"
#include "util/strv.h"

static const char *const fact_rule_names[] = {
        [FACT_EQUAL] = "equal",   [FACT_AT_LEAST] = "at-least", [FACT_RANGE] = "range",
        [FACT_SEMVER] = "semver", [FACT_SUPERSET] = "superset", [FACT_IGNORE] = "ignore",
};

const char *fact_rule_kind_to_string(enum fact_rule_kind k) {
        return (size_t)k < ARRAY_SIZE(fact_rule_names) ? fact_rule_names[k] : NULL;
}

int fact_rule_kind_from_string(const char *s, enum fact_rule_kind *ret) {
        for (size_t i = 0; i < ARRAY_SIZE(fact_rule_names); i++)
                if (str_equal(s, fact_rule_names[i])) {
                        *ret = (enum fact_rule_kind)i;
                        return 0;
                }
        return -EINVAL;
}

/* A relative path that leads nowhere else. */
static bool path_valid(const char *path) {
        for (;; path++) {
                size_t n = strcspn(path, "/");

                if (n == 0 || (n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
                        return false;
                path += n;
                if (!*path)
                        return true;
        }
}

static bool source_is(const char *source, const char *kind) {
        return str_startswith(source, kind) && path_valid(source + strlen(kind));
}

bool param_source_valid(const char *source) {
        return source_is(source, "sysfs:");
}

bool fact_source_valid(const char *source) {
        return param_source_valid(source) || source_is(source, "parent:") ||
               (source_is(source, "devlink:") && !strchr(source, '/'));
}

struct model *model_new(void) {
        struct model *m = xnew0(struct model, 1);

        m->params_complete = TRI_UNKNOWN;
        m->migration.protocol = MIGRATION_PROTOCOL_UNKNOWN;
        m->migration.dma_logging = TRI_UNKNOWN;
        return m;
}

static void model_match_done(struct model_match *match) {
        free(match->driver);
        free(match->pci);
        free(match->mdev_type);
        free(match->parent_driver);
}

static void fact_rule_done(struct fact_rule *rule) {
        free(rule->name);
        free(rule->min);
        free(rule->max);
        free(rule->source);
        free(rule->why);
}

struct model *model_free(struct model *m) {
        if (!m)
                return NULL;
        for (size_t i = 0; i < m->n_matches; i++)
                model_match_done(&m->matches[i]);
        for (size_t i = 0; i < m->n_versions; i++)
                entries_done(&m->versions[i].params);
        for (size_t i = 0; i < m->n_facts; i++)
                fact_rule_done(&m->facts[i]);
        free(m->matches);
        free(m->versions);
        free(m->facts);
        param_infos_done(&m->params);
        migration_done(&m->migration);
        strv_free(m->compatible_models);
        strv_free(m->checks);
        free(m->trial_load);
        free(m->name);
        free(m->file);
        free(m);
        return NULL;
}

const struct model_version *model_find_version(const struct model *m, uint32_t number) {
        size_t low = 0, high = m->n_versions;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (m->versions[middle].number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < m->n_versions && m->versions[low].number == number ? &m->versions[low] : NULL;
}

const struct entries *model_expansion(const struct model *m, uint32_t number) {
        const struct model_version *v = m ? model_find_version(m, number) : NULL;

        return v ? &v->params : NULL;
}

void models_done(struct models *models) {
        for (size_t i = 0; i < models->n; i++)
                model_free(models->v[i]);
        free(models->v);
        *models = (struct models){};
}

/* The position of the first model whose name is not before name. */
static size_t models_lower(const struct models *models, const char *name) {
        size_t low = 0, high = models->n;

        if (high > 0 && strcmp(models->v[high - 1]->name, name) < 0)
                return high;
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(models->v[middle]->name, name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

const struct model *models_find(const struct models *models, const char *name) {
        size_t i;

        if (!name)
                return NULL;
        i = models_lower(models, name);
        return i < models->n && strcmp(models->v[i]->name, name) == 0 ? models->v[i] : NULL;
}

int models_take(struct models *models, struct model *m) {
        size_t i = models_lower(models, m->name);

        if (i < models->n && strcmp(models->v[i]->name, m->name) == 0)
                return -EEXIST;
        array_append(models->v, models->n, m);
        if (i < models->n - 1) {
                memmove(&models->v[i + 1], &models->v[i], (models->n - 1 - i) * sizeof(m));
                models->v[i] = m;
        }
        return 0;
}
