/*
 * Verdicts, evidence, reasons and actions: the words of an answer, with their names in the API.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/macro.h"

/* From good to bad. */
enum verdict {
        VERDICT_COMPATIBLE,
        VERDICT_NEEDS_CONFIGURATION,
        VERDICT_UNKNOWN,
        VERDICT_INCOMPATIBLE,
};

/* From strong to weak; the number is the rank in the assignment. */
enum evidence {
        EVIDENCE_DRIVER,
        EVIDENCE_VENDOR,
        EVIDENCE_DECLARED,
        EVIDENCE_METADATA,
        EVIDENCE_IDENTITY,
};

/* What a rule found, from strong to weak; a pass leaves no reason. */
enum result {
        RESULT_FAIL,
        RESULT_UNKNOWN,
        RESULT_ACTION,
        RESULT_NOTE,
};

/* The rules in their order, by name. */
enum rule_id {
        RULE_MODEL,
        RULE_POOL,
        RULE_VERSION,
        RULE_PARAMETERS,
        RULE_SOFTWARE_VERSION,
        RULE_FACTS,
        RULE_MIGRATION,
        RULE_P2P,
        RULE_DIRTY_TRACKING,
        RULE_DRIVER_WORD,
        RULE_VENDOR_CHECK,
        RULE_AVAILABILITY,
        RULE_EVIDENCE,   /* MinimumEvidence */
        RULE_PLAN,       /* the plan must hold */
        RULE_ASSIGNMENT, /* the whole VM */
        RULE_DESCRIPTOR, /* its age */
        _RULE_MAX,
};

#define REASON_CODES(X)                                             \
        X(MODEL_MISMATCH, "model-mismatch")                         \
        X(MODEL_MISSING, "model-missing")                           \
        X(POOL_MISMATCH, "pool-mismatch")                           \
        X(POOL_UNSET, "pool-unset")                                 \
        X(VERSION_MISMATCH, "version-mismatch")                     \
        X(VERSION_UNSUPPORTED, "version-unsupported")               \
        X(PARAM_VALUE, "param-value")                               \
        X(PARAM_UNKNOWN, "param-unknown")                           \
        X(PARAM_EXTRA, "param-extra")                               \
        X(PARAM_UNREADABLE, "param-unreadable")                     \
        X(PARAMS_INCOMPLETE, "params-incomplete")                   \
        X(SOFTWARE_VERSION, "software-version")                     \
        X(FACT_MISMATCH, "fact-mismatch")                           \
        X(FACT_MISSING, "fact-missing")                             \
        X(MIGRATION_UNKNOWN, "migration-unknown")                   \
        X(PROTOCOL_MISMATCH, "protocol-mismatch")                   \
        X(PROTOCOL_OBSOLETE, "protocol-obsolete")                   \
        X(NOT_MIGRATABLE, "not-migratable")                         \
        X(P2P_REQUIRED, "p2p-required")                             \
        X(DIRTY_TRACKING, "dirty-tracking")                         \
        X(VIOMMU, "viommu")                                         \
        X(MDEV_TYPE_MISMATCH, "mdev-type-mismatch")                 \
        X(MIGRATION_VERSION_REJECTED, "migration-version-rejected") \
        X(MIGRATION_VERSION_MISSING, "migration-version-missing")   \
        X(TRIAL_LOAD_REJECTED, "trial-load-rejected")               \
        X(VENDOR_REJECTED, "vendor-rejected")                       \
        X(VENDOR_UNAVAILABLE, "vendor-unavailable")                 \
        X(NOT_PINNED, "not-pinned")                                 \
        X(IN_USE, "in-use")                                         \
        X(IN_USE_UNKNOWN, "in-use-unknown")                         \
        X(RESERVED, "reserved")                                     \
        X(NO_INSTANCES, "no-instances")                             \
        X(GROUP_NOT_VIABLE, "group-not-viable")                     \
        X(NOT_BOUND, "not-bound")                                   \
        X(PLAN_CONFLICT, "plan-conflict")                           \
        X(CAPACITY_SHARED, "capacity-shared")                       \
        X(ASSIGNMENT, "assignment")                                 \
        X(WEAK_EVIDENCE, "weak-evidence")                           \
        X(NO_CANDIDATE, "no-candidate")                             \
        X(STALE, "stale")

enum reason_code {
#define X(code, name) REASON_##code,
        REASON_CODES(X)
#undef X
                _REASON_MAX,
};

struct reason {
        enum reason_code code;
        enum rule_id rule;
        enum result result;
        char *field;  /* "model", "params.rss", "facts.firmware.version"; never NULL */
        char *source; /* the source's value, NULL: none or not read */
        char *target;
        char *origin; /* where the deciding value came from, or NULL */
        char *message;
        char *remedy; /* or NULL */
};

struct reasons {
        struct reason *v;
        size_t n;
};

enum action_kind {
        ACTION_CREATE,
        ACTION_BIND,
        ACTION_SET,
        ACTION_UNSET,
};

struct action {
        enum action_kind kind;
        char *param;     /* set, unset */
        char *value;     /* set */
        char *parent;    /* create */
        char *mdev_type; /* create */
        char *driver;    /* bind */
};

struct actions {
        struct action *v;
        size_t n;
};

const char *verdict_to_string(enum verdict v);
const char *evidence_to_string(enum evidence e);
int evidence_from_string(const char *s, enum evidence *ret); /* -EINVAL */
const char *result_to_string(enum result r);
const char *rule_to_string(enum rule_id r);
const char *reason_code_to_string(enum reason_code c);
const char *action_kind_to_string(enum action_kind k);

void reason_done(struct reason *r);
void reasons_done(struct reasons *r);
/*
 * Adds a copy of the reason with a message for people; of one code and field the strongest stays.
 * The strings of the reason are only read; its message and remedy are not looked at.
 */
void reasons_add(struct reasons *r, struct reason reason, const char *remedy, const char *format, ...) _printf_(4, 5);

void action_done(struct action *a);
void actions_done(struct actions *a);
/* Appends a copy; the strings of the action are only read. */
void actions_add(struct actions *a, struct action action);
void actions_copy(struct actions *to, const struct actions *from);
