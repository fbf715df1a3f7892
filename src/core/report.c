/*
 * The report as data. Owns everything in it.
 */
#include "core/report.h"

#include "util/alloc.h"

static void report_device_done(struct report_device *d) {
        free(d->id);
        free(d->target.address);
        free(d->target.parent);
        free(d->target.mdev_type);
        actions_done(&d->actions);
        reasons_done(&d->reasons);
        for (size_t i = 0; i < d->n_candidates; i++) {
                reasons_done(&d->candidates[i].reasons);
                actions_done(&d->candidates[i].actions);
                strv_free(d->candidates[i].addresses);
        }
        free(d->candidates);
}

struct report *report_free(struct report *r) {
        if (!r)
                return NULL;
        for (size_t i = 0; i < r->n_devices; i++)
                report_device_done(&r->devices[i]);
        free(r->devices);
        open_questions_done(&r->open);
        free(r->summary);
        free(r->vm_uuid);
        free(r);
        return NULL;
}
