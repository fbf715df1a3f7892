/*
 * The question, answered: a VM's descriptor against a host's snapshot.
 *
 * Pure: judges each source device against each class once, places them all, and reports. No I/O, no clock.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/inventory.h"
#include "core/policy.h"
#include "core/report.h"
#include "core/words.h"

enum answer_flags {
        ANSWER_EXPLAIN = 1,       /* list every class considered */
        ANSWER_NO_WRITE = 2,      /* drivers are not asked */
        ANSWER_NO_VENDOR = 4,     /* vendors' checks are not asked */
        ANSWER_EXISTING_ONLY = 8, /* no creatables */
};

struct question {
        const struct document *source;
        const struct inventory *target;
        const struct policy *policy;
        uint64_t flags;
        /*
         * Who may ask sets may_ask, asks what is in the report's `open`, and answers again with the words, until
         * nothing is open; or, to come to an end, without may_ask: then what has no word was asked in vain and is not
         * known. Without either nobody is asked at all.
         */
        bool may_ask;
        const struct words *words;
        int64_t now;                  /* seconds since the epoch, for the age of a descriptor; 0: not looked at */
        const atomic_bool *cancelled; /* or NULL */
};

/* What answering cost, for tests and benches. */
struct answer_cost {
        size_t pairs_judged;
};

/* So many candidates may a report explain, and so many addresses may they have together. */
#define ANSWER_CANDIDATES_MAX 16384u
#define ANSWER_ADDRESSES_MAX 400000u
/* So many reasons may it give. */
#define ANSWER_REASONS_MAX 100000u

/* 0, -ECANCELED, or -EFBIG where the report would be too long. ret_cost may be NULL. */
int question_answer(const struct question *q, struct report **ret_report, struct answer_cost *ret_cost);
