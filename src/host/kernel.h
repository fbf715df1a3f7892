/*
 * The running kernel and its host: release, name, and what its configuration says about dirty page tracking.
 *
 * Owns its strings. What cannot be read is not known; on a fake root nothing of this machine is told.
 */
#pragma once

#include "core/descriptor.h"
#include "core/tri.h"
#include "host/sysfs.h"

struct kernel {
        char *release; /* or NULL */
        char *host_name;
        char *machine_id;
        /* False: the configuration was read and has no CONFIG_IOMMUFD, so no IOMMU domain tracks dirty pages. */
        enum tri iommufd;
        /*
         * Whether a device's own log of dirty pages can be reported (VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT): from
         * 6.7 on that needs CONFIG_IOMMUFD_DRIVER=y, without which the PROBE still says yes.
         */
        enum tri dma_logging;
        /* False: the configuration was read and has no CONFIG_VFIO_DEBUGFS, so there is no use in asking for that. */
        enum tri vfio_debugfs;
};

void kernel_read(const struct sysfs *s, struct kernel *ret);
void kernel_done(struct kernel *k);
/* The head of a host document. */
void kernel_describe(const struct kernel *k, struct document *d);
