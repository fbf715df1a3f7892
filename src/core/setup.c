/*
 * The setup of a device. Borrows the version's expansion from the model; owns the values.
 */
#include "core/setup.h"

#include "util/strv.h"

enum evidence origin_evidence(const char *origin, enum evidence fallback) {
        static const char *const declared[] = { "sysfs", "debugfs", "devlink", "probe" };
        size_t n;

        if (!origin)
                return fallback;
        n = strcspn(origin, ":");
        for (size_t i = 0; i < ARRAY_SIZE(declared); i++)
                if (n == strlen(declared[i]) && strncmp(origin, declared[i], n) == 0)
                        return EVIDENCE_DECLARED;
        return str_startswith(origin, "identity:") ? EVIDENCE_IDENTITY : EVIDENCE_METADATA;
}

enum evidence traits_model_evidence(const struct traits *t) {
        return origin_evidence(traits_origin(t, "model"), EVIDENCE_METADATA);
}

static void weaken(struct setup *s, enum evidence e) {
        s->evidence = MAX(s->evidence, e);
}

static void expand(struct setup *s, const struct entries *expansion) {
        s->expansion = expansion;
        if (!expansion)
                return;
        for (size_t i = 0; i < expansion->n; i++)
                entries_set(&s->values, expansion->v[i].name, expansion->v[i].value);
}

void setup_init(struct setup *s, const struct traits *t, const struct entries *expansion) {
        enum evidence model = traits_model_evidence(t);
        bool unread = traits_unread(t, "version");

        *s = (struct setup){
                .has_version = t->has_version || unread,
                .version_read = t->has_version && !unread,
                .version = t->version,
                .complete_given = t->params_complete,
        };
        if (s->version_read)
                expand(s, expansion);
        for (size_t i = 0; i < t->params.n; i++)
                entries_set(&s->values, t->params.v[i].name, t->params.v[i].value);
        /* What could not be read is there, even where the list of parameters lacks it. */
        for (size_t i = 0; i < t->origins.n; i++) {
                const char *key = t->origins.v[i].name;

                if (str_startswith(key, "params.") && traits_unread(t, key))
                        entries_set(&s->values, key + strlen("params."), NULL);
        }

        if (s->has_version)
                weaken(s, origin_evidence(traits_origin(t, "version"), model));
        for (size_t i = 0; i < s->values.n; i++) {
                _cleanup_text_ struct text key = {};
                const char *name = s->values.v[i].name;

                text_add(&key, "params.");
                text_add(&key, name);
                /* What only the version's expansion says is metadata, as is what could not be read. */
                weaken(s, entries_find(&t->params, name) ? origin_evidence(traits_origin(t, key.data), model) :
                                                           EVIDENCE_METADATA);
        }
}

void setup_copy(struct setup *to, const struct setup *from) {
        *to = *from;
        to->values = (struct entries){};
        entries_copy(&to->values, &from->values);
}

void setup_done(struct setup *s) {
        entries_done(&s->values);
        *s = (struct setup){};
}

void setup_set_version(struct setup *s, uint32_t version, const struct entries *expansion) {
        entries_done(&s->values);
        s->has_version = s->version_read = true;
        s->version = version;
        if (!expansion)
                s->complete_given = TRI_UNKNOWN;
        s->evidence = EVIDENCE_METADATA;
        expand(s, expansion);
}

void setup_carry_out(struct setup *s, const struct actions *plan) {
        for (size_t i = 0; i < plan->n; i++) {
                const struct action *a = &plan->v[i];

                if (a->kind == ACTION_UNSET)
                        entries_remove(&s->values, a->param);
                else if (a->kind == ACTION_SET && !str_equal(a->param, "version"))
                        entries_set(&s->values, a->param, a->value);
        }
}

bool setup_hides(const struct setup *s) {
        return s->has_version && !s->expansion;
}

bool setup_complete(const struct setup *s) {
        if (s->complete_given != TRI_UNKNOWN)
                return s->complete_given == TRI_YES;
        return !setup_hides(s);
}
