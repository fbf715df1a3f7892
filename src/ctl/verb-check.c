/*
 * vfiomigctl check: asks the daemon whether a VM can migrate to its host.
 */
#include <errno.h>

#include "core/json-strict.h"
#include "ctl/device-argument.h"
#include "ctl/input.h"
#include "ctl/manager.h"
#include "ctl/report-view.h"
#include "ctl/verb.h"
#include "util/alloc.h"

/* What a descriptor may have, and one byte more, so that it is refused with the right words. */
#define DESCRIPTOR_MAX ((size_t)1 << 20)
#define DESCRIPTOR_DEPTH 16

/* The descriptor in a file. Only that it is JSON is looked at here: a message cannot carry all that a file can. */
static int read_descriptor(const struct context *c, const char *name, char **ret_json) {
        _cleanup_free_ char *text = NULL;
        struct json_error error;
        size_t length;
        int r;

        r = input_read(c, name, DESCRIPTOR_MAX, &text, &length);
        if (r < 0)
                return r;
        r = json_strict_check(text, length, &(struct json_limits){ DESCRIPTOR_MAX, DESCRIPTOR_DEPTH }, &error);
        if (r < 0)
                return context_fail(c, r, "%s: %s", input_title(name), error.message);
        *ret_json = take_ptr(text);
        return 0;
}

/* A descriptor of the --device options. */
static int build_descriptor(const struct context *c, char **ret_json) {
        _cleanup_(document_free_cleanup) struct document *d = document_new();
        struct text t = {};

        for (size_t i = 0; c->devices[i]; i++) {
                _cleanup_free_ char *id = xasprintf("device%zu", i);
                struct device *device;
                const char *why;

                if (device_argument_parse(c->devices[i], id, &device, &why) < 0)
                        return context_fail(c, -EINVAL, "--device=%s: %s", c->devices[i], why);
                document_take(d, device);
        }
        document_format(d, &t);
        *ret_json = text_take(&t);
        return 0;
}

int verb_check(struct context *c) {
        _cleanup_free_ char *descriptor = NULL, *report = NULL;
        const char *name = c->devices ? "--device" : c->n_args > 0 ? c->args[0] : NULL;

        if ((c->n_args > 0) == (c->devices != NULL)) {
                context_fail(c, 0, "check needs a descriptor's file, or --device. See --help.");
                return STATUS_USAGE;
        }
        if (c->devices) {
                if (build_descriptor(c, &descriptor) < 0)
                        return STATUS_USAGE;
        } else if (read_descriptor(c, name, &descriptor) < 0) {
                return STATUS_ERROR;
        }
        if (manager_check(c, input_title(name), descriptor, c->check_flags, &report) < 0)
                return STATUS_ERROR;
        return report_view(c, report, c->check_flags & CHECK_EXPLAIN);
}
