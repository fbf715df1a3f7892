/*
 * A device judged against itself: what the rules say of it alone, whoever it is paired with.
 *
 * Pure. For what is said of single devices (explain.h, classes), so that nothing of it contradicts the rules.
 */
#pragma once

#include "core/judge.h"

/* With the default policy; several: in a VM with more than one VFIO device. A pin does not matter. */
void self_judge(const struct document *host, const struct device *device, bool several, enum pair_wanted wanted,
                struct judgement *ret, struct grounds *ret_grounds);
/*
 * True if a fitting VM could come to it now: nothing fails for it as a target, at most it is to be bound to its driver
 * or created, and it is known that nobody has it. A promise: what is not known is not free.
 */
bool self_is_free(const struct document *host, const struct device *device);
