/*
 * The rules, in the contract's order; 3 and 4 are in rules-setup.c, 6 in rules-facts.c, 10 and 11 in rules-words.c.
 * Each looks at one pair and adds what it found.
 *
 * To add a rule: its id and name in verdict.h/.c, a function here, a row in the table at the end.
 */
#include "core/rules.h"

#include "core/dotted.h"
#include "core/param.h"
#include "util/strv.h"

void pair_find(struct pair *p, enum rule_id rule, enum result result, enum reason_code code) {
        struct findings *f = &p->findings;

        f->codes |= UINT64_C(1) << code;
        f->results |= 1u << result;
        if (result == RESULT_UNKNOWN)
                f->unknown_rules |= 1u << rule;
        if (result == RESULT_FAIL) {
                f->failed_codes |= UINT64_C(1) << code;
                f->failed_rules |= 1u << rule;
        }
}

void pair_plan(struct pair *p, struct action action) {
        static const unsigned ranks[] = {
                [ACTION_SET] = 1, [ACTION_UNSET] = 1, [ACTION_CREATE] = 2, [ACTION_BIND] = 3
        };
        unsigned rank = ranks[action.kind];

        p->findings.action_rank = MAX(p->findings.action_rank, rank);
        if (p->wanted == PAIR_GROUNDS || rank == 1)
                actions_add(&p->actions, action);
}

bool models_fit(const struct side *source, const struct side *target) {
        return (source->info && source->info == target->info) || str_equal(source->model, target->model) ||
               (target->info && strv_contains(target->info->compatible_models, source->model));
}

static void rule_model(struct pair *p) {
        if (!p->source->model || !p->target->model) {
                const struct traits *missing = p->source->model ? p->t : p->s;
                const char *side = p->source->model   ? "target"
                                   : p->target->model ? "source"
                                                      : "source (and the target)";
                bool unread = traits_unread(missing, "model");

                pair_say(p, RULE_MODEL, RESULT_UNKNOWN, REASON_MODEL_MISSING, "model", p->source->model,
                         p->target->model, traits_origin(missing, "model"),
                         unread ? "find out why the device's attributes cannot be read"
                                : "install a model file for this kind of device, or a driver that names its model",
                         "the model of the %s %s%s", side, unread ? "could not be read: " : "is not known",
                         unread ? traits_origin(missing, "model") + strlen("errno:") : "");
        } else if (!models_fit(p->source, p->target))
                pair_say(p, RULE_MODEL, RESULT_FAIL, REASON_MODEL_MISMATCH, "model", p->source->model, p->target->model,
                         traits_origin(p->t, "model"), NULL, "the source is a %s, the target a %s", p->source->model,
                         p->target->model);
}

static void rule_pool(struct pair *p) {
        const char *class = entries_get(&p->s->facts, "pci.class");

        if (p->context->policy->ignore_pools)
                return;
        if (traits_unread(p->s, "pool") || traits_unread(p->t, "pool"))
                pair_say(p, RULE_POOL, RESULT_UNKNOWN, REASON_POOL_MISMATCH, "pool", p->s->pool, p->t->pool,
                         traits_origin(p->t, "pool"), NULL, "which pool the %s is in could not be read",
                         traits_unread(p->t, "pool") ? "target" : "source");
        else if (!str_equal(p->s->pool, p->t->pool))
                pair_say(p, RULE_POOL, RESULT_FAIL, REASON_POOL_MISMATCH, "pool", p->s->pool, p->t->pool, NULL,
                         "put both devices into one pool, if they can stand for one another",
                         "the source is in %s%s, the target in %s%s", p->s->pool ? "pool " : "no pool",
                         p->s->pool ?: "", p->t->pool ? "pool " : "no pool", p->t->pool ?: "");
        else if (!p->s->pool && str_startswith(class, "02"))
                pair_say(p, RULE_POOL, RESULT_NOTE, REASON_POOL_UNSET, "pool", NULL, NULL, NULL,
                         "name the physical networks in pools.d",
                         "a network device without a pool: nothing says that both are on the same network");
}

static void rule_software_version(struct pair *p) {
        bool s_unread = traits_unread(p->s, "softwareVersion"), t_unread = traits_unread(p->t, "softwareVersion");
        const char *s = s_unread ? NULL : p->s->software_version, *t = t_unread ? NULL : p->t->software_version;
        enum semver fits;

        if (!s && !t && !s_unread && !t_unread)
                return;
        fits = s && t ? semver_fits(s, t) : SEMVER_MALFORMED;
        if (fits != SEMVER_FITS)
                pair_say(p, RULE_SOFTWARE_VERSION, fits == SEMVER_DIFFERS ? RESULT_FAIL : RESULT_UNKNOWN,
                         REASON_SOFTWARE_VERSION, "softwareVersion", s, t, traits_origin(p->t, "softwareVersion"), NULL,
                         fits == SEMVER_DIFFERS ? "state of version %s cannot be loaded by %s"
                                                : "state versions %s and %s cannot be compared",
                         s ?: "(unknown)", t ?: "(unknown)");
}

