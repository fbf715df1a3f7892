/*
 * The reader: the one process that reads attributes of devices. A vendor's driver can keep such a read for ever; then
 * the daemon ends this process and starts another.
 *
 *     reader [--root=DIR]           answers the daemon on fd 3 (host/wire.h)
 *     reader --print [--root=DIR]   prints the host document
 *     reader --devlink=INSTANCE     prints what devlink says of one instance ("netdevsim/netdevsim1"), VFIO device or
 * not
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "host/host.h"
#include "reader/print-devlink.h"
#include "reader/serve.h"
#include "util/log.h"

#define SERVE_FD 3

static int usage(const char *name, FILE *f) {
        fprintf(f, "Usage: %s [--root=DIR] [--print | --devlink=INSTANCE]\n", name);
        return f == stdout ? 0 : 2;
}

static int print(struct host *h) {
        _cleanup_text_ struct text t = {};
        int r = host_reload(h);

        for (char **w = h->store.warnings; w && *w; w++)
                log_warning("%s", *w);
        if (r < 0)
                return r;
        host_format(h, &t);
        if (fwrite(t.data, 1, t.length, stdout) != t.length || fflush(stdout) != 0)
                return -errno;
        return 0;
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "root", required_argument, NULL, 'r' },    { "print", no_argument, NULL, 'p' },
                { "devlink", required_argument, NULL, 'd' }, { "help", no_argument, NULL, 'h' },
                { "version", no_argument, NULL, 'v' },       {},
        };
        _cleanup_host_ struct host h = { .sysfs.fd = -1 };
        const char *root = NULL, *instance = NULL;
        bool printing = false;
        int c, r;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'r':
                        root = optarg;
                        break;
                case 'p':
                        printing = true;
                        break;
                case 'd':
                        instance = optarg;
                        break;
                case 'h':
                        return usage(argv[0], stdout);
                case 'v':
                        puts(PROJECT_VERSION);
                        return 0;
                default:
                        return usage(argv[0], stderr);
                }
        if (optind < argc)
                return usage(argv[0], stderr);
        if (!printing && !instance)
                prctl(PR_SET_PDEATHSIG, SIGKILL);
        r = host_open(&h, root);
        if (r < 0) {
                log_error("%s: %s", root ? root : "/", strerror(-r));
                return 1;
        }
        r = printing ? print(&h) : instance ? print_devlink(&h.sysfs, instance) : serve(&h, SERVE_FD);
        if (r < 0)
                log_error("reader: %s", strerror(-r));
        return r < 0;
}
