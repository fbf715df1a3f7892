/*
 * The assignment with what the types of one parent share.
 *
 * The flow knows nothing of sharing, so its sum is a lower bound: if sharing adds nothing to it, it is the answer.
 * Else, for few sources, a table of the best plan for each set of them is built up unit by unit (a class, or a parent
 * with its types): a plan for a set is one for a part of it without the unit, plus the unit for the rest. Which of two
 * plans is better (cost, then positions) stays so when both are extended alike; so best plans are made of best plans.
 */
#include "core/assign.h"

#include <errno.h>
#include <string.h>

#include "core/flow.h"
#include "util/alloc.h"
#include "util/macro.h"

#define EXACT_MAX 8 /* sources; the table has 2^n plans, and a class costs 3^n steps */

/* The places of a set of sources; all others are at ASSIGN_NONE. */
struct plan {
        uint64_t cost; /* ASSIGN_FORBIDDEN: there is none for this set */
        size_t class[EXACT_MAX];
        size_t position[EXACT_MAX];
};

struct table {
        struct plan plans[1 << EXACT_MAX]; /* [set of sources]: bit s stands for source s */
};

static uint64_t pair_cost(const struct assign_problem *p, size_t source, size_t class) {
        return p->cost[source * p->n_classes + class];
}

static uint64_t cost_shared(uint64_t cost) {
        return cost < ASSIGN_UNKNOWN ? cost + ASSIGN_UNKNOWN : cost;
}

static bool plan_is_better(const struct plan *a, const struct plan *b) {
        if (a->cost != b->cost)
                return a->cost < b->cost;
        for (size_t s = 0; s < EXACT_MAX; s++)
                if (a->position[s] != b->position[s])
                        return a->position[s] < b->position[s];
        return false;
}

static struct plan plan_extend(const struct plan *plan, const struct assign_problem *p, size_t set, size_t class,
                               uint64_t cost) {
        struct plan r = *plan;
        size_t taken = 0;

        r.cost += cost;
        for (size_t s = 0; s < p->n_sources; s++)
                if (set >> s & 1) {
                        r.class[s] = class;
                        r.position[s] = class_position(&p->classes[class], taken++);
                }
        return r;
}

/* What a set of sources costs on a class; ASSIGN_FORBIDDEN if not all fit there. */
static uint64_t set_cost(const struct assign_problem *p, size_t set, size_t class, bool shared) {
        uint64_t r = 0;

        if ((size_t)__builtin_popcountll(set) > class_capacity(&p->classes[class]))
                return ASSIGN_FORBIDDEN;
        for (size_t s = 0; s < p->n_sources; s++)
                if (set >> s & 1) {
                        uint64_t cost = pair_cost(p, s, class);

                        if (cost == ASSIGN_FORBIDDEN)
                                return ASSIGN_FORBIDDEN;
                        r += shared ? cost_shared(cost) : cost;
                }
        return r;
}

/* Lets the plans use a class too. From the larger sets down, so that those that are extended have not changed yet. */
static void table_add_class(struct table *t, const struct assign_problem *p, size_t class, bool shared) {
        size_t n_sets = (size_t)1 << p->n_sources, fitting = 0;
        uint64_t cost[1 << EXACT_MAX];

        for (size_t set = 0; set < n_sets; set++)
                cost[set] = set_cost(p, set, class, shared);
        for (size_t bit = 1; bit < n_sets; bit <<= 1)
                if (cost[bit] != ASSIGN_FORBIDDEN)
                        fitting |= bit;
        for (size_t set = n_sets - 1; set > 0; set--)
                for (size_t part = set & fitting; part > 0; part = (part - 1) & set & fitting) {
                        const struct plan *rest = &t->plans[set & ~part];

                        if (cost[part] != ASSIGN_FORBIDDEN && rest->cost != ASSIGN_FORBIDDEN &&
                            rest->cost + cost[part] <= t->plans[set].cost) {
                                struct plan plan = plan_extend(rest, p, part, class, cost[part]);

                                if (plan_is_better(&plan, &t->plans[set]))
                                        t->plans[set] = plan;
                        }
                }
}

static void table_merge(struct table *t, const struct table *other, size_t n_sets) {
        for (size_t set = 0; set < n_sets; set++)
                if (plan_is_better(&other->plans[set], &t->plans[set]))
                        t->plans[set] = other->plans[set];
}

/*
 * Lets the plans use a parent's types too: one that is not independent alone, or the independent ones together, or any
 * together and all of them shared (where that is not so, it costs no less than one of the others that has it right).
 */
static void table_add_parent(struct table *t, const struct assign_problem *p, const bool *used, size_t parent) {
        size_t n_sets = (size_t)1 << p->n_sources;
        _cleanup_free_ struct table *before = xmemdup(t, sizeof(*t));
        _cleanup_free_ struct table *alone = xnew0(struct table, 1);
        _cleanup_free_ struct table *independent = xmemdup(t, sizeof(*t));
        _cleanup_free_ struct table *shared = xmemdup(t, sizeof(*t));

        for (size_t c = 0; c < p->n_classes; c++) {
                if (!used[c] || p->classes[c].parent != parent)
                        continue;
                table_add_class(shared, p, c, true);
                if (p->classes[c].independent) {
                        table_add_class(independent, p, c, false);
                } else {
                        *alone = *before;
                        table_add_class(alone, p, c, false);
                        table_merge(t, alone, n_sets);
                }
        }
        table_merge(t, independent, n_sets);
        table_merge(t, shared, n_sets);
}

static bool class_in_unit(const struct assign_problem *p, size_t a, size_t b) {
        return a == b || (p->classes[a].parent != ASSIGN_NONE && p->classes[a].parent == p->classes[b].parent);
}

