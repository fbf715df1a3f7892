/*
 * Judges one pair. Owns the pair's state while it is judged; all of the deciding is in the rules.
 */
#include "core/judge.h"

#include "util/alloc.h"
#include "util/strv.h"

/* How good a set of reasons is: fail < cannot tell < rest. */
static int worth(const struct reasons *r) {
        return reasons_have_result(r, RESULT_FAIL) ? 0 : reasons_have_result(r, RESULT_UNKNOWN) ? 1 : 2;
}

static void run(struct pair *p, enum rule_scope scope, enum rule_id from, enum rule_id to) {
        for (size_t i = 0; i < n_rules; i++)
                if (rules[i].scope == scope && rules[i].id >= from && rules[i].id <= to)
                        rules[i].judge(p);
}

/* Runs rules 3 and 4 on a setup of the target, with reasons and actions of their own. */
static void judge_setup(struct pair *p, const struct setup *setup) {
        p->t_setup = setup;
        run(p, SCOPE_SETUP, 0, _RULE_MAX);
}

static struct pair pair_apart(const struct pair *p) {
        struct pair q = *p;

        q.reasons = (struct reasons){};
        q.actions = (struct actions){};
        return q;
}

static void pair_done(struct pair *p) {
        reasons_done(&p->reasons);
        actions_done(&p->actions);
}

static void say_set_version(struct pair *p, const struct setup *planned) {
        _cleanup_text_ struct text to = {}, from = {}, remedy = {};

        text_addf(&to, "%u", planned->version);
        if (p->t_setup_now->version_read)
                text_addf(&from, "%u", p->t_setup_now->version);
        text_addf(&remedy, "set version=%s on the target before migrating", to.data);
        pair_say(p, RULE_VERSION, RESULT_ACTION, REASON_VERSION_MISMATCH, "version", to.data, from.data,
                 traits_origin(p->t, "version"), remedy.data, "the source has version %s, the target %s%s", to.data,
                 p->t_setup_now->has_version ? "version " : "none", from.data ?: "");
        actions_add(&p->actions, (struct action){ .kind = ACTION_SET, .param = (char *)"version", .value = to.data });
}

/* What a version number of the target's model stands for by the target's document, or NULL. */
static const struct entries *target_expansion(const struct pair *p, uint32_t version) {
        const struct model_version *v = p->t_info ? model_find_version(p->t_info, version) : NULL;

        return v ? &v->params : NULL;
}

/* A plan that was carried out must leave nothing to do and nothing new that fails. */
static void check_plan(struct pair *p, const struct setup *planned) {
        _cleanup_setup_ struct setup carried_out = {};
        __attribute__((cleanup(pair_done))) struct pair q = pair_apart(p);

        if (!reasons_have_result(&p->reasons, RESULT_ACTION))
                return;
        setup_copy(&carried_out, planned);
        setup_carry_out(&carried_out, &p->actions);
        q.t_setup_now = &carried_out;
        judge_setup(&q, &carried_out);
        if (q.actions.n > 0 || reasons_have_result(&q.reasons, RESULT_FAIL))
                pair_say(p, RULE_PLAN, RESULT_FAIL, REASON_PLAN_CONFLICT, "plan", NULL, NULL, NULL, NULL,
                         "carrying out the plan would not make it fit: %s",
                         q.reasons.n > 0 ? q.reasons.v[0].message : "more would have to be done");
}

static void pair_take(struct pair *p, struct pair *from) {
        for (size_t i = 0; i < from->reasons.n; i++) {
                struct reason *r = &from->reasons.v[i];

                reasons_add(&p->reasons, *r, r->remedy, "%s", r->message);
        }
        actions_copy(&p->actions, &from->actions);
        p->off_value_assumed = from->off_value_assumed;
}

static void setup_replace(struct setup *to, struct setup *from) {
        setup_done(to);
        *to = *from;
        *from = (struct setup){};
}

/* Rules 3 and 4: as the target stands, and after "set version" where that can be done and is better. */
static void judge_setups(struct pair *p, struct setup *s, struct setup *t) {
        __attribute__((cleanup(pair_done))) struct pair now = pair_apart(p);
        __attribute__((cleanup(pair_done))) struct pair later = pair_apart(p);
        _cleanup_setup_ struct setup s_later = {}, t_later = {};

        judge_setup(&now, t);
        if (rule_version_settable(p)) {
                /* Both then have one number, so that the target's document alone says what it stands for. */
                const struct entries *expansion = target_expansion(p, s->version);

                setup_init(&s_later, p->s, expansion);
                setup_copy(&t_later, t);
                setup_set_version(&t_later, s->version, expansion);
                later.s_setup = &s_later;
                say_set_version(&later, &t_later);
                judge_setup(&later, &t_later);
        }
        if (later.actions.n > 0 && worth(&later.reasons) > worth(&now.reasons)) {
                pair_take(p, &later);
                setup_replace(s, &s_later);
                setup_replace(t, &t_later);
        } else
                pair_take(p, &now);
        check_plan(p, t);
}

/* The expansion of the source's version: by the target's document, else by its own, unless both speak of one number. */
static const struct entries *source_expansion(const struct pair *p) {
        const struct model_version *v = NULL;
        bool one = str_equal(p->s_model, p->t_model) && p->t->has_version && !traits_unread(p->t, "version") &&
                   p->s->version == p->t->version;

        if (!p->s->has_version)
                return NULL;
        if (p->s_info)
                v = model_find_version(p->s_info, p->s->version);
        if (!v && p->s_said && !one)
                v = model_find_version(p->s_said, p->s->version);
        return v ? &v->params : NULL;
}

