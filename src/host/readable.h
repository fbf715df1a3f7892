/*
 * Which files of a device the helper reads for others: those that a provider looks at, and no other.
 *
 * A provider that reads another file adds it here. What an administrator's model file names is asked of the models.
 */
#pragma once

#include <stdbool.h>

#include "core/model.h"

/* True for a path of at most four components, none of them one of the kernel's own files. */
bool readable_name_valid(const char *file);
/* In D, in T. */
bool readable_in_device(const char *file);
bool readable_in_type(const char *file);
/* True if one of the models has a parameter or fact in it: "sysfs:" or "parent:" and the file. */
bool readable_by_model(const struct models *models, const char *prefix, const char *file);
/* True if file is one of a list's words (config_params, dynamic_resources). */
bool readable_by_list(const char *list, const char *file);
