/*
 * The question, answered. Owns what is made while answering; see answer.h for what it promises.
 */
#include "core/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/assign.h"
#include "core/judge.h"
#include "util/alloc.h"
#include "util/strv.h"

/* A class of candidates, as this question sees it: one that a source is pinned to stands alone. */
struct candidates {
        const struct device *first;
        const struct side *side;
        const size_t *members;
        size_t n_members;
        size_t kin; /* the candidates that are judged alike, maybe itself */
        size_t parent;
        size_t *own_members; /* where members is not the inventory's */
};

struct answering {
        const struct question *question;
        struct rules_context context;
        size_t n_sources, n_classes;
        struct side *sources; /* of twins only the first's */
        struct candidates *classes;
        size_t *twins;                /* by source: the first source that is judged like it */
        size_t n_pairs;               /* judged */
        struct judgement *judgements; /* [source * n_classes + class], of twins only the first's */
        struct assign_place *places;
};

static void answering_done(struct answering *a) {
        for (size_t i = 0; i < a->n_classes; i++)
                free(a->classes[i].own_members);
        for (size_t i = 0; a->sources && i < a->n_sources; i++)
                side_done(&a->sources[i]);
        free(a->sources);
        free(a->judgements);
        free(a->classes);
        free(a->twins);
        free(a->places);
}

static bool cancelled(const struct answering *a) {
        return a->question->cancelled && atomic_load_explicit(a->question->cancelled, memory_order_relaxed);
}

static const struct judgement *judgement_of(const struct answering *a, size_t source, size_t class) {
        return &a->judgements[a->twins[source] * a->n_classes + class];
}

/* The same for people, with the reasons. */
static struct grounds grounds_of(const struct answering *a, size_t source, size_t class) {
        const struct candidates *c = &a->classes[class];
        struct judgement judgement;
        struct grounds grounds;

        judge_pair(&a->context, &a->sources[a->twins[source]], c->side, c->first, PAIR_GROUNDS, &judgement, &grounds);
        return grounds;
}

static bool pinned(const struct document *source, const struct device *d) {
        for (size_t i = 0; d->address && i < source->n_devices; i++)
                if (str_equal(source->devices[i]->pin, d->address))
                        return true;
        return false;
}

static bool pins_any(const struct document *source) {
        for (size_t i = 0; i < source->n_devices; i++)
                if (source->devices[i]->pin)
                        return true;
        return false;
}

static void add_class(struct answering *a, struct candidates c) {
        c.kin = a->n_classes;
        array_append(a->classes, a->n_classes, c);
}

/* Takes the members that are pinned out of a class, each to stand for itself. */
static void split_class(struct answering *a, const struct inventory_class *class) {
        const struct inventory *target = a->question->target;
        size_t *rest = NULL, n_rest = 0;

        for (size_t i = 0; i < class->n_members; i++) {
                const struct device *d = inventory_at(target, class->members[i]);

                if (pinned(a->question->source, d))
                        add_class(a, (struct candidates){ .first = d,
                                                          .side = &class->side,
                                                          .members = &class->members[i],
                                                          .n_members = 1,
                                                          .parent = class->parent });
                else
                        array_append(rest, n_rest, class->members[i]);
        }
        if (n_rest > 0)
                add_class(a, (struct candidates){ .first = inventory_at(target, rest[0]),
                                                  .side = &class->side,
                                                  .members = rest,
                                                  .n_members = n_rest,
                                                  .parent = class->parent,
                                                  .own_members = rest });
}

static void make_classes(struct answering *a) {
        const struct question *q = a->question;
        const struct inventory *target = q->target;
        _cleanup_free_ size_t *numbers = xnew0(size_t, target->n_classes);
        bool pins = pins_any(q->source);

        for (size_t i = 0; i < target->n_classes; i++) {
                const struct inventory_class *class = &target->classes[i];

                if (class->first->traits->creatable && (q->flags & ANSWER_EXISTING_ONLY))
                        continue;
                if (pins) {
                        split_class(a, class);
                        continue;
                }
                numbers[i] = a->n_classes;
                add_class(a, (struct candidates){ .first = class->first,
                                                  .side = &class->side,
                                                  .members = class->members,
                                                  .n_members = class->n_members,
                                                  .parent = class->parent });
                a->classes[numbers[i]].kin = numbers[class->kin];
        }
}

/* A VM's devices are often alike. */
static size_t find_twin(const struct answering *a, size_t source) {
        const struct device *d = a->question->source->devices[source];

        for (size_t i = 0; i < source; i++) {
                const struct device *other = a->question->source->devices[i];

                if (a->twins[i] == i && str_equal(other->pin, d->pin) && traits_equal(other->traits, d->traits))
                        return i;
        }
        return source;
}