/* The best class for a source alone, of those whose mark is not the source's; ASSIGN_NONE if there is none. */
static size_t class_find_best(const struct assign_problem *p, size_t source, const size_t *marks) {
        size_t r = ASSIGN_NONE;

        for (size_t c = 0; c < p->n_classes; c++) {
                uint64_t cost = pair_cost(p, source, c);

                if (marks[c] == source + 1 || cost == ASSIGN_FORBIDDEN || class_capacity(&p->classes[c]) == 0)
                        continue;
                if (r == ASSIGN_NONE || cost < pair_cost(p, source, r) ||
                    (cost == pair_cost(p, source, r) &&
                     class_position(&p->classes[c], 0) < class_position(&p->classes[r], 0)))
                        r = c;
        }
        return r;
}

/*
 * Which classes can be in the answer: for n sources only the n best units of each. With one that is not so good one of
 * the n was free, and there the source would do better, and the others no worse.
 */
static bool *problem_find_used(const struct assign_problem *p) {
        _cleanup_free_ size_t *marks = xnew0(size_t, p->n_classes);
        bool *used = xnew0(bool, p->n_classes);

        for (size_t s = 0; s < p->n_sources; s++)
                for (size_t i = 0; i < p->n_sources; i++) {
                        size_t best = class_find_best(p, s, marks);

                        for (size_t c = 0; best != ASSIGN_NONE && c < p->n_classes; c++)
                                if (class_in_unit(p, best, c)) {
                                        marks[c] = s + 1;
                                        used[c] = true;
                                }
                }
        return used;
}

static struct table *table_new(void) {
        struct table *t = xnew0(struct table, 1);

        for (size_t set = 0; set < ARRAY_SIZE(t->plans); set++) {
                t->plans[set].cost = set == 0 ? 0 : ASSIGN_FORBIDDEN;
                for (size_t s = 0; s < EXACT_MAX; s++)
                        t->plans[set].class[s] = t->plans[set].position[s] = ASSIGN_NONE;
        }
        return t;
}

/* The best plan of those for the largest sets. */
static const struct plan *table_find_best(const struct table *t, size_t n_sources) {
        size_t best = 0;

        for (size_t set = 1; set < (size_t)1 << n_sources; set++) {
                int larger = __builtin_popcountll(set) - __builtin_popcountll(best);

                if (t->plans[set].cost == ASSIGN_FORBIDDEN || larger < 0)
                        continue;
                if (larger > 0 || plan_is_better(&t->plans[set], &t->plans[best]))
                        best = set;
        }
        return &t->plans[best];
}

static int table_solve(const struct assign_problem *p, size_t *ret_class) {
        _cleanup_free_ struct table *t = table_new();
        _cleanup_free_ bool *used = problem_find_used(p);
        _cleanup_free_ bool *left = xmemdup(used, p->n_classes * sizeof(bool));

        for (size_t c = 0; c < p->n_classes; c++) {
                if (!left[c])
                        continue;
                if (problem_cancelled(p))
                        return -ECANCELED;
                if (p->classes[c].parent == ASSIGN_NONE)
                        table_add_class(t, p, c, false);
                else
                        table_add_parent(t, p, used, p->classes[c].parent);
                for (size_t d = c; d < p->n_classes; d++)
                        if (class_in_unit(p, c, d))
                                left[d] = false;
        }
        memcpy(ret_class, table_find_best(t, p->n_sources)->class, p->n_sources * sizeof(*ret_class));
        return 0;
}

/* Is the source's type one of several in use of its parent, and not all of them independent? */
static bool place_is_shared(const struct assign_problem *p, const size_t *class, size_t source) {
        bool several = false, dependent = false;
        size_t parent;

        if (class[source] == ASSIGN_NONE || p->classes[class[source]].parent == ASSIGN_NONE)
                return false;
        parent = p->classes[class[source]].parent;
        for (size_t s = 0; s < p->n_sources; s++)
                if (class[s] != ASSIGN_NONE && p->classes[class[s]].parent == parent) {
                        several = several || class[s] != class[source];
                        dependent = dependent || !p->classes[class[s]].independent;
                }
        return several && dependent;
}

/* Does sharing make a device unknown that was not? */
static bool sharing_matters(const struct assign_problem *p, const size_t *class) {
        for (size_t s = 0; s < p->n_sources; s++)
                if (place_is_shared(p, class, s) && pair_cost(p, s, class[s]) < ASSIGN_UNKNOWN)
                        return true;
        return false;
}

static void places_fill(struct assign_place *places, const struct assign_problem *p, const size_t *class) {
        _cleanup_free_ size_t *taken = xnew0(size_t, p->n_classes);

        for (size_t s = 0; s < p->n_sources; s++) {
                size_t c = class[s];

                places[s] = (struct assign_place){
                        .class = c,
                        .position = c == ASSIGN_NONE ? ASSIGN_NONE : class_position(&p->classes[c], taken[c]++),
                        .shared = place_is_shared(p, class, s),
                };
        }
}

int assign_solve(const struct assign_problem *p, struct assign_place *ret_places, bool *ret_exact) {
        _cleanup_free_ size_t *class = xnew0(size_t, p->n_sources);
        bool exact = true;
        int r;

        r = flow_solve(p, class);
        if (r < 0)
                return r;
        if (sharing_matters(p, class)) {
                exact = p->n_sources <= EXACT_MAX;
                if (exact)
                        r = table_solve(p, class);
                if (r < 0)
                        return r;
        }
        places_fill(ret_places, p, class);
        *ret_exact = exact;
        return 0;
}
