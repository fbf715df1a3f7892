/*
 * Min-cost flow by shortest augmenting paths, then the optimal flow whose positions come first.
 *
 * Prices make it cheap: a full class has a fee, a source pays cost plus fee where it is, and nowhere would it pay less.
 * The optimal placements are then just those where every source is where it pays least (its slack there is 0) and every
 * class with a fee is full. A last column, with room for all at a huge cost, takes the sources left over: so there
 * always is a path, and the fewest are left over. With s sources, n classes: O(s^2 n) at worst, never with the members.
 */
#include "core/flow.h"

#include <assert.h>
#include <errno.h>

#include "util/alloc.h"

#define FLOW_LEFT_OVER_MAX (INT64_C(1) << 60) /* fees and payments never exceed what being left over costs */
#define FLOW_FAR (INT64_C(1) << 62) /* cost of what is forbidden: no sum of the above reaches it, nor overflows */

struct flow {
        const struct assign_problem *problem;
        size_t n;         /* columns: the classes, then the one of those left over */
        int64_t *cost;    /* [source * n + column] */
        int64_t *payment; /* [source] */
        int64_t *fee;     /* [column]; 0 while there is room */
        size_t *place;    /* [source]: its column */
        size_t *used;     /* [column]: by how many sources */
        size_t *capacity; /* [column] */
        size_t *settled;  /* [column]: of those used, by sources that stay there */

        /* Scratch of a search. */
        int64_t *distance; /* [column] */
        size_t *mover;     /* [column]: the source by which the path enters it (placing), or leaves it (settling) */
        size_t *next;      /* [column, or n for "room"]: where the path leads */
        bool *seen;        /* [column, or n for "room"] */
        size_t *queue;     /* columns */
        size_t *unseen;    /* sources whose column is not seen */
};

static void flow_free(struct flow *f) {
        free(f->cost);
        free(f->payment);
        free(f->fee);
        free(f->place);
        free(f->used);
        free(f->capacity);
        free(f->settled);
        free(f->distance);
        free(f->mover);
        free(f->next);
        free(f->seen);
        free(f->queue);
        free(f->unseen);
        free(f);
}
DEFINE_CLEANUP(struct flow, flow_free);

static int64_t cost_largest(const uint64_t *cost, size_t n) {
        uint64_t r = 0;

        for (size_t i = 0; i < n; i++)
                if (cost[i] != ASSIGN_FORBIDDEN)
                        r = MAX(r, cost[i]);
        assert(r < (uint64_t)FLOW_LEFT_OVER_MAX);
        return (int64_t)r;
}

/* Being left over costs more than all that can be placed do together. */
static void flow_set_costs(struct flow *f) {
        const struct assign_problem *p = f->problem;
        int64_t left_over = 1;

        for (size_t s = 0; s < p->n_sources; s++) {
                left_over += cost_largest(p->cost + s * p->n_classes, p->n_classes);
                assert(left_over <= FLOW_LEFT_OVER_MAX);
        }
        for (size_t s = 0; s < p->n_sources; s++) {
                const uint64_t *from = p->cost + s * p->n_classes;
                int64_t *to = f->cost + s * f->n;

                for (size_t c = 0; c < p->n_classes; c++)
                        to[c] = from[c] == ASSIGN_FORBIDDEN || f->capacity[c] == 0 ? FLOW_FAR : (int64_t)from[c];
                to[p->n_classes] = left_over;
        }
}

static struct flow *flow_new(const struct assign_problem *p) {
        struct flow *f = xnew0(struct flow, 1);
        size_t n = p->n_classes + 1;

        *f = (struct flow){
                .problem = p,
                .n = n,
                .cost = xnew0(int64_t, p->n_sources * n),
                .payment = xnew0(int64_t, p->n_sources),
                .fee = xnew0(int64_t, n),
                .place = xnew0(size_t, p->n_sources),
                .used = xnew0(size_t, n),
                .capacity = xnew0(size_t, n),
                .settled = xnew0(size_t, n),
                .distance = xnew0(int64_t, n),
                .mover = xnew0(size_t, n),
                .next = xnew0(size_t, n + 1),
                .seen = xnew0(bool, n + 1),
                .queue = xnew0(size_t, n),
                .unseen = xnew0(size_t, p->n_sources),
        };
        for (size_t c = 0; c < p->n_classes; c++)
                f->capacity[c] = class_capacity(&p->classes[c]);
        f->capacity[p->n_classes] = p->n_sources;
        flow_set_costs(f);
        return f;
}

/* What the source would pay more in the column than it pays now; never negative. */
static int64_t flow_slack(const struct flow *f, size_t source, size_t column) {
        return f->cost[source * f->n + column] + f->fee[column] - f->payment[source];
}

static void flow_relax(struct flow *f, size_t source, int64_t distance) {
        for (size_t c = 0; c < f->n; c++) {
                int64_t d = distance + flow_slack(f, source, c);

                if (d < f->distance[c]) {
                        f->distance[c] = d;
                        f->mover[c] = source;
                }
        }
}

