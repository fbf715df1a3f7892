/*
 * Which VFIO variant drivers are installed, and for which devices: the "vfio_pci:" aliases of modules.alias.
 *
 * Owns its strings. Read once for a kernel release; the sandbox of the daemon has the modules bound at a place of its
 * own, as systemd hides /usr/lib/modules.
 */
#pragma once

#include <stddef.h>

#include "host/sysfs.h"

struct alias {
        char *pattern; /* "v000015B3d0000101Esv*sd*bc*sc*i*" */
        char *module;  /* "mlx5_vfio_pci" */
};

struct aliases {
        struct alias *v;
        size_t n;
};

void aliases_read(const struct sysfs *s, const char *release, struct aliases *ret);
void aliases_done(struct aliases *a);
/* The module that fits a device's modalias ("pci:v...") best, or NULL. Plain vfio-pci, which takes any, is none. */
const char *aliases_find(const struct aliases *a, const char *modalias);
