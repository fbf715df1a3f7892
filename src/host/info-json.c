/*
 * Migration info from JSON. Strict as all our JSON is; a part that is not of the right type fails the whole, as half of
 * what a device can do is worse than nothing.
 */
#include "host/info-json.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "core/json-place.h"
#include "util/alloc.h"

static const struct json_limits limits = { .max_bytes = 4096, .max_depth = 16 };

void info_done(struct info *info) {
        for (size_t i = 0; i < info->n_models; i++) {
                struct info_model *m = &info->models[i];

                for (size_t j = 0; j < m->n_params; j++) {
                        param_info_done(&m->params[j].info);
                        free(m->params[j].init_value);
                }
                free(m->params);
                free(m->name);
        }
        free(info->models);
        *info = (struct info){};
}

/* A value as text: "on" for true, "64" for 64. NULL for what is no value. */
static char *value_text(struct json_object *v) {
        switch (json_object_get_type(v)) {
        case json_type_boolean:
                return xstrdup(json_object_get_boolean(v) ? "on" : "off");
        case json_type_int: {
                int64_t i = json_object_get_int64(v);

                /* json-c gives the nearest for what has more than 64 bits. */
                return i == INT64_MAX || i == INT64_MIN ? NULL : xasprintf("%" PRId64, i);
        }
        case json_type_string: {
                const char *s = json_object_get_string(v);

                if (strlen(s) != (size_t)json_object_get_string_len(v) || strchr(s, '\n'))
                        return NULL;
                return xstrdup(s);
        }
        default:
                return NULL;
        }
}

static bool parse_value(struct json_object *o, const char *key, char **ret) {
        struct json_object *v;

        if (!json_object_object_get_ex(o, key, &v))
                return true;
        *ret = value_text(v);
        return *ret != NULL;
}

static bool parse_allowed(struct json_object *o, struct param_info *info) {
        struct json_object *list;

        if (!json_object_object_get_ex(o, "allowed_values", &list))
                return true;
        if (!json_object_is_type(list, json_type_array))
                return false;
        info->has_allowed = true;
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                char *v = value_text(json_object_array_get_idx(list, i));

                if (!v)
                        return false;
                strv_take(&info->allowed, v);
        }
        return true;
}

static bool parse_param(const char *name, struct json_object *o, struct info_param *ret) {
        struct json_object *v;

        ret->info = (struct param_info){ .type = PARAM_TYPE_NONE, .writable = TRI_UNKNOWN, .at_create = TRI_UNKNOWN };
        ret->info.name = xstrdup(name);
        if (!param_name_valid(name) || !json_object_is_type(o, json_type_object))
                return false;
        if (!json_object_object_get_ex(o, "type", &v) || !json_object_is_type(v, json_type_string) ||
            param_type_from_string(json_object_get_string(v), &ret->info.type) < 0)
                return false;
        if (json_object_object_get_ex(o, "description", &v)) {
                if (!json_object_is_type(v, json_type_string))
                        return false;
                ret->info.description = xstrdup(json_object_get_string(v));
        }
        return parse_value(o, "off_value", &ret->info.off_value) && parse_value(o, "init_value", &ret->init_value) &&
               parse_allowed(o, &ret->info);
}

static bool parse_model(const char *name, struct json_object *o, struct info_model *ret) {
        struct json_object *params;

        ret->name = xstrdup(name);
        if (!*name || !json_object_is_type(o, json_type_object))
                return false;
        if (!json_object_object_get_ex(o, "params", &params))
                return true;
        if (!json_object_is_type(params, json_type_object))
                return false;
        json_object_object_foreach(params, key, value) {
                array_append(ret->params, ret->n_params, ((struct info_param){}));
                if (!parse_param(key, value, &ret->params[ret->n_params - 1]))
                        return false;
        }
        return true;
}

static bool parse_models(struct json_object *root, struct info *ret) {
        struct json_object *models;

        if (!json_object_is_type(root, json_type_object) || !json_object_object_get_ex(root, "models", &models) ||
            !json_object_is_type(models, json_type_object))
                return false;
        json_object_object_foreach(models, key, value) {
                array_append(ret->models, ret->n_models, ((struct info_model){}));
                if (!parse_model(key, value, &ret->models[ret->n_models - 1]))
                        return false;
        }
        return true;
}

int info_parse(const char *text, size_t n, struct info *ret) {
        struct json_object *root;
        struct json_error e;
        bool good;

        if (json_tree_parse(text, n, &limits, &root, &e) < 0)
                return -EBADMSG;
        *ret = (struct info){};
        good = parse_models(root, ret);
        json_object_put(root);
        if (!good)
                info_done(ret);
        return good ? 0 : -EBADMSG;
}
