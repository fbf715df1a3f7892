/*
 * Rules 3 and 4: version and parameters, for the target's setup as it stands or after "set version".
 */
#include "core/rules.h"

#include <inttypes.h>
#include <stdio.h>

#include "util/strv.h"

#define VERSION_TEXT_MAX 11

static const char *version_text(const struct setup *s, char buffer[static VERSION_TEXT_MAX]) {
        if (!s->version_read)
                return NULL;
        snprintf(buffer, VERSION_TEXT_MAX, "%" PRIu32, s->version);
        return buffer;
}

static bool same_model(const struct pair *p) {
        return str_equal(p->source->model, p->target->model);
}

static bool equal_versions(const struct pair *p) {
        const struct setup *s = p->s_setup, *t = p->t_setup;

        return s->version_read && t->version_read && s->version == t->version && same_model(p);
}

/*
 * Equal versions of one model that nobody expands hide the same values, unless one side says what its list is worth.
 */
static bool hide_the_same(const struct pair *p) {
        return equal_versions(p) && !p->s_setup->expansion && !p->t_setup->expansion &&
               p->s_setup->complete_given == TRI_UNKNOWN && p->t_setup->complete_given == TRI_UNKNOWN;
}

void rule_version(struct pair *p) {
        const struct setup *s = p->s_setup, *t = p->t_setup;
        char sv[VERSION_TEXT_MAX], tv[VERSION_TEXT_MAX];
        enum reason_code code;

        if (!setup_hides(s) && !setup_hides(t)) /* none, or what they stand for decides */
                return;
        if (equal_versions(p))
                return;
        code = p->target->info && p->target->info->has_versions ? REASON_VERSION_UNSUPPORTED : REASON_VERSION_MISMATCH;
        pair_say(p, RULE_VERSION, s->has_version && t->has_version && same_model(p) ? RESULT_FAIL : RESULT_UNKNOWN,
                 code, "version", version_text(s, sv), version_text(t, tv), traits_origin(p->t, "version"), NULL,
                 "the source has %s%s and the target %s%s, and what they stand for is not known here",
                 s->has_version ? "version " : "no version",
                 s->has_version ? version_text(s, sv) ?: "(not readable)" : "",
                 t->has_version ? "version " : "no version",
                 t->has_version ? version_text(t, tv) ?: "(not readable)" : "");
}

/* One parameter of the two sides, and what is known of it; borrowed strings. */
struct compared {
        const char *name;
        const struct entry *s, *t;       /* NULL where a side has none */
        struct param_info target;        /* M's, overridden by the device's own */
        const struct param_info *source; /* of the source's model, or NULL */
        bool known;                      /* the target knows the parameter */
};

static struct compared compare(const struct pair *p, const char *name) {
        const struct param_info *of_model = p->target->info ? param_infos_find(&p->target->info->params, name) : NULL;
        const struct param_info *own = param_infos_find(&p->t->param_info, name);
        const struct param_info *said = p->source->info ? param_infos_find(&p->source->info->params, name) : NULL;

        if (!said && p->source->said)
                said = param_infos_find(&p->source->said->params, name);
        return (struct compared){
                .name = name,
                .target = param_info_merge(of_model, own),
                .source = said,
                .known = own || (p->t->creatable && of_model) || setup_find(p->t_setup, name) ||
                         setup_find(p->t_setup_now, name),
        };
}

static enum param_type source_type(const struct compared *c) {
        return c->source ? c->source->type : PARAM_TYPE_NONE;
}

static bool values_equal(const struct compared *c, const char *a, const char *b) {
        return param_values_equal(c->target.type, source_type(c), a, b);
}

static bool settable(const struct pair *p, const struct compared *c, const char *value) {
        bool writable = c->target.writable == TRI_YES || (p->t->creatable && c->target.at_create == TRI_YES);

        return c->known && writable && param_info_allows(&c->target, source_type(c), value);
}

bool rule_version_settable(const struct pair *p) {
        char sv[VERSION_TEXT_MAX];
        struct compared c;

        if (!p->s_setup->version_read || equal_versions(p) || !same_model(p))
                return false;
        c = compare(p, "version");
        c.known = c.known || p->t_setup->has_version;
        return settable(p, &c, version_text(p->s_setup, sv));
}

static bool unread(const struct entry *e) {
        return e && !e->value;
}

static void add_message(struct text *t, const struct compared *c) {
        if (unread(c->s) || unread(c->t))
                text_addf(t, "%s could not be read on the %s", c->name,
                          !unread(c->t)   ? "source"
                          : !unread(c->s) ? "target"
                                          : "source and the target");
        else if (c->s && c->t)
                text_addf(t, "the source has %s=%s, the target %s=%s", c->name, c->s->value, c->name, c->t->value);
        else
                text_addf(t, "the %s has %s=%s, which the %s does not have", c->s ? "source" : "target", c->name,
                          (c->s ?: c->t)->value, c->s ? "target" : "source");
}

