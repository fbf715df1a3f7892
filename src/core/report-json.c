/*
 * The report as JSON (schema org.vfio.Migration1.report/1). Reads only; the text is the caller's.
 *
 * What is written for people has its control characters escaped, so that a host's values cannot steer a terminal.
 */
#include "core/json-emit.h"
#include "core/report.h"

/* A string, or null where there is none. */
static void value_to_json(struct text *t, const char *key, const char *value) {
        json_emit_key(t, key);
        json_emit_string(t, value);
}

static void message_to_json(struct text *t, const char *key, const char *message) {
        _cleanup_text_ struct text printable = {};

        if (message) {
                text_add(&printable, "");
                text_add_escaped(&printable, message);
        }
        value_to_json(t, key, printable.data);
}

static void reasons_to_json(const struct reasons *reasons, struct text *t) {
        json_emit_key(t, "reasons");
        text_add(t, "[");
        for (size_t i = 0; i < reasons->n; i++) {
                const struct reason *r = &reasons->v[i];

                json_emit_comma(t);
                text_add(t, "{");
                value_to_json(t, "code", reason_code_to_string(r->code));
                value_to_json(t, "field", r->field);
                value_to_json(t, "source", r->source);
                value_to_json(t, "target", r->target);
                value_to_json(t, "rule", rule_to_string(r->rule));
                value_to_json(t, "result", result_to_string(r->result));
                value_to_json(t, "origin", r->origin);
                message_to_json(t, "message", r->message);
                message_to_json(t, "remedy", r->remedy);
                text_add(t, "}");
        }
        text_add(t, "]");
}

static void actions_to_json(const struct actions *actions, struct text *t) {
        json_emit_key(t, "actions");
        text_add(t, "[");
        for (size_t i = 0; i < actions->n; i++) {
                const struct action *a = &actions->v[i];

                json_emit_comma(t);
                text_add(t, "{");
                value_to_json(t, "action", action_kind_to_string(a->kind));
                json_emit_member(t, "param", a->param);
                json_emit_member(t, "value", a->value);
                json_emit_member(t, "parent", a->parent);
                json_emit_member(t, "mdevType", a->mdev_type);
                json_emit_member(t, "driver", a->driver);
                text_add(t, "}");
        }
        text_add(t, "]");
}

static void target_to_json(const struct report_target *target, struct text *t) {
        json_emit_key(t, "target");
        if (!target->placed) {
                text_add(t, "null");
                return;
        }
        text_add(t, "{");
        value_to_json(t, "kind", target->creatable ? "creatable" : "device");
        if (target->creatable) {
                value_to_json(t, "parent", target->parent);
                value_to_json(t, "mdevType", target->mdev_type);
        } else {
                value_to_json(t, "address", target->address);
        }
        text_add(t, "}");
}

static void candidate_to_json(const struct report_candidate *c, struct text *t) {
        json_emit_comma(t);
        text_add(t, "{");
        value_to_json(t, "kind", c->creatable ? "creatable" : "device");
        value_to_json(t, "verdict", verdict_to_string(c->verdict));
        value_to_json(t, "evidence", evidence_to_string(c->evidence));
        json_emit_uint(t, "count", c->n_members);
        json_emit_key(t, "addresses");
        text_add(t, "[");
        for (char *const *address = c->addresses; address && *address; address++) {
                json_emit_comma(t);
                json_emit_string(t, *address);
        }
        text_add(t, "]");
        actions_to_json(&c->actions, t);
        reasons_to_json(&c->reasons, t);
        text_add(t, "}");
}

static void device_to_json(const struct report_device *d, struct text *t) {
        json_emit_comma(t);
        text_add(t, "{");
        value_to_json(t, "id", d->id);
        value_to_json(t, "verdict", verdict_to_string(d->verdict));
        value_to_json(t, "evidence", evidence_to_string(d->evidence));
        target_to_json(&d->target, t);
        actions_to_json(&d->actions, t);
        reasons_to_json(&d->reasons, t);
        json_emit_key(t, "candidates");
        text_add(t, "[");
        for (size_t i = 0; i < d->n_candidates; i++)
                candidate_to_json(&d->candidates[i], t);
        text_add(t, "]}");
}

void report_format(const struct report *r, struct text *t) {
        text_add(t, "{");
        json_emit_member(t, "schema", REPORT_SCHEMA);
        value_to_json(t, "verdict", verdict_to_string(r->verdict));
        value_to_json(t, "evidence", evidence_to_string(r->evidence));
        json_emit_bool(t, "fitsIfFree", r->fits_if_free);
        if (!r->exact)
                json_emit_bool(t, "exact", false);
        message_to_json(t, "summary", r->summary ? r->summary : "");
        json_emit_key(t, "devices");
        text_add(t, "[");
        for (size_t i = 0; i < r->n_devices; i++)
                device_to_json(&r->devices[i], t);
        text_add(t, "]}");
}
