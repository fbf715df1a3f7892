/*
 * vfio-migrationd.conf: the administrator's policy and limits.
 *
 * The main file is the first of etc, run, usr/lib; drop-ins of all three follow by file name, where etc masks the
 * others. What is not known or not valid is a warning with file and line, never an error; but it never makes the policy
 * laxer than what was meant: in doubt the strictest value counts.
 */
#pragma once

#include "core/policy.h"
#include "host/sysfs.h"

struct limits {
        unsigned checks_per_uid;
        unsigned checks; /* of all users together */
};

#define LIMITS_DEFAULT ((struct limits){ .checks_per_uid = 8, .checks = 256 })

/* How long drivers and vendors' checks are waited for. */
struct vendor_limits {
        unsigned timeout_sec;       /* for one of them */
        unsigned total_timeout_sec; /* for all of one question */
};

#define VENDOR_DEFAULT ((struct vendor_limits){ .timeout_sec = 5, .total_timeout_sec = 8 })

struct config {
        struct policy policy;
        struct limits limits;
        struct vendor_limits vendor;
        char **warnings;
        bool doubtful;   /* the policy may not be what was meant */
        bool unreadable; /* a file or directory could not be read: the whole policy is the strictest one */
};

/*
 * Reads below the root, or only the named file (a path of the caller's own, not below the root). -errno only where that
 * one cannot be read.
 */
int config_read(struct config *c, const struct sysfs *root, const char *file);
void config_done(struct config *c);
