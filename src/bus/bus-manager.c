/*
 * The interface org.vfio.Migration1.Manager: takes arguments apart, checks them, and hands on.
 */
#include "bus/bus-manager.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bus/bus-auth.h"
#include "bus/bus-call.h"
#include "bus/bus-device.h"
#include "bus/bus-error.h"
#include "util/alloc.h"

#define DESCRIPTOR_BYTES_MAX (1024u * 1024)
#define IDS_MAX 1024u

static const char without_polkit[] =
        "flags 2 and 4 together (write no migration_version, run no vendor checks) need no authorization";

static int check_flags_known(uint64_t flags, uint64_t known, sd_bus_error *error) {
        if (flags & ~known)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "flags: unknown bits 0x%" PRIx64,
                                         flags & ~known);
        return 0;
}

static int check_id(const char *id, sd_bus_error *error) {
        if (strlen(id) > DEVICE_ID_MAX)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "a device id of more than %u bytes",
                                         DEVICE_ID_MAX);
        return 0;
}

static int method_list_devices(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        struct service *s = userdata;
        struct viewed viewed;
        size_t i = 0;
        int r;

        r = sd_bus_message_new_method_return(m, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "(soss)");
        while (r >= 0 && hostview_next(manager_view(s->manager), &i, &viewed)) {
                const struct device *d = viewed.device;
                _cleanup_free_ char *path = NULL;

                r = sd_bus_path_encode(SERVICE_DEVICES, d->address, &path);
                if (r >= 0)
                        r = sd_bus_message_append(reply, "(soss)", d->address, path,
                                                  d->traits->driver ? d->traits->driver : "",
                                                  d->traits->model ? d->traits->model : "");
        }
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int method_get_device(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        _cleanup_free_ char *path = NULL;
        struct service *s = userdata;
        struct viewed viewed;
        const char *id;
        int r;

        r = sd_bus_message_read(m, "s", &id);
        if (r >= 0)
                r = check_id(id, error);
        if (r < 0)
                return r;
        if (!hostview_find(manager_view(s->manager), id, &viewed))
                return sd_bus_error_setf(error, ERROR_NO_SUCH_DEVICE, "%s: no VFIO device of this host", id);
        r = sd_bus_path_encode(SERVICE_DEVICES, id, &path);
        return r < 0 ? r : sd_bus_reply_method_return(m, "o", path);
}

static int id_compare(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static int check_ids(char **ids, sd_bus_error *error) {
        _cleanup_free_ char **sorted = NULL;
        size_t n = strv_length(ids);
        int r = 0;

        if (n > IDS_MAX)
                return sd_bus_error_setf(error, ERROR_LIMIT_EXCEEDED, "more than %u devices; an empty list is all",
                                         IDS_MAX);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = check_id(ids[i], error);
        if (r < 0 || n < 2)
                return r;
        sorted = xmemdup(ids, n * sizeof(*ids));
        qsort(sorted, n, sizeof(*sorted), id_compare);
        for (size_t i = 1; i < n; i++)
                if (strcmp(sorted[i - 1], sorted[i]) == 0)
                        return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "%s: named twice", sorted[i]);
        return 0;
}

static int method_describe(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        _cleanup_(strv_free_cleanup) char **ids = NULL;
        uint64_t flags;
        int r;

        r = sd_bus_message_read_strv(m, &ids);
        if (r >= 0)
                r = check_ids(ids, error);
        if (r >= 0)
                r = sd_bus_message_read(m, "t", &flags);
        if (r >= 0)
                r = check_flags_known(flags, DESCRIBE_FLAGS_ALL, error);
        return r < 0 ? r : call_describe(userdata, m, ids, flags, false, error);
}

static int method_describe_to_file(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        uint64_t flags;
        int r;

        r = sd_bus_message_read(m, "t", &flags);
        if (r >= 0)
                r = check_flags_known(flags, DESCRIBE_FLAGS_ALL, error);
        if (r < 0)
                return r;
        if (sd_bus_can_send(sd_bus_message_get_bus(m), 'h') <= 0)
                return sd_bus_error_set(error, SD_BUS_ERROR_NOT_SUPPORTED, "this bus does not pass file descriptors");
        return call_describe(userdata, m, NULL, flags, true, error);
}

/* The arguments of CheckCompatible; the descriptor is the message's. */
static int check_read(sd_bus_message *m, const char **ret_descriptor, size_t *ret_length, uint64_t *ret_flags,
                      sd_bus_error *error) {
        int r;

        r = sd_bus_message_read(m, "st", ret_descriptor, ret_flags);
        if (r < 0)
                return r;
        *ret_length = strlen(*ret_descriptor);
        if (*ret_length > DESCRIPTOR_BYTES_MAX)
                return sd_bus_error_setf(error, ERROR_INVALID_DESCRIPTOR, "longer than %u bytes: %zu",
                                         DESCRIPTOR_BYTES_MAX, *ret_length);
        return check_flags_known(*ret_flags, CHECK_FLAGS_ALL, error);
}

static int check_begin(sd_bus_message *m, uid_t uid, void *userdata, sd_bus_error *error) {
        const char *descriptor;
        uint64_t flags;
        size_t length;
        int r;

        r = check_read(m, &descriptor, &length, &flags, error);
        return r < 0 ? r : call_check(userdata, m, uid, descriptor, length, flags, error);
}

static int method_check_compatible(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct service *s = userdata;
        const char *descriptor;
        uint64_t flags;
        size_t length;
        uid_t uid;
        int r;

        r = check_read(m, &descriptor, &length, &flags, error);
        if (r < 0)
                return r;
        if ((flags & (CHECK_NO_WRITE | CHECK_NO_VENDOR)) == (CHECK_NO_WRITE | CHECK_NO_VENDOR)) {
                r = auth_uid(s->auth, m, &uid, error);
                return r < 0 ? r : call_check(s, m, uid, descriptor, length, flags, error);
        }
        r = sd_bus_message_rewind(m, true);
        return r < 0 ? r : auth_ask(s->auth, m, AUTH_CHECK, without_polkit, check_begin, s, error);
}

static int rescan_begin(sd_bus_message *m, uid_t uid, void *userdata, sd_bus_error *error) {
        return call_rescan(userdata, m);
}

static int method_rescan(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct service *s = userdata;

        return auth_ask(s->auth, m, AUTH_RESCAN, NULL, rescan_begin, s, error);
}

static int property_version(sd_bus *bus, const char *path, const char *interface, const char *property,
                            sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "s", PROJECT_VERSION);
}

