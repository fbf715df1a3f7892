/*
 * A report, whoever made it, as a table for people. Owns nothing; decides nothing but the exit status.
 */
#include "ctl/report-view.h"

#include <inttypes.h>
#include <json-c/json.h>

#include "core/json-strict.h"
#include "ctl/table.h"
#include "ctl/words.h"

/* A report grows with the VM's devices and, explained, with classes; this is far beyond both. */
#define REPORT_MAX ((size_t)256 << 20)
#define REPORT_DEPTH 32

static void put_object(struct json_object **o) {
        json_object_put(*o);
}

/* A member that is a string; NULL where it is not there, or something else. */
static const char *member(struct json_object *o, const char *key) {
        struct json_object *v = json_object_object_get(o, key);

        return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

/* A member that is an array; NULL (of no length) else. */
static struct json_object *array(struct json_object *o, const char *key) {
        struct json_object *v = json_object_object_get(o, key);

        return json_object_is_type(v, json_type_array) ? v : NULL;
}

static size_t length(struct json_object *a) {
        return a ? json_object_array_length(a) : 0;
}

static void target_words(struct json_object *target, struct text *t) {
        if (!json_object_is_type(target, json_type_object))
                return;
        if (str_equal(member(target, "kind"), "creatable"))
                text_addf(t, "new %s on %s", member(target, "mdevType") ?: "?", member(target, "parent") ?: "?");
        else
                text_add(t, member(target, "address") ?: "?");
}

static void action_words(struct json_object *action, struct text *t) {
        const char *kind = member(action, "action"), *value = member(action, "value");

        text_add(t, kind ?: "?");
        if (str_equal(kind, "set") && member(action, "param"))
                text_addf(t, " %s=%s", member(action, "param"), value ?: "?");
        else if (member(action, "param"))
                text_addf(t, " %s", member(action, "param"));
        else if (member(action, "driver"))
                text_addf(t, " %s", member(action, "driver"));
        else if (member(action, "mdevType"))
                text_addf(t, " %s", member(action, "mdevType"));
}

static void actions_words(struct json_object *actions, struct text *t) {
        for (size_t i = 0; i < length(actions); i++) {
                if (i > 0)
                        text_add(t, ", ");
                action_words(json_object_array_get_idx(actions, i), t);
        }
}

/* The reason to be told first: the first of the strongest result. */
static struct json_object *first_reason(struct json_object *reasons) {
        static const char *const results[] = { "fail", "unknown", "action", "note" };

        for (size_t k = 0; k < ARRAY_SIZE(results); k++)
                for (size_t i = 0; i < length(reasons); i++) {
                        struct json_object *reason = json_object_array_get_idx(reasons, i);

                        if (str_equal(member(reason, "result"), results[k]))
                                return reason;
                }
        return NULL;
}

static const char *reason_words(struct json_object *reason) {
        return reason ? member(reason, "message") ?: member(reason, "code") : NULL;
}

static void add_device(struct table *table, struct json_object *device) {
        _cleanup_text_ struct text target = {}, actions = {};
        const char *verdict = member(device, "verdict");

        target_words(json_object_object_get(device, "target"), &target);
        actions_words(array(device, "actions"), &actions);
        table_add(table, member(device, "id"));
        table_add_coloured(table, verdict, verdict_colour(verdict));
        table_add(table, target.data);
        table_add(table, actions.data);
        table_add(table, reason_words(first_reason(array(device, "reasons"))));
}

static void candidate_words(struct json_object *candidate, struct text *t) {
        struct json_object *addresses = array(candidate, "addresses");
        struct json_object *first = addresses ? json_object_array_get_idx(addresses, 0) : NULL;
        struct json_object *total = json_object_object_get(candidate, "count");
        uint64_t n = json_object_is_type(total, json_type_int) ? json_object_get_uint64(total) : length(addresses);

        text_add(t, json_object_is_type(first, json_type_string) ? json_object_get_string(first) : "?");
        if (str_equal(member(candidate, "kind"), "creatable"))
                text_addf(t, ", %" PRIu64 " available", n);
        else if (n > 1)
                text_addf(t, " and %" PRIu64 " more", n - 1);
}

static void add_reason(struct table *table, struct json_object *reason) {
        const char *result = reason ? member(reason, "result") : NULL;
        enum colour colour = COLOUR_YELLOW;

        if (!result || str_equal(result, "note"))
                colour = COLOUR_GREY;
        else if (str_equal(result, "fail"))
                colour = COLOUR_RED;
        table_add_coloured(table, result, colour);
        table_add(table, reason_words(reason));
}

/* One row a reason; the device and the candidate are named once. */
static void add_candidate(struct table *table, const char *id, struct json_object *candidate) {
        struct json_object *reasons = array(candidate, "reasons");
        const char *verdict = member(candidate, "verdict");
        _cleanup_text_ struct text words = {};

        candidate_words(candidate, &words);
        if (id)
                table_add(table, id);
        else
                table_add_blank(table);
        table_add(table, words.data);
        table_add_coloured(table, verdict, verdict_colour(verdict));
        table_add(table, member(candidate, "evidence"));
        add_reason(table, length(reasons) > 0 ? json_object_array_get_idx(reasons, 0) : NULL);
        for (size_t i = 1; i < length(reasons); i++) {
                for (size_t k = 0; k < 4; k++)
                        table_add_blank(table);
                add_reason(table, json_object_array_get_idx(reasons, i));
        }
}

static void format_candidates(const struct context *c, struct json_object *devices, struct text *out) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(
                &c->out, "DEVICE|CONSIDERED|VERDICT|EVIDENCE|RESULT|REASON");

        for (size_t i = 0; i < length(devices); i++) {
                struct json_object *device = json_object_array_get_idx(devices, i);
                struct json_object *candidates = array(device, "candidates");

                for (size_t k = 0; k < length(candidates); k++)
                        add_candidate(table, k == 0 ? member(device, "id") ?: "?" : NULL,
                                      json_object_array_get_idx(candidates, k));
        }
        if (table_rows(table) == 0)
                return;
        text_add(out, "\n");
        table_format(table, c->legend, out);
}

static int print_tables(const struct context *c, struct json_object *report, bool explain) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(&c->out, "DEVICE|VERDICT|TARGET|ACTIONS|REASON");
        struct json_object *devices = array(report, "devices");
        const char *summary = member(report, "summary");
        _cleanup_text_ struct text out = {};

        for (size_t i = 0; i < length(devices); i++)
                add_device(table, json_object_array_get_idx(devices, i));
        if (table_rows(table) > 0)
                table_format(table, c->legend, &out);
        if (explain)
                format_candidates(c, devices, &out);
        if (summary && c->legend) {
                enum colour colour = verdict_colour(member(report, "verdict"));

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
        verdict = member(o, "verdict");
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
