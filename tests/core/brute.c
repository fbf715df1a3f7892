/*
 * Every source on every class or on none, each placement judged from scratch. Owns nothing.
 */
#include "brute.h"

#include <assert.h>

static size_t count_placed(const struct assign_problem *p, const size_t *class, size_t c) {
        size_t n = 0;

        for (size_t s = 0; s < p->n_sources; s++)
                n += class[s] == c;
        return n;
}

/* Devices on two or more types of one parent share, unless all of these types are independent. */
static bool parent_is_shared(const struct assign_problem *p, const size_t *class, size_t parent) {
        size_t n_types = 0, n_not_independent = 0;

        for (size_t c = 0; c < p->n_classes; c++)
                if (p->classes[c].parent == parent && count_placed(p, class, c) > 0) {
                        n_types++;
                        if (!p->classes[c].independent)
                                n_not_independent++;
                }
        return n_types >= 2 && n_not_independent >= 1;
}

static bool place_judge(const struct assign_problem *p, const size_t *class, size_t s, struct brute_answer *answer) {
        struct assign_place *place = &answer->places[s];
        const struct assign_class *c;
        uint64_t cost;
        size_t before = 0;

        *place = (struct assign_place){ .class = class[s], .position = ASSIGN_NONE };
        if (class[s] == ASSIGN_NONE)
                return true;
        c = &p->classes[class[s]];
        cost = p->cost[s * p->n_classes + class[s]];
        if (cost == ASSIGN_FORBIDDEN || count_placed(p, class, class[s]) > c->capacity)
                return false;
        for (size_t i = 0; i < s; i++)
                before += class[i] == class[s];
        place->position = c->members[c->parent == ASSIGN_NONE ? before : 0];
        place->shared = c->parent != ASSIGN_NONE && parent_is_shared(p, class, c->parent);
        answer->n_placed++;
        answer->cost += cost;
        if (place->shared && cost < ASSIGN_UNKNOWN)
                answer->cost += ASSIGN_UNKNOWN;
        return true;
}

/* Fills in what a placement is worth; false if it is not allowed. */
static bool answer_judge(const struct assign_problem *p, const size_t *class, struct brute_answer *ret) {
        ret->n_placed = 0;
        ret->cost = 0;
        for (size_t s = 0; s < p->n_sources; s++)
                if (!place_judge(p, class, s, ret))
                        return false;
        return true;
}

static bool answer_is_better(const struct assign_problem *p, const struct brute_answer *a,
                             const struct brute_answer *b) {
        if (a->n_placed != b->n_placed)
                return a->n_placed > b->n_placed;
        if (a->cost != b->cost)
                return a->cost < b->cost;
        for (size_t s = 0; s < p->n_sources; s++)
                if (a->places[s].position != b->places[s].position)
                        return a->places[s].position < b->places[s].position; /* ASSIGN_NONE comes last */
        return false;
}

/* After the placement of the sources before s; saves trying the rest in vain. */
static bool has_room(const struct assign_problem *p, const size_t *class, size_t s, size_t c) {
        size_t n = 0;

        for (size_t i = 0; i < s; i++)
                n += class[i] == c;
        return n < p->classes[c].capacity;
}

static void brute_try(const struct assign_problem *p, size_t *class, size_t s, struct brute_answer *best) {
        if (s == p->n_sources) {
                struct brute_answer answer = { .n_tried = best->n_tried + 1 };

                best->n_tried++;
                if (answer_judge(p, class, &answer) && answer_is_better(p, &answer, best))
                        *best = answer;
                return;
        }
        for (size_t c = 0; c < p->n_classes; c++)
                if (p->cost[s * p->n_classes + c] != ASSIGN_FORBIDDEN && has_room(p, class, s, c)) {
                        class[s] = c;
                        brute_try(p, class, s + 1, best);
                }
        class[s] = ASSIGN_NONE;
        brute_try(p, class, s + 1, best);
}

void brute_solve(const struct assign_problem *p, struct brute_answer *ret) {
        size_t class[BRUTE_MAX];

        assert(p->n_sources <= BRUTE_MAX);
        for (size_t s = 0; s < p->n_sources; s++)
                class[s] = ASSIGN_NONE;
        ret->n_tried = 0;
        answer_judge(p, class, ret);
        brute_try(p, class, 0, ret);
}
