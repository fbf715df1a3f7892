/*
 * What devlink says of one instance, a line each. Owns nothing.
 */
#include "reader/print-devlink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/devlink-memory.h"

static void add_version(struct text *t, const struct devlink_version *v) {
        text_add(t, v->running ? "running " : "fixed ");
        text_add_escaped(t, v->name);
        text_add(t, " ");
        if (v->value)
                text_add_escaped(t, v->value);
        else
                text_addf(t, "(%s)", strerrorname_np(v->error));
        text_add(t, "\n");
}

static void add_vf(struct text *t, const struct devlink_vf *v) {
        text_addf(t, "%svf %u of pf %u: %s\n", v->external == TRI_NO ? "" : "external ", v->vf, v->pf,
                  v->migratable == TRI_YES  ? "migratable"
                  : v->migratable == TRI_NO ? "not migratable"
                                            : "migratable is not said");
}

int print_devlink(const struct sysfs *s, const char *instance) {
        _cleanup_(devlink_memory_done) struct devlink_memory m = {};
        _cleanup_text_ struct text t = {};
        const struct devlink *d = devlink_memory_get(&m, s, instance, true);

        if (d->info.driver) {
                text_add(&t, "driver ");
                text_add_escaped(&t, d->info.driver);
                text_add(&t, "\n");
        }
        for (size_t i = 0; i < d->info.n_versions; i++)
                add_version(&t, &d->info.versions[i]);
        for (size_t i = 0; i < d->ports.n_vfs; i++)
                add_vf(&t, &d->ports.vfs[i]);
        if (d->ports.error)
                text_addf(&t, "ports (%s)\n", strerrorname_np(d->ports.error));
        if (t.length && (fwrite(t.data, 1, t.length, stdout) != t.length || fflush(stdout) != 0))
                return -errno;
        return -d->info.error;
}
