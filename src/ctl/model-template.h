/*
 * A first model file for a device, to be completed by a person who knows it.
 */
#pragma once

#include "core/descriptor.h"
#include "util/strv.h"

/*
 * Appends a model file (schema org.vfio.Migration1.model/1) that fits the device: everything that is known of it, and
 * every fact decisive. It claims nothing that could turn a no into a yes: no off values, no versions, not complete.
 */
void model_template_format(const struct device *d, struct text *t);
