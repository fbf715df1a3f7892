/*
 * Layout of the third version of "VFIO Migration": `migration_info.json` of an mdev type, or `migration/info.json` of a
 * device, says what the model is and which parameters there are; their values are in `migration/<name>`.
 */
#include <string.h>
#include <sys/stat.h>

#include "host/info-json.h"
#include "host/provider.h"
#include "util/alloc.h"

static bool detect(const struct probe *p) {
        return probe_type_has(p, "migration_info.json") || probe_has(p, "migration");
}

/* The entry of the model that a stronger provider gave; else there must be just one. */
static const struct info_model *find_model(const struct probe *p, const struct info *info) {
        if (!probe_given(p, "model"))
                return info->n_models == 1 ? &info->models[0] : NULL;
        for (size_t i = 0; i < info->n_models; i++)
                if (str_equal(info->models[i].name, p->t->model))
                        return &info->models[i];
        return NULL;
}

static bool read_param(struct probe *p, struct info_param *param, const char *origin) {
        _cleanup_free_ char *file = xasprintf("migration/%s", param->info.name);
        _cleanup_reading_ struct reading r = {};

        if (p->creatable && param->init_value)
                probe_give_param_value(p, param->info.name, param->init_value, origin);
        else if (!p->creatable) {
                /* It is listed, so it is there: a missing file is one that could not be read. */
                r = probe_read(p, file);
                probe_give_param(p, param->info.name, &r);
        }
        if (!p->creatable)
                param->info.writable = r.attribute.mode & S_IWUSR ? TRI_YES : TRI_NO;
        probe_give_param_info(p, &param->info);
        param->info = PARAM_INFO_NONE;
        return p->t->params.n < PROBE_PARAMS_MAX && (!p->creatable || param->init_value);
}

static void read_info(struct probe *p, const struct reading *r, struct info *info) {
        const struct info_model *m = find_model(p, info);
        bool complete = true;

        if (!m) {
                probe_give_error(p, "model", ENOTUNIQ); /* several, or none: which one it is cannot be told */
                probe_give_complete(p, false);
                return;
        }
        probe_give_model_name(p, m->name, r->origin);
        for (size_t i = 0; i < m->n_params; i++)
                complete = read_param(p, &m->params[i], r->origin) && complete;
        probe_give_complete(p, complete);
}

static void read_all(struct probe *p) {
        _cleanup_reading_ struct reading r = probe_read_type(p, "migration_info.json");
        _cleanup_(info_done) struct info info = {};

        if (!reading_there(&r)) {
                reading_done(&r);
                r = probe_read(p, "migration/info.json");
        }
        if (!reading_there(&r))
                return;
        if (r.attribute.value && info_parse(r.attribute.value, strlen(r.attribute.value), &info) < 0)
                r.attribute.error = EBADMSG;
        if (r.attribute.error) {
                probe_give_error(p, "model", r.attribute.error);
                probe_give_complete(p, false);
        } else
                read_info(p, &r, &info);
}

const struct provider provider_info_json = { .name = "info-json", .detect = detect, .read = read_all };
