/*
 * Model files and pool files from JSON, with merge patches (RFC 7396).
 */
#pragma once

#include <stddef.h>

#include "core/json-strict.h"
#include "core/model.h"
#include "core/pool.h"

/* A text with its length, as read from a file. */
struct json_text {
        const char *data;
        size_t length;
};

/*
 * A model file (schema org.vfio.Migration1.model/1) with its merge patches applied in order. file is its base name,
 * for origins. 0, or -EBADMSG / -E2BIG with the place ("patch 2: params.rss.type: ...").
 */
int model_parse(const char *file, struct json_text text, const struct json_text *patches, size_t n_patches,
                struct model **ret_model, struct json_error *ret_error);

/* A pool file (schema org.vfio.Migration1.pool/1), the same way. */
int pool_parse(const char *file, struct json_text text, const struct json_text *patches, size_t n_patches,
               struct pool **ret_pool, struct json_error *ret_error);
