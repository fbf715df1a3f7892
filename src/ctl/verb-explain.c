/*
 * vfiomigctl explain: why a device can or cannot migrate, and what would change it. Decides nothing: core does.
 */
#include <errno.h>

#include "core/explain.h"
#include "ctl/address.h"
#include "ctl/commands-view.h"
#include "ctl/host-source.h"
#include "ctl/json-text.h"
#include "ctl/verb.h"
#include "ctl/words.h"
#include "util/alloc.h"

/* Where messages begin: behind the mark and the topic. */
#define MESSAGE_COLUMN 22

static const char type_prefix[] = "type:";

/* A device by its address, or a creatable as "type:<parent>/<type>". */
static const struct device *find_device(const struct document *d, const char *name) {
        for (size_t i = 0; i < d->n_devices; i++)
                if (str_equal(d->devices[i]->address, name) || str_equal(d->devices[i]->id, name))
                        return d->devices[i];
        for (size_t i = 0; str_startswith(name, type_prefix) && i < d->n_creatables; i++) {
                const struct device *c = d->creatables[i];
                _cleanup_free_ char *own = xasprintf("%s%s/%s", type_prefix, c->parent, c->traits->mdev_type);

                if (str_equal(own, name))
                        return c;
        }
        return NULL;
}

static enum colour line_colour(const struct explanation_line *line) {
        if (line->good == TRI_YES)
                return COLOUR_GREEN;
        return line->good == TRI_NO && line->decides ? COLOUR_RED : COLOUR_YELLOW;
}

static void format_line(const struct context *c, const struct explanation_line *line, struct text *out) {
        static const char *const marks[] = { "?", "no", "yes" };
        enum colour colour = line_colour(line);
        _cleanup_text_ struct text message = {};

        text_addf(out, "  %s%-3s%s  %-15s", terminal_on(&c->out, colour), marks[line->good + 1],
                  terminal_off(&c->out, colour), line->topic);
        terminal_escape(&c->out, &message, line->message);
        if (line->origin) {
                text_add(&message, " [");
                terminal_escape(&c->out, &message, line->origin);
                text_add(&message, "]");
        }
        text_wrap(&c->out, out, message.data, MESSAGE_COLUMN);
        text_add(out, "\n");
        commands_view(&c->out, out, line->command, MESSAGE_COLUMN);
}

static void format_explanation(const struct context *c, const char *name, const struct explanation *e,
                               struct text *out) {
        static const enum colour colours[] = { COLOUR_YELLOW, COLOUR_RED, COLOUR_GREEN };
        enum colour colour = colours[e->can_migrate + 1];
        _cleanup_text_ struct text head = {};

        if (out->length > 0)
                text_add(out, "\n");
        terminal_escape(&c->out, &head, name);
        text_add(&head, ": ");
        terminal_escape(&c->out, &head, e->summary);
        text_add(out, terminal_on(&c->out, colour));
        text_wrap(&c->out, out, head.data, 0);
        text_add(out, terminal_off(&c->out, colour));
        text_add(out, "\n\n");
        for (size_t i = 0; i < e->n; i++)
                format_line(c, &e->v[i], out);
}

static void explanation_to_json(const char *name, const struct explanation *e, struct text *t) {
        json_open(t, '{');
        json_member(t, "device", name);
        json_member(t, "canMigrate", tri_to_string(e->can_migrate));
        json_member(t, "summary", e->summary);
        json_key(t, "lines");
        json_open(t, '[');
        for (size_t i = 0; i < e->n; i++) {
                const struct explanation_line *line = &e->v[i];

                json_open(t, '{');
                json_member(t, "topic", line->topic);
                json_member(t, "good", tri_to_string(line->good));
                json_key(t, "decides");
                json_bool(t, line->decides);
                json_member(t, "message", line->message);
                json_member(t, "command", line->command);
                json_member(t, "origin", line->origin);
                json_close(t, '}');
        }
        json_close(t, ']');
        json_close(t, '}');
}

/* From good to bad: can, not known, cannot. */
static int worse(int a, enum tri can) {
        if (a == STATUS_INCOMPATIBLE || can == TRI_NO)
                return STATUS_INCOMPATIBLE;
        return a == STATUS_UNKNOWN || can == TRI_UNKNOWN ? STATUS_UNKNOWN : STATUS_OK;
}

static int explain_all(struct context *c, const struct document *d, char *const *names) {
        _cleanup_text_ struct text out = {};
        int status = STATUS_OK, r = 0;

        if (c->json != JSON_OFF)
                json_open(&out, '[');
        for (; *names; names++) {
                _cleanup_(explanation_free_cleanup) struct explanation *e = NULL;
                const struct device *device = find_device(d, *names);

                if (!device) {
                        context_fail(c, -ENODEV, "%s: no VFIO device of this host", *names);
                        context_hint(
                                c, "A device on another driver than VFIO's is one only if a VFIO variant driver for it "
                                   "is installed. See vfiomigctl list and types.");
                        return STATUS_ERROR;
                }
                e = explain_device(d, device);
                status = worse(status, e->can_migrate);
                if (c->json != JSON_OFF)
                        explanation_to_json(*names, e, &out);
                else
                        format_explanation(c, *names, e, &out);
        }
        if (c->json != JSON_OFF)
                json_close(&out, ']');
        if (!c->quiet)
                r = c->json != JSON_OFF ? context_print_json(c, out.data) : context_print(c, &out);
        return r < 0 ? STATUS_ERROR : status;
}

int verb_explain(struct context *c) {
        _cleanup_(strv_free_cleanup) char **names = address_from_names(c->args);
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        bool types = false;

        for (char **name = names; *name; name++)
                types = types || str_startswith(*name, type_prefix);
        /* The daemon reads named devices afresh; types are in the whole document only. */
        if (host_source_document(c, types ? NULL : names, &d) < 0)
                return STATUS_ERROR;
        return explain_all(c, d, names);
}
