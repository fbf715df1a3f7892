/*
 * What the kernel's devlink answers say: netlink messages, as they came, become versions and the VFs' ports.
 *
 * Pure: no sockets, no files. Nothing is believed of a message: one that is not what the kernel's layout says makes the
 * whole answer unknown (EBADMSG); attributes nobody knows do not matter.
 */
#pragma once

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tri.h"
#include "util/macro.h"

/* Not in Debian 12's headers (6.1); these are of include/uapi/linux/devlink.h of Linux 6.12. */
#define DEVLINK_FUNCTION_ATTR_CAPS 4 /* struct nla_bitfield32 */
#define DEVLINK_FUNCTION_CAP_MIGRATABLE (UINT32_C(1) << 1)

struct devlink_version {
        char *name;  /* "fw.version" */
        char *value; /* NULL: it is there and is not known, error says why */
        int error;
        bool running; /* else fixed; stored ones are not kept, they may never run */
};

struct devlink_info {
        int error;    /* why nothing is known: an errno; ENODEV: it has no devlink */
        char *driver; /* or NULL */
        struct devlink_version *versions;
        size_t n_versions;
};

/* The e-switch's port of a VF. */
struct devlink_vf {
        uint16_t pf;
        uint16_t vf;
        enum tri external;   /* a VF of another controller's, such as a SmartNIC's host */
        enum tri migratable; /* unknown: the port does not say */
};

struct devlink_ports {
        int error;
        struct devlink_vf *vfs;
        size_t n_vfs;
};

/* instance: "pci/0000:3b:00.0"; what is said of others does not matter. */
void devlink_info_parse(struct devlink_info *i, const void *data, size_t n, const char *instance);
void devlink_info_done(struct devlink_info *i);
/* NULL if there is none of that name. */
const struct devlink_version *devlink_info_find(const struct devlink_info *i, const char *name);

void devlink_ports_parse(struct devlink_ports *p, const void *data, size_t n, const char *instance);
void devlink_ports_done(struct devlink_ports *p);
/*
 * The port function attribute `migratable` of a VF; UNKNOWN with *ret_error where that cannot be told. ENOENT: there is
 * no port of that VF, as in legacy e-switch mode; ENODATA: the port does not say; ENOTUNIQ: it cannot be told which one
 * is the VF's.
 */
enum tri devlink_ports_migratable(const struct devlink_ports *p, unsigned vf, int *ret_error);

/* An answer, message by message. */
struct devlink_walk {
        const char *data; /* aligned as a message is */
        size_t n;
        size_t at;
        bool multi, ended;
};

/* The next message that says something: 1; 0 at the end; or -errno, which is the kernel's or EBADMSG. */
int devlink_walk_next(struct devlink_walk *w, const struct nlmsghdr **ret);
/* True if nothing comes after these whole messages, whatever they say, or if they are none. */
bool devlink_answer_ends(const void *data, size_t n);

/* The next attribute of a payload: 1; 0 at the end; -EBADMSG for what is none. Begins with *at = 0. */
int devlink_attr_next(const void *payload, size_t n, size_t *at, const struct nlattr **ret);
/* What follows the message's generic netlink header; NULL if it has none. */
const void *devlink_message_payload(const struct nlmsghdr *m, size_t *ret_n, uint8_t *ret_command);
