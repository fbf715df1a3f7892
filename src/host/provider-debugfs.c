/*
 * debugfs (kernel 6.8): vfio/<device>/migration is there where the driver can migrate, its `features` (6.18) say how.
 *
 * Only below a fake root: on a real host debugfs is root's, and the helper's to read. That the directory is missing
 * says nothing, as a copy of a host may lack it.
 */
#include <string.h>

#include "host/provider.h"
#include "util/alloc.h"

#define ROOT "sys/kernel/debug/vfio"

static bool detect(const struct probe *p) {
        return p->host->sysfs.fake && !p->creatable && !p->t->bound_driver && !p->t->has_migration;
}

static void read_features(const struct probe *p, struct place *place) {
        const struct attribute *a = place_read(&p->host->places, place, "features");
        struct migration *m = &p->t->migration;

        if (!a->value)
                return;
        m->has_flags = true;
        for (const char *s = a->value; *s;) {
                size_t n = strcspn(s, " \t\n");
                _cleanup_free_ char *word = xstrndup(s, n);

                m->flags |= migration_flag_from_name(word);
                s += n;
                s += strspn(s, " \t\n");
        }
}

static void read_all(struct probe *p) {
        _cleanup_free_ char *path = xasprintf(ROOT "/%s/migration", path_name(p->dir.path)), *origin = NULL;
        struct place *place = places_get(&p->host->places, path);

        if (place->error || !place_has(place, "state"))
                return;
        p->t->has_migration = true;
        p->t->migration.protocol = MIGRATION_V2;
        if (place_has(place, "features"))
                read_features(p, place);
        origin = xasprintf("debugfs:vfio/%s/migration", path_name(p->dir.path));
        entries_set(&p->t->origins, "migration", origin);
}

const struct provider provider_debugfs = { .name = "debugfs", .detect = detect, .read = read_all };
