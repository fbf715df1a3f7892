/*
 * What the helper does when it is asked. Owns nothing.
 */
#include "helper/verbs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "helper/target.h"
#include "host/helper.h"
#include "host/holders.h"
#include "host/readable.h"
#include "util/alloc.h"

#define FIELDS_MAX 4
#define TOKEN "migration_version"
#define TOKEN_MAX 4095
#define DEBUGFS "sys/kernel/debug/vfio"

static int read_file(const struct target *t, const char *file, struct text *field) {
        char buffer[ATTRIBUTE_MAX + 1];
        mode_t mode;
        _cleanup_close_ int fd = target_open_file(t, file, O_RDONLY, &mode);
        ssize_t n = fd < 0 ? fd : attribute_read_raw(fd, buffer);

        if (n < 0)
                return (int)n;
        if (n > ATTRIBUTE_MAX)
                return -E2BIG;
        text_add_n(field, buffer, (size_t)n);
        return 0;
}

/* The driver itself lists the file as a parameter. */
static bool is_listed(const struct target *t, const char *list, const char *file) {
        _cleanup_text_ struct text text = {};

        return !strchr(file, '/') && read_file(t, list, &text) >= 0 && text.data && readable_by_list(text.data, file);
}

static bool is_named(struct host *h, const char *prefix, const char *file) {
        struct modelstore store;
        bool named = modelstore_read_own(&h->sysfs, &store) >= 0 && readable_by_model(&store.models, prefix, file);

        modelstore_done(&store);
        return named;
}

static int verb_read(struct host *h, const char *const *fields, struct text *field) {
        _cleanup_target_ struct target t = { .dir.fd = -1 };
        const char *file = fields[1];
        int r = readable_name_valid(file) ? target_open(h, fields[0], &t) : -EINVAL;

        if (r < 0)
                return r;
        if (!(t.is_device && (readable_in_device(file) || is_listed(&t, "config_params", file))) &&
            !(t.is_device && is_named(h, "sysfs:", file)) && !(t.is_parent && is_named(h, "parent:", file)))
                return -EPERM;
        return read_file(&t, file, field);
}

static int verb_type_read(struct host *h, const char *const *fields, struct text *field) {
        _cleanup_target_ struct target t = { .dir.fd = -1 };
        const char *file = fields[2];
        int r = readable_name_valid(file) ? target_open_type(h, fields[0], fields[1], &t) : -EINVAL;

        if (r < 0)
                return r;
        if (!readable_in_type(file) && !is_listed(&t, "config_params", file) && !is_named(h, "sysfs:", file))
                return -EPERM;
        return read_file(&t, file, field);
}

/* "<parent>/<type>" or a device's address, which has no slash; a device must be held by nobody. */
static int open_tested(struct host *h, const char *what, struct target *t) {
        const char *slash = strrchr(what, '/');
        _cleanup_free_ char *parent = slash ? xstrndup(what, (size_t)(slash - what)) : NULL;
        int r = slash ? target_open_type(h, parent, slash + 1, t) : target_open(h, what, t);

        if (r < 0 || slash)
                return r;
        return t->is_device ? target_check_free(h, t) : -ENODEV;
}

/* One write(2), which is the question; the driver's answer is its errno. */
static int verb_test_version(struct host *h, const char *const *fields, struct text *field) {
        _cleanup_target_ struct target t = { .dir.fd = -1 };
        size_t length = strlen(fields[1]);
        _cleanup_close_ int fd = -1;
        mode_t mode;
        ssize_t n;
        int r;

        if (length == 0 || length > TOKEN_MAX)
                return -EINVAL;
        r = open_tested(h, fields[0], &t);
        if (r < 0)
                return r;
        fd = target_open_file(&t, TOKEN, O_WRONLY, &mode);
        if (fd < 0)
                return fd;
        if (!(mode & S_IWUSR)) /* which root can open all the same */
                return -EACCES;
        n = write(fd, fields[1], length);
        if (n >= 0 && (size_t)n != length)
                return -EIO;
        text_addf(field, "%d", n < 0 ? errno : 0);
        return 0;
}

static int verb_who_holds(struct host *h, const char *const *fields, struct text *field) {
        _cleanup_(inuse_done) struct inuse inuse = {};

        holders_read(&h->sysfs, &inuse);
        holders_format(&inuse, field);
        return 0;
}

/* A line of the words of a file; none if there is no such file. */
static int add_words(struct host *h, const char *dir, const char *file, struct text *field) {
        _cleanup_free_ char *path = join(dir, "/", file);
        _cleanup_attribute_ struct attribute a = attribute_read_path(&h->sysfs, path);

        if (a.error == ENOENT)
                return 0;
        if (a.error)
                return -a.error;
        text_addf(field, "%s=", file);
        for (char *s = a.value; *s; s++)
                if (*s == '\n')
                        *s = ' ';
        text_addf(field, "%s\n", a.value);
        return 0;
}

static int verb_migration_state(struct host *h, const char *const *fields, struct text *field) {
        _cleanup_target_ struct target t = { .dir.fd = -1 };
        _cleanup_free_ char *dir = NULL;
        _cleanup_names_ struct names names = {};
        int r = target_open(h, fields[0], &t);

        if (r < 0)
                return r;
        if (sysfs_list(&h->sysfs, DEBUGFS, &names) < 0)
                return -ENOTDIR;
        if (!t.is_device || !names_have(&names, path_name(t.dir.path)))
                return -ENOENT;
        dir = xasprintf(DEBUGFS "/%s/migration", path_name(t.dir.path));
        r = add_words(h, dir, "state", field);
        if (r >= 0)
                r = field->length ? add_words(h, dir, "features", field) : -ENOENT;
        return r;
}

static const struct {
        const char *name;
        size_t n_fields;
        int (*answer)(struct host *h, const char *const *fields, struct text *field);
} verbs[] = {
        { "read", 2, verb_read },
        { "type-read", 3, verb_type_read },
        { "test-version", 2, verb_test_version },
        { "who-holds", 0, verb_who_holds },
        { "migration-state", 1, verb_migration_state },
};

/* Splits a request; fields[0] is the verb. */
static int split(const char *request, size_t n, const char **fields, size_t *ret_n_fields) {
        size_t n_fields = 0;

        if (n == 0 || n > HELPER_REQUEST_MAX || request[n - 1] != '\0')
                return -EBADMSG;
        for (const char *s = request; s < request + n; s += strlen(s) + 1) {
                if (n_fields == FIELDS_MAX)
                        return -EBADMSG;
                fields[n_fields++] = s;
        }
        *ret_n_fields = n_fields;
        return 0;
}

int verbs_answer(struct host *h, const char *request, size_t n, struct text *field) {
        const char *fields[FIELDS_MAX];
        size_t n_fields;
        int r = split(request, n, fields, &n_fields);

        if (r < 0)
                return r;
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
                if (strcmp(fields[0], verbs[i].name) == 0)
                        return verbs[i].n_fields == n_fields - 1 ? verbs[i].answer(h, fields + 1, field) : -EINVAL;
        return -EOPNOTSUPP;
}
