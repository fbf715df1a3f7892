/*
 * The words of an answer. Owns the strings of reasons and actions; decides nothing.
 */
#include "core/verdict.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/alloc.h"
#include "util/strv.h"

static const char *const verdict_names[] = {
        [VERDICT_COMPATIBLE] = "compatible",
        [VERDICT_NEEDS_CONFIGURATION] = "needs-configuration",
        [VERDICT_UNKNOWN] = "unknown",
        [VERDICT_INCOMPATIBLE] = "incompatible",
};

static const char *const evidence_names[] = {
        [EVIDENCE_DRIVER] = "driver",     [EVIDENCE_VENDOR] = "vendor",     [EVIDENCE_DECLARED] = "declared",
        [EVIDENCE_METADATA] = "metadata", [EVIDENCE_IDENTITY] = "identity",
};

static const char *const result_names[] = {
        [RESULT_FAIL] = "fail",
        [RESULT_UNKNOWN] = "unknown",
        [RESULT_ACTION] = "action",
        [RESULT_NOTE] = "note",
};

static const char *const rule_names[_RULE_MAX] = {
        [RULE_MODEL] = "model",
        [RULE_POOL] = "pool",
        [RULE_VERSION] = "version",
        [RULE_PARAMETERS] = "parameters",
        [RULE_SOFTWARE_VERSION] = "software-version",
        [RULE_FACTS] = "facts",
        [RULE_MIGRATION] = "migration",
        [RULE_P2P] = "p2p",
        [RULE_DIRTY_TRACKING] = "dirty-tracking",
        [RULE_DRIVER_WORD] = "driver-word",
        [RULE_VENDOR_CHECK] = "vendor-check",
        [RULE_AVAILABILITY] = "availability",
        [RULE_EVIDENCE] = "evidence",
        [RULE_PLAN] = "plan",
        [RULE_ASSIGNMENT] = "assignment",
        [RULE_DESCRIPTOR] = "descriptor",
};

static const char *const code_names[_REASON_MAX] = {
#define X(code, name) [REASON_##code] = name,
        REASON_CODES(X)
#undef X
};

static const char *const action_names[] = {
        [ACTION_CREATE] = "create",
        [ACTION_BIND] = "bind",
        [ACTION_SET] = "set",
        [ACTION_UNSET] = "unset",
};

const char *verdict_to_string(enum verdict v) {
        return verdict_names[v];
}

const char *evidence_to_string(enum evidence e) {
        return evidence_names[e];
}

int evidence_from_string(const char *s, enum evidence *ret) {
        for (size_t i = 0; i < ARRAY_SIZE(evidence_names); i++)
                if (str_equal(s, evidence_names[i])) {
                        *ret = (enum evidence)i;
                        return 0;
                }
        return -EINVAL;
}

const char *result_to_string(enum result r) {
        return result_names[r];
}

const char *rule_to_string(enum rule_id r) {
        return rule_names[r];
}

const char *reason_code_to_string(enum reason_code c) {
        return code_names[c];
}

const char *action_kind_to_string(enum action_kind k) {
        return action_names[k];
}

void reason_done(struct reason *r) {
        free(r->field);
        free(r->source);
        free(r->target);
        free(r->origin);
        free(r->message);
        free(r->remedy);
        *r = (struct reason){};
}

void reasons_done(struct reasons *r) {
        for (size_t i = 0; i < r->n; i++)
                reason_done(&r->v[i]);
        free(r->v);
        *r = (struct reasons){};
}

static struct reason reason_copy(const struct reason *r) {
        return (struct reason){
                .code = r->code,
                .rule = r->rule,
                .result = r->result,
                .field = xstrdup(r->field ?: ""),
                .source = xstrdup(r->source),
                .target = xstrdup(r->target),
                .origin = xstrdup(r->origin),
                .message = xstrdup(r->message),
                .remedy = xstrdup(r->remedy),
        };
}

void reasons_add(struct reasons *r, struct reason reason, const char *remedy, const char *format, ...) {
        _cleanup_free_ char *raw = NULL;
        _cleanup_text_ struct text message = {};
        struct reason copy;
        va_list ap;

        for (size_t i = 0; i < r->n; i++)
                if (r->v[i].code == reason.code && str_equal(r->v[i].field, reason.field ?: "") &&
                    r->v[i].result <= reason.result)
                        return;

        va_start(ap, format);
        if (vasprintf(&raw, format, ap) < 0)
                abort();
        va_end(ap);
        text_add_escaped(&message, raw);
        reason.message = message.data;
        reason.remedy = (char *)remedy;
        copy = reason_copy(&reason);

        for (size_t i = 0; i < r->n; i++)
                if (r->v[i].code == copy.code && str_equal(r->v[i].field, copy.field)) {
                        reason_done(&r->v[i]);
                        r->v[i] = copy;
                        return;
                }
        array_append(r->v, r->n, copy);
}

void action_done(struct action *a) {
        free(a->param);
        free(a->value);
        free(a->parent);
        free(a->mdev_type);
        free(a->driver);
        *a = (struct action){};
}

void actions_done(struct actions *a) {
        for (size_t i = 0; i < a->n; i++)
                action_done(&a->v[i]);
        free(a->v);
        *a = (struct actions){};
}

void actions_add(struct actions *a, struct action action) {
        struct action copy = {
                .kind = action.kind,
                .param = xstrdup(action.param),
                .value = xstrdup(action.value),
                .parent = xstrdup(action.parent),
                .mdev_type = xstrdup(action.mdev_type),
                .driver = xstrdup(action.driver),
        };

        array_append(a->v, a->n, copy);
}

void actions_copy(struct actions *to, const struct actions *from) {
        for (size_t i = 0; i < from->n; i++)
                actions_add(to, from->v[i]);
}
