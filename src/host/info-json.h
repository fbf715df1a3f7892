/*
 * The migration info of the third version of "VFIO Migration": what models a device (or mdev type) can be, and their
 * parameters, as a JSON text of the kernel's.
 */
#pragma once

#include "core/param.h"

struct info_param {
        struct param_info info; /* type, off value, allowed values */
        char *init_value;       /* what it is at creation, or NULL */
};

struct info_model {
        char *name;
        struct info_param *params;
        size_t n_params;
};

struct info {
        struct info_model *models;
        size_t n_models;
};

/* -EBADMSG for what is no such text. */
int info_parse(const char *text, size_t n, struct info *ret);
void info_done(struct info *info);
