/*
 * devlink over generic netlink: what a device's firmware is, and whether its VFs may migrate. Neither is in sysfs.
 *
 * Below a fake root it reads recorded messages instead: run/vfio-migration/devlink/<bus>:<name>.{info,port}, the bytes
 * as they came from the kernel. GET only, which needs no privilege; nothing is ever set. An answer that is late is
 * ETIMEDOUT after 0.7 s; but a driver that hangs does so within our send(), and then so does this: see
 * devlink-memory.h.
 */
#pragma once

#include "host/devlink-message.h"
#include "host/sysfs.h"
#include "util/strv.h"

enum devlink_question {
        DEVLINK_INFO,
        DEVLINK_PORTS,
        _DEVLINK_QUESTION_MAX,
};

/* "run/vfio-migration/devlink/pci:0000:3b:00.0.info" */
char *devlink_recording(const char *instance, enum devlink_question question);
/*
 * The kernel's answers about an instance ("pci/0000:3b:00.0"), as they come: each 0 or -errno, and its text. All of
 * them have one deadline.
 */
void devlink_ask(const struct sysfs *s, const char *instance, size_t n, int *ret_errors, struct text *ret_answers);

/* What one instance (a PF, or a device of its own) said. */
struct devlink {
        char *instance;
        bool has_ports;   /* they were asked for */
        uint64_t read_at; /* CLOCK_BOOTTIME, usec: it is not older */
        struct devlink_info info;
        struct devlink_ports ports;
};

void devlink_read(const struct sysfs *s, const char *instance, bool ports, struct devlink *ret);
void devlink_done(struct devlink *d);
