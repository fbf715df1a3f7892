/*
 * Files that a person names: read whole, up to a limit; "-" is standard input.
 */
#pragma once

#include <stddef.h>

#include "core/descriptor-json.h"
#include "ctl/context.h"

/* The text is NUL-terminated besides its length. */
int input_read(const struct context *c, const char *name, size_t max, char **ret_text, size_t *ret_length);
/* A descriptor or host document; what is wrong in it is said with the place. */
int input_document(const struct context *c, const char *name, enum document_kind kind, struct document **ret_document);
/* How a file is called in messages. */
const char *input_title(const char *name);
