/*
 * vfiomigctl: options, and the table of verbs. Everything else is in the verbs' own files.
 */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>

#include "ctl/classes.h"
#include "ctl/context.h"
#include "ctl/manager.h"
#include "ctl/timespan.h"
#include "ctl/verb.h"
#include "util/alloc.h"
#include "util/strv.h"

static const struct verb verbs[] = {
        { "list", "", "List VFIO devices (default)", 0, 0, 0, verb_list },
        { "show", "DEVICE...", "Show everything known of a device, and where it comes from", 1, SIZE_MAX, 0,
          verb_show },
        { "explain", "DEVICE...", "Say why a device can or cannot migrate, and what to do", 1, SIZE_MAX, OPTION_ROOT,
          verb_explain },
        { "types", "", "List what could be created, and how many", 0, 0, 0, verb_types },
        { "classes", "", "List the classes of equal devices, and how many are free", 0, 0, OPTION_ROOT | OPTION_NFD,
          verb_classes },
        { "describe", "[DEVICE...]", "Print the descriptor of devices, or of a libvirt domain's", 0, SIZE_MAX,
          OPTION_XML | OPTION_HOST_DOCUMENT, verb_describe },
        { "check", "[FILE]", "Ask whether the VM of a descriptor can migrate to this host", 0, 1,
          OPTION_EXPLAIN | OPTION_CHECK | OPTION_OK_IF_PREPARED, verb_check },
        { "compare", "SOURCE TARGET", "Judge a descriptor against a host document, offline", 2, 2,
          OPTION_EXPLAIN | OPTION_OK_IF_PREPARED, verb_compare },
        { "matrix", "VM... --on HOST...", "Judge which VM can go to which host, offline", 0, SIZE_MAX, OPTION_ON,
          verb_matrix },
        { "models", "", "List the device models in force", 0, 0, OPTION_TEMPLATE, verb_models },
        { "pools", "", "List the pools, and how many devices are in each", 0, 0, 0, verb_pools },
        { "dump", "", "Copy what a bug report needs of this host's sysfs", 0, 0, OPTION_OUTPUT, verb_dump },
        { "monitor", "", "Print devices' events as they come", 0, 0, 0, verb_monitor },
};

enum {
        ARG_VERSION = 0x100,
        ARG_JSON,
        ARG_NO_PAGER,
        ARG_NO_LEGEND,
        ARG_TIMEOUT,
        ARG_BUS,
        ARG_EXPLAIN,
        ARG_NO_WRITE,
        ARG_NO_VENDOR,
        ARG_EXISTING_ONLY,
        ARG_DEVICE,
        ARG_OK_IF_PREPARED,
        ARG_HOST_DOCUMENT,
        ARG_XML,
        ARG_ON,
        ARG_OUTPUT,
        ARG_TEMPLATE,
        ARG_ROOT,
        ARG_NFD,
};

static const struct option long_options[] = {
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, ARG_VERSION },
        { "json", required_argument, NULL, ARG_JSON },
        { "no-pager", no_argument, NULL, ARG_NO_PAGER },
        { "no-legend", no_argument, NULL, ARG_NO_LEGEND },
        { "quiet", no_argument, NULL, 'q' },
        { "host", required_argument, NULL, 'H' },
        { "machine", required_argument, NULL, 'M' },
        { "timeout", required_argument, NULL, ARG_TIMEOUT },
        { "bus", required_argument, NULL, ARG_BUS },
        { "explain", no_argument, NULL, ARG_EXPLAIN },
        { "no-write", no_argument, NULL, ARG_NO_WRITE },
        { "no-vendor", no_argument, NULL, ARG_NO_VENDOR },
        { "existing-only", no_argument, NULL, ARG_EXISTING_ONLY },
        { "device", required_argument, NULL, ARG_DEVICE },
        { "ok-if-prepared", no_argument, NULL, ARG_OK_IF_PREPARED },
        { "host-document", no_argument, NULL, ARG_HOST_DOCUMENT },
        { "xml", required_argument, NULL, ARG_XML },
        { "on", required_argument, NULL, ARG_ON },
        { "output", required_argument, NULL, ARG_OUTPUT },
        { "template", required_argument, NULL, ARG_TEMPLATE },
        { "root", required_argument, NULL, ARG_ROOT },
        { "nfd", optional_argument, NULL, ARG_NFD },
        {},
};

