/*
 * debugfs (kernel 6.8): vfio/<device>/migration is there where the driver can migrate, its `features` (6.18) say how.
 *
 * On a real host debugfs is root's, and the helper's to read: a process for each device, so that a sweep goes by what
 * it said before. That the directory is missing says nothing, as a copy of a host may lack it.
 */
#include <string.h>

#include "host/helper.h"
#include "host/provider.h"
#include "util/alloc.h"
#include "util/clock.h"

#define ROOT "sys/kernel/debug/vfio"

static bool detect(const struct probe *p) {
        const struct host *h = p->host;

        if (p->creatable || p->t->bound_driver || p->t->has_migration)
                return false;
        return h->sysfs.fake || (h->kernel.vfio_debugfs != TRI_NO && helper_link_has_debugfs(&h->helper));
}

static void give_features(struct migration *m, const char *features, size_t length) {
        const char *end = features + length;

        m->has_flags = true;
        for (const char *s = features; s < end;) {
                size_t n = MIN(strcspn(s, " \t\n"), (size_t)(end - s));
                _cleanup_free_ char *word = xstrndup(s, n);

                m->flags |= migration_flag_from_name(word);
                s += n;
                s += strspn(s, " \t\n");
        }
}

static void give_migration(struct probe *p) {
        _cleanup_free_ char *origin = xasprintf("debugfs:vfio/%s/migration", path_name(p->dir.path));

        p->t->has_migration = true;
        p->t->migration.protocol = MIGRATION_V2;
        entries_set(&p->t->origins, "migration", origin);
}

static void read_fake(struct probe *p) {
        _cleanup_free_ char *path = xasprintf(ROOT "/%s/migration", path_name(p->dir.path));
        struct place *place = places_get(&p->host->places, path);
        const struct attribute *features;

        if (place->error || !place_has(place, "state"))
                return;
        give_migration(p);
        features = place_has(place, "features") ? place_read(&p->host->places, place, "features") : NULL;
        if (features && features->value)
                give_features(&p->t->migration, features->value, strlen(features->value));
}

/* Lines "state=..." and "features=...". */
static void read_answer(struct probe *p, const char *field) {
        static const char state[] = "state=", features[] = "features=";

        if (!str_startswith(field, state))
                return;
        give_migration(p);
        field += strcspn(field, "\n");
        field += *field == '\n';
        if (str_startswith(field, features))
                give_features(&p->t->migration, field + strlen(features), strcspn(field + strlen(features), "\n"));
}

/* What the helper says, or "" if it does not know; NULL: it was not asked, or is silent. */
static char *ask(struct probe *p) {
        _cleanup_text_ struct text request = {};
        char *field;
        size_t length;
        int r;

        helper_add(&request, "migration-state");
        helper_add(&request, p->device->address);
        r = helper_link_ask(&p->host->helper, p->device->address, &request, &field, &length);
        if (r >= 0)
                return field;
        if (r == -ENOTDIR)
                helper_link_no_debugfs(&p->host->helper);
        return r == -ENOTDIR || r == -ENOENT ? xstrdup("") : NULL;
}

static void read_real(struct probe *p) {
        struct debugfs_memory *memory = &p->host->debugfs;
        const char *address = p->device->address;
        const char *known = p->host->cheap ? debugfs_memory_recall(memory, address, p->host->cheap_since) : NULL;
        _cleanup_free_ char *said = NULL;
        uint64_t now = usec_now(CLOCK_BOOTTIME);

        if (!known) {
                known = said = ask(p);
                debugfs_memory_note(memory, address, said, now);
        }
        if (known)
                read_answer(p, known);
}

static void read_all(struct probe *p) {
        if (p->host->sysfs.fake)
                read_fake(p);
        else
                read_real(p);
}

const struct provider provider_debugfs = { .name = "debugfs", .detect = detect, .read = read_all };
