/*
 * The bus side of the bench: a floor to measure CheckCompatible against, and the one client that calls both.
 *
 *     bench-bus serve ADDRESS                        an empty method (st)->(ss) with answers of a length that is set
 *     bench-bus compare ADDRESS DESCRIPTOR PAIRS     calls the daemon and the floor in turn, one at a time
 *     bench-bus check ADDRESS DESCRIPTOR CALLS       calls the daemon only
 *     bench-bus describe ADDRESS                     prints the host document that the daemon judges on
 *
 * compare prints nanoseconds: p50 and p99 of the daemon, p50 and p99 of the floor; the lengths of descriptor and report;
 * and how often the daemon read a device again that it had chosen.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include "util/alloc.h"

#define DAEMON_NAME "org.vfio.Migration1"
#define DAEMON_PATH "/org/vfio/Migration1"
#define MANAGER DAEMON_NAME ".Manager"
#define FLOOR_NAME DAEMON_NAME ".Bench"
#define FLOOR_PATH "/floor"
/* Between two looks at when a device was last read. */
#define LOOK_EVERY 20

static void check(int r, const char *what, const sd_bus_error *e) {
        if (r >= 0)
                return;
        fprintf(stderr, "bench-bus: %s: %s\n", what, e && e->message ? e->message : strerror(-r));
        exit(1);
}

static sd_bus *connect_to(const char *address) {
        sd_bus *bus = NULL;

        check(sd_bus_new(&bus), "sd_bus_new", NULL);
        check(sd_bus_set_address(bus, address), "address", NULL);
        check(sd_bus_set_bus_client(bus, true), "client", NULL);
        check(sd_bus_start(bus), "connect", NULL);
        return bus;
}

static uint64_t now_nsec(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* --- the floor */

static struct {
        char *verdict;
        char *report;
} answer = { "", "" };

static int on_set(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        const char *verdict, *report;
        int r = sd_bus_message_read(m, "ss", &verdict, &report);

        if (r < 0)
                return r;
        answer.verdict = xstrdup(verdict);
        answer.report = xstrdup(report);
        return sd_bus_reply_method_return(m, "");
}

static int on_check(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        const char *descriptor;
        uint64_t flags;
        int r = sd_bus_message_read(m, "st", &descriptor, &flags);

        return r < 0 ? r : sd_bus_reply_method_return(m, "ss", answer.verdict, answer.report);
}

static const sd_bus_vtable floor_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Set", "ss", "", on_set, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("CheckCompatible", "st", "ss", on_check, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

_Noreturn static void serve(sd_bus *bus) {
        check(sd_bus_add_object_vtable(bus, NULL, FLOOR_PATH, FLOOR_NAME, floor_vtable, NULL), "vtable", NULL);
        check(sd_bus_request_name(bus, FLOOR_NAME, 0), "name", NULL);
        for (;;) {
                int r = sd_bus_process(bus, NULL);

                check(r, "process", NULL);
                if (r == 0)
                        check(sd_bus_wait(bus, UINT64_MAX), "wait", NULL);
        }
}

/* --- the client */

static char *read_descriptor(const char *path) {
        static char buffer[1 << 20];
        FILE *f = fopen(path, "re");
        size_t n = f ? fread(buffer, 1, sizeof(buffer) - 1, f) : 0;

        check(n ? 0 : -errno, path, NULL);
        fclose(f);
        return buffer;
}

/* One call; *ret_reply keeps the strings. Returns how long it took. */
static uint64_t call(sd_bus *bus, const char *name, const char *path, const char *interface, const char *descriptor,
                     sd_bus_message **ret_reply, const char **ret_verdict, const char **ret_report) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *m = NULL;
        uint64_t start = now_nsec();

        check(sd_bus_message_new_method_call(bus, &m, name, path, interface, "CheckCompatible"), "call", NULL);
        check(sd_bus_message_append(m, "st", descriptor, UINT64_C(0)), "call", NULL);
        check(sd_bus_call(bus, m, 0, &error, ret_reply), interface, &error);
        check(sd_bus_message_read(*ret_reply, "ss", ret_verdict, ret_report), "reply", NULL);
        start = now_nsec() - start;
        sd_bus_message_unref(m);
        return start;
}

static uint64_t call_daemon(sd_bus *bus, const char *descriptor, sd_bus_message **ret_reply, const char **ret_report) {
        const char *verdict;
        uint64_t took = call(bus, DAEMON_NAME, DAEMON_PATH, MANAGER, descriptor, ret_reply, &verdict, ret_report);

        if (strcmp(verdict, "compatible") != 0) {
                fprintf(stderr, "bench-bus: the answer should be compatible, and is %s: %s\n", verdict, *ret_report);
                exit(1);
        }
        return took;
}