static size_t flow_find_nearest(const struct flow *f) {
        int64_t distance = INT64_MAX;
        size_t r = ASSIGN_NONE;

        for (size_t c = 0; c < f->n; c++)
                if (f->distance[c] < distance && !f->seen[c]) {
                        distance = f->distance[c];
                        r = c;
                }
        return r;
}

/* Places the next source, on the shortest path to a column that has room; the sources on the path each move on. */
static void flow_place(struct flow *f, size_t source) {
        size_t end, to, from, s;

        for (size_t c = 0; c < f->n; c++) {
                f->distance[c] = INT64_MAX;
                f->seen[c] = false;
        }
        flow_relax(f, source, 0);
        for (end = flow_find_nearest(f); f->used[end] == f->capacity[end]; end = flow_find_nearest(f)) {
                f->seen[end] = true;
                for (s = 0; s < source; s++)
                        if (f->place[s] == end)
                                flow_relax(f, s, f->distance[end]);
        }

        f->payment[source] = f->distance[end];
        for (s = 0; s < source; s++)
                if (f->seen[f->place[s]])
                        f->payment[s] += f->distance[end] - f->distance[f->place[s]];
        for (size_t c = 0; c < f->n; c++)
                if (f->seen[c])
                        f->fee[c] += f->distance[end] - f->distance[c];

        f->used[end]++;
        to = end;
        do {
                s = f->mover[to];
                from = f->place[s];
                f->place[s] = to;
                to = from;
        } while (s != source);
}

/* Where the next source to be settled would be on the column; those left over come last. */
static size_t flow_position(const struct flow *f, size_t column) {
        if (column == f->n - 1)
                return SIZE_MAX;
        return class_position(&f->problem->classes[column], f->settled[column]);
}

/* Of the columns as good as the source's own (if so asked: of those seen) the one whose position is first. */
static size_t flow_find_first(const struct flow *f, size_t source, bool only_seen) {
        size_t r = f->place[source];

        for (size_t c = 0; c < f->n; c++)
                if ((!only_seen || f->seen[c]) && flow_slack(f, source, c) == 0 &&
                    flow_position(f, c) < flow_position(f, r))
                        r = c;
        return r;
}

/*
 * Sees all columns that could take one source more if the column "end" gave one up: by passing one of the later sources
 * on, or by having room (the node n) if another that has no fee then gives one up.
 */
static void flow_see(struct flow *f, size_t end, size_t source) {
        size_t n_queue = 0, n_unseen = 0, room = f->n;

        for (size_t s = source + 1; s < f->problem->n_sources; s++)
                f->unseen[n_unseen++] = s;
        for (size_t c = 0; c <= f->n; c++)
                f->seen[c] = false;
        f->seen[end] = true;
        f->queue[n_queue++] = end;
        for (size_t i = 0; i < n_queue; i++) {
                size_t to = f->queue[i];

                for (size_t j = n_unseen; j-- > 0;) {
                        size_t s = f->unseen[j], c = f->place[s];

                        if (!f->seen[c] && flow_slack(f, s, to) != 0)
                                continue;
                        if (!f->seen[c]) {
                                f->seen[c] = true;
                                f->mover[c] = s;
                                f->next[c] = to;
                                f->queue[n_queue++] = c;
                        }
                        f->unseen[j] = f->unseen[--n_unseen];
                }
                if (f->fee[to] != 0 || f->seen[room])
                        continue;
                f->seen[room] = true;
                f->next[room] = to;
                for (size_t c = 0; c < f->n; c++)
                        if (!f->seen[c] && f->used[c] < f->capacity[c]) {
                                f->seen[c] = true;
                                f->next[c] = room;
                                f->queue[n_queue++] = c;
                        }
        }
}

static void flow_move(struct flow *f, size_t source, size_t to) {
        f->used[f->place[source]]--;
        f->used[to]++;
        f->place[source] = to;
}

/* Gives the source the first position there is for it in an optimal placement; the earlier sources stay. */
static void flow_settle(struct flow *f, size_t source) {
        size_t from = f->place[source], to;

        if (flow_find_first(f, source, false) != from) {
                flow_see(f, from, source);
                to = flow_find_first(f, source, true);
                flow_move(f, source, to);
                for (size_t c = to, next; c != from; c = next) {
                        next = f->next[c];
                        if (next == f->n)
                                next = f->next[next];
                        else
                                flow_move(f, f->mover[c], next);
                }
        }
        f->settled[f->place[source]]++;
}

int flow_solve(const struct assign_problem *p, size_t *ret_class) {
        _cleanup_(flow_free_cleanup) struct flow *f = flow_new(p);

        for (size_t s = 0; s < p->n_sources; s++) {
                if (problem_cancelled(p))
                        return -ECANCELED;
                flow_place(f, s);
        }
        for (size_t s = 0; s < p->n_sources; s++) {
                if (problem_cancelled(p))
                        return -ECANCELED;
                flow_settle(f, s);
        }
        for (size_t s = 0; s < p->n_sources; s++)
                ret_class[s] = f->place[s] == p->n_classes ? ASSIGN_NONE : f->place[s];
        return 0;
}
