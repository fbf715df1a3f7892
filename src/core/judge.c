/*
 * Judges one pair. Owns the pair's state while it is judged; all of the deciding is in the rules.
 */
#include "core/judge.h"

#include "util/strv.h"

/* How good findings are: fail < cannot tell < rest. */
static int worth(const struct findings *f) {
        return findings_have_result(f, RESULT_FAIL) ? 0 : findings_have_result(f, RESULT_UNKNOWN) ? 1 : 2;
}

/* Nobody wants to hear more than the verdict, and that is no. */
static bool settled(const struct pair *p) {
        return p->wanted == PAIR_VERDICT && findings_have_result(&p->findings, RESULT_FAIL);
}

static void run(struct pair *p, enum rule_scope scope, enum rule_id from, enum rule_id to) {
        for (size_t i = 0; i < n_rules && !settled(p); i++)
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

        q.findings = (struct findings){};
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
        if (p->wanted == PAIR_GROUNDS && p->t_setup_now->version_read)
                text_addf(&from, "%u", p->t_setup_now->version);
        if (p->wanted == PAIR_GROUNDS)
                text_addf(&remedy, "set version=%s on the target before migrating", to.data);
        pair_say(p, RULE_VERSION, RESULT_ACTION, REASON_VERSION_MISMATCH, "version", to.data, from.data,
                 traits_origin(p->t, "version"), remedy.data, "the source has version %s, the target %s%s", to.data,
                 p->t_setup_now->has_version ? "version " : "none", from.data ?: "");
        pair_plan(p, (struct action){ .kind = ACTION_SET, .param = (char *)"version", .value = to.data });
}

/* A plan that was carried out must leave nothing to do and nothing new that fails. */
static void check_plan(struct pair *p, const struct setup *planned) {
        _cleanup_setup_ struct setup carried_out = {};
        __attribute__((cleanup(pair_done))) struct pair q = pair_apart(p);

        if (!findings_have_result(&p->findings, RESULT_ACTION))
                return;
        setup_copy(&carried_out, planned);
        setup_carry_out(&carried_out, &p->actions);
        q.t_setup_now = &carried_out;
        judge_setup(&q, &carried_out);
        if (q.findings.action_rank > 0 || (q.findings.failed_codes & ~p->findings.failed_codes))
                pair_say(p, RULE_PLAN, RESULT_FAIL, REASON_PLAN_CONFLICT, "plan", NULL, NULL, NULL, NULL,
                         "carrying out the plan would not make it fit: %s",
                         q.reasons.n > 0 ? q.reasons.v[0].message : "more would have to be done");
}

static void pair_take(struct pair *p, struct pair *from) {
        p->findings.codes |= from->findings.codes;
        p->findings.failed_codes |= from->findings.failed_codes;
        p->findings.failed_rules |= from->findings.failed_rules;
        p->findings.unknown_rules |= from->findings.unknown_rules;
        p->findings.results |= from->findings.results;
        p->findings.action_rank = MAX(p->findings.action_rank, from->findings.action_rank);
        for (size_t i = 0; i < from->reasons.n; i++) {
                struct reason *r = &from->reasons.v[i];

                reasons_add(&p->reasons, *r, r->remedy, "%s", r->message);
        }
        actions_copy(&p->actions, &from->actions);
        p->off_value_assumed = from->off_value_assumed;
}

/*
 * Rules 3 and 4: as the target stands, and after "set version" where that can be done and is better. The setups that
 * count in the end are left in the pair; s_later and t_later hold what is made here.
 */
static void judge_setups(struct pair *p, struct setup *s_later, struct setup *t_later) {
        __attribute__((cleanup(pair_done))) struct pair now = pair_apart(p);
        __attribute__((cleanup(pair_done))) struct pair later = pair_apart(p);

        judge_setup(&now, p->t_setup);
        if (rule_version_settable(p)) {
                /* Both then have one number, so that the target's document alone says what it stands for. */
                const struct entries *expansion = model_expansion(p->target->info, p->s_setup->version);

                setup_init(s_later, p->s, expansion);
                setup_copy(t_later, p->t_setup);
                setup_set_version(t_later, p->s_setup->version, expansion);
                later.s_setup = s_later;
                say_set_version(&later, t_later);
                judge_setup(&later, t_later);
        }
        if (later.findings.action_rank > 0 && worth(&later.findings) > worth(&now.findings)) {
                pair_take(p, &later);
                p->s_setup = s_later;
                p->t_setup = t_later;
        } else
                pair_take(p, &now);
        check_plan(p, p->t_setup);
}

static enum evidence conclude_evidence(const struct pair *p) {
        const struct side *s = p->source, *t = p->target;
        enum evidence e;

