/*
 * The daemon on the bus: connection, name, and what the interfaces share.
 *
 * Owns the connection and the calls that are under way; borrows the manager, which never hears of D-Bus.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "daemon/manager.h"

#define SERVICE_NAME "org.vfio.Migration1"
#define SERVICE_PATH "/org/vfio/Migration1"
#define SERVICE_MANAGER "org.vfio.Migration1.Manager"
#define SERVICE_DEVICE "org.vfio.Migration1.Device"
#define SERVICE_DEVICES SERVICE_PATH "/devices"

struct auth;
struct call;

/* What a callback of sd-bus is at: its userdata is a pointer to this. */
struct found {
        struct service *service;
        struct viewed viewed;
};

/* What a user has had of all objects since a moment (CLOCK_MONOTONIC; 0: nobody). */
struct spent {
        uid_t uid;
        uint64_t since;
        size_t n;
};

struct service {
        sd_event *event;
        sd_bus *bus;
        sd_event_source *wake; /* the manager has something to pop */
        sd_event_source *gone_timer;
        struct manager *manager;
        struct auth *auth;
        struct call *calls; /* that wait for an answer */
        bool named;         /* we own the name */
        uint64_t reload;    /* number of the round that ends a reload, 0: none */
        struct found found; /* one at a time */
        struct spent spent[32];
};

/* where: "system", "user", or an address. */
int service_new(sd_event *event, struct manager *manager, const char *where, struct service **ret);
struct service *service_free(struct service *s);
DEFINE_CLEANUP(struct service, service_free);

/* Reads everything again; systemd hears of it. */
void service_reload(struct service *s);
