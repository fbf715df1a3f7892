/*
 * The assignment: small cases written by hand, then random ones against brute force.
 *
 * VFIO_TEST_CASES and VFIO_TEST_SEED in the environment ask for more random cases, or others.
 */
#include "core/assign.h"

#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brute.h"
#include "util/macro.h"

#define F ASSIGN_FORBIDDEN
#define U ASSIGN_UNKNOWN

#define SOURCES_MAX 24
#define CLASSES_MAX 32
#define MEMBERS_MAX 3

/* A problem with room for its parts. */
struct example {
        struct assign_problem p;
        struct assign_class classes[CLASSES_MAX];
        size_t members[CLASSES_MAX][MEMBERS_MAX];
        uint64_t cost[SOURCES_MAX * CLASSES_MAX];
        struct assign_place places[SOURCES_MAX];
        bool exact;
};

static void example_init(struct example *e, size_t n_sources) {
        memset(e, 0, sizeof(*e));
        e->p = (struct assign_problem){ .n_sources = n_sources, .classes = e->classes, .cost = e->cost };
}

static struct assign_class *example_add(struct example *e, size_t capacity, size_t first, size_t parent) {
        size_t c = e->p.n_classes++, n = parent == ASSIGN_NONE ? capacity : 1;

        for (size_t i = 0; i < n; i++)
                e->members[c][i] = first + i;
        e->classes[c] = (struct assign_class){
                .members = n ? e->members[c] : NULL, .n_members = n, .capacity = capacity, .parent = parent
        };
        return &e->classes[c];
}

static void example_add_devices(struct example *e, size_t n, size_t first) {
        example_add(e, n, first, ASSIGN_NONE);
}

static void example_add_type(struct example *e, size_t parent, bool independent, size_t capacity, size_t position) {
        example_add(e, capacity, position, parent)->independent = independent;
}

static void example_copy_cost(struct example *e, const uint64_t *cost, size_t size) {
        ck_assert_uint_eq(size, e->p.n_sources * e->p.n_classes * sizeof(*cost));
        memcpy(e->cost, cost, size);
}

#define example_set_cost(e, ...) \
        example_copy_cost(e, (const uint64_t[]){ __VA_ARGS__ }, sizeof((const uint64_t[]){ __VA_ARGS__ }))

static void example_solve(struct example *e) {
        e->exact = false;
        ck_assert_int_eq(assign_solve(&e->p, e->places, &e->exact), 0);
}

/* Expects these positions, ASSIGN_NONE for a source left over, and the sharing of all those that are placed. */
#define example_expect(e, is_shared, ...)                                                                       \
        do {                                                                                                    \
                static const size_t _positions[] = { __VA_ARGS__ };                                             \
                                                                                                                \
                example_solve(e);                                                                               \
                ck_assert((e)->exact);                                                                          \
                ck_assert_uint_eq(ARRAY_SIZE(_positions), (e)->p.n_sources);                                    \
                for (size_t _s = 0; _s < (e)->p.n_sources; _s++) {                                              \
                        ck_assert_uint_eq((e)->places[_s].position, _positions[_s]);                            \
                        ck_assert_uint_eq((e)->places[_s].class == ASSIGN_NONE, _positions[_s] == ASSIGN_NONE); \
                        if (_positions[_s] != ASSIGN_NONE)                                                      \
                                ck_assert_uint_eq((e)->places[_s].shared, (is_shared));                         \
                }                                                                                               \
        } while (0)

START_TEST(test_greedy_would_fail) {
        struct example e;

        example_init(&e, 3);
        example_add_devices(&e, 1, 0);
        example_add_devices(&e, 1, 1);
        example_add_devices(&e, 1, 2);
        example_set_cost(&e, 0, 1, 9, /**/ 0, F, F, /**/ F, 0, F);
        example_expect(&e, false, 2, 0, 1);
}
END_TEST

START_TEST(test_most_before_cheapest) {
        struct example e;

        example_init(&e, 2);
        example_add_devices(&e, 1, 0);
        example_add_devices(&e, 1, 1);
        example_set_cost(&e, 0, 2 * U, /**/ U, F);
        example_expect(&e, false, 1, 0);
}
END_TEST

