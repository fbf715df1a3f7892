/*
 * Places the devices of a VM onto classes of equal candidates: a maximum matching of least cost.
 *
 * Pure; knows numbers only. Among the complete (else the largest) placements takes the one with the smallest cost, and
 * among those the one whose candidates come first, source by source. Cost grows with classes, not with candidates.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSIGN_FORBIDDEN UINT64_MAX
#define ASSIGN_NONE SIZE_MAX
/* In these units the sums of a cost are compared: unknown devices first, then the lower 48 bits. */
#define ASSIGN_UNKNOWN (UINT64_C(1) << 48)

/* A class of equal candidates. */
struct assign_class {
        const size_t *members; /* positions in the target's document, ascending; for a creatable just its own */
        size_t n_members;
        size_t capacity;  /* how many of the VM's devices fit: n_members, or what of a creatable is available */
        size_t parent;    /* creatable: number of its parent, the same for all types of it; else ASSIGN_NONE */
        bool independent; /* creatable: other types of the parent do not change it */
};

struct assign_problem {
        size_t n_sources;
        size_t n_classes;
        const struct assign_class *classes;
        const uint64_t *cost;         /* [source * n_classes + class]; ASSIGN_FORBIDDEN where they do not fit */
        const atomic_bool *cancelled; /* or NULL; looked at now and then */
};

struct assign_place {
        size_t class;    /* ASSIGN_NONE: left over */
        size_t position; /* of the candidate, from members */
        bool shared;     /* on one of several types of a parent that share what it has: the verdict is unknown */
};

/*
 * Fills ret_places[n_sources]. *ret_exact is false where sharing was judged conservatively (more than 8 sources).
 * 0, or -ECANCELED.
 */
int assign_solve(const struct assign_problem *p, struct assign_place *ret_places, bool *ret_exact);
