/*
 * The bus side of the bench: a floor to measure CheckCompatible against, and the one client that calls both.
 *
 *     bench-bus serve ADDRESS                        an empty method (st)->(ss) with answers of a length that is set,
 *                                                    and the same by way of a thread that does nothing
 *     bench-bus compare ADDRESS DESCRIPTOR N         calls the daemon and both floors in turn, one at a time
 *     bench-bus check ADDRESS DESCRIPTOR CALLS       calls the daemon only
 *     bench-bus describe ADDRESS                     prints the host document that the daemon judges on
 *
 * compare prints nanoseconds, p50 and p99 of each of the three; the lengths of descriptor and report; and how often the
 * daemon read a device again that it had chosen.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "util/alloc.h"

#define DAEMON_NAME "org.vfio.Migration1"
#define DAEMON_PATH "/org/vfio/Migration1"
#define MANAGER DAEMON_NAME ".Manager"
#define FLOOR_NAME DAEMON_NAME ".Bench"
#define FLOOR_PATH "/floor"
/* Calls of each between two looks at when a device was last read. */
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

struct server {
        char *verdict, *report; /* the answer */

        /* To the thread and back; there is one caller, so one call at a time. */
        sd_bus_message *call;
        pthread_mutex_t lock;
        pthread_cond_t work;
        bool asked;
        int fd;
};

static int on_set(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        struct server *s = userdata;
        const char *verdict, *report;
        int r = sd_bus_message_read(m, "ss", &verdict, &report);

        if (r < 0)
                return r;
        free(s->verdict);
        free(s->report);
        s->verdict = xstrdup(verdict);
        s->report = xstrdup(report);
        return sd_bus_reply_method_return(m, "");
}

static int reply(const struct server *s, sd_bus_message *m) {
        return sd_bus_reply_method_return(m, "ss", s->verdict, s->report);
}

static int on_check(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        const char *descriptor;
        uint64_t flags;
        int r = sd_bus_message_read(m, "st", &descriptor, &flags);

        return r < 0 ? r : reply(userdata, m);
}

static void *thread_run(void *userdata) {
        struct server *s = userdata;

        for (;;) {
                pthread_mutex_lock(&s->lock);
                while (!s->asked)
                        pthread_cond_wait(&s->work, &s->lock);
                s->asked = false;
                pthread_mutex_unlock(&s->lock);
                eventfd_write(s->fd, 1);
        }
        return NULL;
}

static int on_check_in_thread(sd_bus_message *m, void *userdata, sd_bus_error *e) {
        struct server *s = userdata;
        const char *descriptor;
        uint64_t flags;
        int r = sd_bus_message_read(m, "st", &descriptor, &flags);

        if (r < 0)
                return r;
        s->call = sd_bus_message_ref(m);
        pthread_mutex_lock(&s->lock);
        s->asked = true;
        pthread_mutex_unlock(&s->lock);
        pthread_cond_signal(&s->work);
        return 1;
}

static int on_done(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct server *s = userdata;
        eventfd_t value;

        (void)eventfd_read(fd, &value);
        check(reply(s, s->call), "reply", NULL);
        s->call = sd_bus_message_unref(s->call);
        return 0;
}

static const sd_bus_vtable floor_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Set", "ss", "", on_set, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("CheckCompatible", "st", "ss", on_check, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("CheckInThread", "st", "ss", on_check_in_thread, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static int serve(sd_bus *bus) {
        struct server s = { .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER };
        sd_event *event = NULL;
        pthread_t id;

        s.verdict = xstrdup("");
        s.report = xstrdup("");
        s.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        check(s.fd < 0 ? -errno : 0, "eventfd", NULL);
        check(sd_event_default(&event), "event", NULL);
        check(sd_event_add_io(event, NULL, s.fd, EPOLLIN, on_done, &s), "eventfd", NULL);
        check(-pthread_create(&id, NULL, thread_run, &s), "thread", NULL);
        check(sd_bus_attach_event(bus, event, 0), "attach", NULL);
        check(sd_bus_add_object_vtable(bus, NULL, FLOOR_PATH, FLOOR_NAME, floor_vtable, &s), "vtable", NULL);
        check(sd_bus_request_name(bus, FLOOR_NAME, 0), "name", NULL);
        return sd_event_loop(event);
}

/* --- the client */

static char *read_descriptor(const char *path) {
        static char buffer[1 << 20];
        FILE *f = fopen(path, "re");
        size_t n = f ? fread(buffer, 1, sizeof(buffer) - 1, f) : 0;

        check(n ? 0 : f ? -ENODATA : -errno, path, NULL);
        fclose(f);
        return buffer;
}

/* One call; *ret_reply keeps the strings. Returns how long it took. */
static uint64_t call(sd_bus *bus, const char *name, const char *path, const char *interface, const char *method,
                     const char *descriptor, sd_bus_message **ret_reply, const char **ret_verdict,
                     const char **ret_report) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *m = NULL;
        uint64_t start = now_nsec();

        check(sd_bus_message_new_method_call(bus, &m, name, path, interface, method), "call", NULL);
        check(sd_bus_message_append(m, "st", descriptor, UINT64_C(0)), "call", NULL);
        check(sd_bus_call(bus, m, 0, &error, ret_reply), interface, &error);
        check(sd_bus_message_read(*ret_reply, "ss", ret_verdict, ret_report), "reply", NULL);
        start = now_nsec() - start;
        sd_bus_message_unref(m);
        return start;
}

