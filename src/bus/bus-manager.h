/*
 * The interface org.vfio.Migration1.Manager.
 */
#pragma once

#include "bus/service.h"

int bus_manager_add(struct service *s);
