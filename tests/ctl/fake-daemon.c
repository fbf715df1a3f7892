/*
 * A daemon for vfiomigctl's tests: serves a host document from a file on the session bus, without a host.
 *
 * usage: fake-daemon HOST.json [--report=FILE] [--deny] [--limit]. --report: CheckCompatible always answers that;
 * --deny: asking needs flags 2 and 4; --limit: Describe of all says LimitExceeded. Its Emit method sends an event.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/mman.h>
#include <systemd/sd-bus.h>

#include "core/answer.h"
#include "core/descriptor-json.h"
#include "util/alloc.h"

#define NAME "org.vfio.Migration1"
#define ROOT "/org/vfio/Migration1"
#define DEVICE NAME ".Device"

struct fake {
        sd_bus *bus;
        struct document *host;
        struct inventory *inventory;
        char *report;
        bool deny, limit;
};

static char *read_all(const char *file, size_t *ret_length) {
        _cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC);
        struct text t = {};
        char buffer[4096];
        ssize_t n;

        if (fd < 0) {
                perror(file);
                exit(1);
        }
        while ((n = read(fd, buffer, sizeof(buffer))) > 0)
                text_add_n(&t, buffer, (size_t)n);
        *ret_length = t.length;
        return text_take(&t);
}

static const struct device *find_device(const struct fake *f, const char *id) {
        for (size_t i = 0; i < f->host->n_devices; i++)
                if (str_equal(f->host->devices[i]->address, id))
                        return f->host->devices[i];
        return NULL;
}

static int no_device(sd_bus_error *error, const char *id) {
        return sd_bus_error_setf(error, NAME ".Error.NoSuchDevice", "%s: no VFIO device of this host", id);
}

static char *device_path(const char *id) {
        char *path;

        if (sd_bus_path_encode(ROOT "/devices", id, &path) < 0)
                abort();
        return path;
}

/* The host's document with some of its devices only, and without what makes it a host's where that is not wanted. */
static int describe(struct fake *f, char *const *ids, uint64_t flags, struct text *t, sd_bus_error *error) {
        struct document part = *f->host;
        struct device **devices = NULL;
        size_t n = 0;

        for (; ids && *ids; ids++) {
                const struct device *d = find_device(f, *ids);

                if (!d) {
                        free(devices);
                        return no_device(error, *ids);
                }
                array_append(devices, n, (struct device *)d);
        }
        if (devices) {
                part.devices = devices;
                part.n_devices = n;
        }
        if (!(flags & 1)) {
                part.has_models = false;
                part.models = (struct models){};
                part.n_creatables = 0;
        }
        document_format(&part, t);
        free(devices);
        return 0;
}

static int method_describe(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_(strv_free_cleanup) char **ids = NULL;
        _cleanup_text_ struct text t = {};
        struct fake *f = data;
        uint64_t flags;
        int r;

        r = sd_bus_message_read_strv(m, &ids);
        if (r >= 0)
                r = sd_bus_message_read(m, "t", &flags);
        if (r >= 0 && f->limit && !ids)
                return sd_bus_error_set(error, NAME ".Error.LimitExceeded", "the document is longer than 8 MiB");
        if (r >= 0)
                r = describe(f, ids, flags, &t, error);
        return r < 0 ? r : sd_bus_reply_method_return(m, "s", t.data);
}

static int method_describe_to_file(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_close_ int fd = memfd_create("host", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        _cleanup_text_ struct text t = {};
        uint64_t flags;
        int r;

        r = sd_bus_message_read(m, "t", &flags);
        if (r >= 0)
                r = describe(data, NULL, flags, &t, error);
        if (r < 0)
                return r;
        if (fd < 0 || write(fd, t.data, t.length) != (ssize_t)t.length ||
            fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK) < 0)
                return -errno;
        return sd_bus_reply_method_return(m, "h", fd);
}

