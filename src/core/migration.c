/*
 * What a device can do in a migration: its words, copies and comparison. Owns the two names of a model's entry.
 */
#include "core/migration.h"

#include <errno.h>

#include "util/alloc.h"
#include "util/strv.h"

static const char *const protocol_names[] = {
        [MIGRATION_NONE] = "none",
        [MIGRATION_V1] = "v1",
        [MIGRATION_V2] = "v2",
};

/* By bit number. */
static const char *const flag_names[] = { "stop-copy", "p2p", "pre-copy" };

void migration_done(struct migration *m) {
        free(m->driver);
        free(m->requires);
        *m = (struct migration){ .protocol = MIGRATION_PROTOCOL_UNKNOWN, .dma_logging = TRI_UNKNOWN };
}

void migration_copy(struct migration *to, const struct migration *from) {
        *to = *from;
        to->driver = xstrdup(from->driver);
        to->requires = xstrdup(from->requires);
}

bool migration_equal(const struct migration *a, const struct migration *b) {
        return str_equal(a->driver, b->driver) && str_equal(a->requires, b->requires) && a->protocol == b->protocol &&
               a->has_flags == b->has_flags && (!a->has_flags || a->flags == b->flags) &&
               a->dma_logging == b->dma_logging && a->has_data_size == b->has_data_size &&
               (!a->has_data_size || a->data_size == b->data_size);
}

uint64_t migration_hash(uint64_t h, const struct migration *m) {
        const uint64_t words[] = {
                (uint64_t)m->protocol, m->has_flags ? m->flags : UINT64_MAX, (uint64_t)m->dma_logging,
                m->has_data_size,      m->has_data_size ? m->data_size : 0,
        };

        h = hash_str(hash_str(h, m->driver), m->requires);
        return hash_bytes(h, words, sizeof(words));
}

const char *migration_protocol_to_string(enum migration_protocol p) {
        return p >= 0 && (size_t)p < ARRAY_SIZE(protocol_names) ? protocol_names[p] : NULL;
}

int migration_protocol_from_string(const char *s, enum migration_protocol *ret) {
        for (size_t i = 0; i < ARRAY_SIZE(protocol_names); i++)
                if (str_equal(s, protocol_names[i])) {
                        *ret = (enum migration_protocol)i;
                        return 0;
                }
        return -EINVAL;
}

const char *migration_flag_name(unsigned bit) {
        for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
                if (bit == 1U << i)
                        return flag_names[i];
        return NULL;
}

unsigned migration_flag_from_name(const char *s) {
        for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
                if (str_equal(s, flag_names[i]))
                        return 1U << i;
        return 0;
}
