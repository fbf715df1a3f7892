/*
 * A table for people: cells of text, columns as wide as they need to be and the terminal allows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ctl/terminal.h"

struct cell {
        char *text; /* escaped */
        enum colour colour;
};

struct table {
        const struct terminal *terminal; /* borrowed */
        size_t n_columns;
        struct cell *cells; /* the first row is the header */
        size_t n_cells;
};

/* header: the columns' names, separated by '|'. */
struct table *table_new(const struct terminal *terminal, const char *header);
struct table *table_free(struct table *t);
DEFINE_CLEANUP(struct table, table_free);

/* The next cell, escaped; NULL and "" are shown as "-". */
void table_add(struct table *t, const char *text);
void table_add_coloured(struct table *t, const char *text, enum colour colour);
/* The next cell, empty. */
void table_add_blank(struct table *t);
/* Rows besides the header. */
size_t table_rows(const struct table *t);
/* Appends the table to a text; without legend no header. */
void table_format(const struct table *t, bool legend, struct text *out);
