/*
 * The IOMMU group of a device: which of its members keep it from being opened, and on which NUMA node it is.
 */
#pragma once

#include "host/provider.h"

/* Fills groupBlockedBy and numaNode. A member that cannot be looked at blocks, and a group that cannot be listed. */
void group_read(struct probe *p);
