/*
 * Rules 10 and 11: what the target's driver and the vendors' checks said, and what a yes of theirs is worth.
 *
 * Nobody is asked here: what has no word yet is left open, for who may ask.
 */
#include "core/rules.h"

#include "util/strv.h"

#define TOKEN "migration_version"
#define TOKEN_FIELD "tokens." TOKEN

static void leave_open(struct pair *p, enum word_kind kind) {
        p->findings.open |= 1u << kind;
}

static void say_driver(struct pair *p, enum result result, enum reason_code code, const char *remedy, const char *what,
                       const char *why) {
        pair_say(p, RULE_DRIVER_WORD, result, code, TOKEN_FIELD, entries_get(&p->s->tokens, TOKEN), NULL,
                 traits_origin(p->t, TOKEN_FIELD), remedy, "%s%s%s", what, why ? ": " : "", why ?: "");
}

static void say_missing(struct pair *p, enum result result, const char *what, const char *why) {
        say_driver(p, result, REASON_MIGRATION_VERSION_MISSING, NULL, what, why);
}

static bool models_known(const struct pair *p) {
        return p->source->model && p->target->model;
}

/* Who made it: of a virtual device of a parent, who made that. NULL: not known. */
static const char *vendor_of(const struct traits *t) {
        static const char *const facts[] = { "parent.pci.vendor", "pci.vendor" };
        const char *vendor = NULL;

        for (size_t i = t->mdev_type ? 0 : 1; i < ARRAY_SIZE(facts) && !vendor; i++)
                if (!traits_origin_of(t, "facts.", facts[i]) ||
                    !str_startswith(traits_origin_of(t, "facts.", facts[i]), "errno:"))
                        vendor = entries_get(&t->facts, facts[i]);
        return vendor;
}

/*
 * Where nobody knows the models, a driver could take the bytes of something else by chance: both must be one vendor's
 * and of one mdev type. False, and said, if they are not or it is not known: then a yes would not count.
 */
static bool yes_would_count(struct pair *p) {
        const char *s = vendor_of(p->s), *t = vendor_of(p->t), *s_type = p->s->mdev_type, *t_type = p->t->mdev_type;
        bool types_unread = traits_unread(p->s, "mdevType") || traits_unread(p->t, "mdevType");

        if (s && t && !str_equal(s, t))
                say_driver(p, RESULT_FAIL, REASON_MIGRATION_VERSION_REJECTED, NULL,
                           "their models are not known, and their vendors are not the same one", NULL);
        else if (!s || !t)
                say_missing(p, RESULT_UNKNOWN,
                            "their models are not known, nor that both are one vendor's, so that a yes of the target's "
                            "driver would be worth nothing",
                            NULL);
        if (!types_unread && s_type && t_type && !str_equal(s_type, t_type))
                pair_say(p, RULE_DRIVER_WORD, RESULT_FAIL, REASON_MDEV_TYPE_MISMATCH, "mdevType", s_type, t_type, NULL,
                         NULL, "their models are not known, and the source is of mdev type %s, the target of %s",
                         s_type, t_type);
        else if (types_unread || !s_type != !t_type)
                say_missing(p, RESULT_UNKNOWN,
                            "their models are not known, nor that both are of one mdev type, so that a yes of the "
                            "target's driver would be worth nothing",
                            NULL);
        return s && t && str_equal(s, t) && !types_unread && str_equal(s_type, t_type);
}

static void say_refused(struct pair *p, const struct word *w) {
        _cleanup_text_ struct text what = {};

        if (p->wanted == PAIR_GROUNDS)
                text_addf(&what, "the target's driver refused the source's " TOKEN "%s%s", w->code ? ": " : "",
                          w->code ?: "");
        say_driver(p, RESULT_FAIL, REASON_MIGRATION_VERSION_REJECTED,
                   "the driver's log may say why (dmesg); otherwise another type or version of the driver", what.data,
                   w->message);
}

static void judge_driver(struct pair *p, const struct word *w, bool askable) {
        if (w && w->answer == WORD_NO) {
                say_refused(p, w);
                return;
        }
        if (!askable || (w && w->answer != WORD_YES && w->answer != WORD_UNKNOWN)) {
                say_missing(p, RESULT_NOTE, "the target's driver was not asked", w ? w->message : NULL);
                return;
        }
        if (!models_known(p) && !yes_would_count(p))
                return;
        if (!w && p->context->may_ask)
                leave_open(p, WORD_MIGRATION_VERSION);
        if (!w)
                say_missing(p, p->context->may_ask ? RESULT_NOTE : RESULT_UNKNOWN, "the target's driver was not asked",
                            NULL);
        else if (w->answer == WORD_UNKNOWN)
                say_missing(p, RESULT_UNKNOWN, "the target's driver was asked and did not say", w->message);
        else
                p->driver_yes = true;
}

