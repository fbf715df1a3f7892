/*
 * What all providers share: reading files in D, T and the parent, and giving values to the device, strongest first.
 */
#include "host/provider.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host/helper.h"
#include "util/alloc.h"

bool probe_has(const struct probe *p, const char *name) {
        return names_have(&p->names, name);
}

/* Why it is not known what is in T, or 0. */
static int type_error(const struct probe *p) {
        return p->type ? p->type->error : p->type_error;
}

static int parent_error(const struct probe *p) {
        return p->parent ? p->parent->error : p->parent_error;
}

bool probe_type_has(const struct probe *p, const char *name) {
        return type_error(p) || (p->type && names_have(&p->type->names, name));
}

void reading_done(struct reading *r) {
        attribute_done(&r->attribute);
        free(r->origin);
        r->origin = NULL;
}

bool reading_there(const struct reading *r) {
        return r->there;
}

/*
 * sysfs gives a page less one byte, and cuts off what is longer without a word; the newline at the end is not in the
 * value.
 */
int reading_error(const struct reading *r) {
        if (!r->attribute.error && r->attribute.value && strlen(r->attribute.value) >= ATTRIBUTE_MAX - 1)
                return E2BIG;
        return r->attribute.error;
}

/*
 * What ENOENT means for a file whose first component was listed: an attribute can say it itself, a link can lead
 * nowhere. It is not there only if a directory further down was listed without it, or is none.
 */
static bool is_there(const struct probe *p, const char *dir, const char *file, int error) {
        if (error != ENOENT && error != ENOTDIR)
                return true;
        for (const char *slash = strchr(file, '/'); slash; slash = strchr(slash + 1, '/')) {
                _cleanup_free_ char *path = xasprintf("%s/%.*s", dir, (int)(slash - file), file);
                _cleanup_names_ struct names names = {};
                int r = sysfs_list(&p->host->sysfs, path, &names);

                if (r == -ENOTDIR || (r >= 0 && !names_have(&names, slash + 1)))
                        return false;
                if (r < 0)
                        return true;
        }
        return true;
}

static struct reading read_nothing(void) {
        return (struct reading){ .attribute.error = ENOENT };
}

/* A file of a directory that cannot be listed: whether it is there is not known. */
static struct reading read_unknown(const char *file, int error) {
        return (struct reading){
                .attribute.error = error,
                .origin = join("sysfs:", "", file),
                .from_type = true,
                .there = true,
        };
}

/* What may be root's alone is read by the helper. A write-only file is nobody's to read. */
static bool to_be_asked(const struct probe *p, const char *dir, const char *file, struct attribute *a) {
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;
        struct stat st;

        if (a->error != EACCES || p->host->sysfs.fake)
                return false;
        path = join(dir, "/", file);
        fd = sysfs_open(&p->host->sysfs, path, O_PATH);
        if (fd < 0 || fstat(fd, &st) < 0)
                return false;
        a->mode = st.st_mode;
        return S_ISREG(st.st_mode) && (st.st_mode & (S_IRUSR | S_IRGRP | S_IROTH));
}

/* What the helper will not do leaves the attribute as it is: not ours to read. */
static void ask_helper(const struct probe *p, const char *address, const struct text *request, struct attribute *a) {
        _cleanup_free_ char *field = NULL;
        size_t length = 0;
        int r = helper_link_ask(&p->host->helper, address, request, &field, &length);

        if (r >= 0)
                *a = attribute_parse(field, length, a->mode);
        else if (r != -ENOTCONN && r != -EPERM)
                a->error = -r;
}

static void ask_read(const struct probe *p, const char *address, const char *file, struct attribute *a) {
        _cleanup_text_ struct text request = {};

        helper_add(&request, "read");
        helper_add(&request, address);
        helper_add(&request, file);
        ask_helper(p, address, &request, a);
}

static void ask_type_read(const struct probe *p, const char *file, struct attribute *a) {
        _cleanup_text_ struct text request = {};

        helper_add(&request, "type-read");
        helper_add(&request, p->device->parent);
        helper_add(&request, p->t->mdev_type);
        helper_add(&request, file);
        ask_helper(p, p->device->parent, &request, a);
}

