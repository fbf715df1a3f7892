/*
 * Commands for people: what root would type on a host to change what keeps a device from migrating.
 *
 * Pure; never run by anyone here. Every name in one comes from a document that may be hostile, so a command that
 * would hold anything but plain names is not given at all (NULL). Several commands are lines of one text.
 */
#pragma once

#include <stdbool.h>

#include "core/descriptor.h"

/* True for letters, digits and "._:+-" that do not begin with '-' and are no "." or "..". */
bool command_word_valid(const char *word);

/* A PCI device to another driver. loaded: its module need not be loaded first. bound: it has a driver now. */
char *command_bind(const char *address, const char *driver, bool bound);
/* The same to vfio-pci for each of the members of an IOMMU group that can be bound; NULL if there is none. */
char *command_free_group(char *const *members);
/* devlink's `migratable` of a VF of that PF. port: "pci/0000:08:00.0/2", or NULL: then how to find it is said. driver:
 * what it is bound to now and again afterwards, or NULL. */
char *command_migratable(const char *address, const char *pf, const char *port, const char *driver);
char *command_switchdev(const char *pf);
char *command_devlink_info(const char *pf);
/* Shows an option of the kernel's configuration; release may be NULL: the running one's. */
char *command_kernel_option(const char *release, const char *option);
/* A first model file. */
char *command_template(const char *address);
/* A parameter (or "version"), by the origin of its value ("sysfs:rss"). */
char *command_set(const char *address, const char *origin, const char *value);
char *command_create(const char *parent, const char *mdev_type);
