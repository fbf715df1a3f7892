/*
 * Layout of the second version of "VFIO Migration": `migration/params/<name>` of a device, of which an empty one is at
 * its default, and `migration/model` of the device or its type.
 */
#include <string.h>
#include <sys/stat.h>

#include "host/provider.h"
#include "util/alloc.h"

#define PARAMS "migration/params"

static bool detect(const struct probe *p) {
        return probe_has(p, "migration") || probe_type_has(p, "migration");
}

static bool read_param(struct probe *p, const char *name) {
        _cleanup_free_ char *file = xasprintf(PARAMS "/%s", name);
        _cleanup_reading_ struct reading r = {};
        struct param_info info = PARAM_INFO_NONE;

        if (!param_name_valid(name))
                return false;
        r = probe_read(p, file);
        /* At its default the parameter is not active; that it exists is known all the same. */
        if (!r.attribute.value || *r.attribute.value)
                probe_give_param(p, name, &r);
        info.name = xstrdup(name);
        info.writable = r.attribute.mode & S_IWUSR ? TRI_YES : TRI_NO;
        probe_give_param_info(p, &info);
        return p->t->params.n < PROBE_PARAMS_MAX;
}

static void read_all(struct probe *p) {
        _cleanup_names_ struct names names = {};
        _cleanup_reading_ struct reading model = probe_read_either(p, "migration/model");
        bool complete = true, none;
        int r;

        r = probe_has(p, "migration") ? sysfs_list_at(&p->host->sysfs, &p->dir, PARAMS, &names) : -ENOENT;
        none = r == -ENOENT || r == -ENOTDIR;
        if (none && !reading_there(&model))
                return; /* another layout */
        probe_give_model(p, &model);
        if (none) {
                /* A type has its model here, and no parameters: they are the device's. */
                if (!p->creatable)
                        probe_give_complete(p, false);
                return;
        }
        names_sort(&names);
        for (size_t i = 0; i < names.n; i++)
                complete = read_param(p, names.v[i]) && complete;
        probe_give_complete(p, r >= 0 && complete && names.n_bad == 0);
}

const struct provider provider_params_dir = { .name = "params-dir", .detect = detect, .read = read_all };
