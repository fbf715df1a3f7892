/*
 * NVIDIA's virtual GPUs on SR-IOV VFs: nvidia/current_vgpu_type and creatable_vgpu_types in a VF's directory.
 *
 * A VF without a type is no device; per PF and type there is one creatable, available as often as free VFs list it.
 */
#pragma once

#include <stdint.h>

#include "host/host.h"

/* 0 with the type's number (0: none); -ENOENT where this is no such VF, or another -errno if it cannot be read. */
int nvidia_current_type(struct host *h, const struct sysfs_dir *vf, uint32_t *ret_type);

struct nvidia_type {
        uint32_t id;
        uint32_t available;
        size_t counted; /* while counting: the last VF that listed it */
        char *vf;       /* path of the first that could become one */
};

struct nvidia_types {
        struct nvidia_type *v; /* sorted by id */
        size_t n;
};

/* What the free VFs of a PF could become. */
void nvidia_creatable_types(struct host *h, struct place *pf, struct nvidia_types *ret);
void nvidia_types_done(struct nvidia_types *t);
