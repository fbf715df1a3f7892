/*
 * Model files and pool files in force: etc over run over usr/lib by file name, masks, and merge patches beside them.
 *
 * Owns what it read. A bad file is left out, with one warning that names the file and the place in it.
 */
#pragma once

#include <stddef.h>

#include "core/model.h"
#include "core/pool.h"
#include "host/sysfs.h"

struct modelstore {
        struct models models;
        const struct model **by_file; /* the same models in the order of their files' names */
        size_t n_by_file;
        struct pool **pools; /* in the order of their files' names */
        size_t n_pools;
        char **warnings;
};

void modelstore_read(const struct sysfs *s, struct modelstore *ret);
void modelstore_done(struct modelstore *m);