void rule_driver_word(struct pair *p) {
        const char *token = entries_get(&p->s->tokens, TOKEN);
        _cleanup_text_ struct text key = {};
        bool askable;

        if (p->context->policy->require_same_mdev_type && !str_equal(p->s->mdev_type, p->t->mdev_type))
                pair_say(p, RULE_DRIVER_WORD, RESULT_FAIL, REASON_MDEV_TYPE_MISMATCH, "mdevType", p->s->mdev_type,
                         p->t->mdev_type, NULL, NULL, "the source is of mdev type %s, the target of %s",
                         p->s->mdev_type ?: "(none)", p->t->mdev_type ?: "(none)");
        if (!token || traits_unread(p->s, TOKEN_FIELD))
                return;
        if (strv_contains(p->t->attributes, TOKEN)) {
                askable = p->context->ask_drivers && word_key_version(p->candidate, token, &key);
                judge_driver(p, askable ? words_find(p->context->words, key.data) : NULL, askable);
        } else if (!models_known(p))
                say_missing(p, RESULT_UNKNOWN, "the target has no " TOKEN " to ask", NULL);
}

static const struct word *check_word(const struct pair *p, const char *check) {
        _cleanup_text_ struct text key = {};

        if (!p->context->words)
                return NULL;
        word_key_check(check, p->source->class_text, p->target->class_text, &key);
        return words_find(p->context->words, key.data);
}

static void say_unavailable(struct pair *p, const char *check, const struct word *w) {
        const char *what = !w                            ? "was not asked"
                           : w->answer == WORD_UNKNOWN   ? "gave no answer"
                           : w->answer == WORD_NOT_ASKED ? "could not be asked"
                                                         : "has nothing to say of this pair";

        pair_say(p, RULE_VENDOR_CHECK, RESULT_UNKNOWN, REASON_VENDOR_UNAVAILABLE, "checks", NULL, check, NULL, NULL,
                 "the vendor's check %s decides on this model, and %s%s%s", check, what, w && w->message ? ": " : "",
                 w && w->message ? w->message : "");
}

static void say_rejected(struct pair *p, const char *check, const struct word *w) {
        pair_say(p, RULE_VENDOR_CHECK, RESULT_FAIL, REASON_VENDOR_REJECTED, "checks", NULL, check, NULL, NULL,
                 "the vendor's check %s says no%s%s%s%s%s", check, w->code ? " (" : "", w->code ?: "",
                 w->code ? ")" : "", w->message ? ": " : "", w->message ?: "");
}

/* All that the model names must be heard: one no is a no, and a yes counts only if none of the others is silent. */
void rule_vendor_check(struct pair *p) {
        char *const *checks = p->target->info ? p->target->info->checks : NULL;
        bool ask = p->context->ask_vendors && p->source->class_text && p->target->class_text;
        const char *silent = NULL;
        const struct word *why = NULL;
        bool yes = false, no = false;

        for (char *const *check = checks; check && *check; check++) {
                const struct word *w = ask ? check_word(p, *check) : NULL;

                if (!w && ask && p->context->may_ask)
                        leave_open(p, WORD_CHECK);
                if (w && w->answer == WORD_NO) {
                        say_rejected(p, *check, w);
                        no = true;
                } else if (w && w->answer == WORD_YES)
                        yes = true;
                else if (!silent && !(w && w->answer == WORD_NOT_MINE)) {
                        silent = *check;
                        why = w;
                } else if (!silent && !why)
                        why = w;
        }
        if (!checks || !checks[0] || no)
                return;
        p->vendor_yes = yes && !silent;
        if (!p->vendor_yes && !p->driver_yes)
                say_unavailable(p, silent ?: checks[0], why);
}

/* What was written or read speaks of an mdev type, not of what is set in a device of it. */
static bool driver_spoke_of_type(const struct pair *p) {
        return word_is_of_type(p->t) || str_startswith(traits_origin(p->s, TOKEN_FIELD), "sysfs:mdev_type/");
}

static bool has_setup(const struct setup *s) {
        return s->has_version || s->n_values > 0;
}

static bool plan_sets(const struct pair *p) {
        for (size_t i = 0; i < p->actions.n; i++)
                if (p->actions.v[i].kind == ACTION_SET || p->actions.v[i].kind == ACTION_UNSET)
                        return true;
        return false;
}

uint32_t rule_settled_by_words(const struct pair *p) {
        const uint32_t setup = 1u << RULE_VERSION | 1u << RULE_PARAMETERS;
        const uint32_t rest = 1u << RULE_MODEL | 1u << RULE_SOFTWARE_VERSION | 1u << RULE_FACTS | 1u << RULE_MIGRATION;

        if (p->vendor_yes)
                return rest | setup;
        if (!p->driver_yes)
                return 0;
        if (plan_sets(p)) /* the driver spoke of the target as it stands, not as it will be */
                return rest;
        if (!driver_spoke_of_type(p))
                return rest | setup;
        if (!models_known(p) && (has_setup(p->s_setup) || has_setup(p->t_setup))) /* which nobody compared */
                return rest & ~(1u << RULE_MODEL);
        return rest | 1u << RULE_VERSION;
}
