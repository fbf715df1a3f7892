/*
 * The daemon's Manager interface, as calls: a JSON text or a document out, an error explained on standard error.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/descriptor.h"
#include "ctl/context.h"

#define MANAGER_NAME "org.vfio.Migration1"
#define MANAGER_PATH "/org/vfio/Migration1"
#define MANAGER_INTERFACE "org.vfio.Migration1.Manager"
#define DEVICE_INTERFACE "org.vfio.Migration1.Device"
#define DEVICE_PATH MANAGER_PATH "/devices"

/* Flags of CheckCompatible. */
enum check_flags {
        CHECK_EXPLAIN = 1,
        CHECK_NO_WRITE = 2,
        CHECK_NO_VENDOR = 4,
        CHECK_EXISTING_ONLY = 8,
};

enum describe_flags {
        DESCRIBE_HOST = 1, /* a host document: models, creatables, what the rules ask of a target */
};

/*
 * The descriptor of devices as the daemon gives it; no ids: of all devices, however many (a document too large for a
 * message comes in a file).
 */
int manager_describe(struct context *c, char *const *ids, uint64_t flags, char **ret_json, size_t *ret_length);
/* The same, read; NULL ids with DESCRIBE_HOST give the whole host. */
int manager_document(struct context *c, char *const *ids, uint64_t flags, struct document **ret_document);
/* Asks the question. name is the descriptor's file, for errors in it. */
int manager_check(struct context *c, const char *name, const char *descriptor, uint64_t flags, char **ret_report);
/* The object path of a device. */
int manager_device_path(struct context *c, const char *id, char **ret_path);

/* Says why a call failed; returns r (negative). What is being done: "describe the devices". */
int manager_fail(const struct context *c, const char *what, const sd_bus_error *error, int r);
