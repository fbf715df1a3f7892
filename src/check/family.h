/*
 * Everything that was started from here: children, and as their reaper (PR_SET_CHILD_SUBREAPER) all whose parent is
 * gone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Reaps who has ended. True once the child first is among them; *ret_status is its, as of waitpid(). */
bool family_reap(pid_t first, int *ret_status);
/*
 * Kills and reaps all there are, also in sessions of their own and those that multiply meanwhile. 0; -EBUSY if some
 * still are there at the deadline (util/clock.h): a process can be stuck in the kernel.
 */
int family_end(uint64_t deadline);
