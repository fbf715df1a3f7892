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
        return str_equal(p->s_model, p->t_model);
}

static bool equal_versions(const struct pair *p) {
        const struct setup *s = p->s_setup, *t = p->t_setup;

        return same_model(p) && s->version_read && t->version_read && s->version == t->version;
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
        code = p->t_info && p->t_info->has_versions ? REASON_VERSION_UNSUPPORTED : REASON_VERSION_MISMATCH;
        pair_say(p, RULE_VERSION, s->has_version && t->has_version && same_model(p) ? RESULT_FAIL : RESULT_UNKNOWN, code,
                 "version", version_text(s, sv), version_text(t, tv), traits_origin(p->t, "version"), NULL,
                 "the source has %s%s and the target %s%s, and what they stand for is not known here",
                 s->has_version ? "version " : "no version",
                 s->has_version ? version_text(s, sv) ?: "(not readable)" : "",
                 t->has_version ? "version " : "no version",
                 t->has_version ? version_text(t, tv) ?: "(not readable)" : "");
}

/* What the target's information is on one parameter; borrowed strings. */
struct known_param {
        const char *name;
        struct param_info target; /* M's, overridden by the device's own */
        const struct param_info *source; /* of the source's model, or NULL */
        bool known;                       /* the target knows the parameter */
        char *field;
};

static void known_param_done(struct known_param *k) {
        free(k->field);
}

static struct known_param know(const struct pair *p, const char *name) {
        const struct param_info *of_model = p->t_info ? param_infos_find(&p->t_info->params, name) : NULL;
        const struct param_info *own = param_infos_find(&p->t->param_info, name);
        const struct param_info *said = p->s_info ? param_infos_find(&p->s_info->params, name) : NULL;
        _cleanup_text_ struct text field = {};

        if (!said && p->s_said)
                said = param_infos_find(&p->s_said->params, name);
        text_add(&field, "params.");
        text_add(&field, name);
        return (struct known_param){
                .name = name,
                .target = param_info_merge(of_model, own),
                .source = said,
                .known = own || (p->t->creatable && of_model) || entries_find(&p->t_setup->values, name) ||
                         entries_find(&p->t_setup_now->values, name),
                .field = text_take(&field),
        };
}

static enum param_type source_type(const struct known_param *k) {
        return k->source ? k->source->type : PARAM_TYPE_NONE;
}

static bool values_equal(const struct known_param *k, const char *a, const char *b) {
        return param_values_equal(k->target.type, source_type(k), a, b);
}

static bool settable(const struct pair *p, const struct known_param *k, const char *value) {
        bool writable = k->target.writable == TRI_YES || (p->t->creatable && k->target.at_create == TRI_YES);

        return k->known && writable && param_info_allows(&k->target, source_type(k), value);
}

bool rule_version_settable(const struct pair *p) {
        __attribute__((cleanup(known_param_done))) struct known_param k = know(p, "version");
        char sv[VERSION_TEXT_MAX];

        if (!same_model(p) || !p->s_setup->version_read || equal_versions(p))
                return false;
        k.known = k.known || p->t_setup->has_version;
        return settable(p, &k, version_text(p->s_setup, sv));
}

/* The origin that a person should look at: the target's value's, else the source's. */
static const char *deciding_origin(const struct pair *p, const struct known_param *k) {
        return traits_origin(p->t, k->field) ?: traits_origin(p->s, k->field);
}

static void say(struct pair *p, const struct known_param *k, enum result result, enum reason_code code, const char *remedy,
                const char *message) {
        const char *s = entries_get(&p->s_setup->values, k->name), *t = entries_get(&p->t_setup->values, k->name);

        pair_say(p, RULE_PARAMETERS, result, code, k->field, s, t, deciding_origin(p, k), remedy, "%s", message);
}

static void plan_set(struct pair *p, const struct known_param *k, enum reason_code code, const char *value, const char *message) {
        _cleanup_text_ struct text remedy = {};

        text_addf(&remedy, "set %s=%s on the target before migrating", k->name, value);
        say(p, k, RESULT_ACTION, code, remedy.data, message);
        actions_add(&p->actions, (struct action){ .kind = ACTION_SET, .param = (char *)k->name, .value = (char *)value });
}

static void plan_unset(struct pair *p, const struct known_param *k, const char *message) {
        _cleanup_text_ struct text remedy = {};

        text_addf(&remedy, "take %s out of the target's list of parameters before migrating", k->name);
        say(p, k, RESULT_ACTION, REASON_PARAM_EXTRA, remedy.data, message);
        actions_add(&p->actions, (struct action){ .kind = ACTION_UNSET, .param = (char *)k->name });
}

