/*
 * Starts a dbus-broker without systemd, on a socket of one's own: `run-broker SOCKET`. Everybody may do everything.
 *
 * The broker is told by its controller, over a connection of their own, what to listen on and who may do what.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define BATCH "bta(btbs)a(btssssuutt)a(btssssuutt)"
#define POLICY "a(u(" BATCH "))a(buu(" BATCH "))a(ss)bs"

static void must(int r, const char *what) {
        if (r >= 0)
                return;
        fprintf(stderr, "%s: %s\n", what, strerror(-r));
        exit(1);
}

static int listen_on(const char *path) {
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
        if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || chmod(path, 0666) < 0 || listen(fd, 256) < 0)
                must(-errno, path);
        return fd;
}

static int start(void) {
        char number[16];
        int pair[2];

        must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0 ? -errno : 0, "socketpair");
        if (fork() == 0) {
                prctl(PR_SET_PDEATHSIG, SIGTERM);
                fcntl(pair[1], F_SETFD, 0);
                snprintf(number, sizeof(number), "%d", pair[1]);
                execlp("dbus-broker", "dbus-broker", "--controller", number, "--machine-id",
                       "0123456789abcdef0123456789abcdef", "--max-bytes", "1000000000", "--max-fds", "1000",
                       "--max-matches", "10000", "--max-objects", "1000000", NULL);
                _exit(127);
        }
        close(pair[1]);
        return pair[0];
}

/* The verdict "yes" of the lowest rank, for any user, name and message. */
static int append_policy(sd_bus_message *m) {
        int r;

        r = sd_bus_message_open_container(m, 'v', "(" POLICY ")");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'r', POLICY);
        if (r >= 0)
                r = sd_bus_message_append(m, "a(u(" BATCH "))", 1, UINT32_MAX, true, UINT64_C(1), 1, true, UINT64_C(1),
                                          true, "", 1, true, UINT64_C(1), "", "", "", "", 0, 0, UINT64_C(0), UINT64_MAX,
                                          1, true, UINT64_C(1), "", "", "", "", 0, 0, UINT64_C(0), UINT64_MAX);
        if (r >= 0)
                r = sd_bus_message_append(m, "a(buu(" BATCH "))a(ss)bs", 0, 0, false, "");
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int on_end(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        return sd_event_exit(userdata, 0);
}

int main(int argc, char **argv) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *m;
        sd_event *event;
        sd_bus *bus;
        int listener, fd, r;

        if (argc != 2)
                return 2;
        listener = listen_on(argv[1]);
        fd = start();
        must(sd_event_default(&event), "event");
        must(sd_bus_new(&bus), "bus");
        must(sd_bus_set_fd(bus, fd, fd), "fd");
        must(sd_bus_start(bus), "start");
        must(sd_bus_attach_event(bus, event, 0), "attach");
        must(sd_bus_match_signal(bus, NULL, NULL, "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
                                 "Disconnected", on_end, event),
             "match");
        must(sd_bus_message_new_method_call(bus, &m, NULL, "/org/bus1/DBus/Broker", "org.bus1.DBus.Broker",
                                            "AddListener"),
             "call");
        must(sd_bus_message_append(m, "oh", "/org/bus1/DBus/Listener/0", listener), "append");
        must(append_policy(m), "policy");
        r = sd_bus_call(bus, m, 0, &error, NULL);
        must(r, error.message ? error.message : "AddListener");
        return sd_event_loop(event) < 0;
}
