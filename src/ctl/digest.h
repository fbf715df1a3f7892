/*
 * The name of a class: the first 16 hexadecimal digits of the SHA-256 of its text.
 */
#pragma once

#include <stddef.h>

#define DIGEST_LENGTH 16

void digest_of(const void *text, size_t n, char ret[static DIGEST_LENGTH + 1]);
