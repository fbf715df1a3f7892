/*
 * What is settled of a device or creatable once the providers have spoken: pool, in use, migration, completeness.
 */
#pragma once

#include "host/provider.h"

void settle_device(struct probe *p);
void settle_creatable(struct probe *p);
