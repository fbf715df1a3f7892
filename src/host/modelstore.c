/*
 * Model files and pool files in force. Only finds and reads the files; core/model-json says what is in them.
 *
 * A store's text is a row of records, each of one file: a letter ('m' model, 'p' pool, '+' a patch of the one before),
 * name, path and length, each ending in NUL, and then the file and a NUL.
 */
#include "host/modelstore.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/model-json.h"
#include "host/attribute.h"
#include "host/wire.h"
#include "util/alloc.h"

#define FILE_MAX (1u << 20)

/* The first that has a file of some name has the say. */
static const char *const prefixes[] = {
        "etc/vfio-migration",
        "run/vfio-migration", /* owned by the daemon */
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

static void warn(struct modelstore *m, const char *path, const char *what) {
        strv_take(&m->warnings, xasprintf("/%s: %s", path, what));
}

/* Nobody else can have written it. */
static bool is_own(int fd) {
        struct stat st;

        return fstat(fd, &st) >= 0 && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static int place_list(const struct sysfs *s, const char *path, bool own_only, struct names *ret) {
        _cleanup_close_ int fd = sysfs_open(s, path, O_RDONLY | O_DIRECTORY);

        if (fd < 0)
                return fd;
        return own_only && !is_own(fd) ? -EPERM : names_read(fd, ret);
}

/*
 * Lists <prefix>/<dir>/NAME.json of all places; of one name only the first. A place that cannot be listed is an error:
 * what is in it is not known, which is not the same as nothing.
 */
static int sources_list(const struct sysfs *s, const char *dir, struct modelstore *m, struct sources *ret) {
        _cleanup_(sources_done) struct sources found = {};

        for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s", prefixes[i], dir);
                _cleanup_names_ struct names names = {};
                size_t n_before = found.n;
                int r;

                if (m->own_only && str_startswith(prefixes[i], "run/"))
                        continue;
                r = place_list(s, path, m->own_only, &names);
                if (r == -ENOENT || r == -ENOTDIR)
                        continue;
                if (r < 0) {
                        warn(m, path, strerror(-r));
                        return r;
                }
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
        found = (struct sources){};
        return 0;
}

/* A link to /dev/null, which need not be there below a fake root. */
static bool is_mask(const struct sysfs *s, const char *path) {
        _cleanup_free_ char *target = NULL;

        return sysfs_readlink_path(s, path, &target) >= 0 && strcmp(target, "/dev/null") == 0;
}

/* Adds a file's record: 0; 1 where the file is masked; -errno. */
static int source_pack(const struct sysfs *s, char kind, const struct source *source, struct modelstore *m) {
        struct text *t = &m->text;
        _cleanup_close_ int fd = -1;
        _cleanup_free_ char *data = NULL;
        size_t length;
        int r;

        if (is_mask(s, source->path))
                return 1;
        fd = sysfs_open_file(s, source->path, NULL);
        if (fd < 0)
                return fd;
        if (m->own_only && !is_own(fd))
                return -EPERM;
        r = file_read_fd(fd, FILE_MAX, &data, &length);
        if (r < 0)
                return r;
        if (length == 0)
                return 1;
        text_add_n(t, &kind, 1);
        text_add_n(t, source->name, strlen(source->name) + 1);
        text_add_n(t, source->path, strlen(source->path) + 1);
        text_addf(t, "%zu", length);
        text_add_n(t, "", 1);
        text_add_n(t, data, length + 1);
        return 0;
}

/* Adds the records of one model or pool: the file itself and its merge patches. */
static bool bundle_pack(const struct sysfs *s, const char *dir, char kind, const struct source *source,
                        struct modelstore *m) {
        _cleanup_free_ char *patch_dir = xasprintf("%s/%s.d", dir, source->name);
        _cleanup_(sources_done) struct sources patches = {};
        size_t begin = m->text.length;
        int r = source_pack(s, kind, source, m);

        if (r < 0)
                warn(m, source->path, strerror(-r));
        if (r != 0)
                return false;
        r = sources_list(s, patch_dir, m, &patches);
        for (size_t i = 0; i < patches.n && r >= 0; i++) {
                r = source_pack(s, '+', &patches.v[i], m);
                if (r < 0)
                        warn(m, patches.v[i].path, strerror(-r));
        }
        if (r < 0) /* without its patch the file could say what the administrator took back */
                m->text.length = begin;
        return r >= 0;
}

struct record {
        char kind;
        const char *name;
        const char *path;
        struct json_text text;
};

/* A string that ends before the end; NULL if there is none. */
static const char *string_next(const char **at, const char *end) {
        const char *s = *at, *nul = s < end ? memchr(s, '\0', (size_t)(end - s)) : NULL;

        *at = nul ? nul + 1 : end;
        return nul ? s : NULL;
}

static int record_next(const char **at, const char *end, struct record *ret) {
        struct record r = { .kind = **at };
        const char *length;
        uintmax_t n;
        char *rest;

        ++*at;
        r.name = string_next(at, end);
        r.path = string_next(at, end);
        length = string_next(at, end);
        if (!length || *length < '0' || *length > '9')
                return -EBADMSG;
        n = strtoumax(length, &rest, 10);
        if (*rest || n >= (uintmax_t)(end - *at) || (*at)[n] != '\0')
                return -EBADMSG;
        r.text = (struct json_text){ .data = *at, .length = (size_t)n };
        *at += n + 1;
        *ret = r;
        return 0;
}

static void load_model(struct modelstore *m, const struct record *f, const struct json_text *patches, size_t n) {
        struct model *model;
        struct json_error e;

        if (model_parse(f->name, f->text, patches, n, &model, &e) < 0) {
                warn(m, f->path, e.message);
                return;
        }
        if (models_take(&m->models, model) < 0) {
                _cleanup_free_ char *what = xasprintf("the model \"%s\" was already given by %s, this file is skipped",
                                                      model->name, models_find(&m->models, model->name)->file);

                warn(m, f->path, what);
                model_free(model);
                return;
        }
        array_append(m->by_file, m->n_by_file, model);
}

static void load_pool(struct modelstore *m, const struct record *f, const struct json_text *patches, size_t n) {
        struct pool *pool;
        struct json_error e;

        if (pool_parse(f->name, f->text, patches, n, &pool, &e) < 0)
                warn(m, f->path, e.message);
        else
                array_append(m->pools, m->n_pools, pool);
}

/* Takes one model or pool out of the text; -EBADMSG if that is none of ours. */
static int bundle_load(struct modelstore *m, const char **at, const char *end) {
        _cleanup_free_ struct json_text *patches = NULL;
        struct record file, patch;
        size_t n = 0;
        int r = record_next(at, end, &file);

        while (r >= 0 && *at < end && **at == '+') {
                r = record_next(at, end, &patch);
                if (r >= 0)
                        array_append(patches, n, patch.text);
        }
        if (r < 0 || (file.kind != 'm' && file.kind != 'p'))
                return -EBADMSG;
        (file.kind == 'm' ? load_model : load_pool)(m, &file, patches, n);
        return 0;
}

static int read_all(const struct sysfs *s, const char *dir, char kind, struct modelstore *m) {
        _cleanup_(sources_done) struct sources sources = {};
        int r = sources_list(s, dir, m, &sources);

        for (size_t i = 0; i < sources.n && r >= 0; i++) {
                size_t begin = m->text.length;
                const char *at;

                if (!bundle_pack(s, dir, kind, &sources.v[i], m))
                        continue;
                if (m->text.length > WIRE_STORE_MAX) {
                        warn(m, sources.v[i].path, "the files up to this one are more than 64 MiB");
                        return -E2BIG;
                }
                at = m->text.data + begin;
                r = bundle_load(m, &at, m->text.data + m->text.length);
        }
        return r;
}

int modelstore_read(const struct sysfs *s, struct modelstore *ret) {
        int r;

        *ret = (struct modelstore){};
        r = read_all(s, "models.d", 'm', ret);
        return r < 0 ? r : read_all(s, "pools.d", 'p', ret);
}

int modelstore_read_own(const struct sysfs *s, struct modelstore *ret) {
        *ret = (struct modelstore){ .own_only = true };
        return read_all(s, "models.d", 'm', ret);
}

int modelstore_load(const char *text, size_t length, struct modelstore *ret) {
        const char *at;
        int r = 0;

        *ret = (struct modelstore){};
        text_add_n(&ret->text, text, length);
        for (at = ret->text.data; at < ret->text.data + length && r >= 0;)
                r = bundle_load(ret, &at, ret->text.data + length);
        return r;
}

void modelstore_done(struct modelstore *m) {
        models_done(&m->models);
        free(m->by_file);
        for (size_t i = 0; i < m->n_pools; i++)
                pool_free(m->pools[i]);
        free(m->pools);
        strv_free(m->warnings);
        text_done(&m->text);
        *m = (struct modelstore){};
}
