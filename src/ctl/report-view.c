/*
 * A report, whoever made it, as a table for people. Owns nothing; decides nothing but the exit status.
 */
#include "ctl/report-view.h"

#include "core/json-strict.h"
#include "ctl/candidates-view.h"
#include "ctl/json-tree.h"
#include "ctl/table.h"
#include "ctl/words.h"

/* A report grows with the VM's devices and, explained, with classes; this is far beyond both. */
#define REPORT_MAX ((size_t)256 << 20)
#define REPORT_DEPTH 32

static void put_object(struct json_object **o) {
        json_object_put(*o);
}

static void target_words(struct json_object *target, struct text *t) {
        if (!json_object_is_type(target, json_type_object))
                return;
        if (str_equal(tree_string(target, "kind"), "creatable"))
                text_addf(t, "new %s on %s", tree_string(target, "mdevType") ?: "?",
                          tree_string(target, "parent") ?: "?");
        else
                text_add(t, tree_string(target, "address") ?: "?");
}

static void actions_words(struct json_object *actions, struct text *t) {
        for (size_t i = 0; i < tree_length(actions); i++) {
                if (i > 0)
                        text_add(t, ", ");
                action_words(tree_at(actions, i), t);
        }
}

/* The reason to be told first: the first of the strongest result. */
static struct json_object *first_reason(struct json_object *reasons) {
        static const char *const results[] = { "fail", "unknown", "action", "note" };

        for (size_t k = 0; k < ARRAY_SIZE(results); k++)
                for (size_t i = 0; i < tree_length(reasons); i++) {
                        struct json_object *reason = tree_at(reasons, i);

                        if (str_equal(tree_string(reason, "result"), results[k]))
                                return reason;
                }
        return NULL;
}

static const char *reason_words(struct json_object *reason) {
        return reason ? tree_string(reason, "message") ?: tree_string(reason, "code") : NULL;
}

static void add_device(struct table *table, struct json_object *device) {
        _cleanup_text_ struct text target = {}, actions = {};
        const char *verdict = tree_string(device, "verdict");

        target_words(json_object_object_get(device, "target"), &target);
        actions_words(tree_array(device, "actions"), &actions);
        table_add(table, tree_string(device, "id"));
        table_add_coloured(table, verdict, verdict_colour(verdict));
        table_add(table, target.data);
        table_add(table, actions.data);
        table_add(table, reason_words(first_reason(tree_array(device, "reasons"))));
}

static int print_tables(const struct context *c, struct json_object *report, bool explain) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(&c->out, "DEVICE|VERDICT|TARGET|ACTIONS|REASON");
        struct json_object *devices = tree_array(report, "devices");
        const char *summary = tree_string(report, "summary");
        _cleanup_text_ struct text out = {};

        for (size_t i = 0; i < tree_length(devices); i++)
                add_device(table, tree_at(devices, i));
        if (table_rows(table) > 0)
                table_format(table, c->legend, &out);
        if (explain)
                candidates_view(c, devices, &out);
        if (summary && c->legend) {
                enum colour colour = verdict_colour(tree_string(report, "verdict"));

                if (out.length > 0)
                        text_add(&out, "\n");
                text_add(&out, terminal_on(&c->out, colour));
                terminal_escape(&c->out, &out, summary);
                text_add(&out, terminal_off(&c->out, colour));
                text_add(&out, "\n");
        }
        return context_print(c, &out);
}

int report_view(const struct context *c, const char *report, bool explain) {
        _cleanup_(put_object) struct json_object *o = NULL;
        struct json_object *fits;
        struct json_error error;
        const char *verdict;
        int r = 0, status;

        r = json_strict_check(report, strlen(report), &(struct json_limits){ REPORT_MAX, REPORT_DEPTH }, &error);
        if (r >= 0)
                o = json_tokener_parse(report);
        if (!json_object_is_type(o, json_type_object)) {
                context_fail(c, r, "The report cannot be read: %s", r < 0 ? error.message : "not an object");
                return STATUS_ERROR;
        }
        verdict = tree_string(o, "verdict");
        fits = json_object_object_get(o, "fitsIfFree");
        status = verdict_status(verdict, json_object_is_type(fits, json_type_boolean) && json_object_get_boolean(fits));
        if (status == STATUS_ERROR)
                context_fail(c, 0, "The report has no verdict that is known here: %s", verdict ?: "none");
        if (status == STATUS_NEEDS_CONFIGURATION && c->ok_if_prepared)
                status = STATUS_OK;
        if (!c->quiet)
                r = c->json != JSON_OFF ? context_print_json(c, report) : print_tables(c, o, explain);
        return r < 0 ? STATUS_ERROR : status;
}
