/*
 * The summary: a report in one line for people. Decides nothing.
 */
#include "core/report.h"

#include "util/strv.h"

static void add_action_text(struct text *t, const struct action *a) {
        switch (a->kind) {
        case ACTION_CREATE:
                text_addf(t, "create %s on %s", a->mdev_type, a->parent);
                break;
        case ACTION_BIND:
                text_addf(t, "bind %s", a->driver);
                break;
        case ACTION_SET:
                text_addf(t, "set %s=%s", a->param, a->value);
                break;
        case ACTION_UNSET:
                text_addf(t, "unset %s", a->param);
                break;
        }
}

static void add_moves(struct text *t, const struct report *report) {
        size_t n_actions = 0;

        for (size_t i = 0; i < report->n_devices; i++)
                n_actions += report->devices[i].actions.n;
        if (n_actions > 0)
                text_addf(t, " after %zu change%s", n_actions, n_actions == 1 ? "" : "s");
        for (size_t i = 0; i < report->n_devices; i++) {
                const struct report_device *d = &report->devices[i];

                text_addf(t, "%s%s to %s", i ? "; " : ": ", d->id, d->target.address ?: "a new device");
                for (size_t j = 0; j < d->actions.n; j++) {
                        text_add(t, ", ");
                        add_action_text(t, &d->actions.v[j]);
                }
        }
}

/* For the first device of the report's verdict: what decided. */
static void add_cause(struct text *t, const struct report *report) {
        for (size_t i = 0; i < report->n_devices; i++) {
                const struct report_device *d = &report->devices[i];
                enum result decisive = report->verdict == VERDICT_UNKNOWN ? RESULT_UNKNOWN : RESULT_FAIL;

                if (d->verdict != report->verdict)
                        continue;
                for (size_t j = 0; j < d->reasons.n; j++)
                        if (d->reasons.v[j].result == decisive) {
                                text_addf(t, ": %s: %s", d->id, d->reasons.v[j].message);
                                return;
                        }
                text_addf(t, ": %s has no device to go to", d->id);
                return;
        }
}

char *report_summarize(const struct report *report, const char *vm_name) {
        _cleanup_text_ struct text t = {}, escaped = {};

        text_add(&t, vm_name ?: "the VM");
        switch (report->verdict) {
        case VERDICT_COMPATIBLE:
        case VERDICT_NEEDS_CONFIGURATION:
                text_add(&t, " can move here");
                add_moves(&t, report);
                break;
        case VERDICT_UNKNOWN:
                text_add(&t, " could perhaps move here, but not enough is known to say yes");
                add_cause(&t, report);
                break;
        case VERDICT_INCOMPATIBLE:
                text_addf(&t, " cannot move here%s",
                          report->fits_if_free ? " now, though it would fit if the devices were free" : "");
                add_cause(&t, report);
                break;
        }
        text_add_escaped(&escaped, t.data);
        return text_take(&escaped);
}
