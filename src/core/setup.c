/*
 * The setup of a device. Most devices have no version that expands: then the values are simply their parameters.
 */
#include "core/setup.h"

#include "util/alloc.h"
#include "util/strv.h"

#define PARAMS "params."

enum evidence origin_evidence(const char *origin, enum evidence fallback) {
        static const char *const declared[] = { "sysfs", "debugfs", "devlink", "probe" };
        size_t n;

        if (!origin)
                return fallback;
        n = strcspn(origin, ":");
        for (size_t i = 0; i < ARRAY_SIZE(declared); i++)
                if (n == strlen(declared[i]) && memcmp(origin, declared[i], n) == 0)
                        return EVIDENCE_DECLARED;
        return str_startswith(origin, "identity:") ? EVIDENCE_IDENTITY : EVIDENCE_METADATA;
}

enum evidence traits_model_evidence(const struct traits *t) {
        return origin_evidence(traits_origin(t, "model"), EVIDENCE_METADATA);
}

static void weaken(struct setup *s, enum evidence e) {
        s->evidence = MAX(s->evidence, e);
}

const struct entry *setup_find(const struct setup *s, const char *name) {
        const struct entries values = { .v = (struct entry *)s->values, .n = s->n_values };

        return entries_find(&values, name);
}

/* Makes the values its own: what there is, overridden by others, which are sorted by name as well. */
static void override(struct setup *s, const struct entry *over, size_t n_over) {
        struct entry *own = xnew0(struct entry, s->n_values + n_over);
        size_t n = 0;

        for (size_t i = 0, j = 0; i < s->n_values || j < n_over;) {
                int order = i == s->n_values ? 1 : j == n_over ? -1 : strcmp(s->values[i].name, over[j].name);

                own[n++] = order < 0 ? s->values[i] : over[j];
                i += order <= 0;
                j += order >= 0;
        }
        free(s->own);
        s->values = s->own = own;
        s->n_values = n;
}

static void set_value(struct setup *s, const char *name, const char *value) {
        override(s, &(struct entry){ .name = (char *)name, .value = (char *)value }, 1);
}

static void unset_value(struct setup *s, const char *name) {
        const struct entry *e = setup_find(s, name);
        size_t i;

        if (!e)
                return;
        i = (size_t)(e - s->values);
        override(s, NULL, 0);
        s->n_values--;
        memmove(&s->own[i], &s->own[i + 1], (s->n_values - i) * sizeof(*s->own));
}

/* What could not be read is there, even where the list of parameters lacks it. */
static void add_unread(struct setup *s, const struct traits *t) {
        _cleanup_free_ struct entry *unread = NULL;
        size_t n = 0;

        for (size_t i = 0; i < t->origins.n; i++) {
                const struct entry *origin = &t->origins.v[i];

                if (str_startswith(origin->name, PARAMS) && str_startswith(origin->value, "errno:"))
                        array_append(unread, n, ((struct entry){ .name = origin->name + strlen(PARAMS) }));
        }
        if (n > 0)
                override(s, unread, n);
}

void setup_init(struct setup *s, const struct traits *t, const struct entries *expansion) {
        enum evidence model = traits_model_evidence(t);
        bool unread = traits_unread(t, "version");

        *s = (struct setup){
                .has_version = t->has_version || unread,
                .version_read = t->has_version && !unread,
                .version = t->version,
                .values = t->params.v,
                .n_values = t->params.n,
                .complete_given = t->params_complete,
        };
        if (s->version_read && expansion) {
                s->expansion = expansion;
                s->values = expansion->v;
                s->n_values = expansion->n;
                override(s, t->params.v, t->params.n);
        }
        add_unread(s, t);

        if (s->has_version)
                weaken(s, origin_evidence(traits_origin(t, "version"), model));
        /* What only the version's expansion says is metadata, as is what could not be read. */
        if (s->n_values > t->params.n)
                weaken(s, EVIDENCE_METADATA);
        for (size_t i = 0; i < t->params.n; i++)
                weaken(s, origin_evidence(traits_origin_of(t, PARAMS, t->params.v[i].name), model));
}

void setup_copy(struct setup *to, const struct setup *from) {
        *to = *from;
        to->own = NULL;
        override(to, NULL, 0);
}

void setup_done(struct setup *s) {
        free(s->own);
        *s = (struct setup){};
}

void setup_set_version(struct setup *s, uint32_t version, const struct entries *expansion) {
        free(take_ptr(s->own));
        s->has_version = s->version_read = true;
        s->version = version;
        s->expansion = expansion;
        s->values = expansion ? expansion->v : NULL;
        s->n_values = expansion ? expansion->n : 0;
        if (!expansion)
                s->complete_given = TRI_UNKNOWN;
        s->evidence = EVIDENCE_METADATA;
}

void setup_carry_out(struct setup *s, const struct actions *plan) {
        for (size_t i = 0; i < plan->n; i++) {
                const struct action *a = &plan->v[i];

                if (a->kind == ACTION_UNSET)
                        unset_value(s, a->param);
                else if (a->kind == ACTION_SET && !str_equal(a->param, "version"))
                        set_value(s, a->param, a->value);
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
