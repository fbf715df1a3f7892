/*
 * Log lines on standard error. Owns the log level, and nothing else.
 */
#include "util/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/strv.h"

static int max_level = LOG_INFO;

void log_set_level(int level) {
        max_level = level;
}

int log_level_from_string(const char *s) {
        static const char *const names[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" };

        for (int i = 0; i < (int)ARRAY_SIZE(names); i++)
                if (str_equal(s, names[i]) || (s && s[0] == '0' + i && !s[1]))
                        return i;
        return -EINVAL;
}

void log_line(int priority, const char *format, ...) {
        _cleanup_free_ char *message = NULL;
        _cleanup_text_ struct text line = {};
        va_list ap;
        int r;

        if (priority > max_level)
                return;
        va_start(ap, format);
        r = vasprintf(&message, format, ap);
        va_end(ap);
        if (r < 0) {
                message = NULL;
                return;
        }
        /* A terminal gets no prefix; the journal and a file do. */
        if (!isatty(STDERR_FILENO))
                text_addf(&line, "<%d>", priority);
        text_add_escaped(&line, message);
        text_add(&line, "\n");
        (void)!write(STDERR_FILENO, line.data, line.length);
}