struct reading probe_read(const struct probe *p, const char *file) {
        struct reading r = {};

        if (!probe_has(p, file))
                return read_nothing();
        r.attribute = attribute_read(&p->host->sysfs, &p->dir, file);
        if (p->device->address && to_be_asked(p, p->dir.path, file, &r.attribute))
                ask_read(p, p->device->address, file, &r.attribute);
        r.origin = join("sysfs:", "", file);
        r.there = is_there(p, p->dir.path, file, r.attribute.error);
        return r;
}

/* A copy of what the place's cache has. */
static struct reading read_place(const struct probe *p, struct place *place, const char *prefix, const char *file) {
        struct reading r = { .from_type = true };
        struct place_value *value = place_value(&p->host->places, place, file);

        if (!value->asked && p->device->parent && to_be_asked(p, place->path, file, &value->attribute)) {
                value->asked = true;
                if (place != p->type)
                        ask_read(p, p->device->parent, file, &value->attribute);
                else if (p->t->mdev_type)
                        ask_type_read(p, file, &value->attribute);
        }
        r.attribute = value->attribute;
        r.attribute.value = xstrdup(r.attribute.value);
        r.origin = join("sysfs:", prefix, file);
        r.there = is_there(p, place->path, file, r.attribute.error);
        return r;
}

struct reading probe_read_type(const struct probe *p, const char *file) {
        if (type_error(p))
                return read_unknown(file, type_error(p));
        if (!probe_type_has(p, file))
                return read_nothing();
        if (p->creatable) {
                _cleanup_free_ char *prefix = xasprintf("mdev_supported_types/%s/", path_name(p->type->path));

                return read_place(p, p->type, prefix, file);
        }
        return read_place(p, p->type, "mdev_type/", file);
}

struct reading probe_read_parent(const struct probe *p, const char *file) {
        if (parent_error(p))
                return read_unknown(file, parent_error(p));
        if (!p->parent || !place_has(p->parent, file))
                return read_nothing();
        return read_place(p, p->parent, probe_has(p, "physfn") ? "physfn/" : p->creatable ? "" : "../", file);
}

struct reading probe_read_either(const struct probe *p, const char *file) {
        struct reading r = probe_read(p, file);

        if (reading_there(&r))
                return r;
        reading_done(&r);
        return probe_read_type(p, file);
}

bool probe_given(const struct probe *p, const char *key) {
        return entries_find(&p->t->origins, key) != NULL;
}

static void set_origin(struct probe *p, const char *key, const char *origin) {
        entries_set(&p->t->origins, key, origin);
}

/* "errno:EIO", or a number where there is no name. Of two names of one number it takes POSIX's. */
static void set_error(struct probe *p, const char *key, int error) {
        const char *name = error == ENOTSUP ? "ENOTSUP" : strerrorname_np(error);
        _cleanup_free_ char *origin = name ? join("errno:", "", name) : xasprintf("errno:%d", error);

        set_origin(p, key, origin);
}

/* True if the value is there to be taken; where reading it failed, that is what is remembered. */
static bool take(struct probe *p, const char *key, const struct reading *r) {
        int error = reading_error(r);

        if (probe_given(p, key) || !reading_there(r))
                return false;
        if (error)
                set_error(p, key, error);
        else
                set_origin(p, key, r->origin);
        return !error;
}

void probe_give_error(struct probe *p, const char *key, int error) {
        if (!probe_given(p, key))
                set_error(p, key, error);
}

void probe_take_back_model(struct probe *p, int error) {
        free(take_ptr(p->t->model));
        set_error(p, "model", error);
}

/* Takes what an attribute says that must say something: an empty one is there, which is no reason to guess. */
static bool take_text(struct probe *p, const char *key, const struct reading *r) {
        if (!take(p, key, r))
                return false;
        if (!*r->attribute.value)
                set_error(p, key, ENODATA);
        return *r->attribute.value;
}

