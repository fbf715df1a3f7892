/*
 * Model files and pool files from JSON, with merge patches (RFC 7396). Reads texts, never files.
 *
 * Each text is checked strictly for itself; what they mean is read from the patched tree.
 */
#include "core/model-json.h"

#include <errno.h>

#include "core/json-place.h"
#include "core/parts-json.h"
#include "util/alloc.h"

static const struct json_limits file_limits = { 1024 * 1024, 16 };

static struct json_object *merge(struct json_object *target, struct json_object *patch);

/* Changes the object by the members of the patch. */
static void merge_members(struct json_object *target, struct json_object *patch) {
        json_object_object_foreach(patch, key, value) {
                struct json_object *old = NULL;

                if (!value) {
                        json_object_object_del(target, key);
                        continue;
                }
                json_object_object_get_ex(target, key, &old);
                json_object_object_add(target, key, merge(json_object_get(old), value));
        }
}

/* Takes the reference to target, and returns one to the result. */
static struct json_object *merge(struct json_object *target, struct json_object *patch) {
        if (!json_object_is_type(patch, json_type_object)) {
                json_object_put(target);
                return json_object_get(patch);
        }
        if (!json_object_is_type(target, json_type_object)) {
                json_object_put(target);
                target = json_object_new_object();
        }
        merge_members(target, patch);
        return target;
}

/* The tree of the text with its patches applied. */
static int tree_from_texts(struct json_text text, const struct json_text *patches, size_t n_patches,
                           struct json_object **ret, struct json_error *ret_error) {
        _cleanup_(json_object_cleanup) struct json_object *tree = NULL;
        int r;

        r = json_tree_parse(text.data, text.length, &file_limits, &tree, ret_error);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_patches; i++) {
                _cleanup_(json_object_cleanup) struct json_object *patch = NULL;
                struct json_error error;

                r = json_tree_parse(patches[i].data, patches[i].length, &file_limits, &patch, &error);
                if (r < 0) {
                        json_error_set(ret_error, "patch %zu: %s", i + 1, error.message);
                        return r;
                }
                tree = merge(tree, patch);
        }
        *ret = take_ptr(tree);
        return 0;
}

/* What becomes of a tree: a model or a pool. */
struct tree_kind {
        int (*read)(const struct json_place *p, struct json_object *o, const char *file, void **ret);
        void (*free)(void *what);
};

static int texts_read(const struct tree_kind *kind, const char *file, struct json_text text,
                      const struct json_text *patches, size_t n_patches, void **ret, struct json_error *ret_error) {
        _cleanup_(json_object_cleanup) struct json_object *tree = NULL;
        struct json_place root = json_place_root(ret_error);
        int r;

        r = tree_from_texts(text, patches, n_patches, &tree, ret_error);
        return r < 0 ? r : kind->read(&root, tree, file, ret);
}

/* As texts_read(); names the patch that broke what was good before it. */
static int texts_read_or_blame(const struct tree_kind *kind, const char *file, struct json_text text,
                               const struct json_text *patches, size_t n_patches, void **ret,
                               struct json_error *ret_error) {
        struct json_error error;
        int r;

        r = texts_read(kind, file, text, patches, n_patches, ret, &error);
        if (r == 0)
                return 0;
        if (str_startswith(error.message, "patch ")) {
                *ret_error = error;
                return r;
        }
        for (size_t n = n_patches; n-- > 0;) {
                struct json_error ignored;
                void *what;

                if (texts_read(kind, file, text, patches, n, &what, &ignored) < 0)
                        continue;
                kind->free(what);
                json_error_set(ret_error, "patch %zu: %s", n + 1, error.message);
                return r;
        }
        *ret_error = error;
        return r;
}

static int schema_from_json(const struct json_place *p, struct json_object *o, const char *wanted) {
        struct json_place at = json_place_key(p, "schema");
        _cleanup_free_ char *schema = NULL;
        int r;

        r = json_member_string(p, o, "schema", &schema);
        if (r < 0)
                return r;
        if (!schema)
                return json_place_fail(&at, "missing");
        return str_equal(schema, wanted) ? 0 : json_place_fail(&at, "not %s", wanted);
}

