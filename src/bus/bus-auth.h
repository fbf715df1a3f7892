/*
 * Who may: the uid behind a call, and polkit, which is asked without waiting for it.
 *
 * Root and our own uid need no asking. Where there is no polkit, nobody else may.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#define AUTH_CHECK "org.vfio.migration1.check"
#define AUTH_RESCAN "org.vfio.migration1.rescan"

struct auth;

struct auth *auth_new(sd_bus *bus, bool polkit);
/* Also forgets the calls that wait for polkit. */
struct auth *auth_free(struct auth *a);

/* The uid of who sent it. */
int auth_uid(struct auth *a, sd_bus_message *m, uid_t *ret_uid, sd_bus_error *error);

/* What is done once it is allowed, in the way of a method handler; the message is at its beginning. */
typedef int (*auth_then_t)(sd_bus_message *m, uid_t uid, void *userdata, sd_bus_error *error);
/*
 * Calls then() at once, or when polkit has said yes; answers the call with an error when it says no. hint: what can be
 * done instead, for that error, or NULL. Returns as a method handler.
 */
int auth_ask(struct auth *a, sd_bus_message *m, const char *action, const char *hint, auth_then_t then, void *userdata,
             sd_bus_error *error);
