/*
 * The question, answered. Owns what is made while answering; see answer.h for what it promises.
 */
#include "core/answer.h"

#include <errno.h>

#include "core/answering.h"
#include "util/alloc.h"
#include "util/strv.h"

static void answering_done(struct answering *a) {
        for (size_t i = 0; i < a->n_classes; i++) {
                free(a->classes[i].own_members);
                free(a->classes[i].said);
        }
        for (size_t i = 0; a->sources && i < a->n_sources; i++)
                side_done(&a->sources[i]);
        free(a->sources);
        free(a->judgements);
        free(a->classes);
        free(a->tokens);
        free(a->token_of);
        free(a->twins);
        free(a->places);
}

bool answering_cancelled(const struct answering *a) {
        return a->question->cancelled && atomic_load_explicit(a->question->cancelled, memory_order_relaxed);
}

const struct judgement *answering_judgement(const struct answering *a, size_t source, size_t class) {
        return &a->judgements[a->twins[source] * a->n_classes + class];
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

/* The tokens that drivers may be asked about, and whose they are. */
static void find_tokens(struct answering *a) {
        a->token_of = xnew0(size_t, a->n_sources);
        for (size_t i = 0; i < a->n_sources; i++) {
                const char *token = entries_get(&a->question->source->devices[i]->traits->tokens, "migration_version");

                a->token_of[i] = SIZE_MAX;
                for (size_t k = 0; token && k < a->n_tokens; k++)
                        if (str_equal(a->tokens[k], token))
                                a->token_of[i] = k;
                if (!token || a->token_of[i] != SIZE_MAX)
                        continue;
                a->token_of[i] = a->n_tokens;
                array_append(a->tokens, a->n_tokens, token);
        }
}

/* What drivers said of a device, by token; NULL if nothing. */
static unsigned char *find_said(const struct answering *a, const struct device *d, struct text *key) {
        unsigned char *said = NULL;

        for (size_t i = 0; i < a->n_tokens; i++) {
                const struct word *w = word_key_version(d, a->tokens[i], key) ? words_find(a->context.words, key->data)
                                                                              : NULL;

                if (w && !said)
                        said = xnew0(unsigned char, a->n_tokens);
                if (w)
                        said[i] = (unsigned char)(w->answer + 1);
        }
        return said;
}

static bool same_said(const struct answering *a, const unsigned char *x, const unsigned char *y) {
        return x == y || (x && y && memcmp(x, y, a->n_tokens) == 0);
}

static struct candidates *add_class(struct answering *a, const struct inventory_class *class,
                                    const struct device *first) {
        array_append(a->classes, a->n_classes,
                     ((struct candidates){ .first = first,
                                           .side = &class->side,
                                           .kin = a->n_classes,
                                           .parent = class->parent,
                                           .family = class->kin,
                                           .next_kin = SIZE_MAX }));
        return &a->classes[a->n_classes - 1];
}

/* Of the classes from start on, which are one of the inventory's, the one to which a member of it belongs. */
static struct candidates *find_part(struct answering *a, size_t start, const unsigned char *said) {
        for (size_t i = start; i < a->n_classes; i++)
                if (!a->classes[i].pinned && same_said(a, a->classes[i].said, said))
                        return &a->classes[i];
        return NULL;
}

/* Splits a class by what drivers said; members that are pinned stand for themselves. 0 or -ECANCELED. */
static int split_class(struct answering *a, const struct inventory_class *class, bool by_words) {
        _cleanup_text_ struct text key = {};
        size_t start = a->n_classes;

        for (size_t i = 0; i < class->n_members; i++) {
                const struct device *d = inventory_at(a->question->target, class->members[i]);
                unsigned char *said = by_words ? find_said(a, d, &key) : NULL;
                struct candidates *part;
                bool alone = pinned(a->question->source, d);

                part = alone ? NULL : find_part(a, start, said);
                if (part)
                        free(said);
                else {
                        part = add_class(a, class, d);
                        part->pinned = alone;
                        part->said = said;
                }
                array_append(part->own_members, part->n_members, class->members[i]);
                part->members = part->own_members;
                if (i % 1024 == 0 && answering_cancelled(a))
                        return -ECANCELED;
        }
        return 0;
}

/* A class judged like this one: of the same family, and drivers said the same. first: the family's first class. */
static void find_kin(struct answering *a, size_t class, size_t first) {
        size_t *next;

        for (size_t i = first;; i = *next) {
                next = &a->classes[i].next_kin;
                if (i == class)
                        return;
                if (same_said(a, a->classes[i].said, a->classes[class].said)) {
                        a->classes[class].kin = i;
                        return;
                }
                if (*next == SIZE_MAX)
                        *next = class;
        }
}

static int make_classes(struct answering *a) {
        const struct question *q = a->question;
        const struct inventory *target = q->target;
        _cleanup_free_ size_t *numbers = xnew0(size_t, target->n_classes); /* by class of the inventory: its first */
        bool pins = pins_any(q->source);

        for (size_t i = 0; i < target->n_classes; i++) {
                const struct inventory_class *class = &target->classes[i];
                bool by_words = a->n_tokens > 0 && a->context.words && a->context.ask_drivers &&
                                strv_contains(class->first->traits->attributes, "migration_version");
                int r = 0;

                if (class->first->traits->creatable && (q->flags & ANSWER_EXISTING_ONLY))
                        continue;
                numbers[i] = a->n_classes;
                if (pins || by_words)
                        r = split_class(a, class, by_words);
                else {
                        struct candidates *c = add_class(a, class, class->first);

                        c->members = class->members;
                        c->n_members = class->n_members;
                }
                if (r < 0)
                        return r;
                for (size_t k = numbers[i]; !pins && k < a->n_classes; k++)
                        find_kin(a, k, numbers[class->kin]);
        }
        return 0;
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
                if (a->context.ask_vendors)
                        side_describe(&a->sources[i]);
                for (size_t j = 0; j < a->n_classes; j++) {
                        struct judgement *judgement = &a->judgements[i * a->n_classes + j];
                        const struct candidates *c = &a->classes[j];

                        if (c->kin < j) {
                                *judgement = *answering_judgement(a, i, c->kin);
                                continue;
                        }
                        if (answering_cancelled(a))
                                return -ECANCELED;
                        judge_pair(&a->context, &a->sources[i], c->side, c->first, PAIR_VERDICT, judgement, NULL);
                        a->n_pairs++;
                        a->open = a->open ||
                                  (judgement->verdict != VERDICT_INCOMPATIBLE && judgement->findings.open != 0);
                }
        }
        return 0;
}

