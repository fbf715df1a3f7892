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
#include "core/side.h"
#include "core/verdict.h"
#include "core/words.h"

/* What holds for all pairs of a question. */
struct rules_context {
        const struct document *source; /* the VM's descriptor */
        const struct policy *policy;
        bool several; /* the VM has more than one VFIO device */

        const struct words *words; /* what was said, or NULL */
        bool ask_drivers;          /* they may be asked, or were */
        bool ask_vendors;
        bool may_ask; /* what was not asked yet can still be: else it stays unanswered */
};

/* What was found, in brief: enough for a verdict and its cost. */
struct findings {
        uint64_t codes;        /* bit by enum reason_code */
        uint64_t failed_codes; /* of those with RESULT_FAIL */
        uint32_t failed_rules; /* bit by enum rule_id */
        uint32_t unknown_rules;
        unsigned results;     /* bit by enum result */
        unsigned action_rank; /* none 0, set and unset 1, create 2, bind 3: the highest */
        unsigned open;        /* bit by enum word_kind: an answer is wanted, and nobody was asked */
};

/* How much of a judgement is wanted. */
enum pair_wanted {
        PAIR_VERDICT,  /* the verdict and its cost */
        PAIR_FINDINGS, /* all findings */
        PAIR_GROUNDS,  /* and the reasons and actions, for people */
};

/* One pair under judgement. All but the last part is input. */
struct pair {
        const struct rules_context *context;
        const struct side *source, *target;
        const struct device *candidate; /* one of the target's class */
        const struct traits *s, *t;
        const struct setup *s_setup;
        const struct setup *t_setup;     /* as it is judged: as it stands, or after the plan so far */
        const struct setup *t_setup_now; /* as it stands */

        enum pair_wanted wanted;

        struct findings findings;
        struct reasons reasons; /* of PAIR_GROUNDS */
        struct actions actions; /* else only set and unset */
        enum evidence evidence;
        bool driver_yes;        /* rule 10 */
        bool vendor_yes;        /* rule 11 */
        bool off_value_assumed; /* rule 4 passed by an off value that no information of the target gives */
};

/* When a rule is looked at. */
enum rule_scope {
        SCOPE_ALWAYS,   /* also where the models differ */
        SCOPE_COMPARED, /* not where the models differ */
        SCOPE_MODEL,    /* only where both models are known and fit */
        SCOPE_SETUP,    /* the same, and judged again for a target whose version is set */
        SCOPE_WORDS,    /* not where the models differ, and after the others: the words are looked up last */
};

struct rule {
        enum rule_id id;
        enum rule_scope scope;
        void (*judge)(struct pair *p);
};

extern const struct rule rules[];
extern const size_t n_rules;

/* Rule 1: both have one, and they are equal or the target takes the source's. */
bool models_fit(const struct side *source, const struct side *target);

/* In rules-setup.c: rules 3 and 4. */
void rule_version(struct pair *p);
void rule_parameters(struct pair *p);
/* True if "version" can be set on the target to the source's. */
bool rule_version_settable(const struct pair *p);

/* In rules-facts.c: rule 6. */
void rule_facts(struct pair *p);

/* In rules-words.c: rules 10 and 11. */
void rule_driver_word(struct pair *p);
void rule_vendor_check(struct pair *p);
/* The rules whose doubts the words settle, bit by enum rule_id. */
uint32_t rule_settled_by_words(const struct pair *p);

static inline bool findings_have(const struct findings *f, enum reason_code code) {
        return f->codes & UINT64_C(1) << code;
}

static inline bool findings_have_result(const struct findings *f, enum result result) {
        return f->results & 1u << result;
}

void pair_find(struct pair *p, enum rule_id rule, enum result result, enum reason_code code);
/* Copies the action's strings. */
void pair_plan(struct pair *p, struct action action);

/* A reason of a rule: what it means is found, and if the grounds are wanted, it is said, with what follows the code as
 * in reasons_add(). remedy and origin may be NULL. The arguments after the code are not evaluated otherwise. */
#define pair_say(p, rule_, result_, code_, field_, source_, target_, origin_, remedy_, ...) \
        do {                                                                                \
                enum result _result = (result_);                                            \
                enum reason_code _code = (code_);                                           \
                                                                                            \
                pair_find(p, rule_, _result, _code);                                        \
                if ((p)->wanted == PAIR_GROUNDS)                                            \
                        reasons_add(&(p)->reasons,                                          \
                                    (struct reason){ .rule = (rule_),                       \
                                                     .result = _result,                     \
                                                     .code = _code,                         \
                                                     .field = (char *)(field_),             \
                                                     .source = (char *)(source_),           \
                                                     .target = (char *)(target_),           \
                                                     .origin = (char *)(origin_) },         \
                                    remedy_, __VA_ARGS__);                                  \
        } while (0)
