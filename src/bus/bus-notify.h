/*
 * Signals: devices that came, went and changed.
 */
#pragma once

#include "bus/service.h"

/* Tells what has changed since the last time. */
void notify_changes(struct service *s);