uint64_t judgement_cost(const struct judgement *j) {
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
                        const struct judgement *j = answering_judgement(a, i, k);

                        costs[i * a->n_classes + k] = !if_free                    ? judgement_cost(j)
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

static bool explanation_too_long(const struct answering *a) {
        size_t n = 0;

        for (size_t i = 0; i < a->n_classes; i++)
                n += a->classes[i].n_members;
        return (a->question->flags & ANSWER_EXPLAIN) && n > 0 &&
               (a->n_sources > ANSWER_ADDRESSES_MAX / n || a->n_sources > ANSWER_CANDIDATES_MAX / a->n_classes);
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
        bool asked = q->may_ask || q->words, exact;
        int r;

        a.context.words = q->words;
        a.context.may_ask = q->may_ask;
        a.context.ask_drivers = asked && !(q->flags & ANSWER_NO_WRITE);
        a.context.ask_vendors = asked && !(q->flags & ANSWER_NO_VENDOR);
        find_tokens(&a);
        r = make_classes(&a);
        if (r < 0)
                return r;
        if (explanation_too_long(&a))
                return -EFBIG;
        a.places = xnew0(struct assign_place, a.n_sources);
        r = judge_all(&a);
        if (r < 0)
                return r;
        r = place(&a, false, a.places, &exact);
        if (r < 0)
                return r;
        r = answering_report(&a, exact, &report);
        if (r < 0)
                return r;
        if (report->verdict == VERDICT_INCOMPATIBLE) {
                r = fits_if_free(&a, &report->fits_if_free);
                if (r < 0)
                        return r;
        }
        r = a.open ? answering_open(&a, &report->open) : 0;
        if (r < 0)
                return r;
        report->summary = report_summarize(report, q->source->vm_name);
        *ret_report = take_ptr(report);
        if (ret_cost)
                ret_cost->pairs_judged = a.n_pairs;
        return 0;
}