void probe_give_model(struct probe *p, const struct reading *r) {
        if (take_text(p, "model", r))
                p->t->model = xstrdup(r->attribute.value);
}

void probe_give_software_version(struct probe *p, const struct reading *r) {
        if (take_text(p, "softwareVersion", r))
                p->t->software_version = xstrdup(r->attribute.value);
}

void probe_give_token(struct probe *p, const char *name, const struct reading *r) {
        _cleanup_free_ char *key = join("tokens.", "", name);

        if (take_text(p, key, r))
                entries_set(&p->t->tokens, name, r->attribute.value);
}

void probe_give_model_name(struct probe *p, const char *model, const char *origin) {
        if (probe_given(p, "model"))
                return;
        p->t->model = xstrdup(model);
        set_origin(p, "model", origin);
}

/* An integer in canonical decimal. */
static bool parse_version(const char *s, uint32_t *ret) {
        unsigned long v = 0;

        if (!*s || strlen(s) > 10 || (s[0] == '0' && s[1]))
                return false;
        for (; *s; s++) {
                if (*s < '0' || *s > '9')
                        return false;
                v = v * 10 + (unsigned long)(*s - '0');
        }
        if (v > UINT32_MAX)
                return false;
        *ret = (uint32_t)v;
        return true;
}

void probe_give_version(struct probe *p, const struct reading *r) {
        if (!take(p, "version", r))
                return;
        p->t->has_version = parse_version(r->attribute.value, &p->t->version);
        if (!p->t->has_version)
                set_error(p, "version", EINVAL);
}

static char *param_key(const char *name) {
        return join("params.", "", name);
}

/* What does not fit is left out, and then the list is not complete. */
static bool no_room(struct probe *p) {
        if (p->t->params.n < PROBE_PARAMS_MAX)
                return false;
        probe_give_complete(p, false);
        return true;
}

void probe_give_param(struct probe *p, const char *name, const struct reading *r) {
        _cleanup_free_ char *key = param_key(name);
        const char *value = NULL;

        if (probe_given(p, key) || no_room(p))
                return;
        if (reading_error(r)) /* also that of one that is not there, though it should be */
                set_error(p, key, reading_error(r));
        else if (strchr(r->attribute.value, '\n'))
                set_error(p, key, EILSEQ);
        else {
                set_origin(p, key, r->origin);
                value = r->attribute.value;
        }
        entries_set(&p->t->params, name, value);
}

void probe_give_param_value(struct probe *p, const char *name, const char *value, const char *origin) {
        _cleanup_free_ char *key = param_key(name);

        if (probe_given(p, key) || no_room(p))
                return;
        set_origin(p, key, origin);
        entries_set(&p->t->params, name, value);
}

void probe_give_fact(struct probe *p, const char *name, const struct reading *r) {
        _cleanup_free_ char *key = join("facts.", "", name);

        if (take(p, key, r))
                entries_set(&p->t->facts, name, r->attribute.value);
}

void probe_give_fact_value(struct probe *p, const char *name, const char *value, const char *origin) {
        _cleanup_free_ char *key = join("facts.", "", name);

        if (!value || probe_given(p, key))
                return;
        set_origin(p, key, origin);
        entries_set(&p->t->facts, name, value);
}

void probe_give_param_info(struct probe *p, struct param_info *info) {
        if (param_infos_find(&p->t->param_info, info->name))
                param_info_done(info);
        else if (p->t->param_info.n >= PROBE_PARAMS_MAX) {
                param_info_done(info);
                probe_give_complete(p, false);
        } else
                param_infos_take(&p->t->param_info, info);
}

void probe_give_complete(struct probe *p, bool complete) {
        if (!complete || p->t->params_complete == TRI_UNKNOWN)
                p->t->params_complete = complete ? TRI_YES : TRI_NO;
}

const struct model *probe_find_model(const struct probe *p) {
        if (!p->t->model || traits_unread(p->t, "model"))
                return NULL;
        return models_find(&p->host->store.models, p->t->model);
}
