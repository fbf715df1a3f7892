/*
 * The answer, said: targets, actions and reasons of each device. Decides nothing; reasons are judged again to be told.
 */
#include "core/answering.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "util/alloc.h"
#include "util/strv.h"

/* A judgement again, with the reasons. */
static struct grounds grounds_of(const struct answering *a, size_t source, size_t class) {
        const struct candidates *c = &a->classes[class];
        struct judgement judgement;
        struct grounds grounds;

        judge_pair(&a->context, &a->sources[a->twins[source]], c->side, c->first, PAIR_GROUNDS, &judgement, &grounds);
        return grounds;
}

/* The candidate whose reasons say best why a device is left over. */
static size_t nearest_class(const struct answering *a, size_t source) {
        size_t best = ASSIGN_NONE, best_rank = SIZE_MAX;

        for (size_t i = 0; i < a->n_classes; i++) {
                struct judgement j;
                size_t rank;

                judge_pair(&a->context, &a->sources[a->twins[source]], a->classes[i].side, a->classes[i].first,
                           PAIR_FINDINGS, &j, NULL);
                rank = (size_t)__builtin_popcount(j.findings.failed_rules) +
                       (findings_have(&j.findings, REASON_MODEL_MISMATCH) ? _RULE_MAX + 1 : 0) +
                       (findings_have(&j.findings, REASON_NOT_PINNED) ? 2 * (_RULE_MAX + 1) : 0);

                if (rank < best_rank) {
                        best = i;
                        best_rank = rank;
                }
        }
        return best;
}

static void report_left_over(const struct answering *a, size_t source, struct report_device *d) {
        size_t nearest = nearest_class(a, source);
        struct grounds grounds;
        bool fits = false;

        d->verdict = VERDICT_INCOMPATIBLE;
        d->evidence = EVIDENCE_IDENTITY;
        if (nearest == ASSIGN_NONE) {
                reasons_add(&d->reasons,
                            (struct reason){ .rule = RULE_ASSIGNMENT,
                                             .result = RESULT_FAIL,
                                             .code = REASON_NO_CANDIDATE,
                                             .field = (char *)"target" },
                            NULL, "the host has no device that could take its place");
                return;
        }
        d->evidence = answering_judgement(a, source, nearest)->evidence;
        grounds = grounds_of(a, source, nearest);
        d->reasons = grounds.reasons;
        actions_done(&grounds.actions); /* nothing is to be done for a device that has no place */
        for (size_t i = 0; i < a->n_classes; i++)
                fits = fits || answering_judgement(a, source, i)->verdict != VERDICT_INCOMPATIBLE;
        if (fits)
                reasons_add(&d->reasons,
                            (struct reason){ .rule = RULE_ASSIGNMENT,
                                             .result = RESULT_FAIL,
                                             .code = REASON_ASSIGNMENT,
                                             .field = (char *)"target" },
                            NULL, "devices here would fit it, but the VM's other devices need them");
}

static void report_placed(const struct answering *a, size_t source, const struct assign_place *p,
                          struct report_device *d) {
        const struct device *target = inventory_at(a->question->target, p->position);
        const struct judgement *j = answering_judgement(a, source, p->class);
        struct grounds grounds = grounds_of(a, source, p->class);

        d->verdict = j->verdict;
        d->evidence = j->evidence;
        d->target = (struct report_target){
                .placed = true,
                .creatable = target->traits->creatable,
                .address = xstrdup(target->address),
                .parent = target->traits->creatable ? xstrdup(target->parent) : NULL,
                .mdev_type = target->traits->creatable ? xstrdup(target->traits->mdev_type) : NULL,
        };
        d->reasons = grounds.reasons;
        d->actions = grounds.actions;
        if (p->shared) {
                d->verdict = VERDICT_UNKNOWN;
                reasons_add(&d->reasons,
                            (struct reason){ .rule = RULE_ASSIGNMENT,
                                             .result = RESULT_UNKNOWN,
                                             .code = REASON_CAPACITY_SHARED,
                                             .field = (char *)"target",
                                             .target = target->traits->mdev_type },
                            NULL, "several types of %s are needed at once, and they share what it has", target->parent);
        }
}

static char *creatable_name(const struct device *d) {
        return xasprintf("type:%s/%s", d->parent, d->traits->mdev_type);
}

static void report_candidates(const struct answering *a, size_t source, struct report_device *d) {
        d->candidates = xnew0(struct report_candidate, a->n_classes);
        d->n_candidates = a->n_classes;
        for (size_t i = 0; i < a->n_classes; i++) {
                const struct candidates *class = &a->classes[i];
                const struct judgement *j = answering_judgement(a, source, i);
                struct report_candidate *c = &d->candidates[i];
                struct grounds grounds = grounds_of(a, source, i);

                c->verdict = j->verdict;
                c->evidence = j->evidence;
                c->creatable = class->first->traits->creatable;
                c->n_members = c->creatable ? class->first->available : class->n_members;
                c->reasons = grounds.reasons;
                c->actions = grounds.actions;
                c->addresses = xnew0(char *, class->n_members + 1);
                for (size_t k = 0; k < class->n_members; k++)
                        c->addresses[k] = c->creatable ? creatable_name(class->first)
                                                       : xstrdup(inventory_at(a->question->target, class->members[k])
                                                                         ->address);
        }
}

/* Seconds since the epoch of an RFC 3339 time in UTC, or -1. */
static int64_t parse_time(const char *s) {
        struct tm tm = {};
        int n = 0;

        if (!s || sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
                         &tm.tm_sec, &n) != 6)
                return -1;
        if (s[n] == '.')
                n += 1 + (int)strspn(s + n + 1, "0123456789");
        if (!str_equal(s + n, "Z") && !str_equal(s + n, "+00:00"))
                return -1;
        tm.tm_year -= 1900;
        tm.tm_mon -= 1;
        return timegm(&tm);
}

static void note_age(const struct question *q, struct report *report) {
        int64_t made = parse_time(q->source->created_at);

        if (made < 0 || q->now <= 0 || q->now - made <= (int64_t)q->policy->descriptor_max_age)
                return;
        for (size_t i = 0; i < report->n_devices; i++)
                reasons_add(&report->devices[i].reasons,
                            (struct reason){ .rule = RULE_DESCRIPTOR,
                                             .result = RESULT_NOTE,
                                             .code = REASON_STALE,
                                             .field = (char *)"createdAt",
                                             .source = q->source->created_at },
                            "describe the VM again on its host", "the descriptor was made %" PRId64 " days ago",
                            (q->now - made) / 86400);
}

struct report *answering_report(const struct answering *a, bool exact) {
        const struct question *q = a->question;
        struct report *report = xnew0(struct report, 1);

        report->exact = exact;
        report->vm_uuid = xstrdup(q->source->vm_uuid);
        report->devices = xnew0(struct report_device, a->n_sources);
        report->n_devices = a->n_sources;
        for (size_t i = 0; i < a->n_sources; i++) {
                struct report_device *d = &report->devices[i];
                const struct assign_place *p = &a->places[i];

                d->id = xstrdup(q->source->devices[i]->id);
                if (p->class == ASSIGN_NONE)
                        report_left_over(a, i, d);
                else
                        report_placed(a, i, p, d);
                if (q->flags & ANSWER_EXPLAIN)
                        report_candidates(a, i, d);
                report->verdict = MAX(report->verdict, d->verdict);
                report->evidence = MAX(report->evidence, d->evidence);
        }
        note_age(q, report);
        return report;
}
