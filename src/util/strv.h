/*
 * Small string helpers: NULL-terminated vectors, comparisons that accept NULL, and a growing text.
 *
 * Functions that allocate end the process when memory is out (see alloc.h).
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

/* True if both are NULL, or both are strings of the same bytes. */
bool str_equal(const char *a, const char *b);
/* As strcmp(), NULL before everything. */
int str_compare(const char *a, const char *b);
bool str_startswith(const char *s, const char *prefix);

/* A vector of strings that ends in NULL; NULL itself is an empty vector. The vector owns the strings. */
char **strv_free(char **v);
char **strv_copy(char *const *v);
size_t strv_length(char *const *v);
bool strv_contains(char *const *v, const char *s);
bool strv_equal(char *const *a, char *const *b);
/* Appends s, which the vector then owns. */
void strv_take(char ***v, char *s);
DEFINE_CLEANUP(char *, strv_free);

/* A text that grows. text is always NUL-terminated once something was added. */
struct text {
        char *data;
        size_t length;
        size_t size;
};

void text_done(struct text *t);
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
void text_addf(struct text *t, const char *format, ...) _printf_(2, 3);
/* Adds s with control characters written as \xNN, so that a message cannot steer a terminal. */
void text_add_escaped(struct text *t, const char *s);
/* Gives the text away (never NULL) and leaves t empty. */
char *text_take(struct text *t);
#define _cleanup_text_ _cleanup_(text_done)

/* FNV-1a over bytes, chained by passing the last value; start with HASH_INIT. */
#define HASH_INIT UINT64_C(0xcbf29ce484222325)
uint64_t hash_bytes(uint64_t h, const void *p, size_t n);
/* Hashes a string with its end, and NULL unlike "". */
uint64_t hash_str(uint64_t h, const char *s);

/* '*' and '?' only, as PCI aliases have; linear, whatever the pattern (fnmatch() is not). */
bool str_fits(const char *pattern, const char *s);
