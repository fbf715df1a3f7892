/*
 * Model files and pool files in force. Only finds and reads the files; core/model-json says what is in them.
 */
#include "host/modelstore.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/model-json.h"
#include "host/attribute.h"
#include "util/alloc.h"
#include "util/strv.h"

#define FILE_MAX (1u << 20)

/* The first that has a file of some name has the say. */
static const char *const prefixes[] = {
        "etc/vfio-migration",
        "run/vfio-migration",
        "usr/lib/vfio-migration",
};

/* A file that is in force. */
struct source {
        char *name; /* without a path */
        char *path;
};

struct sources {
        struct source *v;
        size_t n;
};

static void sources_done(struct sources *s) {
        for (size_t i = 0; i < s->n; i++) {
                free(s->v[i].name);
                free(s->v[i].path);
        }
        free(s->v);
}

static bool is_json(const char *name) {
        size_t n = strlen(name);

        return n > 5 && name[0] != '.' && strcmp(name + n - 5, ".json") == 0;
}

static int compare_sources(const void *a, const void *b) {
        return strcmp(((const struct source *)a)->name, ((const struct source *)b)->name);
}

/* Lists <prefix>/<dir>/NAME.json of all places; of one name only the first. */
static void sources_list(const struct sysfs *s, const char *dir, struct sources *ret) {
        struct sources found = {};

        for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s", prefixes[i], dir);
                _cleanup_names_ struct names names = {};
                size_t n_before = found.n;

                if (sysfs_list(s, path, &names) < 0)
                        continue;
                for (size_t j = 0; j < names.n; j++) {
                        bool have = false;

                        for (size_t k = 0; k < n_before && !have; k++)
                                have = strcmp(found.v[k].name, names.v[j]) == 0;
                        if (!have && is_json(names.v[j]))
                                array_append(found.v, found.n,
                                             ((struct source){ .name = xstrdup(names.v[j]),
                                                               .path = xasprintf("%s/%s", path, names.v[j]) }));
                }
        }
        if (found.n)
                qsort(found.v, found.n, sizeof(*found.v), compare_sources);
        *ret = found;
}

/* A link to /dev/null, which need not be there below a fake root. */
static bool is_mask(const struct sysfs *s, const char *path) {
        _cleanup_free_ char *target = NULL;

        return sysfs_readlink_path(s, path, &target) >= 0 && strcmp(target, "/dev/null") == 0;
}

/* 0 with a text; 1 where the file is masked; -errno. */
static int source_read(const struct sysfs *s, const struct source *source, struct json_text *ret) {
        char *data;
        size_t length;
        int r;

        if (is_mask(s, source->path))
                return 1;
        r = file_read(s, source->path, FILE_MAX, &data, &length);
        if (r < 0)
                return r;
        if (length == 0) {
                free(data);
                return 1;
        }
        *ret = (struct json_text){ .data = data, .length = length };
        return 0;
}

static void warn(struct modelstore *m, const char *path, const char *what) {
        strv_take(&m->warnings, xasprintf("/%s: %s", path, what));
}

/* The files of one model or pool: the file itself and its merge patches. */
struct bundle {
        struct json_text text;
        struct json_text *patches;
        size_t n_patches;
};

static void bundle_done(struct bundle *b) {
        free((char *)b->text.data);
        for (size_t i = 0; i < b->n_patches; i++)
                free((char *)b->patches[i].data);
        free(b->patches);
}

static bool bundle_read(const struct sysfs *s, const char *dir, const struct source *source, struct modelstore *m,
                        struct bundle *b) {
        _cleanup_free_ char *patch_dir = xasprintf("%s/%s.d", dir, source->name);
        _cleanup_(sources_done) struct sources patches = {};
        int r = source_read(s, source, &b->text);

        if (r < 0)
                warn(m, source->path, strerror(-r));
        if (r != 0)
                return false;
        sources_list(s, patch_dir, &patches);
        for (size_t i = 0; i < patches.n; i++) {
                struct json_text text;

                r = source_read(s, &patches.v[i], &text);
                if (r == 0)
                        array_append(b->patches, b->n_patches, text);
                if (r < 0) {
                        /* Without its patch the file could say what the administrator took back. */
                        warn(m, patches.v[i].path, strerror(-r));
                        return false;
                }
        }
        return true;
}

static void read_model(const struct sysfs *s, const struct source *source, struct modelstore *m) {
        _cleanup_(bundle_done) struct bundle b = {};
        struct model *model;
        struct json_error e;

        if (!bundle_read(s, "models.d", source, m, &b))
                return;
        if (model_parse(source->name, b.text, b.patches, b.n_patches, &model, &e) < 0) {
                warn(m, source->path, e.message);
                return;
        }
        if (models_take(&m->models, model) < 0) {
                _cleanup_free_ char *what = xasprintf("the model \"%s\" was already given by %s, this file is skipped",
                                                      model->name, models_find(&m->models, model->name)->file);

                warn(m, source->path, what);
                model_free(model);
                return;
        }
        array_append(m->by_file, m->n_by_file, model);
}

static void read_pool(const struct sysfs *s, const struct source *source, struct modelstore *m) {
        _cleanup_(bundle_done) struct bundle b = {};
        struct pool *pool;
        struct json_error e;

        if (!bundle_read(s, "pools.d", source, m, &b))
                return;
        if (pool_parse(source->name, b.text, b.patches, b.n_patches, &pool, &e) < 0)
                warn(m, source->path, e.message);
        else
                array_append(m->pools, m->n_pools, pool);
}

void modelstore_read(const struct sysfs *s, struct modelstore *ret) {
        _cleanup_(sources_done) struct sources models = {};
        _cleanup_(sources_done) struct sources pools = {};

        *ret = (struct modelstore){};
        sources_list(s, "models.d", &models);
        for (size_t i = 0; i < models.n; i++)
                read_model(s, &models.v[i], ret);
        sources_list(s, "pools.d", &pools);
        for (size_t i = 0; i < pools.n; i++)
                read_pool(s, &pools.v[i], ret);
}

void modelstore_done(struct modelstore *m) {
        models_done(&m->models);
        free(m->by_file);
        for (size_t i = 0; i < m->n_pools; i++)
                pool_free(m->pools[i]);
        free(m->pools);
        strv_free(m->warnings);
        *m = (struct modelstore){};
}