static bool protocol_known(const struct migration *m) {
        return m && m->protocol != MIGRATION_PROTOCOL_UNKNOWN;
}

static bool flag_lacks(const struct migration *m, unsigned flag) {
        return m && m->has_flags && !(m->flags & flag);
}

static const char *protocol_text(const struct migration *m) {
        return protocol_known(m) ? migration_protocol_to_string(m->protocol) : NULL;
}

static void rule_migration(struct pair *p) {
        const struct migration *s = p->source->migration, *t = p->target->migration;
        const char *sp = protocol_text(s), *tp = protocol_text(t);
        const char *origin = p->wanted == PAIR_GROUNDS ? traits_origin(p->t, "migration") : NULL;

        if (!protocol_known(t))
                pair_say(p, RULE_MIGRATION, RESULT_UNKNOWN, REASON_MIGRATION_UNKNOWN, "migration", sp, NULL, origin,
                         NULL, "whether the target's driver can migrate is not known");
        else if (!protocol_known(s))
                pair_say(p, RULE_MIGRATION, RESULT_NOTE, REASON_MIGRATION_UNKNOWN, "migration", NULL, tp, origin, NULL,
                         "whether the source's driver can migrate is not known here");
        else if (s->protocol != t->protocol && s->protocol != MIGRATION_NONE && t->protocol != MIGRATION_NONE)
                pair_say(p, RULE_MIGRATION, RESULT_FAIL, REASON_PROTOCOL_MISMATCH, "migration.protocol", sp, tp, origin,
                         NULL, "the source speaks migration protocol %s, the target %s", sp, tp);
        else if (s->protocol == MIGRATION_V1 && t->protocol == MIGRATION_V1)
                pair_say(p, RULE_MIGRATION, RESULT_NOTE, REASON_PROTOCOL_OBSOLETE, "migration.protocol", sp, tp, origin,
                         NULL, "both speak migration protocol v1, which QEMU dropped in 8.0");

        for (int i = 0; i < 2; i++) {
                const struct migration *m = i ? t : s;
                const char *side = i ? "target" : "source";

                if (protocol_known(m) && m->protocol == MIGRATION_NONE)
                        pair_say(p, RULE_MIGRATION, RESULT_FAIL, REASON_NOT_MIGRATABLE, "migration", sp, tp, origin,
                                 "bind a driver that can migrate this device, or enable it (vendor's documentation)",
                                 "the %s's driver cannot migrate it", side);
                else if (flag_lacks(m, MIGRATION_STOP_COPY))
                        pair_say(p, RULE_MIGRATION, RESULT_FAIL, REASON_NOT_MIGRATABLE, "migration", sp, tp, origin,
                                 NULL, "the %s's driver lacks stop-copy", side);
        }
}

static void rule_p2p(struct pair *p) {
        for (int i = 0; p->context->several && i < 2; i++) {
                const struct migration *m = i ? p->target->migration : p->source->migration;
                const char *side = i ? "target" : "source";

                if (flag_lacks(m, MIGRATION_P2P))
                        pair_say(p, RULE_P2P, RESULT_FAIL, REASON_P2P_REQUIRED, "migration.flags", NULL, NULL, NULL,
                                 NULL, "a VM with several VFIO devices needs p2p of all of them, and the %s lacks it",
                                 side);
                else if (!m || !m->has_flags)
                        pair_say(p, RULE_P2P, RESULT_UNKNOWN, REASON_P2P_REQUIRED, "migration.flags", NULL, NULL, NULL,
                                 NULL,
                                 "a VM with several VFIO devices needs p2p of all of them, and of the %s it is not "
                                 "known",
                                 side);
        }
}

static void rule_dirty_tracking(struct pair *p) {
        enum tri device = p->source->migration ? p->source->migration->dma_logging : TRI_UNKNOWN;
        enum tri iommu = p->context->source->iommu_dirty_tracking;
        static const char field[] = "migration.dmaLogging";
        static const char remedy[] = "use iommufd with a kernel and IOMMU that track dirty pages";

        if (p->context->source->viommu == TRI_YES)
                pair_say(p, RULE_DIRTY_TRACKING, RESULT_NOTE, REASON_VIOMMU, "vm.viommu", "true", NULL, NULL, NULL,
                         "the VM has a virtual IOMMU: older versions of QEMU refuse to migrate it with VFIO devices");
        if (iommu == TRI_YES || device == TRI_YES)
                return;
        if (device == TRI_UNKNOWN)
                pair_say(p, RULE_DIRTY_TRACKING, RESULT_NOTE, REASON_DIRTY_TRACKING, field, NULL, NULL, NULL, NULL,
                         "whether the source device logs the pages that it writes is not known");
        else if (iommu == TRI_UNKNOWN)
                pair_say(p, RULE_DIRTY_TRACKING, RESULT_UNKNOWN, REASON_DIRTY_TRACKING, field, "false", NULL,
                         traits_origin(p->s, "migration"), remedy,
                         "the source device does not log the pages that it writes, and whether its host's IOMMU does "
                         "is not known");
        else if (p->context->policy->require_dirty_tracking)
                pair_say(p, RULE_DIRTY_TRACKING, RESULT_FAIL, REASON_DIRTY_TRACKING, field, "false", NULL,
                         traits_origin(p->s, "migration"), remedy,
                         "neither the source device nor its host's IOMMU logs the pages that it writes: QEMU refuses "
                         "to migrate it");
}