static int judge_all(struct answering *a) {
        const struct question *q = a->question;

        a->twins = xnew0(size_t, a->n_sources);
        a->sources = xnew0(struct side, a->n_sources);
        a->judgements = xnew0(struct judgement, a->n_sources * a->n_classes);
        for (size_t i = 0; i < a->n_sources; i++) {
                a->twins[i] = find_twin(a, i);
                if (a->twins[i] != i)
                        continue;
                side_init(&a->sources[i], q->source->devices[i], &q->target->document->models, &q->source->models);
                for (size_t j = 0; j < a->n_classes; j++) {
                        struct judgement *judgement = &a->judgements[i * a->n_classes + j];
                        const struct candidates *c = &a->classes[j];

                        if (c->kin < j) {
                                *judgement = *judgement_of(a, i, c->kin);
                                continue;
                        }
                        if (cancelled(a))
                                return -ECANCELED;
                        judge_pair(&a->context, &a->sources[i], c->side, c->first, PAIR_VERDICT, judgement, NULL);
                        a->n_pairs++;
                }
        }
        return 0;
}

static uint64_t cost_of(const struct judgement *j) {
        if (j->verdict == VERDICT_INCOMPATIBLE)
                return ASSIGN_FORBIDDEN;
        return (j->verdict == VERDICT_UNKNOWN ? ASSIGN_UNKNOWN : 0) |
               (uint64_t)findings_have(&j->findings, REASON_IN_USE_UNKNOWN) << 32 |
               (uint64_t)j->findings.action_rank << 16 | (uint64_t)j->evidence;
}

static int place(struct answering *a, bool if_free, struct assign_place *places, bool *ret_exact) {
        _cleanup_free_ struct assign_class *classes = xnew0(struct assign_class, a->n_classes);
        _cleanup_free_ uint64_t *costs = xnew0(uint64_t, a->n_sources * a->n_classes);
        struct assign_problem problem = {
                .n_sources = a->n_sources,
                .n_classes = a->n_classes,
                .classes = classes,
                .cost = costs,
                .cancelled = a->question->cancelled,
        };

        for (size_t i = 0; i < a->n_classes; i++) {
                const struct device *d = a->classes[i].first;

                classes[i] = (struct assign_class){
                        .members = a->classes[i].members,
                        .n_members = a->classes[i].n_members,
                        .capacity = !d->traits->creatable ? a->classes[i].n_members
                                    : if_free             ? a->n_sources
                                                          : MIN(d->available, a->n_sources),
                        .parent = a->classes[i].parent,
                        .independent = if_free || d->traits->independent, /* there is room for all */
                };
        }
        for (size_t i = 0; i < a->n_sources; i++)
                for (size_t k = 0; k < a->n_classes; k++) {
                        const struct judgement *j = judgement_of(a, i, k);

                        costs[i * a->n_classes + k] = !if_free                    ? cost_of(j)
                                                      : judgement_fits_if_free(j) ? 0
                                                                                  : ASSIGN_FORBIDDEN;
                }
        return assign_solve(&problem, places, ret_exact);
}

static int fits_if_free(struct answering *a, bool *ret) {
        _cleanup_free_ struct assign_place *places = xnew0(struct assign_place, a->n_sources);
        bool exact, fits = true;
        int r;

        r = place(a, true, places, &exact);
        if (r < 0)
                return r;
        for (size_t i = 0; i < a->n_sources; i++)
                fits = fits && places[i].class != ASSIGN_NONE;
        *ret = fits;
        return 0;
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
        d->evidence = judgement_of(a, source, nearest)->evidence;
        grounds = grounds_of(a, source, nearest);
        d->reasons = grounds.reasons;
        actions_done(&grounds.actions); /* nothing is to be done for a device that has no place */
        for (size_t i = 0; i < a->n_classes; i++)
                fits = fits || judgement_of(a, source, i)->verdict != VERDICT_INCOMPATIBLE;
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
        const struct judgement *j = judgement_of(a, source, p->class);
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
                const struct judgement *j = judgement_of(a, source, i);
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

static struct report *make_report(const struct answering *a, bool exact) {
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
        return report;
}

int question_answer(const struct question *q, struct report **ret_report, struct answer_cost *ret_cost) {
        __attribute__((cleanup(answering_done))) struct answering a = {
                .question = q,
                .context = {
                        .source = q->source,
                        .policy = q->policy,
                        .several = MAX((size_t)q->source->vfio_devices, q->source->n_devices) > 1,
                },
                .n_sources = q->source->n_devices,
        };
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        bool exact;
        int r;

        make_classes(&a);
        a.places = xnew0(struct assign_place, a.n_sources);
        r = judge_all(&a);
        if (r < 0)
                return r;
        r = place(&a, false, a.places, &exact);
        if (r < 0)
                return r;
        report = make_report(&a, exact);
        if (report->verdict == VERDICT_INCOMPATIBLE) {
                r = fits_if_free(&a, &report->fits_if_free);
                if (r < 0)
                        return r;
        }
        note_age(q, report);
        report->summary = report_summarize(report, q->source->vm_name);
        *ret_report = take_ptr(report);
        if (ret_cost)
                ret_cost->pairs_judged = a.n_pairs;
        return 0;
}
