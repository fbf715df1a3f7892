/*
 * What is known of a device model: a model file (models.d), or an entry of a document's "models".
 *
 * Pure; owned by a struct models. Names are opaque and compared byte by byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/entries.h"
#include "core/migration.h"
#include "core/param.h"

#define MODEL_SCHEMA "org.vfio.Migration1.model/1"

enum fact_rule_kind {
        FACT_EQUAL,
        FACT_AT_LEAST,
        FACT_RANGE,
        FACT_SEMVER,
        FACT_SUPERSET,
        FACT_IGNORE,
};

struct fact_rule {
        char *name;
        enum fact_rule_kind kind;
        char *min; /* range only, either may be NULL */
        char *max;
        char *source; /* model files: "parent:<file>", "sysfs:<file>", "devlink:<version name>" */
        char *why;    /* what makes it decisive */
};

struct model_version {
        uint32_t number;
        struct entries params;
};

/* To which devices a model file gives its model; all that is given must fit. Patterns are fnmatch(3)'s. */
struct model_match {
        char *driver;
        char *pci; /* "15b3:101e", of an mdev its parent's */
        char *mdev_type;
        char *parent_driver;
};

struct model {
        char *name;
        char *file;                  /* base name of the model file, or NULL */
        struct model_match *matches; /* shown in host documents, too, where they give no device anything */
        size_t n_matches;
        struct param_infos params;
        enum tri params_complete;
        bool has_versions;
        struct model_version *versions; /* sorted by number */
        size_t n_versions;
        struct fact_rule *facts; /* sorted by name */
        size_t n_facts;
        bool has_migration;
        struct migration migration;
        char *trial_load; /* "header" or NULL */
        bool create_args;
        char **compatible_models;
        char **checks;
};

/* Sorted by name, each once. */
struct models {
        struct model **v;
        size_t n;
};

const char *fact_rule_kind_to_string(enum fact_rule_kind k);
int fact_rule_kind_from_string(const char *s, enum fact_rule_kind *ret); /* -EINVAL */

/* "sysfs:<file below the device>" */
bool param_source_valid(const char *source);
/* The same, "parent:<file below its parent>" or "devlink:<name of a version>". */
bool fact_source_valid(const char *source);

struct model *model_new(void);
struct model *model_free(struct model *m);
DEFINE_CLEANUP(struct model, model_free);
const struct model_version *model_find_version(const struct model *m, uint32_t number);
/* What a version stands for, or NULL where m (or NULL) does not have it. */
const struct entries *model_expansion(const struct model *m, uint32_t number);

void models_done(struct models *models);
const struct model *models_find(const struct models *models, const char *name);
/* Takes the model; -EEXIST (and not taken) if one of that name is there. */
int models_take(struct models *models, struct model *m);