static const struct migration *find_migration(const struct traits *t, const struct model *m, bool *from_model) {
        _cleanup_free_ char *fact = NULL;
        char *colon;

        if (t->has_migration)
                return &t->migration;
        if (!m || !m->has_migration || (m->migration.driver && !str_equal(m->migration.driver, t->driver)))
                return NULL;
        if (m->migration.requires) {
                fact = xstrdup(m->migration.requires);
                if ((colon = strchr(fact, ':')))
                        *colon = '.';
                if (!param_value_true(entries_get(&t->facts, fact)))
                        return NULL;
        }
        *from_model = true;
        return &m->migration;
}

static enum evidence conclude_evidence(const struct pair *p) {
        enum evidence e;

        if (!p->s_model || !p->t_model)
                return EVIDENCE_IDENTITY;
        e = MAX(traits_model_evidence(p->s), traits_model_evidence(p->t));
        e = MAX(e, MAX(p->s_setup->evidence, p->t_setup->evidence));
        if (p->migration_from_model || p->off_value_assumed || !str_equal(p->s_model, p->t_model))
                e = MAX(e, EVIDENCE_METADATA);
        return e;
}

static enum verdict conclude(struct pair *p, enum evidence evidence) {
        if (reasons_have_result(&p->reasons, RESULT_FAIL))
                return VERDICT_INCOMPATIBLE;
        if (reasons_have_result(&p->reasons, RESULT_UNKNOWN))
                return VERDICT_UNKNOWN;
        if (evidence > p->context->policy->minimum_evidence) {
                pair_say(p, RULE_EVIDENCE, RESULT_UNKNOWN, REASON_WEAK_EVIDENCE, "evidence", NULL, NULL, NULL, NULL,
                         "nothing speaks against it, but a yes would rest on %s only, and the policy asks for %s",
                         evidence_to_string(evidence), evidence_to_string(p->context->policy->minimum_evidence));
                return VERDICT_UNKNOWN;
        }
        return p->actions.n > 0 ? VERDICT_NEEDS_CONFIGURATION : VERDICT_COMPATIBLE;
}

/* Create or bind comes before what is set, though the rule that asks for it is the last one. */
static void order_actions(struct actions *a) {
        struct action last;
        size_t first;

        if (a->n < 2 || a->v[a->n - 1].kind != ACTION_BIND)
                return;
        first = a->v[0].kind == ACTION_CREATE;
        last = a->v[a->n - 1];
        memmove(&a->v[first + 1], &a->v[first], (a->n - 1 - first) * sizeof(*a->v));
        a->v[first] = last;
}

void judge_pair(const struct rules_context *context, const struct device *source, const struct device *target,
                struct judgement *ret) {
        const struct traits *s = source->traits, *t = target->traits;
        const char *s_model = traits_unread(s, "model") ? NULL : s->model;
        const char *t_model = traits_unread(t, "model") ? NULL : t->model;
        _cleanup_setup_ struct setup s_setup = {}, t_setup = {};
        struct pair p = {
                .context = context,
                .source = source,
                .target = target,
                .s = s,
                .t = t,
                .s_model = s_model,
                .t_model = t_model,
                .s_info = s_model ? models_find(context->models, s_model) : NULL,
                .s_said = s_model ? models_find(&context->source->models, s_model) : NULL,
                .t_info = t_model ? models_find(context->models, t_model) : NULL,
                .s_setup = &s_setup,
                .t_setup = &t_setup,
                .t_setup_now = &t_setup,
        };
        bool differ;

        setup_init(&s_setup, s, source_expansion(&p));
        setup_init(&t_setup, t, target_expansion(&p, t->version));
        p.s_migration = find_migration(s, p.s_info, &p.migration_from_model);
        p.t_migration = find_migration(t, p.t_info, &p.migration_from_model);

        /* A creatable is always created first. */
        if (t->creatable)
                actions_add(&p.actions, (struct action){ .kind = ACTION_CREATE,
                                                         .parent = target->parent,
                                                         .mdev_type = t->mdev_type });

        run(&p, SCOPE_ALWAYS, RULE_MODEL, RULE_POOL);
        differ = reasons_have(&p.reasons, REASON_MODEL_MISMATCH);
        if (!differ) {
                if (s_model && t_model) {
                        judge_setups(&p, &s_setup, &t_setup);
                        run(&p, SCOPE_MODEL, 0, _RULE_MAX);
                }
                run(&p, SCOPE_COMPARED, 0, _RULE_MAX);
        }
        run(&p, SCOPE_ALWAYS, RULE_AVAILABILITY, RULE_AVAILABILITY);

        order_actions(&p.actions);
        ret->evidence = conclude_evidence(&p);
        ret->verdict = conclude(&p, ret->evidence);
        ret->reasons = p.reasons;
        ret->actions = p.actions;
}

void judgement_done(struct judgement *j) {
        reasons_done(&j->reasons);
        actions_done(&j->actions);
}

bool judgement_fits_if_free(const struct judgement *j) {
        for (size_t i = 0; i < j->reasons.n; i++) {
                const struct reason *r = &j->reasons.v[i];

                if (r->result == RESULT_FAIL && r->code != REASON_IN_USE && r->code != REASON_RESERVED &&
                    r->code != REASON_NO_INSTANCES)
                        return false;
        }
        return true;
}
