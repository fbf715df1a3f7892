/*
 * A small language for hosts that are not there: a directory in which sysfs lies as a real kernel lays it out.
 *
 * Everything is below one temporary directory, to be given as --root=DIR. Links are relative, as the kernel's are.
 * Mistakes in a test abort it. A path is always relative to the root: "sys/devices/...".
 */
#pragma once

#include <stddef.h>

struct testhost;

/* An empty host with the directories that every kernel has. */
struct testhost *testhost_new(void);
/* Removes the directory too. */
struct testhost *testhost_free(struct testhost *h);
/* The directory, for --root=. */
const char *testhost_root(const struct testhost *h);
/* Leaves the directory behind when h is freed, under this name. */
void testhost_keep(struct testhost *h, const char *dir);

/*
 * Things. Each returns the path of the device's directory, which lives as long as the host. ids: "15b3:101e", or with
 * subsystem ids, "15b3:101e:15b3:0001". driver NULL: not bound. A driver with "vfio" in its name makes it a VFIO
 * device.
 */
const char *testhost_add_pci(struct testhost *h, const char *bdf, const char *ids, const char *driver);
const char *testhost_add_vf(struct testhost *h, const char *pf_bdf, const char *bdf, const char *ids,
                            const char *driver);
/* subsystem "pci": the device of that bdf, which must be there; else a virtual device of that class ("mtty", "mtty").
 */
const char *testhost_add_mdev_parent(struct testhost *h, const char *subsystem, const char *name);
/* parent: a path from testhost_add_mdev_parent(). Returns the type's path. */
const char *testhost_add_type(struct testhost *h, const char *parent, const char *type, unsigned available);
const char *testhost_add_mdev(struct testhost *h, const char *parent, const char *type, const char *uuid,
                              const char *driver);
/* Any other VFIO device: "platform", "ccw". */
const char *testhost_add_other(struct testhost *h, const char *subsystem, const char *name, const char *driver);
/* Puts a device into the IOMMU group of another one. */
void testhost_share_group(struct testhost *h, const char *path, const char *with);
/* The device is gone, and all links to it. */
void testhost_unplug(struct testhost *h, const char *path);

/* An attribute: a file below a device; directories on the way are made. Without a newline at the end one is added. */
void testhost_attr(struct testhost *h, const char *path, const char *name, const char *value);
/* Reading it fails with EISDIR. */
void testhost_attr_broken(struct testhost *h, const char *path, const char *name);

/* Files of the administrator: "etc/vfio-migration/models.d/NAME" and so on. */
void testhost_model_file(struct testhost *h, const char *name, const char *json);
void testhost_pool_file(struct testhost *h, const char *name, const char *json);
/* proc/sys/kernel/osrelease, and boot/config-<release> unless config is NULL. */
void testhost_kernel(struct testhost *h, const char *release, const char *config);
/* A process that has a file open: a link in proc/<pid>/fd. */
void testhost_process(struct testhost *h, unsigned pid, const char *open_file);

/* Anything else. */
void testhost_dir(struct testhost *h, const char *path);
void testhost_file(struct testhost *h, const char *path, const char *bytes);
void testhost_file_n(struct testhost *h, const char *path, const void *bytes, size_t n);
void testhost_fifo(struct testhost *h, const char *path);
/* The target as it is. */
void testhost_link(struct testhost *h, const char *path, const char *target);
/* A relative link to another path of the host. */
void testhost_link_to(struct testhost *h, const char *path, const char *to);
/* Removes a file or a directory with all in it; no error if it is not there. */
void testhost_remove(struct testhost *h, const char *path);
