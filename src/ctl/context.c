/*
 * One call of vfiomigctl. Owns the connection and the lists of options; never decides anything.
 */
#include "ctl/context.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "ctl/json-text.h"

void context_init(struct context *c) {
        *c = (struct context){
                .legend = true,
                .timeout_usec = UINT64_C(60) * 1000 * 1000,
        };
        terminal_init(&c->out, STDOUT_FILENO);
        terminal_init(&c->err, STDERR_FILENO);
}

void context_done(struct context *c) {
        c->bus = sd_bus_flush_close_unref(c->bus);
        c->devices = strv_free(c->devices);
        c->on = strv_free(c->on);
}

static int open_address(const char *address, sd_bus **ret_bus) {
        sd_bus *bus;
        int r;

        r = sd_bus_new(&bus);
        if (r < 0)
                return r;
        r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, true);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0) {
                sd_bus_unref(bus);
                return r;
        }
        *ret_bus = bus;
        return 0;
}

int context_bus(struct context *c, sd_bus **ret_bus) {
        const char *where = c->host ?: c->bus_address ?: "the system bus";
        sd_bus *bus = NULL;
        int r;

        if (c->bus) {
                *ret_bus = c->bus;
                return 0;
        }
        if (c->transport == TRANSPORT_REMOTE)
                r = sd_bus_open_system_remote(&bus, c->host);
        else if (c->transport == TRANSPORT_MACHINE)
                r = sd_bus_open_system_machine(&bus, c->host);
        else if (!c->bus_address || str_equal(c->bus_address, "system"))
                r = sd_bus_open_system(&bus);
        else if (str_equal(c->bus_address, "user"))
                r = sd_bus_open_user(&bus);
        else
                r = open_address(c->bus_address, &bus);
        if (r < 0)
                return context_fail(c, r, "Cannot connect to %s: %s", where, strerror(-r));

        c->bus = bus;
        (void)sd_bus_set_method_call_timeout(bus, c->timeout_usec);
        (void)sd_bus_set_allow_interactive_authorization(bus, isatty(STDIN_FILENO));
        *ret_bus = bus;
        return 0;
}

static _printf_(2, 0) void say(const struct context *c, const char *format, va_list ap) {
        _cleanup_free_ char *message = NULL;
        _cleanup_text_ struct text line = {};

        if (vasprintf(&message, format, ap) < 0) {
                message = NULL;
                return;
        }
        terminal_escape(&c->err, &line, message);
        text_add(&line, "\n");
        fputs(line.data, stderr);
}

int context_fail(const struct context *c, int error, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        say(c, format, ap);
        va_end(ap);
        return error;
}

void context_hint(const struct context *c, const char *format, ...) {
        va_list ap;

        if (c->quiet)
                return;
        va_start(ap, format);
        say(c, format, ap);
        va_end(ap);
}

int context_print(const struct context *c, const struct text *t) {
        if (t->length > 0 && fwrite(t->data, 1, t->length, stdout) != t->length)
                return context_fail(c, -EIO, "Cannot write: %s", strerror(errno));
        if (fflush(stdout) != 0)
                return context_fail(c, -EIO, "Cannot write: %s", strerror(errno));
        return 0;
}

int context_print_json(const struct context *c, const char *json) {
        _cleanup_text_ struct text t = {};

        json_layout(&t, json, c->json != JSON_SHORT);
        text_add(&t, "\n");
        return context_print(c, &t);
}
