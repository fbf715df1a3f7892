/*
 * What of a host does not go into a dump: serial numbers, VPD, MAC addresses and other names of one single machine.
 */
#pragma once

#include <stddef.h>

enum redaction {
        REDACT_COPY,  /* goes into the dump */
        REDACT_HIDE,  /* it is there, and its content is not told */
        REDACT_LEAVE, /* does not appear at all */
};

/* By the name of a file in a device's directory. */
enum redaction redact_file(const char *name);
/* By the name of a directory in a device's directory; not REDACT_HIDE. */
enum redaction redact_directory(const char *name);
/* Overwrites MAC addresses in a text with zeros. */
void redact_text(char *text, size_t n);
