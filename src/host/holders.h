/*
 * Who holds which VFIO device: the open files of all processes, by device number, so that mount namespaces do not
 * matter. Nothing is ever opened to find out.
 *
 * Only he who may look at all processes' files gets an answer that is complete: the helper, or a reader that is root.
 */
#pragma once

#include "host/inuse.h"
#include "host/sysfs.h"
#include "util/strv.h"

/*
 * Walks proc once, and then looks at who has appeared meanwhile. ret->open has the names below /dev/vfio ("12",
 * "noiommu-0", "devices/vfio0") of what is open; with a device its group, as VFIO gives a group to one owner only.
 * Where proc is none of a kernel's (a fake root), what the links say is believed (inuse_read).
 *
 * Complete: this is the first PID namespace, each process in it could be looked at, with PID 1 and with those that came
 * meanwhile, and no open device was left whose name could not be told. Not seen is what is open nowhere: a file on its
 * way in a socket or registered with an io_uring, or mapped memory of a file that was closed; and, before Linux 6.18,
 * somebody else's device with a process that has a group of several devices open.
 */
void holders_read(const struct sysfs *s, struct inuse *ret);
/* As the field of the helper's who-holds: a line for each name, then "complete" or "incomplete". */
void holders_format(const struct inuse *u, struct text *t);
/* -EPROTO */
int holders_parse(const char *field, size_t n, struct inuse *ret);
