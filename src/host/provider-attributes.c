/*
 * Layout of "VFIO Migration" (November 2020) and its follow-up: files `model`, `version`, `config_params` (names of the
 * active parameters) and one file per parameter, in the device's directory, else in its type's.
 *
 * Without config_params only a model file can say which of the other files are parameters; nothing is guessed.
 */
#include <string.h>
#include <sys/stat.h>

#include "host/provider.h"
#include "util/alloc.h"

static bool detect(const struct probe *p) {
        return probe_has(p, "model") || probe_has(p, "config_params") || probe_type_has(p, "model");
}

/* The file of a parameter: what the model file says, else the parameter's own name. */
static const char *param_file(const struct model *m, const char *name) {
        const struct param_info *info = m ? param_infos_find(&m->params, name) : NULL;

        return info && str_startswith(info->source, "sysfs:") ? info->source + strlen("sysfs:") : name;
}

static bool read_param(struct probe *p, const struct model *m, const char *name, bool must_be_there) {
        const char *file = param_file(m, name);
        _cleanup_reading_ struct reading r = {};

        if (!name_path_valid(file))
                return false;
        r = probe_read_either(p, file);
        if (!reading_there(&r) && !must_be_there)
                return true;
        probe_give_param(p, name, &r);
        if (r.from_type && !p->creatable) {
                struct param_info info = PARAM_INFO_NONE;

                info.name = xstrdup(name);
                info.writable = TRI_NO;
                probe_give_param_info(p, &info);
        }
        return true;
}

/* config_params lists what is active, and each has a file. */
static void read_listed(struct probe *p, const struct model *m, const struct reading *list) {
        bool complete = !reading_error(list);

        for (const char *s = list->attribute.value; *s;) {
                size_t n = strcspn(s, " \t\n");
                _cleanup_free_ char *name = xstrndup(s, n);

                s += n;
                s += strspn(s, " \t\n");
                if (!n)
                        continue;
                if (!param_name_valid(name) || p->t->params.n >= PROBE_PARAMS_MAX || !read_param(p, m, name, true))
                        complete = false;
        }
        p->t->param_list_writable = !list->from_type && (list->attribute.mode & S_IWUSR);
        probe_give_complete(p, complete);
}

/* Those that the model file names and that are there; what is not there is not active. */
static void read_known(struct probe *p, const struct model *m) {
        bool complete = m->params_complete != TRI_NO && (m->params.n > 0 || m->params_complete == TRI_YES);

        for (size_t i = 0; i < m->params.n; i++) {
                const char *name = m->params.v[i].name;

                if (strcmp(name, "version") == 0)
                        continue;
                if (p->t->params.n >= PROBE_PARAMS_MAX || !read_param(p, m, name, false))
                        complete = false;
        }
        probe_give_complete(p, complete);
}

static void read_all(struct probe *p) {
        _cleanup_reading_ struct reading model = probe_read_either(p, "model");
        _cleanup_reading_ struct reading version = probe_read_either(p, "version");
        _cleanup_reading_ struct reading list = probe_read_either(p, "config_params");
        const struct model *m;

        probe_give_model(p, &model);
        probe_give_version(p, &version);
        m = probe_find_model(p);
        if (list.attribute.value)
                read_listed(p, m, &list);
        else if (m && !reading_there(&list))
                read_known(p, m);
        else
                probe_give_complete(p, false);
}

const struct provider provider_attributes = { .name = "attributes", .detect = detect, .read = read_all };
