/*
 * vfiomigctl dump: a copy of this host's relevant sysfs. The one verb that does not ask the daemon, which may be what
 * the bug report is about; what is read, and how, is in dump/.
 */
#include <stdio.h>
#include <time.h>

#include "ctl/json-text.h"
#include "ctl/verb.h"
#include "ctl/words.h"
#include "dump/dump.h"

static int print_result(const struct context *c, const char *output, const struct dump_result *result) {
        _cleanup_text_ struct text t = {};

        if (c->json != JSON_OFF) {
                json_open(&t, '{');
                json_member(&t, "directory", output);
                json_key(&t, "devices");
                json_unsigned(&t, result->devices);
                json_key(&t, "files");
                json_unsigned(&t, result->files);
                json_key(&t, "unread");
                json_unsigned(&t, result->unread);
                json_close(&t, '}');
                return context_print_json(c, t.data);
        }
        if (c->quiet)
                return 0;
        terminal_escape(&c->out, &t, output);
        text_addf(&t, ": %zu %s, %zu files", result->devices, plural(result->devices, "device", "devices"),
                  result->files);
        if (result->unread > 0)
                text_addf(&t, "; %zu not copied, NOTES says which and why", result->unread);
        text_add(&t, ".\n");
        return context_print(c, &t);
}

int verb_dump(struct context *c) {
        _cleanup_free_ char *why = NULL;
        struct dump_result result;
        time_t now = time(NULL);
        char name[64];
        struct tm tm;

        if (c->transport != TRANSPORT_BUS) {
                context_fail(c, 0, "dump copies from this machine only.");
                return STATUS_USAGE;
        }
        localtime_r(&now, &tm);
        strftime(name, sizeof(name), "vfio-migration-dump-%Y%m%d-%H%M%S", &tm);
        if (dump_write("/", c->output ?: name, &result, &why) < 0) {
                context_fail(c, 0, "%s", why);
                return STATUS_ERROR;
        }
        return print_result(c, c->output ?: name, &result) < 0 ? STATUS_ERROR : STATUS_OK;
}
