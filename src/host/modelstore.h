/*
 * Model files and pool files in force: etc over run over usr/lib by file name, masks, and merge patches beside them.
 *
 * Owns what it read. A bad file is left out, with one warning that names the file and the place in it. A directory that
 * cannot be listed is an error, or without it a model would pass for one that nobody restricted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/model.h"
#include "core/pool.h"
#include "host/sysfs.h"
#include "util/strv.h"

struct modelstore {
        struct models models;
        const struct model **by_file; /* the same models in the order of their files' names */
        size_t n_by_file;
        struct pool **pools; /* in the order of their files' names */
        size_t n_pools;
        bool own_only; /* see modelstore_read_own() */
        char **warnings;
        struct text text; /* the files themselves, for modelstore_load() */
};

/* 0 or -errno, where warnings say why, and *ret is to be freed nevertheless. -E2BIG: more than WIRE_STORE_MAX. */
int modelstore_read(const struct sysfs *s, struct modelstore *ret);
/*
 * The same of files, in folders, that only we ourselves can have written (the helper: root), for him who must not
 * believe others. -EPERM: a folder is somebody else's to write to.
 * None below run, which is the daemon's: what lies there is not looked at.
 */
int modelstore_read_own(const struct sysfs *s, struct modelstore *ret);
/* The same from the text of another one that was read; -EBADMSG. */
int modelstore_load(const char *text, size_t length, struct modelstore *ret);
void modelstore_done(struct modelstore *m);
