/*
 * Keys of a JSON object as they stand in the text, between quotes and with escapes: read, hashed and compared.
 *
 * Only for keys that were checked: a reader trusts the escapes and the closing quote.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/strv.h"

/* A key as (hash << 32 | offset of its opening quote); equal keys have equal hashes, however they are escaped. */
uint64_t json_key_make(const char *text, size_t start, size_t end);
static inline size_t json_key_offset(uint64_t key) {
        return (uint32_t)key;
}
/* Adds the key at that offset, without its escapes. */
void json_key_unescape(const char *text, size_t offset, struct text *t);
/* The offset of the first of n keys that repeats one before it; SIZE_MAX if none does. Changes their order. */
size_t json_keys_find_duplicate(const char *text, uint64_t *keys, size_t n);

/* Four hexadecimal digits. */
unsigned json_hex4(const char *p);
