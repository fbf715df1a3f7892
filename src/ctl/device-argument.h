/*
 * A device described in one argument: "model=URI,version=2,rx-filter-size=64".
 */
#pragma once

#include "core/descriptor.h"

/*
 * The device of an argument, with the id given: model and version by their names, everything else a parameter. "\,"
 * stands for a comma in a value. 0, or -EINVAL with a static text saying what is wrong.
 */
int device_argument_parse(const char *argument, const char *id, struct device **ret_device, const char **ret_why);
