/*
 * What is known of a model, from and to JSON: the part that model files and a document's "models" have in common.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json-emit.h"
#include "core/parts-json.h"
#include "util/alloc.h"

static int version_order(const void *a, const void *b) {
        const struct model_version *va = a, *vb = b;

        return va->number < vb->number ? -1 : va->number > vb->number;
}

static int versions_from_json(const struct json_place *p, struct json_object *o, struct model *m) {
        struct json_place at = json_place_key(p, "versions");
        _cleanup_free_ struct json_member *members = NULL;
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_object(p, o, "versions", &v);
        if (r < 0 || !v)
                return r;
        m->has_versions = true;
        members = json_members(v, &n);
        if (n > VERSIONS_MAX)
                return json_place_fail_limit(&at, VERSIONS_MAX, "versions");
        m->versions = xnew0(struct model_version, n);
        for (size_t i = 0; i < n; i++) {
                struct json_place member = json_place_key(&at, members[i].key);
                struct model_version *version = &m->versions[m->n_versions++];

                if (!json_number_from_string(members[i].key, &version->number))
                        return json_place_fail(&member, "not a version (an integer from 0 to %u)", UINT32_MAX);
                r = entries_from_json(&at, v, members[i].key, ENTRIES_PARAMS, &version->params);
                if (r < 0)
                        return r;
        }
        qsort(m->versions, m->n_versions, sizeof(*m->versions), version_order);
        return 0;
}

/* min and max of a range: strings, or integers as people write them. */
static int bound_from_json(const struct json_place *p, struct json_object *o, const char *key, char **ret) {
        struct json_place at = json_place_key(p, key);
        struct json_object *v;
        uint64_t u;

        if (!json_object_object_get_ex(o, key, &v))
                return 0;
        if (!json_object_is_type(v, json_type_int))
                return json_string_at(&at, v, ret);
        if (json_member_uint(p, o, key, INT64_MAX, &u, NULL) < 0)
                return json_place_fail(&at, "expected a string");
        *ret = xasprintf("%llu", (unsigned long long)u);
        return 0;
}

static int fact_from_json(const struct json_place *p, struct json_object *o, struct fact_rule *fact) {
        struct json_place rule_at = json_place_key(p, "rule");
        _cleanup_free_ char *rule = NULL, *min = NULL, *max = NULL;
        int r;

        r = json_object_at(p, o);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "rule", &rule);
        if (r < 0)
                return r;
        if (!rule)
                return json_place_fail(&rule_at, "missing");
        if (fact_rule_kind_from_string(rule, &fact->kind) < 0)
                return json_place_fail(&rule_at, "an unknown rule");
        r = bound_from_json(p, o, "min", &min);
        if (r < 0)
                return r;
        r = bound_from_json(p, o, "max", &max);
        if (r < 0)
                return r;
        if (fact->kind == FACT_RANGE) {
                fact->min = take_ptr(min);
                fact->max = take_ptr(max);
        }
        r = json_member_string(p, o, "source", &fact->source);
        return r < 0 ? r : json_member_string(p, o, "why", &fact->why);
}

