/*
 * A table for people. Owns its cells.
 */
#include "ctl/table.h"

#include <assert.h>

#include "util/alloc.h"

/* A column is not made narrower than this. */
#define COLUMN_MIN 8

static void take_cell(struct table *t, char *text, enum colour colour) {
        struct cell cell = { .text = text, .colour = colour };

        array_append(t->cells, t->n_cells, cell);
}

struct table *table_new(const struct terminal *terminal, const char *header) {
        struct table *t = xnew0(struct table, 1);

        t->terminal = terminal;
        for (const char *s = header;; s++) {
                size_t n = strcspn(s, "|");

                take_cell(t, xstrndup(s, n), COLOUR_BOLD);
                t->n_columns++;
                s += n;
                if (!*s)
                        return t;
        }
}

struct table *table_free(struct table *t) {
        for (size_t i = 0; t && i < t->n_cells; i++)
                free(t->cells[i].text);
        if (t)
                free(t->cells);
        free(t);
        return NULL;
}

void table_add_coloured(struct table *t, const char *text, enum colour colour) {
        struct text escaped = {};

        terminal_escape(t->terminal, &escaped, text && *text ? text : "-");
        take_cell(t, text_take(&escaped), colour);
}

void table_add(struct table *t, const char *text) {
        table_add_coloured(t, text, text && *text ? COLOUR_NONE : COLOUR_GREY);
}

void table_add_blank(struct table *t) {
        take_cell(t, xstrdup(""), COLOUR_NONE);
}

size_t table_rows(const struct table *t) {
        return t->n_cells / t->n_columns - 1;
}

/* The widths that the columns need; then the widest gives, one by one, until they fit. */
static size_t *column_widths(const struct table *t, size_t first) {
        size_t *widths = xnew0(size_t, t->n_columns), total = t->n_columns - 1;

        for (size_t i = first; i < t->n_cells; i++)
                widths[i % t->n_columns] = MAX(widths[i % t->n_columns],
                                               terminal_columns(t->terminal, t->cells[i].text));
        for (size_t i = 0; i < t->n_columns; i++)
                total += widths[i];
        while (t->terminal->width > 0 && total > t->terminal->width) {
                size_t widest = 0;

                for (size_t i = 1; i < t->n_columns; i++)
                        if (widths[i] > widths[widest])
                                widest = i;
                if (widths[widest] <= COLUMN_MIN)
                        break;
                widths[widest]--;
                total--;
        }
        return widths;
}

static void format_row(const struct table *t, const struct cell *row, const size_t *widths, struct text *out) {
        size_t last = t->n_columns;

        while (last > 1 && !*row[last - 1].text)
                last--;
        for (size_t i = 0; i < last; i++) {
                _cleanup_text_ struct text cut = {};

                terminal_elide(t->terminal, &cut, row[i].text, widths[i]);
                text_add(out, terminal_on(t->terminal, row[i].colour));
                text_add_n(out, cut.data ? cut.data : "", cut.length);
                text_add(out, terminal_off(t->terminal, row[i].colour));
                if (i + 1 < last)
                        for (size_t n = terminal_columns(t->terminal, cut.data ? cut.data : ""); n < widths[i] + 1; n++)
                                text_add_n(out, " ", 1);
        }
        text_add(out, "\n");
}

void table_format(const struct table *t, bool legend, struct text *out) {
        size_t first = legend ? 0 : t->n_columns;
        _cleanup_free_ size_t *widths = NULL;

        assert(t->n_cells % t->n_columns == 0);
        widths = column_widths(t, first);
        for (size_t i = first; i < t->n_cells; i += t->n_columns)
                format_row(t, t->cells + i, widths, out);
}
