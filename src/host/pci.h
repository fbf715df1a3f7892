/*
 * PCI devices: which of them matter here, and what they are bound to or could be. Reads links and core attributes
 * only, which no vendor's code answers.
 */
#pragma once

#include "host/host.h"

/* True for vfio-pci and its variants, by the driver's name; '-' and '_' are the same in it. */
bool driver_is_vfio(const char *name);
/* True for plain vfio-pci, which cannot migrate anything. */
bool driver_is_plain_vfio(const char *name);
/* True for a bdf: "0000:3b:00.2". */
bool pci_name_valid(const char *name);

/*
 * The variant driver that a VF could be bound to, or NULL: one that is installed for its modalias. Its name is that of
 * the loaded module's driver, else the module's own.
 */
char *pci_variant_driver(struct host *h, const struct sysfs_dir *vf);
