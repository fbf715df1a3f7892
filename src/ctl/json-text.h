/*
 * JSON as text: written piece by piece, and laid out for people.
 *
 * A writer needs no state: whether a comma is due is seen from the last byte.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/strv.h"

/* c: one of "{[" (with a comma before, if due) or "}]". */
void json_open(struct text *t, char c);
void json_close(struct text *t, char c);
void json_key(struct text *t, const char *key);
/* NULL gives null; bytes that are not UTF-8 become U+FFFD. */
void json_string(struct text *t, const char *s);
void json_integer(struct text *t, int64_t i);
void json_unsigned(struct text *t, uint64_t u);
void json_bool(struct text *t, bool b);
/* A value that is JSON already. */
void json_raw(struct text *t, const char *json);

void json_member(struct text *t, const char *key, const char *s);
/* As json_member(), but nothing at all for NULL and "". */
void json_member_given(struct text *t, const char *key, const char *s);

/*
 * Appends a JSON text (which must be one) compact, or indented and one member a line. What could steer a terminal
 * (DEL, C1 controls, bidirectional ones), and JSON may hold as it is, is written as \uNNNN.
 */
void json_layout(struct text *t, const char *json, bool pretty);
