/*
 * One device or creatable from JSON, for those who have the tree already. Only for the *-json.c files.
 */
#pragma once

#include "core/descriptor.h"
#include "core/json-place.h"

/* host_places: with "sysfsPath" and the like, which a document does not have. */
int device_from_json(const struct json_place *p, struct json_object *o, bool creatable, bool host_places,
                     struct device **ret);