        if (p->driver_yes)
                return EVIDENCE_DRIVER;
        if (p->vendor_yes)
                return EVIDENCE_VENDOR;
        if (!s->model || !t->model)
                return EVIDENCE_IDENTITY;
        e = MAX(s->model_evidence, t->model_evidence);
        e = MAX(e, MAX(p->s_setup->evidence, p->t_setup->evidence));
        if (s->migration_from_model || t->migration_from_model || p->off_value_assumed ||
            !str_equal(s->model, t->model))
                e = MAX(e, EVIDENCE_METADATA);
        return e;
}

static enum verdict conclude(struct pair *p, enum evidence evidence) {
        if (findings_have_result(&p->findings, RESULT_FAIL))
                return VERDICT_INCOMPATIBLE;
        if (p->findings.unknown_rules & ~rule_settled_by_words(p))
                return VERDICT_UNKNOWN;
        if (evidence > p->context->policy->minimum_evidence) {
                pair_say(p, RULE_EVIDENCE, RESULT_UNKNOWN, REASON_WEAK_EVIDENCE, "evidence", NULL, NULL, NULL, NULL,
                         "nothing speaks against it, but a yes would rest on %s only, and the policy asks for %s",
                         evidence_to_string(evidence), evidence_to_string(p->context->policy->minimum_evidence));
                return VERDICT_UNKNOWN;
        }
        return p->findings.action_rank > 0 ? VERDICT_NEEDS_CONFIGURATION : VERDICT_COMPATIBLE;
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

/* Where both have one model and one number, only the target's document says what it stands for. */
static const struct setup *source_setup(const struct side *s, const struct side *t) {
        bool one = t->setup.version_read && s->setup.version_read && t->setup.version == s->setup.version &&
                   str_equal(s->model, t->model);

        return one ? &s->setup_by_target : &s->setup;
}

/* Everything but rules 1, 2 and 12, which are looked at in any case. */
static void judge_compared(struct pair *p) {
        _cleanup_setup_ struct setup s_later = {}, t_later = {};

        p->s_setup = source_setup(p->source, p->target);
        p->t_setup = p->t_setup_now = &p->target->setup;
        if (p->wanted == PAIR_VERDICT) /* what costs little first */
                run(p, SCOPE_COMPARED, 0, _RULE_MAX);
        if (p->source->model && p->target->model && !settled(p)) {
                judge_setups(p, &s_later, &t_later);
                run(p, SCOPE_MODEL, 0, _RULE_MAX);
        }
        if (p->wanted != PAIR_VERDICT)
                run(p, SCOPE_COMPARED, 0, _RULE_MAX);
        run(p, SCOPE_WORDS, 0, _RULE_MAX);
        p->evidence = conclude_evidence(p);
}

void judge_pair(const struct rules_context *context, const struct side *source, const struct side *target,
                const struct device *candidate, enum pair_wanted wanted, struct judgement *ret,
                struct grounds *ret_grounds) {
        __attribute__((cleanup(pair_done))) struct pair p = {
                .context = context,
                .source = source,
                .target = target,
                .candidate = candidate,
                .s = source->device->traits,
                .t = target->device->traits,
                .wanted = wanted,
                .evidence = EVIDENCE_IDENTITY,
        };

        if (wanted == PAIR_VERDICT && source->model && target->model && !models_fit(source, target)) {
                pair_find(&p, RULE_MODEL, RESULT_FAIL, REASON_MODEL_MISMATCH);
                *ret = (struct judgement){ VERDICT_INCOMPATIBLE, p.evidence, p.findings };
                return;
        }

        /* A creatable is always created first. */
        if (p.t->creatable)
                pair_plan(&p, (struct action){ .kind = ACTION_CREATE,
                                               .parent = candidate->parent,
                                               .mdev_type = p.t->mdev_type });
        run(&p, SCOPE_ALWAYS, RULE_MODEL, RULE_POOL);
        if (!findings_have(&p.findings, REASON_MODEL_MISMATCH))
                judge_compared(&p);
        run(&p, SCOPE_ALWAYS, RULE_AVAILABILITY, RULE_AVAILABILITY);

        ret->evidence = p.evidence;
        ret->verdict = conclude(&p, ret->evidence);
        ret->findings = p.findings;
        if (wanted == PAIR_GROUNDS) {
                order_actions(&p.actions);
                *ret_grounds = (struct grounds){ p.reasons, p.actions };
                p.reasons = (struct reasons){};
                p.actions = (struct actions){};
        }
}

void grounds_done(struct grounds *g) {
        reasons_done(&g->reasons);
        actions_done(&g->actions);
}

bool judgement_fits_if_free(const struct judgement *j) {
        return !(j->findings.failed_codes &
                 ~(UINT64_C(1) << REASON_IN_USE | UINT64_C(1) << REASON_RESERVED | UINT64_C(1) << REASON_NO_INSTANCES));
}
