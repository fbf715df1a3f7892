/*
 * A question while it is answered: what answer.c (judging, placing) and answer-report.c (saying it) share.
 */
#pragma once

#include "core/answer.h"
#include "core/assign.h"
#include "core/judge.h"

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

const struct judgement *answering_judgement(const struct answering *a, size_t source, size_t class);
bool answering_cancelled(const struct answering *a);
/* What has been judged and placed, for people; all but fitsIfFree and the summary. 0, -ECANCELED or -EFBIG. */
int answering_report(const struct answering *a, bool exact, struct report **ret_report);
