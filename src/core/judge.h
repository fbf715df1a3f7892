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
        struct reasons reasons;
        struct actions actions;
};

void judge_pair(const struct rules_context *context, const struct device *source, const struct device *target,
                struct judgement *ret);
void judgement_done(struct judgement *j);
/* True if the only thing against it is that it is taken: in use, reserved, or no instances left. */
bool judgement_fits_if_free(const struct judgement *j);
