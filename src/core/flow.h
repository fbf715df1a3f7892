/*
 * The assignment as if nothing were shared: a min-cost flow from sources to classes with capacities.
 *
 * Pure; belongs to assign.c, which adds the sharing between the types of one parent.
 */
#pragma once

#include "core/assign.h"
#include "util/macro.h"

/* How many sources fit, even if the class says more than it has members. */
static inline size_t class_capacity(const struct assign_class *c) {
        return c->parent != ASSIGN_NONE && c->n_members > 0 ? c->capacity : MIN(c->capacity, c->n_members);
}

/* The position that a source gets if so many have been placed on the class before it. */
static inline size_t class_position(const struct assign_class *c, size_t taken) {
        return c->members[MIN(taken, c->n_members - 1)];
}

static inline bool problem_cancelled(const struct assign_problem *p) {
        return p->cancelled && atomic_load_explicit(p->cancelled, memory_order_relaxed);
}

/*
 * Fills ret_class[n_sources], ASSIGN_NONE for those left over. The sum over the sources of the largest cost must stay
 * below 2^60. 0, or -ECANCELED.
 */
int flow_solve(const struct assign_problem *p, size_t *ret_class);
