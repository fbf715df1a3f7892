/*
 * One run of a vendor's check program: through the socket of its unit, or by a child of ours that runs it.
 *
 * Both speak with the program `check` (src/check): we send "NAME VERB\n" and the input, and shut down; it answers with
 * a line that says how it ended, and the output. Reads at most CHECK_OUTPUT_MAX, and never waits.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

#define CHECK_SOCKET "/run/vfio-migration-check/check.sock"
