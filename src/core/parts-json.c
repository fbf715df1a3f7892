/*
 * Values, parameters and what they may be, migration interfaces: from and to JSON. (Models: model-body-json.c.)
 */
#include "core/parts-json.h"

#include <inttypes.h>
#include <string.h>

#include "core/json-emit.h"
#include "util/alloc.h"

/* A parameter's value: a string, or as people write it an integer ("64") or a bool ("on"). */
static int value_from_json(const struct json_place *p, struct json_object *v, char **ret) {
        int64_t i;

        switch (json_object_get_type(v)) {
        case json_type_boolean:
                *ret = xstrdup(json_object_get_boolean(v) ? "on" : "off");
                return 0;
        case json_type_int:
                /* json-c gives the nearest of 64 bits for what is beyond, so that one is as bad. */
                i = json_object_get_int64(v);
                if (i == INT64_MIN || (i == INT64_MAX && json_object_get_uint64(v) > INT64_MAX))
                        return json_place_fail(p, "a number beyond 64 bits");
                *ret = xasprintf("%" PRId64, i);
                return 0;
        case json_type_string:
                if (strchr(json_object_get_string(v), '\n'))
                        return json_place_fail(p, "a newline in a value");
                *ret = xstrdup(json_object_get_string(v));
                return 0;
        default:
                return json_place_fail(p, "expected a string");
        }
}

static int member_value_from_json(const struct json_place *p, struct json_object *o, const char *key, char **ret) {
        struct json_place at = json_place_key(p, key);
        struct json_object *v;

        return json_object_object_get_ex(o, key, &v) ? value_from_json(&at, v, ret) : 0;
}

static int entry_from_json(const struct json_place *p, struct json_object *v, enum entries_kind kind, char **ret) {
        if (kind == ENTRIES_STRINGS)
                return json_string_at(p, v, ret);
        if (!param_name_valid(p->key))
                return json_place_fail(p, "not a parameter's name");
        return v ? value_from_json(p, v, ret) : 0;
}

int entries_from_json(const struct json_place *p, struct json_object *o, const char *key, enum entries_kind kind,
                      struct entries *ret) {
        struct json_place at = json_place_key(p, key);
        _cleanup_free_ struct json_member *members = NULL;
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_object(p, o, key, &v);
        if (r < 0 || !v)
                return r;
        members = json_members(v, &n);
        if (kind != ENTRIES_STRINGS && n > PARAMS_MAX)
                return json_place_fail_limit(&at, PARAMS_MAX, "parameters");
        if (n > STRINGS_MAX)
                return json_place_fail_limit(&at, STRINGS_MAX, "entries");
        for (size_t i = 0; i < n; i++) {
                struct json_place member = json_place_key(&at, members[i].key);
                _cleanup_free_ char *value = NULL;

                r = entry_from_json(&member, members[i].value, kind, &value);
                if (r < 0)
                        return r;
                entries_set(ret, members[i].key, value);
        }
        return 0;
}