/* A string that must be there and not be empty. */
static int name_from_json(const struct json_place *p, struct json_object *o, const char *key, char **ret) {
        struct json_place at = json_place_key(p, key);
        int r;

        r = json_member_string(p, o, key, ret);
        if (r < 0)
                return r;
        if (!*ret || !**ret)
                return json_place_fail(&at, *ret ? "empty" : "missing");
        return 0;
}

/* What nobody can read would pass for a parameter that is not active. Received documents do not matter: nothing is
 * read. */
static int check_sources(const struct json_place *p, const struct model *m) {
        struct json_place params = json_place_key(p, "params"), facts = json_place_key(p, "facts");

        for (size_t i = 0; i < m->params.n; i++) {
                struct json_place param = json_place_key(&params, m->params.v[i].name);
                struct json_place at = json_place_key(&param, "source");

                if (m->params.v[i].source && !param_source_valid(m->params.v[i].source))
                        return json_place_fail(&at, "expected \"sysfs:\" and a file below the device");
        }
        for (size_t i = 0; i < m->n_facts; i++) {
                struct json_place fact = json_place_key(&facts, m->facts[i].name);
                struct json_place at = json_place_key(&fact, "source");

                if (m->facts[i].source && !fact_source_valid(m->facts[i].source))
                        return json_place_fail(&at, "expected \"sysfs:\" or \"parent:\" and a file below the device or "
                                                    "its parent, or \"devlink:\" and a version's name");
        }
        return 0;
}

static int model_from_json(const struct json_place *p, struct json_object *o, const char *file, void **ret) {
        _cleanup_(model_free_cleanup) struct model *m = model_new();
        int r;

        r = schema_from_json(p, o, MODEL_SCHEMA);
        if (r < 0)
                return r;
        r = name_from_json(p, o, "model", &m->name);
        if (r < 0)
                return r;
        r = model_body_from_json(p, o, m);
        if (r < 0)
                return r;
        r = check_sources(p, m);
        if (r < 0)
                return r;
        m->file = xstrdup(file);
        *ret = take_ptr(m);
        return 0;
}

static int pool_matches_from_json(const struct json_place *p, struct json_object *o, struct pool *pool) {
        struct json_place at = json_place_key(p, "match");
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_list(p, o, "match", &v);
        if (r < 0 || !v)
                return r;
        n = json_object_array_length(v);
        pool->matches = xnew0(struct pool_match, n);
        for (size_t i = 0; i < n; i++) {
                struct json_place element = json_place_index(&at, i);
                struct pool_match *match = &pool->matches[pool->n_matches++];
                const struct match_key keys[] = {
                        { "parent", &match->parent },
                        { "address", &match->address },
                        { "netdev", &match->netdev },
                        { "mdevType", &match->mdev_type },
                };

                r = match_from_json(&element, json_object_array_get_idx(v, i), keys, ARRAY_SIZE(keys));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int pool_from_json(const struct json_place *p, struct json_object *o, const char *file, void **ret) {
        _cleanup_(pool_free_cleanup) struct pool *pool = xnew0(struct pool, 1);
        int r;

        r = schema_from_json(p, o, POOL_SCHEMA);
        if (r < 0)
                return r;
        r = name_from_json(p, o, "pool", &pool->name);
        if (r < 0)
                return r;
        r = pool_matches_from_json(p, o, pool);
        if (r < 0)
                return r;
        pool->file = xstrdup(file);
        *ret = take_ptr(pool);
        return 0;
}

static void model_drop(void *m) {
        model_free(m);
}

static void pool_drop(void *p) {
        pool_free(p);
}

int model_parse(const char *file, struct json_text text, const struct json_text *patches, size_t n_patches,
                struct model **ret_model, struct json_error *ret_error) {
        static const struct tree_kind kind = { model_from_json, model_drop };
        void *m;
        int r;

        r = texts_read_or_blame(&kind, file, text, patches, n_patches, &m, ret_error);
        if (r < 0)
                return r;
        *ret_model = m;
        return 0;
}

int pool_parse(const char *file, struct json_text text, const struct json_text *patches, size_t n_patches,
               struct pool **ret_pool, struct json_error *ret_error) {
        static const struct tree_kind kind = { pool_from_json, pool_drop };
        void *p;
        int r;

        r = texts_read_or_blame(&kind, file, text, patches, n_patches, &p, ret_error);
        if (r < 0)
                return r;
        *ret_pool = p;
        return 0;
}
