/*
 * The rules for one source device and one candidate: a const table, in the contract's order.
 *
 * Pure. Each rule adds its reasons and actions to the pair; the judge (judge.h) runs the table and concludes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/descriptor.h"
#include "core/policy.h"
#include "core/setup.h"
#include "core/verdict.h"

/* What holds for all pairs of a question. */
struct rules_context {
        const struct document *source; /* the VM's descriptor; of its models only what speaks of the source's own */
        const struct models *models;   /* the target's: its word counts */
        const struct policy *policy;
        bool several; /* the VM has more than one VFIO device */
};

/* One pair under judgement. All but the last part is input. */
struct pair {
        const struct rules_context *context;
        const struct device *source, *target;
        const struct traits *s, *t;         /* their traits */
        const char *s_model, *t_model;      /* NULL: none, or not read */
        const struct model *s_info;         /* of the source's model, from the target's document */
        const struct model *s_said;         /* of the source's model, from the source's own document */
        const struct model *t_info;         /* M: of the target's model */
        const struct migration *s_migration; /* NULL: not known */
        const struct migration *t_migration;
        bool migration_from_model;
        const struct setup *s_setup;
        const struct setup *t_setup;     /* as it is judged: as it stands, or after the plan so far */
        const struct setup *t_setup_now; /* as it stands */

        struct reasons reasons;
        struct actions actions;
        bool off_value_assumed; /* rule 4 passed by an off value that no information of the target gives */
};

/* When a rule is looked at. */
enum rule_scope {
        SCOPE_ALWAYS,         /* also where the models differ */
        SCOPE_COMPARED,       /* not where the models differ */
        SCOPE_MODEL,          /* only where both models are known and fit */
        SCOPE_SETUP,          /* the same, and judged again for a target whose version is set */
};

struct rule {
        enum rule_id id;
        enum rule_scope scope;
        void (*judge)(struct pair *p);
};

extern const struct rule rules[];
extern const size_t n_rules;

/* In rules-setup.c: rules 3 and 4. */
void rule_version(struct pair *p);
void rule_parameters(struct pair *p);
/* True if "version" can be set on the target to the source's. */
bool rule_version_settable(const struct pair *p);

/* Adds a reason of the rule; a shorthand for reasons_add(). remedy and origin may be NULL. */
#define pair_say(p, rule_, result_, code_, field_, source_, target_, origin_, remedy_, ...)           \
        reasons_add(&(p)->reasons,                                                                     \
                    (struct reason){ .rule = (rule_), .result = (result_), .code = (code_),            \
                                     .field = (char *)(field_), .source = (char *)(source_),           \
                                     .target = (char *)(target_), .origin = (char *)(origin_) },       \
                    remedy_, __VA_ARGS__)