static uint64_t call_daemon(sd_bus *bus, const char *descriptor, sd_bus_message **ret_reply, const char **ret_report) {
        const char *verdict;
        uint64_t took = call(bus, DAEMON_NAME, DAEMON_PATH, MANAGER, "CheckCompatible", descriptor, ret_reply, &verdict,
                             ret_report);

        if (strcmp(verdict, "compatible") != 0) {
                fprintf(stderr, "bench-bus: the answer should be compatible, and is %s: %s\n", verdict, *ret_report);
                exit(1);
        }
        return took;
}

static uint64_t call_floor(sd_bus *bus, const char *method, const char *descriptor) {
        const char *verdict, *report;
        sd_bus_message *answered;
        uint64_t took = call(bus, FLOOR_NAME, FLOOR_PATH, FLOOR_NAME, method, descriptor, &answered, &verdict, &report);

        sd_bus_message_unref(answered);
        return took;
}

/* The object of the first device that the report chose; NULL for a VM without devices. */
static char *find_chosen(sd_bus *bus, const char *report) {
        static const char key[] = "\"address\":\"";
        const char *at = strstr(report, key), *object;
        _cleanup_free_ char *address = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *answered = NULL;
        char *path;

        if (!at)
                return NULL;
        at += strlen(key);
        address = xstrndup(at, strcspn(at, "\""));
        check(sd_bus_call_method(bus, DAEMON_NAME, DAEMON_PATH, MANAGER, "GetDevice", &error, &answered, "s", address),
              "GetDevice", &error);
        check(sd_bus_message_read(answered, "o", &object), "GetDevice", NULL);
        path = xstrdup(object);
        sd_bus_message_unref(answered);
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

static int compare(sd_bus *bus, const char *descriptor, size_t n) {
        enum { DAEMON, FLOOR, THREAD, N_CALLED };
        uint64_t *times[N_CALLED], seen, is;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *answered;
        const char *report;
        char *chosen;
        size_t length, n_again = 0;

        for (size_t i = 0; i < N_CALLED; i++)
                times[i] = xnew0(uint64_t, n);
        call_daemon(bus, descriptor, &answered, &report);
        length = strlen(report);
        check(sd_bus_call_method(bus, FLOOR_NAME, FLOOR_PATH, FLOOR_NAME, "Set", &error, NULL, "ss", "compatible",
                                 report),
              "Set", &error);
        chosen = find_chosen(bus, report);
        seen = chosen ? snapshot_time(bus, chosen) : 0;
        sd_bus_message_unref(answered);
        for (size_t i = 0; i < n; i++) {
                /* Each as often the first: it finds the caches as the one before left them. */
                for (size_t j = 0; j < N_CALLED; j++)
                        switch ((i + j) % N_CALLED) {
                        case DAEMON:
                                times[DAEMON][i] = call_daemon(bus, descriptor, &answered, &report);
                                sd_bus_message_unref(answered);
                                break;
                        case FLOOR:
                                times[FLOOR][i] = call_floor(bus, "CheckCompatible", descriptor);
                                break;
                        case THREAD:
                                times[THREAD][i] = call_floor(bus, "CheckInThread", descriptor);
                                break;
                        }
                if (!chosen || i % LOOK_EVERY)
                        continue;
                is = snapshot_time(bus, chosen);
                n_again += is != seen;
                seen = is;
        }
        for (size_t i = 0; i < N_CALLED; i++) {
                print_times(times[i], n);
                free(times[i]);
        }
        printf("%zu %zu %zu\n", strlen(descriptor), length, n_again);
        free(chosen);
        return 0;
}

static int check_many(sd_bus *bus, const char *descriptor, size_t calls) {
        for (size_t i = 0; i < calls; i++) {
                sd_bus_message *answered;
                const char *report;

                call_daemon(bus, descriptor, &answered, &report);
                sd_bus_message_unref(answered);
        }
        return 0;
}

static int describe(sd_bus *bus) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *answered;
        char buffer[65536];
        off_t at = 0;
        ssize_t n;
        int fd;

        check(sd_bus_call_method(bus, DAEMON_NAME, DAEMON_PATH, MANAGER, "DescribeToFile", &error, &answered, "t",
                                 UINT64_C(1)),
              "DescribeToFile", &error);
        check(sd_bus_message_read(answered, "h", &fd), "DescribeToFile", NULL);
        while ((n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
                fwrite(buffer, 1, (size_t)n, stdout);
                at += n;
        }
        return n < 0 || fflush(stdout) != 0;
}

int main(int argc, char **argv) {
        sd_bus *bus = argc >= 3 ? connect_to(argv[2]) : NULL;

        if (argc == 3 && strcmp(argv[1], "serve") == 0)
                return serve(bus);
        if (argc == 3 && strcmp(argv[1], "describe") == 0)
                return describe(bus);
        if (argc == 5 && strcmp(argv[1], "compare") == 0)
                return compare(bus, read_descriptor(argv[3]), strtoul(argv[4], NULL, 10));
        if (argc == 5 && strcmp(argv[1], "check") == 0)
                return check_many(bus, read_descriptor(argv[3]), strtoul(argv[4], NULL, 10));
        fprintf(stderr, "Usage: bench-bus serve|describe ADDRESS, compare|check ADDRESS DESCRIPTOR N\n");
        return 2;
}
