/*
 * Rule 6: facts, compared as the target's model says of each.
 */
#include "core/rules.h"

#include "core/dotted.h"
#include "util/strv.h"

static bool is_separator(char c) {
        return c == ',' || c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next item of a list, or NULL at the end. */
static const char *next_item(const char **list, size_t *ret_length) {
        const char *start, *s = *list;

        while (*s && is_separator(*s))
                s++;
        start = s;
        while (*s && !is_separator(*s))
                s++;
        *list = s;
        *ret_length = (size_t)(s - start);
        return s > start ? start : NULL;
}

static bool list_holds(const char *list, const char *item, size_t n) {
        const char *i;
        size_t length;

        while ((i = next_item(&list, &length)))
                if (length == n && memcmp(i, item, n) == 0)
                        return true;
        return false;
}

static bool is_superset(const char *source, const char *target) {
        const char *item;
        size_t n;

        while ((item = next_item(&source, &n)))
                if (!list_holds(target, item, n))
                        return false;
        return true;
}

/* How a fact of both sides compares: ORDER_SAME fits, ORDER_NONE cannot be told, the rest does not fit. */
static enum order fact_compare(const struct fact_rule *rule, const char *s, const char *t) {
        enum order o;

        switch (rule->kind) {
        case FACT_EQUAL:
                return str_equal(s, t) ? ORDER_SAME : ORDER_AFTER;
        case FACT_AT_LEAST:
                o = dotted_compare(t, s);
                return o == ORDER_AFTER ? ORDER_SAME : o;
        case FACT_RANGE:
                o = rule->min ? dotted_compare(t, rule->min) : ORDER_SAME;
                if (o == ORDER_BEFORE || (o == ORDER_NONE && !rule->max))
                        return o;
                if (rule->max) {
                        enum order above = dotted_compare(t, rule->max);

                        if (above == ORDER_AFTER || above == ORDER_NONE)
                                return above;
                }
                return o == ORDER_NONE ? o : ORDER_SAME;
        case FACT_SEMVER:
                switch (semver_fits(s, t)) {
                case SEMVER_FITS:
                        return ORDER_SAME;
                case SEMVER_DIFFERS:
                        return ORDER_AFTER;
                case SEMVER_MALFORMED:
                        return ORDER_NONE;
                }
                break;
        case FACT_SUPERSET:
                return is_superset(s, t) ? ORDER_SAME : ORDER_AFTER;
        case FACT_IGNORE:
                break;
        }
        return ORDER_SAME;
}

static const char *fact_value(const struct traits *t, const char *name) {
        return str_startswith(traits_origin_of(t, "facts.", name), "errno:") ? NULL : entries_get(&t->facts, name);
}

static void judge_fact(struct pair *p, const struct fact_rule *rule) {
        const char *s, *t, *why = rule->why;
        _cleanup_text_ struct text field = {};
        enum order o;

        if (rule->kind == FACT_IGNORE)
                return;
        s = fact_value(p->s, rule->name);
        t = fact_value(p->t, rule->name);
        o = t && (s || rule->kind == FACT_RANGE) ? fact_compare(rule, s, t) : ORDER_NONE;
        if (o == ORDER_SAME)
                return;
        if (p->wanted == PAIR_GROUNDS)
                text_addf(&field, "facts.%s", rule->name);
        if (o == ORDER_NONE)
                pair_say(p, RULE_FACTS, RESULT_UNKNOWN, REASON_FACT_MISSING, field.data, s, t,
                         traits_origin(p->t, field.data), NULL,
                         "%s cannot be compared (rule %s): source %s, target %s%s%s", rule->name,
                         fact_rule_kind_to_string(rule->kind), s ?: "unknown", t ?: "unknown",
                         why ? "; it matters because: " : "", why ?: "");
        else
                pair_say(p, RULE_FACTS, RESULT_FAIL, REASON_FACT_MISMATCH, field.data, s, t,
                         traits_origin(p->t, field.data), NULL, "%s does not fit (rule %s): source %s, target %s%s%s",
                         rule->name, fact_rule_kind_to_string(rule->kind), s ?: "unknown", t,
                         why ? "; it matters because: " : "", why ?: "");
}

void rule_facts(struct pair *p) {
        for (size_t i = 0; p->target->info && i < p->target->info->n_facts; i++)
                judge_fact(p, &p->target->info->facts[i]);
}
