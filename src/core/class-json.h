/*
 * What makes devices of different hosts one class: the text whose digest `vfiomigctl classes` shows.
 *
 * Pure. The same device gives the same text on every host: compact JSON with sorted keys, without what only places it.
 */
#pragma once

#include "core/descriptor.h"
#include "util/strv.h"

/* models: of the host document that the device is of. */
void class_format(const struct device *device, const struct models *models, struct text *t);
