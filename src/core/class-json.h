/*
 * What makes devices of different hosts one class: the text whose digest `vfiomigctl classes` shows.
 *
 * Pure. The same device gives the same text on every host: compact JSON with sorted keys, without what only places it,
 * and without whence it is known.
 */
#pragma once

#include <stdbool.h>

#include "core/descriptor.h"
#include "util/strv.h"

/*
 * models: of the host document that the device is of. Appends {"driver","facts","flags","model","params","pool",
 * "protocol","softwareVersion","version"}, without those that the device does not have. False if something of it is
 * not known: then equal texts do not mean equal devices, and nobody may take them for that.
 */
bool class_format(const struct device *device, const struct models *models, struct text *t);