/* NVIDIA's creatables without mdev pick a free VF, so what they make is a PCI device. */
static bool creates_pci(const struct traits *t) {
        return str_startswith(t->mdev_type, "nvidia-") && (!t->driver || str_equal(t->driver, "nvidia"));
}

static bool pin_fits(const char *pin, const struct device *target) {
        size_t n = strlen(pin);

        if (n == 0 || pin[n - 1] != ':')
                return str_equal(pin, target->address);
        if (target->traits->creatable)
                return str_equal(pin, creates_pci(target->traits) ? "pci:" : "mdev:");
        return str_startswith(target->address, pin);
}

static void judge_driver_binding(struct pair *p) {
        const char *now = p->t->bound_driver, *wanted = p->t->driver;
        _cleanup_text_ struct text remedy = {};

        if (!now || str_equal(now, wanted))
                return;
        if (!wanted) {
                pair_say(p, RULE_AVAILABILITY, RESULT_FAIL, REASON_NOT_BOUND, "driver", NULL, now, NULL, NULL,
                         "it is bound to %s, and no driver that can migrate it is installed", now);
                return;
        }
        if (p->wanted == PAIR_GROUNDS)
                text_addf(&remedy, "bind it to %s", wanted);
        pair_say(p, RULE_AVAILABILITY, RESULT_ACTION, REASON_NOT_BOUND, "driver", wanted, now, NULL, remedy.data,
                 "it is bound to %s", now);
        pair_plan(p, (struct action){ .kind = ACTION_BIND, .driver = (char *)wanted });
}

static void rule_availability(struct pair *p) {
        const struct device *d = p->candidate;

        if (p->source->device->pin && !pin_fits(p->source->device->pin, d)) {
                reasons_done(&p->reasons);
                actions_done(&p->actions);
                p->findings = (struct findings){};
                pair_say(p, RULE_AVAILABILITY, RESULT_FAIL, REASON_NOT_PINNED, "pin", p->source->device->pin,
                         d->address, NULL, NULL, "the caller has chosen %s", p->source->device->pin);
                return;
        }
        if (p->t->in_use == TRI_YES)
                pair_say(p, RULE_AVAILABILITY, RESULT_FAIL, REASON_IN_USE, "inUse", NULL, "yes", NULL, NULL,
                         "it is in use");
        else if (p->t->in_use == TRI_UNKNOWN && !p->t->creatable)
                pair_say(p, RULE_AVAILABILITY, RESULT_NOTE, REASON_IN_USE_UNKNOWN, "inUse", NULL, "unknown", NULL, NULL,
                         "whether it is in use is not known");
        if (d->reserved_by && !str_equal(d->reserved_by, p->context->source->vm_uuid))
                pair_say(p, RULE_AVAILABILITY, RESULT_FAIL, REASON_RESERVED, "reservedBy", NULL, d->reserved_by, NULL,
                         NULL, "it is reserved by %s", d->reserved_by);
        if (p->t->creatable && d->available == 0)
                pair_say(p, RULE_AVAILABILITY, RESULT_FAIL, REASON_NO_INSTANCES, "available", NULL, "0", NULL, NULL,
                         "no more of %s can be created on %s", p->t->mdev_type, d->parent);
        if (p->t->group_blocked)
                pair_say(p, RULE_AVAILABILITY, RESULT_FAIL, REASON_GROUP_NOT_VIABLE, "groupBlockedBy", NULL,
                         d->group_blocked_by ? d->group_blocked_by[0] : NULL, NULL,
                         "unbind the other members of its IOMMU group from their drivers",
                         "its IOMMU group holds %s, which keeps it from being opened",
                         d->group_blocked_by ? d->group_blocked_by[0] : "another device");
        judge_driver_binding(p);
}

const struct rule rules[] = {
        { RULE_MODEL, SCOPE_ALWAYS, rule_model },
        { RULE_POOL, SCOPE_ALWAYS, rule_pool },
        { RULE_VERSION, SCOPE_SETUP, rule_version },
        { RULE_PARAMETERS, SCOPE_SETUP, rule_parameters },
        { RULE_SOFTWARE_VERSION, SCOPE_MODEL, rule_software_version },
        { RULE_FACTS, SCOPE_MODEL, rule_facts },
        { RULE_MIGRATION, SCOPE_COMPARED, rule_migration },
        { RULE_P2P, SCOPE_COMPARED, rule_p2p },
        { RULE_DIRTY_TRACKING, SCOPE_COMPARED, rule_dirty_tracking },
        { RULE_DRIVER_WORD, SCOPE_WORDS, rule_driver_word },
        { RULE_VENDOR_CHECK, SCOPE_WORDS, rule_vendor_check },
        { RULE_AVAILABILITY, SCOPE_ALWAYS, rule_availability },
};

const size_t n_rules = ARRAY_SIZE(rules);
