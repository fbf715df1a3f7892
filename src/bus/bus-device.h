/*
 * The interface org.vfio.Migration1.Device, and the object manager: one object a device, below /devices.
 */
#pragma once

#include "bus/service.h"

/* Bytes of an id that can be one. */
#define DEVICE_ID_MAX 255u

int bus_device_add(struct service *s);
/* The names of properties that differ between two states of a device; NULL-terminated, borrowed strings. */
char **bus_device_changes(const struct device *old, const struct device *new);