static int method_list(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        struct fake *f = data;
        int r;

        r = sd_bus_message_new_method_return(m, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "(soss)");
        for (size_t i = 0; r >= 0 && i < f->host->n_devices; i++) {
                const struct device *d = f->host->devices[i];
                _cleanup_free_ char *path = device_path(d->address);

                r = sd_bus_message_append(reply, "(soss)", d->address, path, d->traits->driver ?: "",
                                          d->traits->model ?: "");
        }
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int method_get(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_free_ char *path = NULL;
        const char *id;
        int r;

        r = sd_bus_message_read(m, "s", &id);
        if (r < 0)
                return r;
        if (!find_device(data, id))
                return no_device(error, id);
        path = device_path(id);
        return sd_bus_reply_method_return(m, "o", path);
}

static int method_check(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_(document_free_cleanup) struct document *source = NULL;
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        const struct policy policy = POLICY_DEFAULT;
        _cleanup_text_ struct text json = {};
        struct fake *f = data;
        const char *descriptor;
        struct json_error why;
        struct question q;
        uint64_t flags;
        int r;

        r = sd_bus_message_read(m, "st", &descriptor, &flags);
        if (r < 0)
                return r;
        if (f->deny && (flags & 6) != 6)
                return sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED, "not authorised");
        if (document_parse(descriptor, strlen(descriptor), DOCUMENT_SOURCE, &source, &why) < 0)
                return sd_bus_error_set(error, NAME ".Error.InvalidDescriptor", why.message);
        if (f->report)
                return sd_bus_reply_method_return(m, "ss", "-", f->report);
        q = (struct question){ .source = source, .target = f->inventory, .policy = &policy, .flags = flags & 9 };
        r = question_answer(&q, &report, NULL);
        if (r < 0)
                return r;
        report_format(report, &json);
        return sd_bus_reply_method_return(m, "ss", verdict_to_string(report->verdict), json.data);
}

/* s what, s id */
static int method_emit(sd_bus_message *m, void *data, sd_bus_error *error) {
        _cleanup_free_ char *path = NULL;
        const char *what, *id;
        struct fake *f = data;
        int r;

        r = sd_bus_message_read(m, "ss", &what, &id);
        if (r < 0)
                return r;
        path = device_path(id);
        if (str_equal(what, "added"))
                r = sd_bus_emit_interfaces_added(f->bus, path, DEVICE, NULL);
        else if (str_equal(what, "removed"))
                r = sd_bus_emit_interfaces_removed(f->bus, path, DEVICE, NULL);
        else
                r = sd_bus_emit_properties_changed(f->bus, path, DEVICE, "VfioDevice", NULL);
        return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                    void *data, sd_bus_error *error) {
        const struct device *d = data;
        const char *value = str_equal(property, "Id")           ? d->address
                            : str_equal(property, "Driver")     ? d->traits->driver
                            : str_equal(property, "Bus")        ? "pci"
                            : str_equal(property, "SysfsPath")  ? "sys/devices/fake"
                            : str_equal(property, "VfioDevice") ? "vfio0"
                                                                : "12";

        return sd_bus_message_append(reply, "s", value ?: "");
}

static int get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *data, sd_bus_error *error) {
        return sd_bus_message_append(reply, "s", "0-fake");
}

static const sd_bus_vtable manager_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("ListDevices", "", "a(soss)", method_list, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("GetDevice", "s", "o", method_get, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Describe", "ast", "s", method_describe, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("DescribeToFile", "t", "h", method_describe_to_file, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("CheckCompatible", "st", "ss", method_check, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Emit", "ss", "", method_emit, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable device_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Id", "s", get_text, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Driver", "s", get_text, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("SysfsPath", "s", get_text, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Bus", "s", get_text, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("VfioDevice", "s", get_text, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("IommuGroup", "s", get_text, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static int serve(struct fake *f) {
        int r;

        r = sd_bus_open_system(&f->bus);
        if (r >= 0)
                r = sd_bus_add_object_manager(f->bus, NULL, ROOT);
        if (r >= 0)
                r = sd_bus_add_object_vtable(f->bus, NULL, ROOT, NAME ".Manager", manager_vtable, f);
        for (size_t i = 0; r >= 0 && i < f->host->n_devices; i++) {
                _cleanup_free_ char *path = device_path(f->host->devices[i]->address);

                r = sd_bus_add_object_vtable(f->bus, NULL, path, DEVICE, device_vtable, f->host->devices[i]);
        }
        if (r >= 0)
                r = sd_bus_request_name(f->bus, NAME, 0);
        while (r >= 0) {
                r = sd_bus_process(f->bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(f->bus, UINT64_MAX);
        }
        return r;
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "report", required_argument, NULL, 'r' },
                { "deny", no_argument, NULL, 'd' },
                { "limit", no_argument, NULL, 'l' },
                {},
        };
        _cleanup_free_ char *text = NULL;
        struct json_error error;
        struct fake f = {};
        size_t length;
        int arg;

        while ((arg = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                if (arg == 'r')
                        f.report = read_all(optarg, &length);
                f.deny = f.deny || arg == 'd';
                f.limit = f.limit || arg == 'l';
        }
        text = read_all(argv[optind], &length);
        if (document_parse(text, length, DOCUMENT_HOST, &f.host, &error) < 0) {
                fprintf(stderr, "%s: %s\n", argv[optind], error.message);
                return 1;
        }
        f.inventory = inventory_new(f.host);
        return serve(&f) < 0;
}
