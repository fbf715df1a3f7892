/*
 * What a device can do in a migration, in the kernel's words.
 *
 * Source: include/uapi/linux/vfio.h, VFIO_DEVICE_FEATURE_MIGRATION (5.18; PRE_COPY 6.2).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/tri.h"
#include "util/macro.h"

enum migration_protocol {
        MIGRATION_PROTOCOL_UNKNOWN = -1,
        MIGRATION_NONE,
        MIGRATION_V1,
        MIGRATION_V2,
};

enum migration_flags {
        MIGRATION_STOP_COPY = 1,
        MIGRATION_P2P = 2,
        MIGRATION_PRE_COPY = 4,
};

struct migration {
        char *driver;   /* models only: the driver that the entry speaks of, or NULL */
        char *requires; /* models only: what must have been read as true for the entry to count */
        enum migration_protocol protocol;
        bool has_flags;
        unsigned flags;
        enum tri dma_logging;
        bool has_data_size;
        uint64_t data_size; /* bytes, an estimate (VFIO_DEVICE_FEATURE_MIG_DATA_SIZE) */
};

void migration_done(struct migration *m);
void migration_copy(struct migration *to, const struct migration *from);
bool migration_equal(const struct migration *a, const struct migration *b);
uint64_t migration_hash(uint64_t h, const struct migration *m);

const char *migration_protocol_to_string(enum migration_protocol p);
int migration_protocol_from_string(const char *s, enum migration_protocol *ret); /* -EINVAL */
/* The name of one flag bit; NULL beyond the last: for (i = 0; name = migration_flag_name(1u << i); i++). */
const char *migration_flag_name(unsigned bit);
/* 0 for a flag that we do not know (a newer kernel's). */
unsigned migration_flag_from_name(const char *s);
