/*
 * The assignment by brute force: tries every placement there is and keeps the best. The oracle for assign_solve().
 *
 * Shares no code with it, and is meant to be read next to the spec. For small cases only.
 */
#pragma once

#include "core/assign.h"

#define BRUTE_MAX 8 /* sources */

struct brute_answer {
        size_t n_placed;
        uint64_t cost; /* those that share count as unknown */
        struct assign_place places[BRUTE_MAX];
        size_t n_tried;
};

void brute_solve(const struct assign_problem *p, struct brute_answer *ret);