static int allowed_from_json(const struct json_place *p, struct json_object *o, struct param_info *info) {
        struct json_place at = json_place_key(p, "allowedValues");
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_list(p, o, "allowedValues", &v);
        if (r < 0 || !v)
                return r;
        n = json_object_array_length(v);
        info->has_allowed = true;
        info->allowed = xnew0(char *, n + 1);
        for (size_t i = 0; i < n; i++) {
                struct json_place element = json_place_index(&at, i);

                r = value_from_json(&element, json_object_array_get_idx(v, i), &info->allowed[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int param_info_from_json(const struct json_place *p, struct json_object *o, struct param_info *info) {
        struct json_place type_at = json_place_key(p, "type");
        _cleanup_free_ char *type = NULL;
        int r;

        r = json_object_at(p, o);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "type", &type);
        if (r < 0)
                return r;
        if (type && param_type_from_string(type, &info->type) < 0)
                return json_place_fail(&type_at, "expected \"bool\", \"int\" or \"str\"");
        r = member_value_from_json(p, o, "offValue", &info->off_value);
        if (r < 0)
                return r;
        r = allowed_from_json(p, o, info);
        if (r < 0)
                return r;
        r = json_member_tri(p, o, "writable", &info->writable);
        if (r < 0)
                return r;
        r = json_member_tri(p, o, "atCreate", &info->at_create);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "source", &info->source);
        if (r < 0)
                return r;
        return json_member_string(p, o, "description", &info->description);
}

int param_infos_from_json(const struct json_place *p, struct json_object *o, const char *key, struct param_infos *ret) {
        struct json_place at = json_place_key(p, key);
        _cleanup_free_ struct json_member *members = NULL;
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_object(p, o, key, &v);
        if (r < 0 || !v)
                return r;
        members = json_members(v, &n);
        if (n > PARAMS_MAX)
                return json_place_fail_limit(&at, PARAMS_MAX, "parameters");
        for (size_t i = 0; i < n; i++) {
                struct json_place member = json_place_key(&at, members[i].key);
                struct param_info info = { .type = PARAM_TYPE_NONE, .writable = TRI_UNKNOWN, .at_create = TRI_UNKNOWN };

                if (!param_name_valid(members[i].key) && strcmp(members[i].key, "version") != 0)
                        return json_place_fail(&member, "not a parameter's name");
                r = param_info_from_json(&member, members[i].value, &info);
                if (r < 0) {
                        param_info_done(&info);
                        return r;
                }
                info.name = xstrdup(members[i].key);
                param_infos_take(ret, &info);
        }
        return 0;
}

static int flags_from_json(const struct json_place *p, struct json_object *o, struct migration *m) {
        _cleanup_(strv_free_cleanup) char **flags = NULL;
        int r;

        r = json_member_strings(p, o, "flags", &flags);
        if (r < 0 || !flags)
                return r;
        m->has_flags = true;
        for (char **f = flags; *f; f++)
                m->flags |= migration_flag_from_name(*f);
        return 0;
}

int match_from_json(const struct json_place *p, struct json_object *o, const struct match_key *keys, size_t n) {
        bool given = false;
        int r;

        r = json_object_at(p, o);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                r = json_member_string(p, o, keys[i].key, keys[i].ret);
                if (r < 0)
                        return r;
                given = given || *keys[i].ret;
        }
        return given ? 0 : json_place_fail(p, "nothing to match");
}

int migration_from_json(const struct json_place *p, struct json_object *o, const char *key, bool of_model,
                        struct migration *ret, bool *ret_given) {
        struct json_place at = json_place_key(p, key), protocol_at = json_place_key(&at, "protocol");
        _cleanup_free_ char *protocol = NULL;
        struct json_object *v = NULL;
        int r;

        r = json_member_object(p, o, key, &v);
        if (r < 0 || !v)
                return r;
        *ret_given = true;
        r = json_member_string(&at, v, "protocol", &protocol);
        if (r < 0)
                return r;
        if (protocol && migration_protocol_from_string(protocol, &ret->protocol) < 0)
                return json_place_fail(&protocol_at, "expected \"v2\", \"v1\" or \"none\"");
        r = flags_from_json(&at, v, ret);
        if (r < 0)
                return r;
        r = json_member_tri(&at, v, "dmaLogging", &ret->dma_logging);
        if (r < 0)
                return r;
        r = json_member_uint(&at, v, "dataSize", UINT64_MAX - 1, &ret->data_size, &ret->has_data_size);
        if (r < 0 || !of_model)
                return r;
        r = json_member_string(&at, v, "driver", &ret->driver);
        return r < 0 ? r : json_member_string(&at, v, "requires", &ret->requires);
}

void entries_to_json(const struct entries *e, const char *key, enum entries_kind kind, struct text *t) {
        bool open = false;

        for (size_t i = 0; i < e->n; i++) {
                if (!e->v[i].value && kind != ENTRIES_PARAMS)
                        continue;
                if (!open) {
                        json_emit_key(t, key);
                        text_add(t, "{");
                        open = true;
                }
                json_emit_key(t, e->v[i].name);
                json_emit_string(t, e->v[i].value);
        }
        if (open)
                text_add(t, "}");
}

static void param_info_to_json(const struct param_info *info, struct text *t) {
        text_add(t, "{");
        json_emit_member(t, "type", param_type_to_string(info->type));
        json_emit_member(t, "offValue", info->off_value);
        if (info->has_allowed) {
                json_emit_key(t, "allowedValues");
                text_add(t, "[");
                for (char *const *entry = info->allowed; entry && *entry; entry++) {
                        json_emit_comma(t);
                        json_emit_string(t, *entry);
                }
                text_add(t, "]");
        }
        json_emit_tri(t, "writable", info->writable);
        json_emit_tri(t, "atCreate", info->at_create);
        json_emit_member(t, "source", info->source);
        json_emit_member(t, "description", info->description);
        text_add(t, "}");
}

void param_infos_to_json(const struct param_infos *infos, const char *key, struct text *t) {
        if (infos->n == 0)
                return;
        json_emit_key(t, key);
        text_add(t, "{");
        for (size_t i = 0; i < infos->n; i++) {
                json_emit_key(t, infos->v[i].name);
                param_info_to_json(&infos->v[i], t);
        }
        text_add(t, "}");
}

void migration_to_json(const struct migration *m, struct text *t) {
        json_emit_key(t, "migration");
        text_add(t, "{");
        json_emit_member(t, "driver", m->driver);
        json_emit_member(t, "requires", m->requires);
        json_emit_member(t, "protocol", migration_protocol_to_string(m->protocol));
        if (m->has_flags) {
                const char *name;

                json_emit_key(t, "flags");
                text_add(t, "[");
                for (unsigned i = 0; (name = migration_flag_name(1U << i)); i++)
                        if (m->flags & 1U << i) {
                                json_emit_comma(t);
                                json_emit_string(t, name);
                        }
                text_add(t, "]");
        }
        json_emit_tri(t, "dmaLogging", m->dma_logging);
        if (m->has_data_size)
                json_emit_uint(t, "dataSize", MIN(m->data_size, UINT64_MAX - 1));
        text_add(t, "}");
}
