/*
 * Judges one pair of a source device and a candidate: runs the rules and concludes.
 *
 * Pure. The verdict of a pair holds for all candidates of the candidate's class.
 */
#pragma once

#include "core/rules.h"

struct judgement {
        enum verdict verdict;
        enum evidence evidence;
        struct findings findings;
};

/* What a judgement is based on, for people. */
struct grounds {
        struct reasons reasons;
        struct actions actions;
};

/*
 * candidate: the target's device, or one of its class. With PAIR_VERDICT judging ends at the first thing that fails, so
 * that the findings are not all of them; PAIR_GROUNDS costs more than all the rest.
 */
void judge_pair(const struct rules_context *context, const struct side *source, const struct side *target,
                const struct device *candidate, enum pair_wanted wanted, struct judgement *ret,
                struct grounds *ret_grounds);
void grounds_done(struct grounds *g);
/* True if the only thing against it is that it is taken: in use, reserved, or no instances left. */
bool judgement_fits_if_free(const struct judgement *j);
