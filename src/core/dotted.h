/*
 * Dotted versions: how facts and softwareVersion compare. Numbers may be of any length.
 */
#pragma once

#include <stdbool.h>

enum order {
        ORDER_BEFORE = -1,
        ORDER_SAME = 0,
        ORDER_AFTER = 1,
        ORDER_NONE = 2, /* not comparable */
};

/*
 * a against b, split at '.', missing parts 0, part by part: as unsigned decimals if both are [0-9]+, the same if
 * their bytes are, else not comparable.
 */
enum order dotted_compare(const char *a, const char *b);

enum semver {
        SEMVER_FITS,
        SEMVER_DIFFERS,
        SEMVER_MALFORMED,
};

/* "major.minor.bugfix": fits if the major numbers are equal and the target's minor is at least the source's. */
enum semver semver_fits(const char *source, const char *target);
