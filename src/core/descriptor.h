/*
 * Descriptors and host documents: what crosses hosts, as data (JSON in descriptor-json.h).
 *
 * A device is immutable once it is in a document or an inventory, and reference-counted; what the rules look at
 * is in its traits, which equal devices share. Nothing here does I/O.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/entries.h"
#include "core/migration.h"
#include "core/model.h"
#include "core/param.h"
#include "core/tri.h"

#define DESCRIPTOR_SCHEMA "org.vfio.Migration1.descriptor/1"

/* Everything that the rules look at in one device, addresses aside. Immutable when interned (traits_table_intern). */
struct traits {
        unsigned n_refs; /* atomic */
        uint64_t hash;   /* set by interning */

        bool creatable;
        char *pool;
        char *driver;       /* the driver that it has, or would have if boundDriver is given */
        char *bound_driver; /* the driver that it has now */
        char *mdev_type;
        char *model; /* never "" */
        bool has_version;
        uint32_t version;
        char *software_version;
        struct entries params;
        enum tri params_complete; /* TRI_UNKNOWN: not given */
        struct entries facts;
        bool has_migration;
        struct migration migration;
        struct entries tokens;
        struct entries origins; /* by JSON key: "model", "version", "params.rss" */
        struct param_infos param_info;
        bool param_list_writable;
        char **attributes; /* names of the tokens that can be written here */
        enum tri in_use;
        bool group_blocked; /* device.group_blocked_by is not empty */
        bool independent;   /* creatable: creating another type of the parent does not change it */
};

struct device {
        unsigned n_refs; /* atomic */
        struct traits *traits;

        char *id;      /* NULL for a creatable */
        char *address; /* pci:<bdf>, mdev:<uuid>, <subsystem>:<name>; NULL for a creatable */
        char *guest;
        char *pin;
        char *parent;
        char *reserved_by;
        char **group_blocked_by;
        bool has_numa_node;
        int numa_node;
        uint32_t available; /* creatable */

        /* Where it is on this host: of use to Device objects, the reader and the CLI; no rule looks at it. */
        char *sysfs_path;  /* below the root: "sys/devices/..." */
        char *bus;         /* its subsystem: "pci", "mdev" */
        char *vfio_device; /* "vfio0" */
        char *iommu_group; /* "12" */
        /* The variant driver that is installed for it, though it is on plain vfio-pci; in host documents, too. */
        char *variant_driver;

        char *block; /* device_compact(): all of the strings above are in it */
};

struct document {
        char *created_at;
        char *host_name;
        char *machine_id;
        char *kernel;
        enum tri iommu_dirty_tracking;

        char *vm_name;
        char *vm_uuid;
        enum tri viommu;
        uint32_t vfio_devices; /* the VM's number of VFIO devices, 0 if not given */

        struct device **devices;
        size_t n_devices;
        struct device **creatables;
        size_t n_creatables;
        bool has_models; /* it is a host document */
        struct models models;
};

struct device *device_new(bool creatable);
struct device *device_ref(struct device *d);
struct device *device_unref(struct device *d);
DEFINE_CLEANUP(struct device, device_unref);
/* Equal in everything, id and places too. */
bool device_equal(const struct device *a, const struct device *b);
/* Puts all strings into one block, for those that live long; they must not be changed afterwards. */
void device_compact(struct device *d);
/* A copy with traits of its own, to be changed. */
struct device *device_copy(const struct device *d);

struct traits *traits_ref(struct traits *t);
struct traits *traits_unref(struct traits *t);
bool traits_equal(const struct traits *a, const struct traits *b);

/* The origin of a value by its JSON key ("version", "params.rss"), or NULL. */
const char *traits_origin(const struct traits *t, const char *key);
/* The same for a key in two parts, such as "params." and "rss". */
const char *traits_origin_of(const struct traits *t, const char *kind, const char *name);
/* True if reading that value failed (an errno: origin): whatever is written, it is not known. */
bool traits_unread(const struct traits *t, const char *key);

/* Shares equal traits: replaces the device's own by the table's. The table only borrows; it lives shorter than them. */
struct traits_table;
struct traits_table *traits_table_new(void);
struct traits_table *traits_table_free(struct traits_table *t);
DEFINE_CLEANUP(struct traits_table, traits_table_free);
void traits_table_intern(struct traits_table *t, struct device *d);

struct document *document_new(void);
struct document *document_free(struct document *d);
DEFINE_CLEANUP(struct document, document_free);
/* Appends, and takes the reference. */
void document_take(struct document *d, struct device *device);
