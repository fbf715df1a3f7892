/*
 * The answer, said: targets, actions and reasons of each device. Decides nothing; reasons are judged again to be told.
 */
#include "core/answering.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "util/alloc.h"
#include "util/strv.h"

/* A judgement again, with the reasons; the first one ends where a no is certain. candidate: one of the class. */
static struct grounds grounds_of(const struct answering *a, size_t source, size_t class, const struct device *candidate,
                                 struct judgement *ret) {
        struct grounds grounds;

        judge_pair(&a->context, &a->sources[a->twins[source]], a->classes[class].side, candidate, PAIR_GROUNDS, ret,
                   &grounds);
        return grounds;
}

/* The candidate whose reasons say best why a device is left over: 0, or -ECANCELED. */
static int nearest_class(const struct answering *a, size_t source, size_t *ret_class) {
        size_t best = ASSIGN_NONE, best_rank = SIZE_MAX;

        for (size_t i = 0; i < a->n_classes; i++) {
                struct judgement j;
                size_t rank;

                if (answering_cancelled(a))
                        return -ECANCELED;
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
        *ret_class = best;
        return 0;
}

static int report_left_over(const struct answering *a, size_t source, struct report_device *d) {
        struct judgement judgement;
        struct grounds grounds;
        bool fits = false;
        size_t nearest;
        int r;

        r = nearest_class(a, source, &nearest);
        if (r < 0)
                return r;

        d->verdict = VERDICT_INCOMPATIBLE;
        d->evidence = EVIDENCE_IDENTITY;
        if (nearest == ASSIGN_NONE) {
                reasons_add(&d->reasons,
                            (struct reason){ .rule = RULE_ASSIGNMENT,
                                             .result = RESULT_FAIL,
                                             .code = REASON_NO_CANDIDATE,
                                             .field = (char *)"target" },
                            NULL, "the host has no device that could take its place");
                return 0;
        }
        grounds = grounds_of(a, source, nearest, a->classes[nearest].first, &judgement);
        d->evidence = judgement.evidence;
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
        return 0;
}

static void report_placed(const struct answering *a, size_t source, const struct assign_place *p,
                          struct report_device *d) {
        const struct device *target = inventory_at(a->question->target, p->position);
        struct judgement judgement;
        struct grounds grounds = grounds_of(a, source, p->class, target, &judgement);

        d->verdict = judgement.verdict;
        d->evidence = judgement.evidence;
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

static void report_candidate(const struct answering *a, size_t source, size_t class, struct report_candidate *c) {
        const struct candidates *candidates = &a->classes[class];
        const struct device *first = candidates->first;
        struct judgement judgement;
        struct grounds grounds = grounds_of(a, source, class, first, &judgement);

        c->verdict = judgement.verdict;
        c->evidence = judgement.evidence;
        c->creatable = first->traits->creatable;
        c->n_members = c->creatable ? first->available : candidates->n_members;
        c->reasons = grounds.reasons;
        c->actions = grounds.actions;
        c->addresses = xnew0(char *, candidates->n_members + 1);
        for (size_t i = 0; i < candidates->n_members; i++)
                c->addresses[i] = c->creatable
                                          ? creatable_name(first)
                                          : xstrdup(inventory_at(a->question->target, candidates->members[i])->address);
}

/* Every class; *n_reasons counts what is said in all. */
static int report_candidates(const struct answering *a, size_t source, struct report_device *d, size_t *n_reasons) {
        d->candidates = xnew0(struct report_candidate, a->n_classes);
        d->n_candidates = a->n_classes;
        for (size_t i = 0; i < a->n_classes; i++) {
                if (answering_cancelled(a))
                        return -ECANCELED;
                report_candidate(a, source, i, &d->candidates[i]);
                *n_reasons += d->candidates[i].reasons.n;
                if (*n_reasons > ANSWER_REASONS_MAX)
                        return -EFBIG;
        }
        return 0;
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

static int report_device(const struct answering *a, size_t source, struct report_device *d, size_t *n_reasons) {
        const struct assign_place *p = &a->places[source];
        int r = answering_cancelled(a) ? -ECANCELED : 0;

        d->id = xstrdup(a->question->source->devices[source]->id);
        if (r >= 0 && p->class == ASSIGN_NONE)
                r = report_left_over(a, source, d);
        else if (r >= 0)
                report_placed(a, source, p, d);
        *n_reasons += d->reasons.n;
        if (r >= 0 && *n_reasons > ANSWER_REASONS_MAX)
                r = -EFBIG;
        if (r >= 0 && (a->question->flags & ANSWER_EXPLAIN))
                r = report_candidates(a, source, d, n_reasons);
        return r;
}

int answering_report(const struct answering *a, bool exact, struct report **ret_report) {
        _cleanup_(report_free_cleanup) struct report *report = xnew0(struct report, 1);
        size_t n_reasons = 0;

        report->exact = exact;
        report->vm_uuid = xstrdup(a->question->source->vm_uuid);
        report->devices = xnew0(struct report_device, a->n_sources);
        report->n_devices = a->n_sources;
        for (size_t i = 0; i < a->n_sources; i++) {
                struct report_device *d = &report->devices[i];
                int r = report_device(a, i, d, &n_reasons);

                if (r < 0)
                        return r;
                report->verdict = MAX(report->verdict, d->verdict);
                report->evidence = MAX(report->evidence, d->evidence);
        }
        note_age(a->question, report);
        *ret_report = take_ptr(report);
        return 0;
}
