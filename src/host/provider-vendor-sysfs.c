/*
 * Vendors' own attributes that have a shape of their own: NVIDIA's vGPU type, of a VF in its nvidia directory, of an
 * mdev in its type's name. What is a plain file (a PF's qat/cfg_services) is named by a model file instead.
 */
#include <string.h>

#include "host/provider.h"

#define PREFIX "nvidia-"

static bool detect(const struct probe *p) {
        return str_startswith(p->t->mdev_type, PREFIX);
}

static void read_all(struct probe *p) {
        const char *origin = p->type        ? "sysfs:mdev_type"
                             : p->creatable ? "sysfs:nvidia/creatable_vgpu_types"
                                            : "sysfs:nvidia/current_vgpu_type";

        probe_give_fact_value(p, "nvidia.vgpuType", p->t->mdev_type + strlen(PREFIX), origin);
}

const struct provider provider_vendor_sysfs = { .name = "vendor-sysfs", .detect = detect, .read = read_all };