START_TEST(test_nothing_fits) {
        struct example e;

        example_init(&e, 2);
        example_expect(&e, false, ASSIGN_NONE, ASSIGN_NONE); /* no classes */

        example_add_devices(&e, 0, 0);
        example_add_type(&e, 0, false, 0, 0);
        example_set_cost(&e, 0, 0, /**/ 0, 0);
        example_expect(&e, false, ASSIGN_NONE, ASSIGN_NONE); /* no capacity */

        example_add_devices(&e, 2, 0);
        example_set_cost(&e, 0, 0, F, /**/ 0, 0, F);
        example_expect(&e, false, ASSIGN_NONE, ASSIGN_NONE); /* all forbidden */
}
END_TEST

START_TEST(test_no_sources) {
        struct example e;

        example_init(&e, 0);
        example_solve(&e);
        ck_assert(e.exact);
        example_add_devices(&e, 2, 0);
        example_solve(&e);
        ck_assert(e.exact);
}
END_TEST

START_TEST(test_too_few) {
        struct example e;

        example_init(&e, 3);
        example_add_devices(&e, 2, 5);
        example_set_cost(&e, 1, 1, 1);
        example_expect(&e, false, 5, 6, ASSIGN_NONE); /* being placed comes first */
        example_set_cost(&e, 2, 1, 1);
        example_expect(&e, false, ASSIGN_NONE, 5, 6); /* but cost before that */
}
END_TEST

START_TEST(test_ties_by_position) {
        struct example e;

        /* Two classes, the second's members between the first's: 1 4 and 2 3. */
        example_init(&e, 4);
        example_add_devices(&e, 2, 1);
        e.members[0][1] = 4;
        example_add_devices(&e, 2, 2);
        example_set_cost(&e, 0, 0, 0, 0, 0, 0, 0, 0);
        example_expect(&e, false, 1, 2, 3, 4);

        /* The last fits the second class only, and needs it. */
        example_set_cost(&e, 0, 0, 0, 0, 0, 0, F, 0);
        example_expect(&e, false, 1, 2, 4, 3);

        /* One sum decides before positions do. */
        example_set_cost(&e, 0, 0, 1, 0, 1, 0, 0, 0);
        example_expect(&e, false, 1, 2, 3, 4);
        example_set_cost(&e, 1, 0, 1, 0, 0, 0, 0, 0);
        example_expect(&e, false, 2, 3, 1, 4);
}
END_TEST

START_TEST(test_sums_in_order) {
        struct example e;

        /* Many of a lower sum are better than one of a higher one. */
        example_init(&e, 2);
        example_add_devices(&e, 2, 0);
        example_add_devices(&e, 2, 2);
        example_set_cost(&e, U, 0xffffffffffff, /**/ U, 0xffffffffffff);
        example_expect(&e, false, 2, 3);
}
END_TEST

START_TEST(test_large_costs) {
        const size_t n = 8;
        struct example e;

        /* The largest costs there are: differences of 1 must count, and nothing overflow. */
        example_init(&e, n);
        for (size_t c = 0; c < n; c++)
                example_add_devices(&e, 1, c);
        for (size_t s = 0; s < n; s++)
                for (size_t c = 0; c < n; c++)
                        e.cost[s * n + c] = (UINT64_C(1) << 56) - (s + c == n - 1 ? 2 : 1);
        example_expect(&e, false, 7, 6, 5, 4, 3, 2, 1, 0);
}
END_TEST

START_TEST(test_creatable) {
        struct example e;

        example_init(&e, 3);
        example_add_type(&e, 7, false, 2, 9);
        example_add_devices(&e, 1, 3);
        example_set_cost(&e, 0, 1, 0, 0, 0, 1);
        example_expect(&e, false, 9, 3, 9);
}
END_TEST

