/*
 * One side of a pair. Owns the values of its setups, and the text of its class.
 */
#include "core/side.h"

#include "core/descriptor-json.h"
#include "util/alloc.h"
#include "util/strv.h"

/* "devlink:migratable" was read as true: it is the fact devlink.migratable. */
static bool requirement_met(const struct traits *t, const char *requirement) {
        _cleanup_free_ char *fact = xstrdup(requirement);
        char *colon = strchr(fact, ':');

        if (colon)
                *colon = '.';
        return param_value_true(entries_get(&t->facts, fact));
}

static void find_migration(struct side *side) {
        const struct traits *t = side->device->traits;
        const struct model *m = side->info;

        if (t->has_migration) {
                side->migration = &t->migration;
                side->migration_from_model = str_startswith(traits_origin(t, "migration"), "models.d:");
                return;
        }
        if (!m || !m->has_migration || (m->migration.driver && !str_equal(m->migration.driver, t->driver)) ||
            (m->migration.requires && !requirement_met(t, m->migration.requires)))
                return;
        side->migration = &m->migration;
        side->migration_from_model = true;
}

void side_init(struct side *side, const struct device *device, const struct models *models, const struct models *said) {
        const struct traits *t = device->traits;
        const struct entries *by_target, *expansion;

        *side = (struct side){
                .device = device,
                .model = traits_unread(t, "model") ? NULL : t->model,
                .model_evidence = traits_model_evidence(t),
        };
        if (side->model) {
                side->info = models_find(models, side->model);
                side->said = said ? models_find(said, side->model) : NULL;
        }
        by_target = expansion = t->has_version ? model_expansion(side->info, t->version) : NULL;
        if (!expansion && t->has_version)
                expansion = model_expansion(side->said, t->version);
        setup_init(&side->setup, t, expansion);
        if (said)
                setup_init(&side->setup_by_target, t, by_target);
        find_migration(side);
}

void side_describe(struct side *side) {
        struct traits traits = *side->device->traits;
        struct device bare = { .traits = &traits };
        struct text t = {};

        traits.in_use = traits.creatable ? TRI_NO : TRI_UNKNOWN; /* as if nothing was said */
        traits.group_blocked = false;
        document_format_device(&bare, &t);
        free(side->class_text);
        side->class_text = text_take(&t);
}

void side_done(struct side *side) {
        free(side->class_text);
        setup_done(&side->setup);
        setup_done(&side->setup_by_target);
}
