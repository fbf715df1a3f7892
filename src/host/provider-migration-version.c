/*
 * Layout of 2019 and 2020: `migration_version` of a device, else of its mdev type, is a token that only the driver
 * understands: read on the source, written on the target.
 *
 * Gives the token and whether there is one to be written. Never writes: that is asked of the helper. A read that fails
 * says "cannot migrate" in the proposal; here it says that it failed.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "host/provider.h"
#include "util/alloc.h"

#define TOKEN "migration_version"

/* What is yet to be created has only its type's. */
static bool has_own(const struct probe *p) {
        return !p->creatable && probe_has(p, TOKEN);
}

static bool detect(const struct probe *p) {
        return has_own(p) || probe_type_has(p, TOKEN);
}

/* Without opening it to be read, as it may be made to be written only. */
static bool is_writable(const struct probe *p, const char *dir) {
        _cleanup_free_ char *path = join(dir, "/", TOKEN);
        _cleanup_close_ int fd = sysfs_open(&p->host->sysfs, path, O_PATH);
        struct stat st;

        return fd >= 0 && fstat(fd, &st) >= 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IWUSR);
}

static void read_all(struct probe *p) {
        bool own = has_own(p);
        const char *dir = own ? p->dir.path : p->type ? p->type->path : NULL;
        _cleanup_reading_ struct reading r = own ? probe_read(p, TOKEN) : probe_read_type(p, TOKEN);

        probe_give_token(p, TOKEN, &r);
        if (!dir || !is_writable(p, dir))
                return;
        strv_take(&p->t->attributes, xstrdup(TOKEN));
        if (!own && !p->creatable) /* also where it can only be written */
                entries_set(&p->t->origins, "attributes." TOKEN, "sysfs:mdev_type/" TOKEN);
}

const struct provider provider_migration_version = { .name = "migration-version", .detect = detect, .read = read_all };
