/*
 * The daemon's Manager interface, as calls. Owns nothing; knows the errors' names, and what to do about them.
 */
#include "ctl/manager.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/descriptor-json.h"
#include "util/alloc.h"

#define ERROR_PREFIX "org.vfio.Migration1.Error."
/* A host document may be so long (64 MiB). */
#define DOCUMENT_MAX (UINT64_C(64) << 20)

static void message_unref(sd_bus_message **m) {
        sd_bus_message_unref(*m);
}
#define _cleanup_message_ _cleanup_(message_unref)
#define _cleanup_error_ _cleanup_(sd_bus_error_free)

int manager_fail(const struct context *c, const char *what, const sd_bus_error *error, int r) {
        static const char *const absent[] = {
                SD_BUS_ERROR_SERVICE_UNKNOWN,
                SD_BUS_ERROR_NAME_HAS_NO_OWNER,
                "org.freedesktop.systemd1.NoSuchUnit",
        };

        for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
                if (sd_bus_error_has_name(error, absent[i]))
                        return context_fail(c, r,
                                            "Cannot %s: there is no " MANAGER_NAME " on the bus (is vfio-migrationd "
                                            "installed and running?)",
                                            what);
        if (r == -ETIMEDOUT || sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
            sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT))
                return context_fail(c, r, "Cannot %s: no answer in time (see --timeout)", what);
        return context_fail(c, r, "Cannot %s: %s", what, error->message ?: strerror(-r));
}

static int read_file(const struct context *c, int fd, char **ret_text, size_t *ret_length) {
        _cleanup_free_ char *text = NULL;
        struct stat st;
        size_t n = 0;

        if (fstat(fd, &st) < 0)
                return context_fail(c, -errno, "Cannot read the host document: %s", strerror(errno));
        if (st.st_size < 0 || (uint64_t)st.st_size > DOCUMENT_MAX)
                return context_fail(c, -E2BIG, "The host document is longer than 64 MiB");
        text = xcalloc((size_t)st.st_size + 1, 1);
        while (n < (size_t)st.st_size) {
                ssize_t l = pread(fd, text + n, (size_t)st.st_size - n, (off_t)n);

                if (l < 0 && errno == EINTR)
                        continue;
                if (l < 0)
                        return context_fail(c, -errno, "Cannot read the host document: %s", strerror(errno));
                if (l == 0)
                        break;
                n += (size_t)l;
        }
        *ret_text = take_ptr(text);
        *ret_length = n;
        return 0;
}

static int describe_to_file(struct context *c, uint64_t flags, char **ret_json, size_t *ret_length) {
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *reply = NULL;
        int r, fd;

        r = sd_bus_call_method(c->bus, MANAGER_NAME, MANAGER_PATH, MANAGER_INTERFACE, "DescribeToFile", &error, &reply,
                               "t", flags);
        if (r >= 0)
                r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return manager_fail(c, "describe the host", &error, r);
        return read_file(c, fd, ret_json, ret_length);
}

int manager_describe(struct context *c, char *const *ids, uint64_t flags, char **ret_json, size_t *ret_length) {
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *call = NULL, *reply = NULL;
        const char *json;
        sd_bus *bus;
        int r;

        r = context_bus(c, &bus);
        if (r < 0)
                return r;
        r = sd_bus_message_new_method_call(bus, &call, MANAGER_NAME, MANAGER_PATH, MANAGER_INTERFACE, "Describe");
        if (r >= 0)
                r = sd_bus_message_append_strv(call, (char **)ids);
        if (r >= 0)
                r = sd_bus_message_append(call, "t", flags);
        if (r >= 0)
                r = sd_bus_call(bus, call, 0, &error, &reply);
        if (sd_bus_error_has_name(&error, ERROR_PREFIX "LimitExceeded") && strv_length(ids) == 0)
                return describe_to_file(c, flags, ret_json, ret_length);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &json);
        if (r < 0)
                return manager_fail(c, "describe the devices", &error, r);
        *ret_json = xstrdup(json);
        *ret_length = strlen(json);
        return 0;
}

int manager_document(struct context *c, char *const *ids, uint64_t flags, struct document **ret_document) {
        enum document_kind kind = flags & DESCRIBE_HOST ? DOCUMENT_HOST : DOCUMENT_SOURCE;
        _cleanup_free_ char *json = NULL;
        struct json_error error;
        size_t length;
        int r;

        r = manager_describe(c, ids, flags, &json, &length);
        if (r < 0)
                return r;
        r = document_parse(json, length, kind, ret_document, &error);
        if (r < 0)
                return context_fail(c, r, "The daemon's answer cannot be read: %s", error.message);
        return 0;
}

int manager_check(struct context *c, const char *name, const char *descriptor, uint64_t flags, char **ret_report) {
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *verdict, *report;
        sd_bus *bus;
        int r;

        r = context_bus(c, &bus);
        if (r < 0)
                return r;
        r = sd_bus_call_method(bus, MANAGER_NAME, MANAGER_PATH, MANAGER_INTERFACE, "CheckCompatible", &error, &reply,
                               "st", descriptor, flags);
        if (r >= 0)
                r = sd_bus_message_read(reply, "ss", &verdict, &report);
        if (r >= 0) {
                *ret_report = xstrdup(report);
                return 0;
        }
        if (sd_bus_error_has_name(&error, ERROR_PREFIX "InvalidDescriptor"))
                return context_fail(c, r, "%s: %s", name, error.message ?: "not a descriptor");
        manager_fail(c, "check", &error, r);
        if (sd_bus_error_has_name(&error, SD_BUS_ERROR_ACCESS_DENIED) ||
            sd_bus_error_has_name(&error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED))
                context_hint(
                        c,
                        "A full check needs the polkit action org.vfio.migration1.check (without polkit: root). With "
                        "--no-write and --no-vendor anyone may ask; the answer may then be \"unknown\" where a driver "
                        "or "
                        "a vendor's check would have decided.");
        return r;
}

int manager_device_path(struct context *c, const char *id, char **ret_path) {
        _cleanup_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *path;
        sd_bus *bus;
        int r;

        r = context_bus(c, &bus);
        if (r < 0)
                return r;
        r = sd_bus_call_method(bus, MANAGER_NAME, MANAGER_PATH, MANAGER_INTERFACE, "GetDevice", &error, &reply, "s",
                               id);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return manager_fail(c, "find the device", &error, r);
        *ret_path = xstrdup(path);
        return 0;
}
