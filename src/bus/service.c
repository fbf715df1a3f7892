/*
 * The daemon on the bus. The name is asked for when the first inventory is complete: whoever waits for the name gets
 * true answers from the first call on.
 */
#include "bus/service.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "bus/bus-auth.h"
#include "bus/bus-call.h"
#include "bus/bus-device.h"
#include "bus/bus-manager.h"
#include "bus/bus-notify.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

static int open_bus(const char *where, sd_bus **ret) {
        _cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
        int r;

        if (str_equal(where, "system"))
                return sd_bus_open_system(ret);
        if (str_equal(where, "user"))
                return sd_bus_open_user(ret);
        r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, where);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, true);
        if (r >= 0)
                r = sd_bus_negotiate_fds(bus, true);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0)
                return r;
        *ret = take_ptr(bus);
        return 0;
}

/* The first inventory is complete, or could not be made. */
static void begin(struct service *s) {
        int error, r;

        if (!manager_ready(s->manager, &error)) {
                if (error < 0)
                        sd_event_exit(s->event, EXIT_FAILURE); /* said already */
                return;
        }
        r = sd_bus_request_name(s->bus, SERVICE_NAME, 0);
        if (r < 0) {
                log_error("%s: %s", SERVICE_NAME, r == -EEXIST ? "the name is taken" : strerror(-r));
                sd_event_exit(s->event, EXIT_FAILURE);
                return;
        }
        s->named = true;
        log_info("ready: %zu devices", hostview_count(manager_view(s->manager)));
        sd_notifyf(0, "READY=1\nSTATUS=%zu devices", hostview_count(manager_view(s->manager)));
}

static int on_wake(sd_event_source *source, void *userdata) {
        struct service *s = userdata;

        if (!s->named)
                begin(s);
        notify_changes(s);
        calls_answer(s);
        if (s->reload && manager_rounds_done(s->manager) >= s->reload && s->named) {
                s->reload = 0;
                sd_notify(0, "READY=1");
        }
        return 0;
}

void service_reload(struct service *s) {
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, usec_now(CLOCK_MONOTONIC));
        s->reload = manager_reload(s->manager);
}

int service_new(sd_event *event, struct manager *manager, const char *where, struct service **ret) {
        _cleanup_(service_free_cleanup) struct service *s = xnew0(struct service, 1);
        int r;

        s->event = sd_event_ref(event);
        s->manager = manager;
        s->found.service = s;
        r = open_bus(where, &s->bus);
        if (r < 0) {
                log_error("no connection to the bus (%s): %s", where, strerror(-r));
                return r;
        }
        r = sd_event_add_defer(event, &s->wake, on_wake, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->wake, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_bus_attach_event(s->bus, event, SD_EVENT_PRIORITY_NORMAL);
        if (r >= 0)
                r = sd_bus_set_exit_on_disconnect(s->bus, true);
        if (r < 0)
                return r;
        s->auth = auth_new(s->bus, !str_equal(where, "user"));
        r = calls_init(s);
        if (r >= 0)
                r = bus_manager_add(s);
        if (r >= 0)
                r = bus_device_add(s);
        if (r < 0)
                return r;
        manager_set_wake(manager, s->wake);
        *ret = take_ptr(s);
        return 0;
}

struct service *service_free(struct service *s) {
        if (!s)
                return NULL;
        calls_done(s);
        auth_free(s->auth);
        manager_set_wake(s->manager, NULL);
        sd_event_source_disable_unref(s->wake);
        sd_bus_flush_close_unref(s->bus);
        sd_event_unref(s->event);
        free(s);
        return NULL;
}
