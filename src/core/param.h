/*
 * What is known of a parameter besides its value: type, off value, what may be set; and how values compare.
 *
 * Pure. Has the form of a model file's "params" and of a device's "paramInfo" (which overrides it key by key).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tri.h"
#include "util/strv.h"

enum param_type {
        PARAM_TYPE_NONE = -1, /* not given: compared as str */
        PARAM_BOOL,
        PARAM_INT,
        PARAM_STR,
};

struct param_info {
        char *name;
        enum param_type type;
        char *off_value;   /* NULL: none given */
        bool has_allowed;  /* allowedValues is there, maybe empty */
        char **allowed;    /* values, or "min-max" for an int */
        enum tri writable; /* TRI_UNKNOWN: not given */
        enum tri at_create;
        char *source; /* model files only: "sysfs:<file below the device>" */
        char *description;
};

struct param_infos {
        struct param_info *v; /* sorted by name */
        size_t n;
};

const char *param_type_to_string(enum param_type type);
/* -EINVAL if unknown. */
int param_type_from_string(const char *s, enum param_type *ret_type);

/* True if the value is of the type. str (and no type) takes everything. */
bool param_value_is(enum param_type type, const char *value);
/* Compares two values by a type; as bytes where one is not of it. */
bool param_value_equal(enum param_type type, const char *a, const char *b);
/* A word of the type bool that means true. */
bool param_value_true(const char *value);
/* The same for what two sides know: by the target's type, else the source's; as bytes where both are given and differ.
 */
bool param_values_equal(enum param_type target, enum param_type source, const char *a, const char *b);
/*
 * True if the target's information lets the value be set: of the type (the target's, else the source's), and the off
 * value, in the list or range, or there is no list.
 */
bool param_info_allows(const struct param_info *info, enum param_type source, const char *value);

/* True for a parameter's name: UTF-8 without '=', '/' and white space, none of the kernel's own and none of ours. */
bool param_name_valid(const char *name);
/* True for a file that the kernel itself has in a device's directory ("remove", "config", "resource0"). */
bool param_name_is_kernels(const char *name);

void param_info_done(struct param_info *info);
void param_infos_done(struct param_infos *infos);
const struct param_info *param_infos_find(const struct param_infos *infos, const char *name);
/* Takes the contents of info, replacing one of the same name. */
void param_infos_take(struct param_infos *infos, struct param_info *info);
void param_infos_copy(struct param_infos *to, const struct param_infos *from);
bool param_infos_equal(const struct param_infos *a, const struct param_infos *b);
uint64_t param_infos_hash(uint64_t h, const struct param_infos *infos);
/* base overridden by over, key by key; either may be NULL. The result borrows all pointers. */
struct param_info param_info_merge(const struct param_info *base, const struct param_info *over);
