/*
 * The names of our errors on the bus.
 */
#pragma once

#define ERROR_INVALID_DESCRIPTOR "org.vfio.Migration1.Error.InvalidDescriptor"
#define ERROR_NO_SUCH_DEVICE "org.vfio.Migration1.Error.NoSuchDevice"
#define ERROR_LIMIT_EXCEEDED "org.vfio.Migration1.Error.LimitExceeded"
#define ERROR_FAILED "org.vfio.Migration1.Error.Failed"
