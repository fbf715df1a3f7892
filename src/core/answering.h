/*
 * A question while it is answered: what answer.c (judging, placing) and answer-report.c (saying it) share.
 */
#pragma once

#include "core/answer.h"
#include "core/assign.h"
#include "core/judge.h"

/*
 * A class of candidates, as this question sees it: one that a source is pinned to stands alone, and so do those of whom
 * drivers said the same: of one they do not speak for the others.
 */
struct candidates {
        const struct device *first;
        const struct side *side;
        bool pinned;
        const size_t *members;
        size_t n_members;
        size_t kin; /* the candidates that are judged alike, maybe itself */
        size_t parent;
        size_t *own_members; /* where members is not the inventory's */
        size_t family;       /* in the inventory: the first class that is judged alike, whatever was said */
        unsigned char *said; /* by number of a token: what drivers said, a word_answer + 1 or 0; NULL: nothing at all */
        size_t next_kin;     /* of the same family, judged alone because of what was said; SIZE_MAX: none */
};

struct answering {
        const struct question *question;
        struct rules_context context;
        size_t n_sources, n_classes;
        const char **tokens; /* of the sources, to be written to drivers; each once */
        size_t n_tokens;
        size_t *token_of;     /* by source: its number, or SIZE_MAX */
        struct side *sources; /* of twins only the first's */
        struct candidates *classes;
        size_t *twins;                /* by source: the first source that is judged like it */
        size_t n_pairs;               /* judged */
        struct judgement *judgements; /* [source * n_classes + class], of twins only the first's */
        struct assign_place *places;
        bool open; /* some pair that nothing fails leaves something open */
};

const struct judgement *answering_judgement(const struct answering *a, size_t source, size_t class);
bool answering_cancelled(const struct answering *a);
uint64_t judgement_cost(const struct judgement *j);
/* What might still be asked, after placing. 0 or -ECANCELED. */
int answering_open(const struct answering *a, struct open_questions *ret);
/* What has been judged and placed, for people; all but fitsIfFree and the summary. 0, -ECANCELED or -EFBIG. */
int answering_report(const struct answering *a, bool exact, struct report **ret_report);
