/*
 * What of a host does not go into a dump. Owns nothing.
 */
#include "dump/redact.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

#include "util/macro.h"

/* The kernel's own, binary or large or without meaning elsewhere: nobody reads these when a dump is replayed. */
static const char *const left_files[] = {
        "config",
        "resource*",
        "rom",
        "nvmem*",
        "eeprom*",
        "remove",
        "rescan",
        "reset",
        "bind",
        "unbind",
        "new_id",
        "remove_id",
        "driver_override",
        "uncore*",
        "aer_*",
        "label",
        "acpi_index",
        "index",
        "waiting_for_supplier",
};

/* Names a single machine or card. A parameter of such a name stays visible as one that cannot be read. */
static const char *const hidden_files[] = {
        "*serial*",       "vpd*",    "*mac*",      "*guid*",   "*wwn*",     "*wwpn*",
        "*wwid*",         "address", "*_addr",     "*hwaddr*", "unique_id", "phys_port_id",
        "phys_switch_id", "*uuid*",  "*password*", "*secret*", "*license*",
};

static const char *const left_directories[] = {
        "power", "msi_irqs", "nvmem*", "infiniband*", "ptp",    "hwmon", "i2c-*",
        "drm",   "graphics", "sound",  "statistics",  "queues", "link",
};

static bool matches(const char *const *patterns, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (fnmatch(patterns[i], name, FNM_CASEFOLD) == 0)
                        return true;
        return false;
}

enum redaction redact_file(const char *name) {
        if (matches(left_files, ARRAY_SIZE(left_files), name))
                return REDACT_LEAVE;
        return matches(hidden_files, ARRAY_SIZE(hidden_files), name) ? REDACT_HIDE : REDACT_COPY;
}

enum redaction redact_directory(const char *name) {
        return matches(left_directories, ARRAY_SIZE(left_directories), name) ? REDACT_LEAVE : REDACT_COPY;
}

/* "xx:xx:xx:xx:xx:xx", with nothing before or behind that could belong to it. */
static bool is_mac(const char *text, size_t at, size_t n) {
        static const size_t length = 17;

        if (n - at < length || (at > 0 && (isxdigit((unsigned char)text[at - 1]) || text[at - 1] == ':')))
                return false;
        for (size_t i = 0; i < length; i++)
                if (i % 3 == 2 ? text[at + i] != ':' && text[at + i] != '-' : !isxdigit((unsigned char)text[at + i]))
                        return false;
        return at + length == n || !isxdigit((unsigned char)text[at + length]);
}

void redact_text(char *text, size_t n) {
        for (size_t at = 0; at < n; at++)
                if (is_mac(text, at, n))
                        for (size_t i = 0; i < 17; i++)
                                if (i % 3 != 2)
                                        text[at + i] = '0';
}
