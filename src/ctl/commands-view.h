/*
 * What people are to type, as it is shown.
 */
#pragma once

#include "ctl/terminal.h"

/* Appends each line of a command, indented and with a prompt; in full, as what is cut off cannot be typed. */
void commands_view(const struct terminal *t, struct text *out, const char *command, size_t indent);
/* Appends an escaped text, broken at spaces to the terminal's width; the lines after the first are indented. */
void text_wrap(const struct terminal *t, struct text *out, const char *escaped, size_t indent);