/* Which verbs take an option; those that are not here go with all. */
static const struct {
        int arg;
        unsigned option;
} option_masks[] = {
        { ARG_EXPLAIN, OPTION_EXPLAIN },
        { ARG_NO_WRITE, OPTION_CHECK },
        { ARG_NO_VENDOR, OPTION_CHECK },
        { ARG_EXISTING_ONLY, OPTION_CHECK },
        { ARG_DEVICE, OPTION_CHECK },
        { ARG_OK_IF_PREPARED, OPTION_OK_IF_PREPARED },
        { ARG_HOST_DOCUMENT, OPTION_HOST_DOCUMENT },
        { ARG_XML, OPTION_XML },
        { ARG_ON, OPTION_ON },
        { ARG_OUTPUT, OPTION_OUTPUT },
        { ARG_TEMPLATE, OPTION_TEMPLATE },
        { ARG_ROOT, OPTION_ROOT },
        { ARG_NFD, OPTION_NFD },
};

static void print_help(const struct context *c) {
        const char *bold = terminal_on(&c->out, COLOUR_BOLD), *off = terminal_off(&c->out, COLOUR_BOLD);

        printf("vfiomigctl [OPTIONS...] VERB ...\n\n"
               "%sWhich VFIO device's state may be loaded into which.%s\n\n%sVerbs:%s\n",
               bold, off, bold, off);
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
                _cleanup_free_ char *left = xasprintf("%s %s", verbs[i].name, verbs[i].arguments);

                printf("  %-26s %s\n", left, verbs[i].help);
        }
        printf("\n%sOptions:%s\n"
               "  -h --help                  Show this help\n"
               "     --version               Show the version\n"
               "     --json=MODE             Print JSON: pretty, short, or off\n"
               "  -j                         Same as --json=pretty on a terminal, else --json=short\n"
               "     --no-pager              Accepted; there is no pager\n"
               "     --no-legend             Print no headers and footers\n"
               "  -q --quiet                 Say less: of an answer only the exit status\n"
               "  -H --host=[USER@]HOST      Ask a remote host, over ssh\n"
               "  -M --machine=CONTAINER     Ask a local container\n"
               "     --bus=BUS               system, user, or a D-Bus address\n"
               "     --timeout=TIME          How long to wait for an answer (default 60s)\n"
               "     --explain               check, compare: list every candidate considered\n"
               "     --no-write              check: do not write migration_version\n"
               "     --no-vendor             check: do not ask vendors' checks\n"
               "     --existing-only         check: only devices that exist\n"
               "     --device=MODEL...       check: model=URI[,version=N][,PARAMETER=VALUE...]\n"
               "     --ok-if-prepared        check, compare: exit 0 also where configuration is needed\n"
               "     --xml=FILE              describe: the devices of a libvirt domain, by its XML\n"
               "     --host-document         describe: with models and what could be created\n"
               "     --nfd[=FILE]            classes: write labels for node-feature-discovery\n"
               "     --root=PATH             explain, classes: a copy of a host (dump), or a host document\n"
               "     --template=DEVICE       models: a first model file for a device\n"
               "     --output=DIRECTORY      dump: where to\n"
               "\nExit status: 0 yes or done, 1 error, 2 usage, 3 incompatible, 4 unknown,\n"
               "5 it would fit but nothing is free, 6 needs configuration.\n\n"
               "See vfiomigctl(1) for details.\n",
               bold, off);
}

static int usage(const struct context *c, const char *what, const char *which) {
        context_fail(c, 0, "%s%s%s. See --help.", what, which ? ": " : "", which ?: "");
        return STATUS_USAGE;
}

static int set_json(struct context *c, const char *mode) {
        if (str_equal(mode, "pretty"))
                c->json = JSON_PRETTY;
        else if (str_equal(mode, "short"))
                c->json = JSON_SHORT;
        else if (str_equal(mode, "off"))
                c->json = JSON_OFF;
        else
                return usage(c, "--json is pretty, short or off, not", mode);
        return STATUS_OK;
}

static int set_transport(struct context *c, enum transport transport, const char *host) {
        if (!*host || *host == '-')
                return usage(c, "Not a name to connect to", host);
        c->transport = transport;
        c->host = host;
        return STATUS_OK;
}

