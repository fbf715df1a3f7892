/*
 * Log lines on standard error, with the priority prefix that the journal understands when it is the reader.
 *
 * Used from daemon/ upwards only: below it, errors are returned.
 */
#pragma once

#include <syslog.h>

#include "util/macro.h"

/* Lines above this priority are dropped; LOG_INFO at start. The one global besides const tables. */
void log_set_level(int level);
/* "emerg" to "debug", or 0 to 7; -EINVAL. */
int log_level_from_string(const char *s);

void log_line(int priority, const char *format, ...) _printf_(2, 3);

#define log_error(...) log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