static int facts_from_json(const struct json_place *p, struct json_object *o, struct model *m) {
        struct json_place at = json_place_key(p, "facts");
        _cleanup_free_ struct json_member *members = NULL;
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_object(p, o, "facts", &v);
        if (r < 0 || !v)
                return r;
        members = json_members(v, &n);
        m->facts = xnew0(struct fact_rule, n);
        for (size_t i = 0; i < n; i++) {
                struct json_place member = json_place_key(&at, members[i].key);
                struct fact_rule *fact = &m->facts[m->n_facts++];

                fact->name = xstrdup(members[i].key);
                r = fact_from_json(&member, members[i].value, fact);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int model_matches_from_json(const struct json_place *p, struct json_object *o, struct model *m) {
        struct json_place at = json_place_key(p, "match");
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_list(p, o, "match", &v);
        if (r < 0 || !v)
                return r;
        n = json_object_array_length(v);
        m->matches = xnew0(struct model_match, n);
        for (size_t i = 0; i < n; i++) {
                struct json_place element = json_place_index(&at, i);
                struct model_match *match = &m->matches[m->n_matches++];
                const struct match_key keys[] = {
                        { "driver", &match->driver },
                        { "pci", &match->pci },
                        { "mdevType", &match->mdev_type },
                        { "parentDriver", &match->parent_driver },
                };

                r = match_from_json(&element, json_object_array_get_idx(v, i), keys, ARRAY_SIZE(keys));
                if (r < 0)
                        return r;
        }
        return 0;
}

int model_body_from_json(const struct json_place *p, struct json_object *o, struct model *m) {
        struct json_place trial_at = json_place_key(p, "trialLoad");
        int r;

        r = model_matches_from_json(p, o, m);
        if (r < 0)
                return r;
        r = param_infos_from_json(p, o, "params", &m->params);
        if (r < 0)
                return r;
        r = json_member_tri(p, o, "paramsComplete", &m->params_complete);
        if (r < 0)
                return r;
        r = versions_from_json(p, o, m);
        if (r < 0)
                return r;
        r = facts_from_json(p, o, m);
        if (r < 0)
                return r;
        r = migration_from_json(p, o, "migration", true, &m->migration, &m->has_migration);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "trialLoad", &m->trial_load);
        if (r < 0)
                return r;
        if (m->trial_load && strcmp(m->trial_load, "header") != 0)
                return json_place_fail(&trial_at, "expected \"header\"");
        r = json_member_bool(p, o, "createArgs", &m->create_args);
        if (r < 0)
                return r;
        r = json_member_strings(p, o, "compatibleModels", &m->compatible_models);
        return r < 0 ? r : json_member_strings(p, o, "checks", &m->checks);
}

static void versions_to_json(const struct model *m, struct text *t) {
        if (!m->has_versions)
                return;
        json_emit_key(t, "versions");
        text_add(t, "{");
        for (size_t i = 0; i < m->n_versions; i++) {
                size_t start;
                char number[16];

                snprintf(number, sizeof(number), "%u", m->versions[i].number);
                start = t->length;
                entries_to_json(&m->versions[i].params, number, ENTRIES_PARAMS, t);
                if (t->length == start) {
                        json_emit_key(t, number);
                        text_add(t, "{}");
                }
        }
        text_add(t, "}");
}

static void facts_to_json(const struct model *m, struct text *t) {
        if (m->n_facts == 0)
                return;
        json_emit_key(t, "facts");
        text_add(t, "{");
        for (size_t i = 0; i < m->n_facts; i++) {
                const struct fact_rule *fact = &m->facts[i];

                json_emit_key(t, fact->name);
                text_add(t, "{");
                json_emit_member(t, "rule", fact_rule_kind_to_string(fact->kind));
                json_emit_member(t, "min", fact->min);
                json_emit_member(t, "max", fact->max);
                json_emit_member(t, "source", fact->source);
                json_emit_member(t, "why", fact->why);
                text_add(t, "}");
        }
        text_add(t, "}");
}

static void matches_to_json(const struct model *m, struct text *t) {
        if (m->n_matches == 0)
                return;
        json_emit_key(t, "match");
        text_add(t, "[");
        for (size_t i = 0; i < m->n_matches; i++) {
                const struct model_match *match = &m->matches[i];

                json_emit_comma(t);
                text_add(t, "{");
                json_emit_member(t, "driver", match->driver);
                json_emit_member(t, "pci", match->pci);
                json_emit_member(t, "mdevType", match->mdev_type);
                json_emit_member(t, "parentDriver", match->parent_driver);
                text_add(t, "}");
        }
        text_add(t, "]");
}

void model_body_to_json(const struct model *m, struct text *t) {
        text_add(t, "{");
        matches_to_json(m, t);
        param_infos_to_json(&m->params, "params", t);
        json_emit_tri(t, "paramsComplete", m->params_complete);
        versions_to_json(m, t);
        facts_to_json(m, t);
        if (m->has_migration)
                migration_to_json(&m->migration, t);
        json_emit_member(t, "trialLoad", m->trial_load);
        json_emit_flag(t, "createArgs", m->create_args);
        json_emit_strings(t, "compatibleModels", m->compatible_models);
        json_emit_strings(t, "checks", m->checks);
        text_add(t, "}");
}
