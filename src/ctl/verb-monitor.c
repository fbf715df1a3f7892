/*
 * vfiomigctl monitor: devices' events as they come, one line each, until it is interrupted.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "ctl/bus-json.h"
#include "ctl/json-text.h"
#include "ctl/manager.h"
#include "ctl/verb.h"
#include "util/alloc.h"

/* One thing that happened: to a device, or to the daemon itself (id NULL). */
struct event {
        const char *what; /* "added", "removed", "changed", "gone", "back" */
        char *id;
        struct text properties;  /* a JSON object, or empty */
        struct text invalidated; /* a JSON array, or empty */
};

static void event_done(struct event *e) {
        free(e->id);
        text_done(&e->properties);
        text_done(&e->invalidated);
}
#define _cleanup_event_ _cleanup_(event_done)

/* The device of an object path, or NULL. */
static char *device_of(const char *path) {
        char *id = NULL;

        return path && sd_bus_path_decode(path, DEVICE_PATH, &id) > 0 ? id : NULL;
}

static void format_json(const struct event *e, struct text *t) {
        time_t now = time(NULL);
        struct tm tm;
        char when[32];

        gmtime_r(&now, &tm);
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
        json_open(t, '{');
        json_member(t, "time", when);
        json_member(t, "event", e->what);
        json_member_given(t, "device", e->id);
        if (e->properties.length > 0) {
                json_key(t, "properties");
                json_raw(t, e->properties.data);
        }
        if (e->invalidated.length > 2) {
                json_key(t, "invalidated");
                json_raw(t, e->invalidated.data);
        }
        json_close(t, '}');
}

static void format_line(const struct context *c, const struct event *e, struct text *t) {
        static const struct {
                const char *what;
                enum colour colour;
        } colours[] = {
                { "added", COLOUR_GREEN }, { "removed", COLOUR_RED }, { "gone", COLOUR_RED }, { "back", COLOUR_GREEN }
        };
        enum colour colour = COLOUR_NONE;
        _cleanup_text_ struct text rest = {};
        time_t now = time(NULL);
        struct tm tm;
        char when[16];

        for (size_t i = 0; i < ARRAY_SIZE(colours); i++)
                if (str_equal(colours[i].what, e->what))
                        colour = colours[i].colour;
        localtime_r(&now, &tm);
        strftime(when, sizeof(when), "%H:%M:%S", &tm);
        text_addf(t, "%s %s%-7s%s ", when, terminal_on(&c->out, colour), e->what, terminal_off(&c->out, colour));
        text_addf(&rest, "%s", e->id ?: MANAGER_NAME);
        if (e->properties.length > 2)
                text_addf(&rest, " %s", e->properties.data);
        if (e->invalidated.length > 2)
                text_addf(&rest, " invalidated %s", e->invalidated.data);
        terminal_escape(&c->out, t, rest.data);
        text_add(t, "\n");
}

static int event_print(const struct context *c, const struct event *e) {
        _cleanup_text_ struct text t = {};

        if (c->json != JSON_OFF) {
                format_json(e, &t);
                return context_print_json(c, t.data);
        }
        format_line(c, e, &t);
        return context_print(c, &t);
}

/* From a{sa{sv}}: the properties of our Device interface. 1 if it is there. */
static int read_interfaces(sd_bus_message *m, struct text *properties) {
        int found = 0, r;

        r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
                const char *interface;

                r = sd_bus_message_read(m, "s", &interface);
                if (r < 0)
                        return r;
                if (str_equal(interface, DEVICE_INTERFACE)) {
                        r = bus_json_value(m, properties);
                        found = 1;
                } else {
                        r = sd_bus_message_skip(m, "a{sv}");
                }
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : found;
}

static int on_added(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_event_ struct event e = { .what = "added" };
        const char *path;
        int r;

        r = sd_bus_message_read(m, "o", &path);
        if (r < 0)
                return 0;
        r = read_interfaces(m, &e.properties);
        e.id = device_of(path);
        return r > 0 && e.id ? event_print(data, &e) : 0;
}

static int on_removed(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_event_ struct event e = { .what = "removed" };
        char **interfaces = NULL;
        const char *path;
        bool ours;

        if (sd_bus_message_read(m, "o", &path) < 0 || sd_bus_message_read_strv(m, &interfaces) < 0)
                return 0;
        ours = strv_contains(interfaces, DEVICE_INTERFACE);
        strv_free(interfaces);
        e.id = device_of(path);
        return ours && e.id ? event_print(data, &e) : 0;
}

static int on_changed(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_event_ struct event e = { .what = "changed" };
        const char *interface;

        if (sd_bus_message_read(m, "s", &interface) < 0 || !str_equal(interface, DEVICE_INTERFACE))
                return 0;
        e.id = device_of(sd_bus_message_get_path(m));
        if (!e.id || bus_json_value(m, &e.properties) < 0 || bus_json_value(m, &e.invalidated) < 0)
                return 0;
        return event_print(data, &e);
}

static int on_owner(sd_bus_message *m, void *data, sd_bus_error *error) {
        const char *name, *before, *after;
        _cleanup_event_ struct event e = {};

        if (sd_bus_message_read(m, "sss", &name, &before, &after) < 0)
                return 0;
        e.what = *after ? "back" : "gone";
        return event_print(data, &e);
}

static int subscribe(struct context *c, sd_bus *bus) {
        static const struct {
                const char *rule;
                sd_bus_message_handler_t handler;
        } matches[] = {
                { "type='signal',sender='" MANAGER_NAME "',path='" MANAGER_PATH "',member='InterfacesAdded',"
                  "interface='org.freedesktop.DBus.ObjectManager'",
                  on_added },
                { "type='signal',sender='" MANAGER_NAME "',path='" MANAGER_PATH "',member='InterfacesRemoved',"
                  "interface='org.freedesktop.DBus.ObjectManager'",
                  on_removed },
                { "type='signal',sender='" MANAGER_NAME "',path_namespace='" DEVICE_PATH "',member='PropertiesChanged',"
                  "interface='org.freedesktop.DBus.Properties'",
                  on_changed },
                { "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',member='NameOwnerChanged',"
                  "interface='org.freedesktop.DBus',arg0='" MANAGER_NAME "'",
                  on_owner },
        };
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(matches); i++) {
                r = sd_bus_add_match(bus, NULL, matches[i].rule, matches[i].handler, c);
                if (r < 0)
                        return context_fail(c, r, "Cannot listen on the bus: %s", strerror(-r));
        }
        return 0;
}

int verb_monitor(struct context *c) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_free_ char *version = NULL;
        sd_bus *bus;
        int r;

        r = context_bus(c, &bus);
        if (r >= 0)
                r = subscribe(c, bus);
        if (r < 0)
                return STATUS_ERROR;
        /* Starts the daemon, if it is to be started; says so if there is none. */
        r = sd_bus_get_property_string(bus, MANAGER_NAME, MANAGER_PATH, MANAGER_INTERFACE, "Version", &error, &version);
        if (r < 0) {
                manager_fail(c, "monitor", &error, r);
                return STATUS_ERROR;
        }
        context_hint(c, "Watching " MANAGER_NAME " %s. Interrupt to end.", version);
        for (;;) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, UINT64_MAX);
                if (r < 0 && r != -EINTR) {
                        context_fail(c, r, "The connection ended: %s", strerror(-r));
                        return STATUS_ERROR;
                }
        }
}
