/*
 * What vendors' check programs are told and what they say, as JSON (schema org.vfio.Migration1.check/1).
 *
 * Pure. What a check says is anybody's: it is read strictly, and what cannot be read is an error with its place, never
 * a yes.
 */
#pragma once

#include <stddef.h>

#include "core/descriptor.h"
#include "core/json-strict.h"
#include "core/words.h"
#include "util/strv.h"

#define CHECK_SCHEMA "org.vfio.Migration1.check/1"
#define CHECK_OUTPUT_MAX 65536u

enum check_verbs {
        CHECK_VERB_CHECK = 1,
        CHECK_VERB_DESCRIBE = 2,
};

/* Of "NAME --capabilities": a set of enum check_verbs; unknown verbs do not matter. All of these: 0 or -EBADMSG. */
int check_parse_capabilities(const char *text, size_t n, unsigned *ret_verbs, struct json_error *ret_error);
/*
 * Of "NAME check". A code has at most 64 of [A-Za-z0-9._-], and a no may be without; a message is cut after 1024 bytes,
 * and may hold any character but NUL: who prints it escapes it.
 */
int check_parse_verdict(const char *text, size_t n, struct word **ret_word, struct json_error *ret_error);
/* Of "NAME describe": {"facts":{name: string}}, each name a valid fact's: "nvidia.vgpuType". At most 64 of 4096 bytes.
 */
int check_parse_facts(const char *text, size_t n, struct entries *ret_facts, struct json_error *ret_error);

/* {"source":{device},"target":{device}}: without what changes while the device stays the same (inUse, available, ...).
 */
void check_format_pair(const struct device *source, const struct device *target, struct text *t);
/* {"device":{device}}, the same way. */
void check_format_device(const struct device *device, struct text *t);
