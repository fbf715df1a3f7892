/*
 * What the helper said of devices' debugfs. Owns the words, of so many devices at most; those that are gone count, too.
 */
#include "host/debugfs-memory.h"

#include <string.h>

#include "util/alloc.h"
#include "util/strv.h"

#define MEMORY_MAX 4096u

struct debugfs_remembered {
        char *address;
        char *said;
        uint64_t read_at;
};

static struct debugfs_remembered *find(const struct debugfs_memory *m, const char *address) {
        for (size_t i = 0; i < m->n; i++)
                if (strcmp(m->v[i].address, address) == 0)
                        return &m->v[i];
        return NULL;
}

const char *debugfs_memory_recall(const struct debugfs_memory *m, const char *address, uint64_t since) {
        const struct debugfs_remembered *d = find(m, address);

        return d && d->read_at >= since ? d->said : NULL;
}

void debugfs_memory_note(struct debugfs_memory *m, const char *address, const char *said, uint64_t read_at) {
        struct debugfs_remembered *d = find(m, address);

        if (!d && !said)
                return;
        if (!d) {
                if (m->n >= MEMORY_MAX)
                        debugfs_memory_done(m);
                array_append(m->v, m->n, (struct debugfs_remembered){ .address = xstrdup(address) });
                d = &m->v[m->n - 1];
        }
        free(d->said);
        d->said = xstrdup(said);
        d->read_at = read_at;
}

void debugfs_memory_done(struct debugfs_memory *m) {
        for (size_t i = 0; i < m->n; i++) {
                free(m->v[i].address);
                free(m->v[i].said);
        }
        free(m->v);
        *m = (struct debugfs_memory){};
}
