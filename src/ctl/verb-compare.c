/*
 * vfiomigctl compare: a descriptor against a host document, offline, with the daemon's own code and default policy.
 */
#include <time.h>

#include "core/answer.h"
#include "ctl/input.h"
#include "ctl/manager.h"
#include "ctl/report-view.h"
#include "ctl/verb.h"

int verb_compare(struct context *c) {
        _cleanup_(document_free_cleanup) struct document *source = NULL, *target = NULL;
        _cleanup_(inventory_unref_cleanup) struct inventory *inventory = NULL;
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        const struct policy policy = POLICY_DEFAULT;
        bool explain = c->check_flags & CHECK_EXPLAIN;
        _cleanup_text_ struct text json = {};
        struct question q;

        if (str_equal(c->args[0], "-") && str_equal(c->args[1], "-")) {
                context_fail(c, 0, "Only one of the two can come from standard input.");
                return STATUS_USAGE;
        }
        if (input_document(c, c->args[0], DOCUMENT_SOURCE, &source) < 0 ||
            input_document(c, c->args[1], DOCUMENT_HOST, &target) < 0)
                return STATUS_ERROR;
        inventory = inventory_new(take_ptr(target));
        q = (struct question){
                .source = source,
                .target = inventory,
                .policy = &policy,
                .flags = explain ? ANSWER_EXPLAIN : 0,
                .now = time(NULL),
        };
        if (question_answer(&q, &report, NULL) < 0) {
                context_fail(c, 0, "Cannot judge: the explanation would be too long.");
                return STATUS_ERROR;
        }
        report_format(report, &json);
        return report_view(c, json.data, explain);
}
