/*
 * A report (schema org.vfio.Migration1.report/1), whoever made it, as a table for people.
 */
#pragma once

#include "ctl/context.h"

/*
 * Prints a report as the options say: as it is with --json, else a table and the summary, and with explain every
 * candidate; nothing with --quiet. Gives the exit status of its verdict (STATUS_ERROR if it is no report).
 */
int report_view(const struct context *c, const char *report, bool explain);
