/*
 * Layout of "VFIO Migration" (November 2020) and its follow-up: files `model`, `version`, `config_params` (names of the
 * active parameters) and one file per parameter, in the device's directory, else in its type's.
 *
 * Without config_params only a model file can say which of the other files are parameters; nothing is guessed.
 *
 * And, as a provider of its own, the attributes of layouts that are not read yet.
 */
#include <fcntl.h>
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
        bool complete = true;

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

/*
 * Layouts that are not read yet: software_version (August and September 2020) and migration_version (2019). A device
 * that has them is not judged as if it had not: what they say is there and was not read.
 */
#define SELF "migration/self"
#define TOKEN "migration_version"

static bool detect_later(const struct probe *p) {
        return probe_has(p, "software_version") || probe_type_has(p, "software_version") || probe_has(p, "migration") ||
               probe_has(p, TOKEN) || probe_type_has(p, TOKEN);
}

/* Without reading any of them. True too if it cannot be told. */
static bool has_software_version(const struct probe *p) {
        _cleanup_names_ struct names self = {};
        int r;

        if (probe_has(p, "software_version") || probe_type_has(p, "software_version"))
                return true;
        r = probe_has(p, "migration") ? sysfs_list_at(&p->host->sysfs, &p->dir, SELF, &self) : -ENOENT;
        return r < 0 ? r != -ENOENT && r != -ENOTDIR : names_have(&self, "software_version");
}

static bool token_writable(const struct probe *p, const char *dir) {
        _cleanup_free_ char *path = join(dir, "/", TOKEN);
        _cleanup_close_ int fd = sysfs_open(&p->host->sysfs, path, O_PATH);
        struct stat st;

        return fd >= 0 && fstat(fd, &st) >= 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IWUSR);
}

static void read_token(struct probe *p) {
        bool own = probe_has(p, TOKEN), of_type = probe_type_has(p, TOKEN);

        if (!own && !of_type)
                return;
        probe_give_error(p, "tokens." TOKEN, ENOTSUP);
        if ((own && token_writable(p, p->dir.path)) || (of_type && p->type && token_writable(p, p->type->path)))
                strv_take(&p->t->attributes, xstrdup(TOKEN));
}

static void read_later(struct probe *p) {
        if (has_software_version(p))
                probe_give_error(p, "softwareVersion", ENOTSUP);
        read_token(p);
}

const struct provider provider_later = { .name = "later", .detect = detect_later, .read = read_later };
