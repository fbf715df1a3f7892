/*
 * Lists the keys of all that is there to be read: VFIO devices, what could become one, and parents.
 *
 * Looks at links and directories only, where no vendor's code can hang it; on the real root libudev lists the devices.
 * A key that is listed may turn out to be nothing (a VF without a type).
 */
#pragma once

#include "host/host.h"

/* Sorted: devices, then parents. */
int census_list(struct host *h, struct names *ret_keys);