static int property_device_count(sd_bus *bus, const char *path, const char *interface, const char *property,
                                 sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        struct service *s = userdata;

        return sd_bus_message_append(reply, "u", (uint32_t)hostview_count(manager_view(s->manager)));
}

static int property_none(sd_bus *bus, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "u", 0u);
}

static const sd_bus_vtable manager_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD_WITH_ARGS("ListDevices", SD_BUS_NO_ARGS, SD_BUS_RESULT("a(soss)", devices), method_list_devices,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetDevice", SD_BUS_ARGS("s", id), SD_BUS_RESULT("o", path), method_get_device,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_ARGS("as", ids, "t", flags), SD_BUS_RESULT("s", descriptor),
                                method_describe, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DescribeToFile", SD_BUS_ARGS("t", flags), SD_BUS_RESULT("h", file),
                                method_describe_to_file, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("CheckCompatible", SD_BUS_ARGS("s", descriptor, "t", flags),
                                SD_BUS_RESULT("s", verdict, "s", report), method_check_compatible,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Rescan", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_rescan, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Version", "s", property_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("DeviceCount", "u", property_device_count, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("ReservationCount", "u", property_none, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("SessionCount", "u", property_none, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_VTABLE_END,
};

int bus_manager_add(struct service *s) {
        return sd_bus_add_object_vtable(s->bus, NULL, SERVICE_PATH, SERVICE_MANAGER, manager_vtable, s);
}