static uint64_t call_floor(sd_bus *bus, const char *descriptor) {
        const char *verdict, *report;
        sd_bus_message *reply;
        uint64_t took = call(bus, FLOOR_NAME, FLOOR_PATH, FLOOR_NAME, descriptor, &reply, &verdict, &report);

        sd_bus_message_unref(reply);
        return took;
}

/* The object of the first device that the report chose. */
static char *find_chosen(sd_bus *bus, const char *report) {
        static const char key[] = "\"address\":\"";
        const char *at = strstr(report, key), *object;
        _cleanup_free_ char *address = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        char *path;

        check(at ? 0 : -ENODATA, "no device was chosen", NULL);
        at += strlen(key);
        address = xstrndup(at, strcspn(at, "\""));
        check(sd_bus_call_method(bus, DAEMON_NAME, DAEMON_PATH, MANAGER, "GetDevice", &error, &reply, "s", address),
              "GetDevice", &error);
        check(sd_bus_message_read(reply, "o", &object), "GetDevice", NULL);
        path = xstrdup(object);
        sd_bus_message_unref(reply);
        return path;
}

static uint64_t snapshot_time(sd_bus *bus, const char *path) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        uint64_t value;

        check(sd_bus_get_property_trivial(bus, DAEMON_NAME, path, DAEMON_NAME ".Device", "SnapshotTime", &error, 't',
                                          &value),
              "SnapshotTime", &error);
        return value;
}

static int compare_nsec(const void *a, const void *b) {
        const uint64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static void print_times(uint64_t *times, size_t n) {
        qsort(times, n, sizeof(*times), compare_nsec);
        printf("%lu %lu ", (unsigned long)times[n / 2], (unsigned long)times[n * 99 / 100]);
}

static int compare(sd_bus *bus, const char *descriptor, size_t pairs) {
        uint64_t *daemon = xnew0(uint64_t, pairs), *floor = xnew0(uint64_t, pairs), seen, is;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply;
        const char *report;
        char *chosen;
        size_t length, n_again = 0;

        call_daemon(bus, descriptor, &reply, &report);
        length = strlen(report);
        check(sd_bus_call_method(bus, FLOOR_NAME, FLOOR_PATH, FLOOR_NAME, "Set", &error, NULL, "ss", "compatible", report),
              "Set", &error);
        chosen = find_chosen(bus, report);
        seen = snapshot_time(bus, chosen);
        sd_bus_message_unref(reply);
        for (size_t i = 0; i < pairs; i++) {
                /* In turn, and each as often after the other: it finds the caches as the other left them. */
                if (i % 2)
                        floor[i] = call_floor(bus, descriptor);
                daemon[i] = call_daemon(bus, descriptor, &reply, &report);
                sd_bus_message_unref(reply);
                if (i % 2 == 0)
                        floor[i] = call_floor(bus, descriptor);
                if (i % LOOK_EVERY)
                        continue;
                is = snapshot_time(bus, chosen);
                n_again += is != seen;
                seen = is;
        }
        print_times(daemon, pairs);
        print_times(floor, pairs);
        printf("%zu %zu %zu\n", strlen(descriptor), length, n_again);
        return 0;
}

static int check_many(sd_bus *bus, const char *descriptor, size_t calls) {
        for (size_t i = 0; i < calls; i++) {
                sd_bus_message *reply;
                const char *report;

                call_daemon(bus, descriptor, &reply, &report);
                sd_bus_message_unref(reply);
        }
        return 0;
}

static int describe(sd_bus *bus) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply;
        char buffer[65536];
        off_t at = 0;
        ssize_t n;
        int fd;

        check(sd_bus_call_method(bus, DAEMON_NAME, DAEMON_PATH, MANAGER, "DescribeToFile", &error, &reply, "t", UINT64_C(1)),
              "DescribeToFile", &error);
        check(sd_bus_message_read(reply, "h", &fd), "DescribeToFile", NULL);
        while ((n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
                fwrite(buffer, 1, (size_t)n, stdout);
                at += n;
        }
        return n < 0 || fflush(stdout) != 0;
}

int main(int argc, char **argv) {
        sd_bus *bus = argc >= 3 ? connect_to(argv[2]) : NULL;

        if (argc == 3 && strcmp(argv[1], "serve") == 0)
                serve(bus);
        if (argc == 3 && strcmp(argv[1], "describe") == 0)
                return describe(bus);
        if (argc == 5 && strcmp(argv[1], "compare") == 0)
                return compare(bus, read_descriptor(argv[3]), strtoul(argv[4], NULL, 10));
        if (argc == 5 && strcmp(argv[1], "check") == 0)
                return check_many(bus, read_descriptor(argv[3]), strtoul(argv[4], NULL, 10));
        fprintf(stderr, "Usage: bench-bus serve|describe ADDRESS, compare|check ADDRESS DESCRIPTOR N\n");
        return 2;
}
