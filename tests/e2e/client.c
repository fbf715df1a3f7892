/*
 * What busctl cannot do, for the tests: many questions at once with their times, and file descriptors.
 *
 * - client load ADDRESS SECONDS DEPTH FLAGS FILE: asks, DEPTH at a time; "n= errors= p50= p99= max=" (usec)
 * - client file ADDRESS FLAGS: prints what DescribeToFile gives, and "sealed" on standard error
 * - client vanish ADDRESS FILE COUNT: asks COUNT times and leaves after 300 ms
 * - client size ADDRESS BYTES: asks with a text of so many bytes; prints the error's name
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/macro.h"

#define DESTINATION "org.vfio.Migration1", "/org/vfio/Migration1", "org.vfio.Migration1.Manager"

static uint64_t now_usec(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void fail(const char *what, int r) {
        fprintf(stderr, "%s: %s\n", what, strerror(-r));
        exit(1);
}

static sd_bus *open_bus(const char *address) {
        sd_bus *bus;
        int r;

        r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, true);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r < 0)
                fail(address, r);
        return bus;
}

static char *slurp(const char *path) {
        FILE *f = fopen(path, "re");
        char *text = xcalloc(4 << 20, 1);

        if (!f)
                fail(path, -errno);
        (void)!fread(text, 1, (4 << 20) - 1, f);
        fclose(f);
        return text;
}

struct load {
        sd_bus *bus;
        sd_event *event;
        const char *descriptor;
        uint64_t flags, until;
        uint32_t *times;
        size_t n, max, errors, running;
};

struct one {
        struct load *load;
        uint64_t begun;
};

static void ask(struct load *l);

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct one *o = userdata;
        struct load *l = o->load;

        if (sd_bus_message_is_method_error(m, NULL)) {
                if (l->errors++ == 0)
                        fprintf(stderr, "%s: %s\n", sd_bus_message_get_error(m)->name,
                                sd_bus_message_get_error(m)->message);
        }
        if (l->n < l->max)
                l->times[l->n++] = (uint32_t)(now_usec() - o->begun);
        free(o);
        l->running--;
        if (now_usec() < l->until)
                ask(l);
        else if (l->running == 0)
                sd_event_exit(l->event, 0);
        return 0;
}

static void ask(struct load *l) {
        struct one *o = xnew0(struct one, 1);
        int r;

        o->load = l;
        o->begun = now_usec();
        r = sd_bus_call_method_async(l->bus, NULL, DESTINATION, "CheckCompatible", on_reply, o, "st", l->descriptor,
                                     l->flags);
        if (r < 0)
                fail("call", r);
        l->running++;
}

static int compare(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

static int run_load(char **argv) {
        struct load l = { .max = 1 << 20 };
        char *descriptor = slurp(argv[4]);

        sd_event_default(&l.event);
        l.bus = open_bus(argv[0]);
        sd_bus_attach_event(l.bus, l.event, 0);
        l.times = xnew0(uint32_t, l.max);
        l.descriptor = descriptor;
        l.flags = strtoull(argv[3], NULL, 10);
        l.until = now_usec() + (uint64_t)(atof(argv[1]) * 1e6);
        for (int i = 0; i < atoi(argv[2]); i++)
                ask(&l);
        sd_event_loop(l.event);
        qsort(l.times, l.n, sizeof(*l.times), compare);
        printf("n=%zu errors=%zu p50=%u p99=%u max=%u\n", l.n, l.errors, l.times[l.n / 2], l.times[l.n * 99 / 100],
               l.times[l.n - 1]);
        free(descriptor);
        free(l.times);
        sd_bus_flush_close_unref(l.bus);
        sd_event_unref(l.event);
        return 0;
}

static int run_file(char **argv) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        sd_bus *bus = open_bus(argv[0]);
        char buffer[65536];
        ssize_t n;
        int fd = -1, r;

        r = sd_bus_call_method(bus, DESTINATION, "DescribeToFile", &error, &reply, "t", strtoull(argv[1], NULL, 10));
        if (r >= 0)
                r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                fail(error.message ? error.message : "call", r);
        while ((n = read(fd, buffer, sizeof(buffer))) > 0)
                fwrite(buffer, 1, (size_t)n, stdout);
        if ((fcntl(fd, F_GET_SEALS) & (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)) ==
            (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW))
                fputs("sealed\n", stderr);
        sd_bus_flush_close_unref(bus);
        return 0;
}

static int run_vanish(char **argv) {
        char *descriptor = slurp(argv[1]);
        sd_bus *bus = open_bus(argv[0]);

        for (int i = 0; i < atoi(argv[2]); i++)
                sd_bus_call_method_async(bus, NULL, DESTINATION, "CheckCompatible", NULL, NULL, "st", descriptor,
                                         UINT64_C(6));
        sd_bus_flush(bus);
        usleep(300 * 1000);
        sd_bus_close_unref(bus);
        free(descriptor);
        return 0;
}

static int run_size(char **argv) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        size_t n = strtoull(argv[1], NULL, 10);
        char *text = xcalloc(n + 1, 1);
        sd_bus *bus = open_bus(argv[0]);
        int r;

        memset(text, ' ', n);
        text[0] = '{';
        r = sd_bus_call_method(bus, DESTINATION, "CheckCompatible", &error, NULL, "st", text, UINT64_C(6));
        printf("%s: %s\n",
               r >= 0       ? "no error"
               : error.name ? error.name
                            : strerror(-r),
               error.message ? error.message : "");
        sd_bus_flush_close_unref(bus);
        free(text);
        return 0;
}

static int run_notify(char **argv) {
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        char text[4096];
        ssize_t n;

        snprintf(a.sun_path, sizeof(a.sun_path), "%s", argv[0]);
        if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
                fail(argv[0], -errno);
        while ((n = recv(fd, text, sizeof(text) - 1, 0)) > 0) {
                text[n] = '\0';
                puts(text);
                fflush(stdout);
        }
        return 0;
}

int main(int argc, char **argv) {
        if (argc == 7 && strcmp(argv[1], "load") == 0)
                return run_load(argv + 2);
        if (argc == 4 && strcmp(argv[1], "file") == 0)
                return run_file(argv + 2);
        if (argc == 5 && strcmp(argv[1], "vanish") == 0)
                return run_vanish(argv + 2);
        if (argc == 4 && strcmp(argv[1], "size") == 0)
                return run_size(argv + 2);
        if (argc == 3 && strcmp(argv[1], "notify") == 0)
                return run_notify(argv + 2);
        fputs("usage: see the head of client.c\n", stderr);
        return 2;
}
