/*
 * Descriptors and host documents from and to JSON (schema org.vfio.Migration1.descriptor/1).
 *
 * Reading is strict and names the place of what is wrong; unknown keys do not matter. Writing is deterministic:
 * keys in the order of the contract, entries in byte order, a version as an integer, values as strings.
 */
#pragma once

#include <stddef.h>

#include "core/descriptor.h"
#include "core/json-strict.h"
#include "util/strv.h"

/* Of which kind, for the limits: a source descriptor (1 MiB, 256 devices) or a host document (64 MiB, 65 536). */
enum document_kind {
        DOCUMENT_SOURCE,
        DOCUMENT_HOST,
};

/* 0, or -EBADMSG / -E2BIG with ret_error naming the place. */
int document_parse(const char *text, size_t n, enum document_kind kind, struct document **ret_document,
                   struct json_error *ret_error);

/*
 * One device, for what the reader sends: a descriptor's device, or (creatable) an entry of "creatable", and besides
 * the places "sysfsPath", "bus", "vfioDevice", "iommuGroup", which a document does not have.
 */
int device_parse(const char *text, size_t n, bool creatable, struct device **ret_device, struct json_error *ret_error);
void device_format(const struct device *d, struct text *t);
/* As in a descriptor, without what comes and goes: inUse, reservedBy, groupBlockedBy, numaNode, available, guest, pin.
 */
void device_format_lasting(const struct device *d, struct text *t);

/* Compact JSON. The parts are separate so that a host of any size can be written piece by piece. */
void document_format(const struct document *d, struct text *t);
void document_format_device(const struct device *d, struct text *t);
void document_format_models(const struct models *models, struct text *t);
/* Everything before "devices": schema, createdAt, host, vm; begins with '{', ends with ','. */
void document_format_head(const struct document *d, struct text *t);