/* One option, not help or version. */
static int set_option(struct context *c, int arg, const char *value) {
        switch (arg) {
        case 'j':
                c->json = isatty(STDOUT_FILENO) ? JSON_PRETTY : JSON_SHORT;
                break;
        case ARG_JSON:
                return set_json(c, value);
        case ARG_NO_PAGER:
                break;
        case ARG_NO_LEGEND:
                c->legend = false;
                break;
        case 'q':
                c->quiet = true;
                c->legend = false;
                break;
        case 'H':
                return set_transport(c, TRANSPORT_REMOTE, value);
        case 'M':
                return set_transport(c, TRANSPORT_MACHINE, value);
        case ARG_BUS:
                c->transport = TRANSPORT_BUS;
                c->host = NULL;
                c->bus_address = value;
                break;
        case ARG_TIMEOUT:
                if (timespan_parse(value, &c->timeout_usec) < 0)
                        return usage(c, "Not a time, such as 5, 500ms or 2min", value);
                break;
        case ARG_EXPLAIN:
                c->check_flags |= CHECK_EXPLAIN;
                break;
        case ARG_NO_WRITE:
                c->check_flags |= CHECK_NO_WRITE;
                break;
        case ARG_NO_VENDOR:
                c->check_flags |= CHECK_NO_VENDOR;
                break;
        case ARG_EXISTING_ONLY:
                c->check_flags |= CHECK_EXISTING_ONLY;
                break;
        case ARG_DEVICE:
                strv_take(&c->devices, xstrdup(value));
                break;
        case ARG_OK_IF_PREPARED:
                c->ok_if_prepared = true;
                break;
        case ARG_HOST_DOCUMENT:
                c->host_document = true;
                break;
        case ARG_XML:
                c->xml = value;
                break;
        case ARG_ON:
                strv_take(&c->on, xstrdup(value));
                break;
        case ARG_OUTPUT:
                c->output = value;
                break;
        case ARG_TEMPLATE:
                c->template = value;
                break;
        case ARG_NFD:
                c->nfd = value ?: NFD_FILE;
                break;
        case ARG_ROOT:
                c->root = value;
                break;
        default:
                return STATUS_USAGE; /* getopt said why */
        }
        return STATUS_OK;
}

static const struct verb *verb_find(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
                if (str_equal(verbs[i].name, name))
                        return &verbs[i];
        return NULL;
}

static int run_verb(struct context *c, char **args, unsigned options) {
        const struct verb *verb = args && args[0] ? verb_find(args[0]) : &verbs[0];

        if (!verb)
                return usage(c, "Unknown verb", args[0]);
        c->args = args && args[0] ? args + 1 : NULL;
        c->n_args = strv_length(c->args);
        if (c->n_args < verb->min_args)
                return usage(c, "Too few arguments for", verb->name);
        if (c->n_args > verb->max_args)
                return usage(c, "Too many arguments for", verb->name);
        if (c->root && c->transport != TRANSPORT_BUS)
                return usage(c, "--root is of this machine; it does not go with", "--host and --machine");
        if (options & ~verb->options)
                return usage(c, "An option that does not go with", verb->name);
        return verb->run(c);
}

int main(int argc, char **argv) {
        _cleanup_context_ struct context c;
        _cleanup_(strv_free_cleanup) char **args = NULL;
        unsigned options = 0;
        int arg, r;

        setlocale(LC_CTYPE, "");
        context_init(&c);
        /* In order, not permuted: what follows --on is a host. */
        while ((arg = getopt_long(argc, argv, "-hjqH:M:", long_options, NULL)) >= 0) {
                if (arg == 1) {
                        strv_take(c.on ? &c.on : &args, xstrdup(optarg));
                        continue;
                }
                if (arg == 'h') {
                        print_help(&c);
                        return STATUS_OK;
                }
                if (arg == ARG_VERSION) {
                        printf("vfiomigctl " PROJECT_VERSION "\n");
                        return STATUS_OK;
                }
                for (size_t i = 0; i < ARRAY_SIZE(option_masks); i++)
                        if (option_masks[i].arg == arg)
                                options |= option_masks[i].option;
                r = set_option(&c, arg, optarg);
                if (r != STATUS_OK)
                        return r;
        }
        for (; optind < argc; optind++)
                strv_take(c.on ? &c.on : &args, xstrdup(argv[optind]));
        return run_verb(&c, args, options);
}
