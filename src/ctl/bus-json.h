/*
 * Values of a D-Bus message as JSON, whatever their type.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "util/strv.h"

/*
 * Appends the next complete value of a message: a dictionary as an object, a structure as an array, a variant as
 * what is in it. 0, or a negative errno, and then the text is to be thrown away.
 */
int bus_json_value(sd_bus_message *m, struct text *t);
