/*
 * A polkit that says what it was told to: `fake-polkit ADDRESS yes|no|challenge|error`. What it was asked goes to
 * stdout.
 */
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

static int check(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *answer = userdata, *kind, *key, *name, *action;
        uint32_t flags;
        int r;

        r = sd_bus_message_read(m, "(sa{sv})s", &kind, 1, &key, "s", &name, &action);
        if (r >= 0)
                r = sd_bus_message_skip(m, "a{ss}");
        if (r >= 0)
                r = sd_bus_message_read(m, "u", &flags);
        if (r < 0)
                return r;
        printf("%s %s=%c %s flags=%u\n", kind, key, name[0], action, flags);
        fflush(stdout);
        if (strcmp(answer, "error") == 0)
                return sd_bus_error_set(error, "org.freedesktop.PolicyKit1.Error.NotAuthorized",
                                        "Only trusted callers");
        return sd_bus_reply_method_return(m, "(bba{ss})", strcmp(answer, "yes") == 0, strcmp(answer, "challenge") == 0,
                                          0);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})", check, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

int main(int argc, char **argv) {
        sd_event *event;
        sd_bus *bus;

        if (argc != 3 || sd_event_default(&event) < 0 || sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, argv[1]) < 0 ||
            sd_bus_set_bus_client(bus, 1) < 0 || sd_bus_start(bus) < 0 || sd_bus_attach_event(bus, event, 0) < 0 ||
            sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/PolicyKit1/Authority",
                                     "org.freedesktop.PolicyKit1.Authority", vtable, argv[2]) < 0 ||
            sd_bus_request_name(bus, "org.freedesktop.PolicyKit1", 0) < 0)
                return 1;
        return sd_event_loop(event) < 0;
}
