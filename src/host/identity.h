/*
 * The identity of a device: PCI ids and kernel, as facts. Read before the providers, which match by it.
 */
#pragma once

#include "host/provider.h"

/* Facts pci.*, of an mdev mdev.deviceApi and parent.pci.vendor; and probe.pci. */
void identity_read(struct probe *p);
