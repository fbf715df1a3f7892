/*
 * A device against itself. Owns nothing; all of the deciding is in the rules.
 */
#include "core/self.h"

#include "util/alloc.h"

void self_judge(const struct document *host, const struct device *device, bool several, enum pair_wanted wanted,
                struct judgement *ret, struct grounds *ret_grounds) {
        static const struct policy policy = POLICY_DEFAULT;
        const struct document vm = { .iommu_dirty_tracking = host->iommu_dirty_tracking, .viommu = TRI_UNKNOWN };
        const struct rules_context context = { .source = &vm, .policy = &policy, .several = several };
        _cleanup_(device_unref_cleanup) struct device *copy = NULL;
        static const struct models none = {};
        struct side source, target;

        if (device->pin) {
                copy = device_copy(device);
                free(take_ptr(copy->pin));
                device = copy;
        }
        side_init(&source, device, &host->models, &none);
        side_init(&target, device, &host->models, NULL);
        judge_pair(&context, &source, &target, device, wanted, ret, ret_grounds);
        side_done(&source);
        side_done(&target);
}

bool self_is_free(const struct document *host, const struct device *device) {
        /* Only a source has to track what it writes. */
        const uint64_t of_source = UINT64_C(1) << REASON_DIRTY_TRACKING;
        struct judgement j;

        if (device->traits->in_use != TRI_NO)
                return false;
        self_judge(host, device, false, PAIR_FINDINGS, &j, NULL);
        return !(j.findings.failed_codes & ~of_source);
}
