/*
 * A device's class as text: what the rules look at, in one order. Owns nothing.
 *
 * Values are as they were read: two that only mean the same ("1", "on") are two classes, which is never a false match.
 */
#include "core/class-json.h"

#include "core/json-emit.h"
#include "core/side.h"

/* What the rules of its model go by; one that is missing could be anything. */
static bool facts_format(const struct device *d, const struct model *info, struct text *t) {
        bool known = true, open = false;

        for (size_t i = 0; info && i < info->n_facts; i++) {
                const char *name = info->facts[i].name, *value = entries_get(&d->traits->facts, name);

                if (info->facts[i].kind == FACT_IGNORE)
                        continue;
                if (!value || str_startswith(traits_origin_of(d->traits, "facts.", name), "errno:")) {
                        known = false;
                        continue;
                }
                if (!open) {
                        json_emit_key(t, "facts");
                        text_add(t, "{");
                }
                open = true;
                json_emit_key(t, name);
                json_emit_string(t, value);
        }
        if (open)
                text_add(t, "}");
        return known;
}

/* In byte order, which is not that of the bits. */
static void flags_format(const struct migration *m, struct text *t) {
        static const unsigned sorted[] = { MIGRATION_P2P, MIGRATION_PRE_COPY, MIGRATION_STOP_COPY };

        json_emit_key(t, "flags");
        text_add(t, "[");
        for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
                if (m->flags & sorted[i]) {
                        json_emit_comma(t);
                        json_emit_string(t, migration_flag_name(sorted[i]));
                }
        text_add(t, "]");
}

static bool params_format(const struct setup *s, struct text *t) {
        /* A version that nothing expands says it all, where nobody said otherwise: rule 4's exception. */
        bool known = setup_complete(s) || (setup_hides(s) && s->version_read && s->complete_given == TRI_UNKNOWN);

        for (size_t i = 0; i < s->n_values; i++) {
                if (i == 0) {
                        json_emit_key(t, "params");
                        text_add(t, "{");
                }
                known = known && s->values[i].value;
                json_emit_key(t, s->values[i].name);
                json_emit_string(t, s->values[i].value);
        }
        if (s->n_values > 0)
                text_add(t, "}");
        return known && (!s->has_version || s->version_read);
}

static bool anything_unread(const struct traits *t) {
        static const char *const keys[] = { "driver", "migration", "model", "pool", "softwareVersion", "version" };

        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                if (traits_unread(t, keys[i]))
                        return true;
        return false;
}

/* Can it migrate, and how: known in full? */
static bool migration_known(const struct migration *m) {
        if (!m || m->protocol == MIGRATION_PROTOCOL_UNKNOWN)
                return false;
        return m->protocol == MIGRATION_NONE || m->has_flags;
}

bool class_format(const struct device *device, const struct models *models, struct text *t) {
        const struct traits *traits = device->traits;
        const struct migration *m;
        struct side side;
        bool known;

        side_init(&side, device, models, NULL);
        m = side.migration;
        known = side.model && migration_known(m) && !anything_unread(traits);
        text_add(t, "{");
        json_emit_member(t, "driver", traits->driver);
        known = facts_format(device, side.info, t) && known;
        if (m && m->has_flags)
                flags_format(m, t);
        json_emit_member(t, "model", side.model);
        known = params_format(&side.setup, t) && known;
        json_emit_member(t, "pool", traits->pool);
        json_emit_member(t, "protocol", m ? migration_protocol_to_string(m->protocol) : NULL);
        json_emit_member(t, "softwareVersion", traits->software_version);
        if (side.setup.version_read)
                json_emit_uint(t, "version", side.setup.version);
        text_add(t, "}");
        side_done(&side);
        return known;
}
