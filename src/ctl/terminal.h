/*
 * What standard output is: a terminal or not, how wide, with colour, with Unicode; and text that cannot steer it.
 *
 * Nothing that came from elsewhere (a device's attribute, a file, a message) is printed but through here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/strv.h"

enum colour {
        COLOUR_NONE,
        COLOUR_RED,
        COLOUR_GREEN,
        COLOUR_YELLOW,
        COLOUR_GREY,
        COLOUR_BOLD,
        _COLOUR_MAX,
};

struct terminal {
        bool colour;
        bool unicode; /* the locale's characters are UTF-8 */
        size_t width; /* columns; 0: no terminal, no limit */
};

/* Looks at a file descriptor, the locale (which must be set) and NO_COLOR, TERM, COLUMNS. */
void terminal_init(struct terminal *t, int fd);

/*
 * Appends s with control characters, bytes that are not UTF-8, and characters that reorder the line written as \xNN;
 * on a terminal without Unicode everything beyond ASCII, too.
 */
void terminal_escape(const struct terminal *t, struct text *out, const char *s);
/* Columns that an escaped text takes. */
size_t terminal_columns(const struct terminal *t, const char *escaped);
/* Appends an escaped text cut down to so many columns, with an ellipsis in its end. */
void terminal_elide(const struct terminal *t, struct text *out, const char *escaped, size_t columns);

/* One character of UTF-8: its length, or 0 if it is none (overlong forms and surrogates are none). */
size_t character_decode(const char *s, uint32_t *ret);
/* C0, DEL, C1, line and paragraph separators, and what turns the direction of text around. */
bool character_steers(uint32_t c);

/* The escape sequence that begins a colour, and the one that ends it: "" without colour. */
const char *terminal_on(const struct terminal *t, enum colour colour);
const char *terminal_off(const struct terminal *t, enum colour colour);
