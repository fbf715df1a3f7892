/*
 * What people are to type. Owns nothing.
 */
#include "ctl/commands-view.h"

#include "util/alloc.h"

#define WRAP_MIN 20

static void spaces(struct text *out, size_t n) {
        while (n-- > 0)
                text_add_n(out, " ", 1);
}

void commands_view(const struct terminal *t, struct text *out, const char *command, size_t indent) {
        while (command) {
                size_t n = strcspn(command, "\n");
                _cleanup_free_ char *line = xstrndup(command, n);

                spaces(out, indent);
                text_add(out, terminal_on(t, COLOUR_BOLD));
                text_add(out, "# ");
                terminal_escape(t, out, line);
                text_add(out, terminal_off(t, COLOUR_BOLD));
                text_add(out, "\n");
                command = command[n] ? command + n + 1 : NULL;
        }
}

void text_wrap(const struct terminal *t, struct text *out, const char *escaped, size_t indent) {
        size_t width = t->width > indent + WRAP_MIN ? t->width - indent : WRAP_MIN, column = 0;

        while (*escaped) {
                size_t n = strcspn(escaped, " ");
                _cleanup_free_ char *word = xstrndup(escaped, n);
                size_t columns = terminal_columns(t, word);

                if (column > 0 && t->width > 0 && column + 1 + columns > width) {
                        text_add(out, "\n");
                        spaces(out, indent);
                        column = 0;
                } else if (column > 0) {
                        text_add(out, " ");
                        column++;
                }
                text_add(out, word);
                column += columns;
                escaped += n;
                while (*escaped == ' ')
                        escaped++;
        }
}
