/*
 * Lets vendors' checks with the verb describe add facts to the devices of their models.
 *
 * A device is shown and judged without them until they come; a few are asked about at a time, and nobody waits. Facts
 * are no evidence, and what was read outranks them.
 */
#pragma once

#include "daemon/asker.h"
#include "daemon/hostview.h"
#include "daemon/judges.h"

struct describer;

struct describer *describer_new(struct hostview *view, struct asker *asker);
/* Before the asker. */
struct describer *describer_free(struct describer *d);
/* Asks about what is to be described, as much as is good at a time. */
void describer_go_on(struct describer *d);
/* One has come back from the asker, or all was known at once. */
void describer_back(struct describer *d, struct job *job);