START_TEST(test_sharing_avoided) {
        struct example e;

        /* Type 1 of parent 0 would be cheaper for source 1, but both would be unknown. */
        example_init(&e, 2);
        example_add_type(&e, 0, false, 1, 0);
        example_add_type(&e, 0, true, 1, 1);
        example_add_devices(&e, 1, 2);
        example_set_cost(&e, 0, F, F, /**/ F, 0, 0x400000004);
        example_expect(&e, false, 0, 2);

        /* With both independent nothing is shared. */
        e.classes[0].independent = true;
        example_expect(&e, false, 0, 1);
}
END_TEST

START_TEST(test_sharing_avoided_by_one) {
        struct example e;

        /* One device unknown elsewhere is better than two that share. */
        example_init(&e, 2);
        example_add_type(&e, 0, false, 1, 0);
        example_add_type(&e, 0, false, 1, 1);
        example_add_devices(&e, 1, 2);
        example_set_cost(&e, 0, F, F, /**/ F, 0, U + 5);
        example_expect(&e, false, 0, 2);
}
END_TEST

START_TEST(test_sharing_unavoidable) {
        struct example e;

        example_init(&e, 2);
        example_add_type(&e, 0, false, 1, 0);
        example_add_type(&e, 0, true, 1, 1);
        example_add_devices(&e, 1, 2);
        example_set_cost(&e, 0, F, F, /**/ F, 0, F);
        example_expect(&e, true, 0, 1);
        example_set_cost(&e, U, F, F, /**/ F, U, 2 * U - 1); /* unknown as it is: sharing adds nothing */
        example_expect(&e, true, 0, 1);
}
END_TEST

START_TEST(test_sharing_ties_by_position) {
        struct example e;

        /* Both parents would do for either; the first position is only to be had alone. */
        example_init(&e, 2);
        example_add_type(&e, 0, false, 1, 0);
        example_add_type(&e, 0, false, 1, 1);
        example_add_type(&e, 1, false, 2, 2);
        example_set_cost(&e, 0, 0, 0, /**/ 0, 0, 0);
        example_expect(&e, false, 0, 2);
        example_set_cost(&e, F, 0, 0, /**/ 0, 0, 0);
        example_expect(&e, false, 1, 2);
}
END_TEST

START_TEST(test_nine_conservative) {
        struct example e;

        example_init(&e, 9);
        example_add_type(&e, 0, false, 1, 0);
        example_add_type(&e, 0, false, 8, 1);
        example_add_type(&e, 1, false, 9, 2);
        for (size_t s = 0; s < 9; s++) {
                e.cost[s * 3] = 0;
                e.cost[s * 3 + 1] = 1;
                e.cost[s * 3 + 2] = 2;
        }
        example_solve(&e);
        ck_assert(!e.exact);
        for (size_t s = 0; s < 9; s++) {
                ck_assert_uint_eq(e.places[s].position, s == 0 ? 0 : 1);
                ck_assert(e.places[s].shared);
        }

        for (size_t i = 0; i < 9 * 3; i++)
                e.cost[i] += U; /* sharing adds nothing */
        example_expect(&e, true, 0, 1, 1, 1, 1, 1, 1, 1, 1);
        for (size_t i = 0; i < 9 * 3; i++)
                e.cost[i] -= U;

        e.classes[0].independent = e.classes[1].independent = true; /* nothing to judge */
        example_solve(&e);
        ck_assert(e.exact);
        for (size_t s = 0; s < 9; s++)
                ck_assert(!e.places[s].shared);

        e.classes[0].independent = e.classes[1].independent = false; /* eight are exact */
        e.p.n_sources = 8;
        example_expect(&e, false, 1, 1, 1, 1, 1, 1, 1, 1);
}
END_TEST

START_TEST(test_cancelled) {
        struct assign_place places[2] = { { .class = 42 }, { .class = 43 } };
        atomic_bool cancelled = true;
        struct example e;
        bool exact = true;

        example_init(&e, 2);
        example_add_devices(&e, 2, 0);
        e.p.cancelled = &cancelled;
        ck_assert_int_eq(assign_solve(&e.p, places, &exact), -ECANCELED);
        ck_assert(exact && places[0].class == 42 && places[1].class == 43);
        cancelled = false;
        example_expect(&e, false, 0, 1);
}
END_TEST

