/*
 * One call of vfiomigctl: its options, arguments and connection, and how it speaks to whoever called it.
 *
 * Here, and in all of ctl, a function that returns a negative errno has said why on standard error.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "ctl/terminal.h"
#include "util/macro.h"

/* The exit status. Those of verdicts are core's report_exit_status(). */
enum status {
        STATUS_OK = 0,
        STATUS_ERROR = 1,
        STATUS_USAGE = 2,
        STATUS_INCOMPATIBLE = 3,
        STATUS_UNKNOWN = 4,
        STATUS_NONE_FREE = 5,
        STATUS_NEEDS_CONFIGURATION = 6,
};

enum json_mode {
        JSON_OFF,
        JSON_SHORT,
        JSON_PRETTY,
};

enum transport {
        TRANSPORT_BUS,     /* the system bus, or bus_address */
        TRANSPORT_REMOTE,  /* over ssh to host */
        TRANSPORT_MACHINE, /* a local container */
};

struct context {
        struct terminal out;
        struct terminal err;
        enum json_mode json;
        bool legend;
        bool quiet;

        enum transport transport;
        const char *bus_address; /* "system", "user" or an address; NULL: system */
        const char *host;        /* of -H or -M */
        uint64_t timeout_usec;
        sd_bus *bus; /* see context_bus() */

        char **args; /* the verb's, without its name; borrowed */
        size_t n_args;

        /* Options of single verbs; main.c refuses them where they have no meaning. */
        uint64_t check_flags;
        bool ok_if_prepared;
        bool host_document;
        const char *root; /* look there, not at the daemon's host */
        const char *nfd;  /* a feature file, or "-" */
        const char *xml;
        const char *output;
        const char *template;
        char **devices; /* of --device */
        char **on;      /* of --on */
};

void context_init(struct context *c);
void context_done(struct context *c);
#define _cleanup_context_ _cleanup_(context_done)

/* Connects, once; ret_bus is borrowed. */
int context_bus(struct context *c, sd_bus **ret_bus);

/* A line on standard error, escaped. Returns error, so that it can be returned on. */
int context_fail(const struct context *c, int error, const char *format, ...) _printf_(3, 4);
/* A line that only helps on standard error; not with --quiet. */
void context_hint(const struct context *c, const char *format, ...) _printf_(2, 3);

/* Writes to standard output. What is given is escaped already, or JSON. */
int context_print(const struct context *c, const struct text *t);
/* A JSON text as --json says (JSON_OFF: pretty), with a line's end. */
int context_print_json(const struct context *c, const char *json);
