/*
 * The classes of equal devices of a host, as they are compared across hosts: digest, model, how many, how many free.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/descriptor.h"
#include "ctl/digest.h"
#include "util/strv.h"

struct class_row {
        char *text; /* core/class-json.h's; of a class that is not known, of one of its devices */
        bool known; /* false: these devices need not be equal, and have no digest */
        char digest[DIGEST_LENGTH + 1];
        const char *model;  /* borrowed of the document, or NULL */
        uint64_t devices;   /* that exist */
        uint64_t free;      /* of them, that could take a VM's state now */
        uint64_t creatable; /* that could be created, if nothing of other classes is */
};

struct classes {
        struct class_row *v; /* by model and digest; those that are not known last */
        size_t n;
        bool shared; /* types of one parent, of several classes, share what it has: creatable is at most so many */
};

void classes_of(const struct document *host, struct classes *ret);
void classes_done(struct classes *c);
#define _cleanup_classes_ _cleanup_(classes_done)

/* So long may a feature file be (node-feature-discovery ignores a longer one). */
#define NFD_FILE_MAX 65536u
#define NFD_FILE "/etc/kubernetes/node-feature-discovery/features.d/vfio-migration"

/* Appends the lines of a feature file. until: seconds since the epoch, when they are void; 0: never. */
void classes_format_nfd(const struct classes *c, int64_t until, struct text *t);
/* Writes a file by renaming a new one, mode 0644. 0, or -errno with ret_what failed ("create", ...). */
int nfd_write(const char *path, const struct text *t, const char **ret_what);