/* xorshift64*: the same numbers everywhere. */
static uint64_t random_next(uint64_t *state) {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static size_t random_below(uint64_t *state, size_t n) {
        return (size_t)(random_next(state) >> 33) % n;
}

static uint64_t random_cost(uint64_t *state, size_t n_forbidden) {
        static const uint64_t cost[] = { 0, 1, 0x10000, UINT64_C(1) << 32, U, U + 1, 0, 0, F, F, F, F };

        return cost[random_below(state, ARRAY_SIZE(cost) - 4 + n_forbidden)];
}

/* Positions 0.. dealt to the classes at random, ascending in each. */
static void example_deal(struct example *e, uint64_t *state) {
        size_t order[CLASSES_MAX * MEMBERS_MAX], n = 0;

        for (size_t c = 0; c < e->p.n_classes; c++)
                for (size_t i = 0; i < e->classes[c].n_members; i++)
                        order[n++] = c;
        for (size_t i = n; i > 1; i--) {
                size_t j = random_below(state, i), c = order[j];

                order[j] = order[i - 1];
                order[i - 1] = c;
        }
        for (size_t c = 0; c < e->p.n_classes; c++)
                for (size_t i = 0, k = 0; i < n; i++)
                        if (order[i] == c)
                                e->members[c][k++] = i;
}

static void example_randomize(struct example *e, uint64_t *state, size_t n_sources, size_t n_classes) {
        size_t n_parents = 1 + random_below(state, 3);
        size_t n_forbidden = random_below(state, 5);
        bool all_types = random_below(state, 2) == 0;

        example_init(e, n_sources);
        for (size_t c = 0; c < n_classes; c++) {
                size_t capacity = random_below(state, MEMBERS_MAX + 1), parent = random_below(state, n_parents);
                bool type = all_types || random_below(state, 2) == 0, independent = random_below(state, 2) == 0;

                if (type)
                        example_add_type(e, parent, independent, capacity, 0);
                else
                        example_add_devices(e, capacity, 0);
        }
        example_deal(e, state);
        for (size_t i = 0; i < n_sources * n_classes; i++)
                e->cost[i] = random_cost(state, n_forbidden);
}

static uint64_t number_from_env(const char *name, uint64_t otherwise) {
        const char *s = getenv(name);

        return s ? strtoull(s, NULL, 0) : otherwise;
}

/* The same with all types independent: solved as if nothing were shared. */
static void example_solve_unshared(struct example *e, struct assign_place *places) {
        struct example copy = *e;

        copy.p.classes = copy.classes;
        copy.p.cost = copy.cost;
        for (size_t c = 0; c < e->p.n_classes; c++) {
                copy.classes[c].members = copy.members[c];
                copy.classes[c].independent = true;
        }
        example_solve(&copy);
        memcpy(places, copy.places, sizeof(copy.places));
}

static bool places_equal(const struct example *e, const struct assign_place *a, const struct assign_place *b) {
        for (size_t s = 0; s < e->p.n_sources; s++)
                if (a[s].class != b[s].class || a[s].position != b[s].position)
                        return false;
        return true;
}

static void compare_with_brute_force(const struct example *e, const struct brute_answer *best, uint64_t seed) {
        for (size_t s = 0; s < e->p.n_sources; s++) {
                const struct assign_place *a = &e->places[s], *b = &best->places[s];

                ck_assert_msg(e->exact && a->class == b->class && a->position == b->position && a->shared == b->shared,
                              "VFIO_TEST_CASES=1 VFIO_TEST_SEED=%" PRIu64 ": source %zu of %zu, %zu classes: "
                              "%zd at %zd%s, brute force says %zd at %zd%s",
                              seed, s, e->p.n_sources, e->p.n_classes, (ssize_t)a->class, (ssize_t)a->position,
                              a->shared ? " shared" : "", (ssize_t)b->class, (ssize_t)b->position,
                              b->shared ? " shared" : "");
        }
}

/* Draws cases of so many sources and at most so many classes. */
static void run_random(uint64_t n, uint64_t seed, size_t sources_min, size_t sources_max, size_t classes_max) {
        struct assign_place unshared[SOURCES_MAX];
        size_t n_tried = 0, n_matters = 0;
        struct brute_answer best;
        struct example e;

        for (uint64_t i = 0, state = seed; i < n; i++) {
                uint64_t begin = state;
                size_t n_sources = sources_min + random_below(&state, sources_max - sources_min + 1);

                example_randomize(&e, &state, n_sources, random_below(&state, classes_max + 1));
                brute_solve(&e.p, &best);
                example_solve(&e);
                compare_with_brute_force(&e, &best, begin);
                example_solve_unshared(&e, unshared);
                n_tried += best.n_tried;
                n_matters += !places_equal(&e, e.places, unshared);
        }
        printf("%" PRIu64 " cases, %zu placements tried, sharing changed the answer of %zu\n", n, n_tried, n_matters);
        ck_assert(n < 1000 || n_matters > n / 100);
}

START_TEST(test_equals_brute_force) {
        run_random(number_from_env("VFIO_TEST_CASES", 200000), number_from_env("VFIO_TEST_SEED", 1), 1, 5, 6);
}
END_TEST

START_TEST(test_equals_brute_force_eight) {
        run_random(number_from_env("VFIO_TEST_CASES_EIGHT", 200), number_from_env("VFIO_TEST_SEED_EIGHT", 1), 6, 8, 3);
}
END_TEST

/* Too large for brute force; but how the classes are numbered must not matter. */
START_TEST(test_order_of_classes) {
        uint64_t state = 1;
        struct example a, b;

        for (size_t i = 0; i < 3000; i++) {
                uint64_t begin = state;
                size_t n_sources = 1 + random_below(&state, SOURCES_MAX);
                size_t n = random_below(&state, CLASSES_MAX + 1), turn = random_below(&state, MAX(n, (size_t)1));

                example_randomize(&a, &state, n_sources, n);
                b = a;
                b.p.classes = b.classes;
                b.p.cost = b.cost;
                for (size_t c = 0; c < n; c++) {
                        b.classes[(c + turn) % n] = a.classes[c];
                        for (size_t s = 0; s < n_sources; s++)
                                b.cost[s * n + (c + turn) % n] = a.cost[s * n + c];
                }
                example_solve(&a);
                example_solve(&b);
                ck_assert_uint_eq(a.exact, b.exact);
                for (size_t s = 0; s < n_sources; s++) {
                        size_t c = a.places[s].class;

                        ck_assert_msg(a.places[s].position == b.places[s].position &&
                                              a.places[s].shared == b.places[s].shared &&
                                              b.places[s].class == (c == ASSIGN_NONE ? ASSIGN_NONE : (c + turn) % n),
                                      "state %" PRIu64 ", source %zu of %zu", begin, s, n_sources);
                }
        }
}
END_TEST

static Suite *assign_suite(void) {
        Suite *suite = suite_create("assign");
        TCase *cases = tcase_create("by hand"), *random = tcase_create("random");

        tcase_add_test(cases, test_greedy_would_fail);
        tcase_add_test(cases, test_most_before_cheapest);
        tcase_add_test(cases, test_nothing_fits);
        tcase_add_test(cases, test_no_sources);
        tcase_add_test(cases, test_too_few);
        tcase_add_test(cases, test_ties_by_position);
        tcase_add_test(cases, test_sums_in_order);
        tcase_add_test(cases, test_large_costs);
        tcase_add_test(cases, test_creatable);
        tcase_add_test(cases, test_sharing_avoided);
        tcase_add_test(cases, test_sharing_avoided_by_one);
        tcase_add_test(cases, test_sharing_unavoidable);
        tcase_add_test(cases, test_sharing_ties_by_position);
        tcase_add_test(cases, test_nine_conservative);
        tcase_add_test(cases, test_cancelled);
        suite_add_tcase(suite, cases);
        tcase_add_test(random, test_equals_brute_force);
        tcase_add_test(random, test_equals_brute_force_eight);
        tcase_add_test(random, test_order_of_classes);
        tcase_set_timeout(random, 0);
        suite_add_tcase(suite, random);
        return suite;
}

int main(void) {
        SRunner *runner = srunner_create(assign_suite());
        int n_failed;

        srunner_run_all(runner, CK_ENV);
        n_failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
