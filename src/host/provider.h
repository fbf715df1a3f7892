/*
 * A provider is one layout in which a driver or a file says what a device is: model, version, parameters, facts.
 *
 * They are asked in the order of the table in probe.c, from strong to weak. What a stronger one gave, or tried to read
 * and could not, a weaker one does not overwrite: probe_give_...() sees to it.
 */
#pragma once

#include "host/host.h"

/* A device or creatable while it is looked at. */
struct probe {
        struct host *host;
        struct device *device; /* being filled */
        struct traits *t;      /* device->traits */
        struct sysfs_dir dir;  /* the device's directory, D; not open for a creatable */
        struct names names;    /* what is in D */
        struct place *type;    /* of an mdev (or a creatable one), T; else NULL */
        int type_error;        /* why it has none though it is an mdev: an errno */
        struct place *parent;  /* of an mdev, or a VF's PF; or NULL */
        int parent_error;      /* why it has none though it is a VF: an errno */
        bool creatable;
        char *pci; /* "15b3:101e", of an mdev its parent's; or NULL */
};

struct provider {
        const char *name;
        bool (*detect)(const struct probe *p); /* cheap: looks at names only */
        void (*read)(struct probe *p);
};

extern const struct provider provider_attributes;
extern const struct provider provider_params_dir;
extern const struct provider provider_info_json;
extern const struct provider provider_self_compatible;
extern const struct provider provider_type_compatible;
extern const struct provider provider_migration_version;
extern const struct provider provider_compatible_devices;
extern const struct provider provider_devlink;
extern const struct provider provider_model_file;
extern const struct provider provider_vendor_sysfs;
extern const struct provider provider_debugfs;
extern const struct provider provider_identity;

/* True if there is something of that name (or path: its first component) in D, or in T; or if what is in T is not
 * known. */
bool probe_has(const struct probe *p, const char *name);
bool probe_type_has(const struct probe *p, const char *name);

/* An attribute and where it was found. */
struct reading {
        struct attribute attribute;
        char *origin;   /* "sysfs:model", "sysfs:mdev_type/model" */
        bool from_type; /* it lies outside D: never writable */
        bool there;     /* false only where the directory was listed without it */
};
void reading_done(struct reading *r);
#define _cleanup_reading_ _cleanup_(reading_done)

/* A file by its path below D, T, or the parent's directory. The origin is its path below D, or (of a creatable) below
 * the parent. */
struct reading probe_read(const struct probe *p, const char *file);
struct reading probe_read_type(const struct probe *p, const char *file);
struct reading probe_read_parent(const struct probe *p, const char *file);
/* In D, else in T. */
struct reading probe_read_either(const struct probe *p, const char *file);
/* True if there was a file, or may have been one: what was listed and fails in any way is one. */
bool reading_there(const struct reading *r);
/* Why it has no value: an errno, or 0. What fills the page may be cut off: no value either (E2BIG). */
int reading_error(const struct reading *r);

/* True if a stronger provider gave that value, or could not read it; the key is an origin's: "params.rss". */
bool probe_given(const struct probe *p, const char *key);
/* Each takes a value only if it was not given before. A failed read leaves errno:NAME as the origin. */
void probe_give_error(struct probe *p, const char *key, int error);
/* Whatever was given: the device is one whose model could not be read, so that nothing says yes to it. */
void probe_take_back_model(struct probe *p, int error);
void probe_give_model(struct probe *p, const struct reading *r);
void probe_give_model_name(struct probe *p, const char *model, const char *origin);
void probe_give_version(struct probe *p, const struct reading *r);
void probe_give_software_version(struct probe *p, const struct reading *r);
void probe_give_token(struct probe *p, const char *name, const struct reading *r);
void probe_give_param(struct probe *p, const char *name, const struct reading *r);
void probe_give_param_value(struct probe *p, const char *name, const char *value, const char *origin);
void probe_give_fact(struct probe *p, const char *name, const struct reading *r);
void probe_give_fact_value(struct probe *p, const char *name, const char *value, const char *origin);
/* What a provider knows of a parameter; takes the contents of info. */
void probe_give_param_info(struct probe *p, struct param_info *info);
/* Whether params lists all that is active. One who saw that something is missing is never outvoted; one who just cannot
 * tell says nothing. */
void probe_give_complete(struct probe *p, bool complete);

#define PARAM_INFO_NONE \
        ((struct param_info){ .type = PARAM_TYPE_NONE, .writable = TRI_UNKNOWN, .at_create = TRI_UNKNOWN })

/* As many parameters as a descriptor may have. */
#define PROBE_PARAMS_MAX 256

/* What is known of the model that the device has, or NULL. */
const struct model *probe_find_model(const struct probe *p);

/* For probe.c and creatable.c. */
void probe_run_providers(struct probe *p);
void probe_done(struct probe *p);
#define _cleanup_probe_ _cleanup_(probe_done)
/* The directory of "<subsystem>:<name>". */
int probe_open_device(struct host *h, const char *subsystem, const char *name, struct sysfs_dir *ret);
/* The address of a parent, or NULL where its subsystem cannot be told. */
char *probe_parent_address(struct host *h, struct place *parent);
/* Splits "<subsystem>:<name>"; name points into the key. */
int probe_parse_key(const char *key, char **ret_subsystem, const char **ret_name);