static void judge_both(struct pair *p, const struct known_param *k, const char *s, const char *t) {
        _cleanup_text_ struct text message = {};

        if (values_equal(k, s, t))
                return;
        text_addf(&message, "the source has %s=%s, the target %s=%s", k->name, s, k->name, t);
        if (settable(p, k, s))
                plan_set(p, k, REASON_PARAM_VALUE, s, message.data);
        else
                say(p, k, RESULT_FAIL, REASON_PARAM_VALUE, NULL, message.data);
}

static void judge_only_source(struct pair *p, const struct known_param *k, const char *s, bool hidden) {
        const char *s_off = k->source ? k->source->off_value : NULL, *t_off = k->target.off_value;
        _cleanup_text_ struct text message = {};

        if (!hidden && setup_complete(p->t_setup) && s_off && values_equal(k, s, s_off) &&
            (!t_off || values_equal(k, t_off, s_off))) {
                if (!t_off)
                        p->off_value_assumed = true;
                return;
        }
        text_addf(&message, "the source has %s=%s, which the target does not have", k->name, s);
        if (settable(p, k, s))
                plan_set(p, k, REASON_PARAM_VALUE, s, message.data);
        else if (hidden || !setup_complete(p->t_setup))
                say(p, k, RESULT_UNKNOWN, REASON_PARAMS_INCOMPLETE, NULL, message.data);
        else
                say(p, k, RESULT_FAIL, k->known ? REASON_PARAM_VALUE : REASON_PARAM_UNKNOWN, NULL, message.data);
}

static void judge_only_target(struct pair *p, const struct known_param *k, const char *t, bool hidden) {
        const char *off = k->target.off_value;
        bool unset = p->t->param_list_writable &&
                     !(p->t_setup->expansion && entries_find(p->t_setup->expansion, k->name));
        _cleanup_text_ struct text message = {};

        text_addf(&message, "the target has %s=%s, which the source does not have", k->name, t);
        if (hidden) {
                if (unset)
                        plan_unset(p, k, message.data);
                else
                        say(p, k, RESULT_UNKNOWN, REASON_PARAMS_INCOMPLETE, NULL, message.data);
        } else if (!setup_complete(p->s_setup))
                say(p, k, RESULT_UNKNOWN, REASON_PARAMS_INCOMPLETE, NULL, message.data);
        else if (off && values_equal(k, t, off))
                return;
        else if (off && settable(p, k, off))
                plan_set(p, k, REASON_PARAM_EXTRA, off, message.data);
        else if (unset)
                plan_unset(p, k, message.data);
        else
                say(p, k, RESULT_FAIL, REASON_PARAM_EXTRA, NULL, message.data);
}

static void judge_param(struct pair *p, const char *name, const struct entry *s, const struct entry *t, bool hidden) {
        __attribute__((cleanup(known_param_done))) struct known_param k = know(p, name);

        if ((s && !s->value) || (t && !t->value)) {
                _cleanup_text_ struct text message = {};

                text_addf(&message, "%s could not be read on the %s", name,
                          s && !s->value ? t && !t->value ? "source and the target" : "source" : "target");
                say(p, &k, RESULT_UNKNOWN, REASON_PARAM_UNREADABLE, NULL, message.data);
        } else if (s && t)
                judge_both(p, &k, s->value, t->value);
        else if (s)
                judge_only_source(p, &k, s->value, hidden);
        else
                judge_only_target(p, &k, t->value, hidden);
}

void rule_parameters(struct pair *p) {
        const struct entries *s = &p->s_setup->values, *t = &p->t_setup->values;
        bool hidden = hide_the_same(p);

        for (size_t i = 0, j = 0; i < s->n || j < t->n;) {
                int order = i == s->n ? 1 : j == t->n ? -1 : strcmp(s->v[i].name, t->v[j].name);
                const struct entry *a = order <= 0 ? &s->v[i++] : NULL, *b = order >= 0 ? &t->v[j++] : NULL;

                judge_param(p, (a ?: b)->name, a, b, hidden);
        }
        if (!hidden && (!setup_complete(p->s_setup) || !setup_complete(p->t_setup)))
                pair_say(p, RULE_PARAMETERS, RESULT_UNKNOWN, REASON_PARAMS_INCOMPLETE, "params", NULL, NULL, NULL, NULL,
                         "the %s does not list all of its parameters, and what is not listed could be on",
                         setup_complete(p->s_setup) ? "target" : setup_complete(p->t_setup) ? "source" : "source (and the target)");
}