static void say(struct pair *p, const struct compared *c, enum result result, enum reason_code code,
                const char *remedy) {
        _cleanup_text_ struct text field = {}, message = {};
        const char *origin = NULL;

        if (p->wanted == PAIR_GROUNDS) {
                text_addf(&field, "params.%s", c->name);
                add_message(&message, c);
                /* What a person should look at: where the target's value is from, else the source's. */
                origin = traits_origin(p->t, field.data) ?: traits_origin(p->s, field.data);
        }
        pair_say(p, RULE_PARAMETERS, result, code, field.data, c->s ? c->s->value : NULL, c->t ? c->t->value : NULL,
                 origin, remedy, "%s", message.data);
}

static void plan_set(struct pair *p, const struct compared *c, enum reason_code code, const char *value) {
        _cleanup_text_ struct text remedy = {};

        if (p->wanted == PAIR_GROUNDS)
                text_addf(&remedy, "set %s=%s on the target before migrating", c->name, value);
        say(p, c, RESULT_ACTION, code, remedy.data);
        pair_plan(p, (struct action){ .kind = ACTION_SET, .param = (char *)c->name, .value = (char *)value });
}

static void plan_unset(struct pair *p, const struct compared *c) {
        _cleanup_text_ struct text remedy = {};

        if (p->wanted == PAIR_GROUNDS)
                text_addf(&remedy, "take %s out of the target's list of parameters before migrating", c->name);
        say(p, c, RESULT_ACTION, REASON_PARAM_EXTRA, remedy.data);
        pair_plan(p, (struct action){ .kind = ACTION_UNSET, .param = (char *)c->name });
}

static void judge_both(struct pair *p, const struct compared *c) {
        if (values_equal(c, c->s->value, c->t->value))
                return;
        if (settable(p, c, c->s->value))
                plan_set(p, c, REASON_PARAM_VALUE, c->s->value);
        else
                say(p, c, RESULT_FAIL, REASON_PARAM_VALUE, NULL);
}

static void judge_only_source(struct pair *p, const struct compared *c, bool hidden) {
        const char *s_off = c->source ? c->source->off_value : NULL, *t_off = c->target.off_value;

        if (!hidden && setup_complete(p->t_setup) && s_off && values_equal(c, c->s->value, s_off) &&
            (!t_off || values_equal(c, t_off, s_off))) {
                if (!t_off)
                        p->off_value_assumed = true;
                return;
        }
        if (settable(p, c, c->s->value))
                plan_set(p, c, REASON_PARAM_VALUE, c->s->value);
        else if (hidden || !setup_complete(p->t_setup))
                say(p, c, RESULT_UNKNOWN, REASON_PARAMS_INCOMPLETE, NULL);
        else
                say(p, c, RESULT_FAIL, c->known ? REASON_PARAM_VALUE : REASON_PARAM_UNKNOWN, NULL);
}

static void judge_only_target(struct pair *p, const struct compared *c, bool hidden) {
        const char *off = c->target.off_value;
        bool unset = p->t->param_list_writable &&
                     !(p->t_setup->expansion && entries_find(p->t_setup->expansion, c->name));

        if (hidden && !unset)
                say(p, c, RESULT_UNKNOWN, REASON_PARAMS_INCOMPLETE, NULL);
        else if (hidden)
                plan_unset(p, c);
        else if (!setup_complete(p->s_setup))
                say(p, c, RESULT_UNKNOWN, REASON_PARAMS_INCOMPLETE, NULL);
        else if (off && values_equal(c, c->t->value, off))
                return;
        else if (off && settable(p, c, off))
                plan_set(p, c, REASON_PARAM_EXTRA, off);
        else if (unset)
                plan_unset(p, c);
        else
                say(p, c, RESULT_FAIL, REASON_PARAM_EXTRA, NULL);
}

static void judge_param(struct pair *p, const struct entry *s, const struct entry *t, bool hidden) {
        struct compared c;

        if (s && t && s->value && str_equal(s->value, t->value)) /* of whatever type */
                return;
        c = compare(p, (s ?: t)->name);
        c.s = s;
        c.t = t;
        if (unread(s) || unread(t))
                say(p, &c, RESULT_UNKNOWN, REASON_PARAM_UNREADABLE, NULL);
        else if (s && t)
                judge_both(p, &c);
        else if (s)
                judge_only_source(p, &c, hidden);
        else
                judge_only_target(p, &c, hidden);
}

void rule_parameters(struct pair *p) {
        const struct setup *s = p->s_setup, *t = p->t_setup;
        bool hidden = hide_the_same(p), s_complete = setup_complete(s), t_complete = setup_complete(t);

        for (size_t i = 0, j = 0; i < s->n_values || j < t->n_values;) {
                int order = i == s->n_values ? 1 : j == t->n_values ? -1 : strcmp(s->values[i].name, t->values[j].name);
                const struct entry *a = order <= 0 ? &s->values[i++] : NULL, *b = order >= 0 ? &t->values[j++] : NULL;

                judge_param(p, a, b, hidden);
        }
        if (!hidden && (!s_complete || !t_complete))
                pair_say(p, RULE_PARAMETERS, RESULT_UNKNOWN, REASON_PARAMS_INCOMPLETE, "params", NULL, NULL, NULL, NULL,
                         "the %s does not list all of its parameters, and what is not listed could be on",
                         s_complete   ? "target"
                         : t_complete ? "source"
                                      : "source (and the target)");
}
