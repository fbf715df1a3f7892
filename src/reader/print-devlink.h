/*
 * What devlink says of one instance, for people and tests: a line each, "running fw.version 28.41.1000", "vf 0 of pf 0:
 * migratable". The same code reads it as for a device.
 */
#pragma once

#include "host/sysfs.h"

/* -errno if nothing is known of its versions. */
int print_devlink(const struct sysfs *s, const char *instance);
