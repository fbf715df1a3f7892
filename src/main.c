/*
 * vfio-migrationd: says whether VMs with VFIO devices can migrate to this host.
 *
 * Options, signals, and the loop; what happens in it is daemon/'s, and how it is said bus/'s.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "bus/service.h"
#include "util/alloc.h"
#include "util/log.h"

struct options {
        const char *root;
        const char *bus;
        const char *config;
};

static void usage(FILE *f) {
        fputs("vfio-migrationd [OPTION...]\n"
              "\n"
              "Says on D-Bus whether VMs with VFIO devices can migrate to this host.\n"
              "\n"
              "  --root=DIR                 look at the copy of a host below DIR\n"
              "  --bus=system|user|ADDRESS  the bus to serve (default: system)\n"
              "  --config=FILE              read this configuration only\n"
              "  --log-level=LEVEL          emerg, alert, crit, err, warning, notice, info, debug\n"
              "  --version                  print the version\n"
              "  --help                     print this\n",
              f);
}

/* 0 to go on, 1 to end well, 2 for bad usage. */
static int options_parse(int argc, char **argv, struct options *ret) {
        enum { ROOT = 256, BUS, CONFIG, LEVEL, VERSION, HELP };
        static const struct option known[] = {
                { "root", required_argument, NULL, ROOT },
                { "bus", required_argument, NULL, BUS },
                { "config", required_argument, NULL, CONFIG },
                { "log-level", required_argument, NULL, LEVEL },
                { "version", no_argument, NULL, VERSION },
                { "help", no_argument, NULL, HELP },
                {},
        };
        int c, level;

        *ret = (struct options){ .bus = "system" };
        while ((c = getopt_long(argc, argv, "", known, NULL)) >= 0)
                switch (c) {
                case ROOT:
                        ret->root = optarg;
                        break;
                case BUS:
                        ret->bus = optarg;
                        break;
                case CONFIG:
                        ret->config = optarg;
                        break;
                case LEVEL:
                        level = log_level_from_string(optarg);
                        if (level < 0) {
                                fprintf(stderr, "%s: --log-level=%s: not a level\n", argv[0], optarg);
                                return 2;
                        }
                        log_set_level(level);
                        break;
                case VERSION:
                        puts("vfio-migrationd " PROJECT_VERSION);
                        return 1;
                case HELP:
                        usage(stdout);
                        return 1;
                default:
                        fprintf(stderr, "Try '%s --help'.\n", argv[0]);
                        return 2;
                }
        if (optind < argc) {
                fprintf(stderr, "%s: unexpected argument '%s'\nTry '%s --help'.\n", argv[0], argv[optind], argv[0]);
                return 2;
        }
        return 0;
}

/* Our programs are installed beside us; in a build directory each has one of its own. */
static char *program_find(const char *name) {
        char self[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
        struct stat st;

        if (n < 0)
                return NULL;
        self[n] = '\0';
        *strrchr(self, '/') = '\0';
        for (int i = 0; i < 2; i++) {
                _cleanup_free_ char *path = i == 0 ? xasprintf("%s/%s", self, name)
                                                   : xasprintf("%s/../%s/%s", self, name, name);

                if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
                        return take_ptr(path);
        }
        log_error("%s/%s: not there", self, name);
        return NULL;
}

static int on_end(sd_event_source *s, const struct signalfd_siginfo *si, void *userdata) {
        sd_notify(0, "STOPPING=1");
        return sd_event_exit(sd_event_source_get_event(s), EXIT_SUCCESS);
}

static int on_reload(sd_event_source *s, const struct signalfd_siginfo *si, void *userdata) {
        log_info("reloading");
        service_reload(userdata);
        return 0;
}

/* SIGCHLD is for readers and checks, whose ends sd-event sees. */
static int signals_block(void) {
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGCHLD);
        return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

static int signals_add(sd_event *event, struct service *service) {
        int r;

        r = sd_event_add_signal(event, NULL, SIGTERM, on_end, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGINT, on_end, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGHUP, on_reload, service);
        return r;
}

static int serve(const struct options *o, const char *reader, const char *check) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        _cleanup_(manager_free_cleanup) struct manager *manager = NULL;
        _cleanup_(service_free_cleanup) struct service *service = NULL;
        int r;

        r = sd_event_default(&event);
        if (r >= 0)
                r = signals_block();
        if (r >= 0)
                r = sd_event_set_watchdog(event, true);
        if (r >= 0)
                r = manager_new(event, &(struct manager_options){ o->root, o->config, reader, check }, &manager);
        if (r >= 0)
                r = service_new(event, manager, o->bus, &service);
        if (r >= 0)
                r = signals_add(event, service);
        if (r < 0)
                return r;
        manager_reload(manager);
        return sd_event_loop(event);
}

int main(int argc, char **argv) {
        _cleanup_free_ char *reader = NULL, *check = NULL;
        struct options options;
        int r;

        r = options_parse(argc, argv, &options);
        if (r > 0)
                return r == 2 ? 2 : EXIT_SUCCESS;
        /* What many threads free goes back to the system. */
        mallopt(M_ARENA_MAX, 2);
        reader = program_find("reader");
        if (!reader)
                return EXIT_FAILURE;
        check = program_find("check"); /* the unit's will do as well */
        r = serve(&options, reader, check);
        if (r < 0)
                log_error("cannot serve: %s", strerror(-r));
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
