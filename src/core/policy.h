/*
 * The administrator's policy, as far as the rules ask for it ([Policy] of the configuration).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/verdict.h"

struct policy {
        enum evidence minimum_evidence;
        bool require_same_mdev_type;
        bool ignore_pools;
        bool require_dirty_tracking;
        bool allow_recreate;
        bool assume_free;
        uint64_t descriptor_max_age; /* seconds */
};

#define POLICY_DEFAULT                                           \
        ((struct policy){ .minimum_evidence = EVIDENCE_METADATA, \
                          .require_dirty_tracking = true,        \
                          .descriptor_max_age = UINT64_C(30) * 24 * 60 * 60 })
