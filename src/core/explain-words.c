/*
 * What keeps a device from migrating, in a person's words, with what is to be typed. Owns nothing; decides nothing.
 */
#include "core/explaining.h"

#include "core/command.h"
#include "util/alloc.h"
#include "util/strv.h"

/* Of the drivers that can migrate: the option that builds them. */
static const struct {
        const char *driver;
        const char *option;
} kernel_options[] = {
        { "mlx5_vfio_pci", "CONFIG_MLX5_VFIO_PCI" },     { "hisi_acc_vfio_pci", "CONFIG_HISI_ACC_VFIO_PCI" },
        { "pds_vfio_pci", "CONFIG_PDS_VFIO_PCI" },       { "qat_vfio_pci", "CONFIG_QAT_VFIO_PCI" },
        { "virtio_vfio_pci", "CONFIG_VIRTIO_VFIO_PCI" }, { "xe_vfio_pci", "CONFIG_XE_VFIO_PCI" },
        { "mtty", "CONFIG_SAMPLE_VFIO_MDEV_MTTY" },
};

/* As strcmp() == 0, with '_' for '-'. */
static bool same_driver(const char *a, const char *b) {
        if (!a || !b)
                return false;
        for (; *a && *b; a++, b++)
                if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
                        return false;
        return *a == *b;
}

static const char *kernel_option(const char *driver) {
        for (size_t i = 0; i < ARRAY_SIZE(kernel_options); i++)
                if (same_driver(kernel_options[i].driver, driver))
                        return kernel_options[i].option;
        return NULL;
}

/* The driver that a model in force wants for a PCI id, or NULL. */
static const char *wanted_driver(const struct explainer *x, const char *pci) {
        for (size_t i = 0; i < x->host->models.n; i++) {
                const struct model *m = x->host->models.v[i];

                for (size_t k = 0; k < m->n_matches; k++) {
                        const struct model_match *match = &m->matches[k];

                        if (match->pci && match->driver && !match->mdev_type && !match->parent_driver &&
                            !same_driver(match->driver, "vfio-pci") && str_fits(match->pci, pci))
                                return match->driver;
                }
        }
        return NULL;
}

/* True if a model in force speaks of the driver as one that can migrate. */
static bool driver_migrates(const struct explainer *x, const char *driver) {
        for (size_t i = 0; i < x->host->models.n; i++) {
                const struct model *m = x->host->models.v[i];

                if (m->has_migration && same_driver(m->migration.driver, driver) &&
                    m->migration.protocol != MIGRATION_NONE && m->migration.protocol != MIGRATION_PROTOCOL_UNKNOWN)
                        return true;
        }
        return false;
}

static const char *in_use_warning(const struct explainer *x) {
        return x->t->in_use == TRI_YES  ? " (it is in use: stop its user first)"
               : x->t->in_use == TRI_NO ? ""
                                        : " (see that nobody uses it)";
}

static void explain_plain(struct explainer *x) {
        const char *vendor = entries_get(&x->t->facts, "pci.vendor"), *id = entries_get(&x->t->facts, "pci.device");
        const char *variant = x->device->variant_driver, *address = x->device->address, *wanted, *option;
        _cleanup_free_ char *pci = vendor && id ? xasprintf("%s:%s", vendor, id) : NULL;

        if (variant) {
                explain_say(x, TOPIC_DRIVER, TRI_NO, "modules.alias", command_bind(address, variant, true),
                            "it is bound to plain %s, which cannot migrate anything; the variant driver %s is "
                            "installed and not "
                            "bound%s%s",
                            x->t->driver, variant,
                            driver_migrates(x, variant) ? "" : ", though nothing here says that it can migrate",
                            in_use_warning(x));
                return;
        }
        wanted = pci ? wanted_driver(x, pci) : NULL;
        option = kernel_option(wanted);
        if (wanted)
                explain_say(x, TOPIC_DRIVER, TRI_NO, traits_origin(x->t, "migration"),
                            option ? command_kernel_option(x->host->kernel, option) : NULL,
                            "it is bound to plain %s, which cannot migrate anything; %s has a variant driver, %s, "
                            "which was "
                            "not found in modules.alias: %s%s",
                            x->t->driver, pci, wanted, option ? "it takes a kernel with " : "install it, and bind it",
                            option ?: "");
        else
                explain_say(x, TOPIC_DRIVER, TRI_NO, traits_origin(x->t, "migration"), NULL,
                            "it is bound to plain %s, which cannot migrate anything; no variant driver for %s is "
                            "installed, and "
                            "no model in force names one",
                            x->t->driver, pci ?: "it");
}

/* The fact that devlink's answer becomes. */
static const char migratable_fact[] = "devlink.migratable";

static void explain_migratable_off(struct explainer *x, enum tri good) {
        const char *port = entries_get(&x->t->facts, "devlink.port"), *driver = x->t->driver;

        if (x->t->bound_driver)
                driver = *x->t->bound_driver ? x->t->bound_driver : NULL;
        explain_say(x, TOPIC_MIGRATION, good, "devlink",
                    command_migratable(x->device->address, x->device->parent, port, driver),
                    "`migratable` of its devlink port function is off; it can be turned on while no driver is bound%s",
                    in_use_warning(x));
}

void explain_not_migratable(struct explainer *x, const struct reason *r, enum tri good) {
        const char *origin = traits_origin(x->t, "migration"), *fact = entries_get(&x->t->facts, migratable_fact);

        bool plain = same_driver(x->t->driver, "vfio-pci"), off = fact && !param_value_true(fact);

        if (plain)
                explain_plain(x);
        if (off || (!plain && str_startswith(origin, "devlink")))
                explain_migratable_off(x, good);
        else if (plain)
                return;
        else if (explain_speaks(x))
                explain_say(x, TOPIC_MIGRATION, good, origin, NULL,
                            "its driver %s lacks stop-copy, without which nothing migrates",
                            x->t->driver ?: "(unknown)");
        else
                explain_say(x, TOPIC_MIGRATION, good, origin, NULL, "its driver %s cannot migrate it",
                            x->t->driver ?: "(unknown)");
}

void explain_not_bound(struct explainer *x, const struct reason *r, enum tri good) {
        const char *now = x->t->bound_driver, *wanted = x->t->driver;

        if (!wanted)
                explain_say(x, TOPIC_DRIVER, good, NULL, NULL,
                            "it is bound to %s, and no driver that can migrate it is installed", now);
        else
                explain_say(x, TOPIC_DRIVER, good, "modules.alias", command_bind(x->device->address, wanted, *now),
                            "%s%s; its variant driver %s is installed and not bound%s",
                            *now ? "it is bound to " : "it has no driver", now, wanted, in_use_warning(x));
}

/* What the model's entry asks for before it counts could not be read, or is off. */
static void explain_requirement(struct explainer *x, const struct migration *m, enum tri good) {
        const char *origin = traits_origin_of(x->t, "facts.", migratable_fact);
        const char *fact = entries_get(&x->t->facts, migratable_fact);

        if (!str_equal(m->requires, "devlink:migratable"))
                explain_say(x, TOPIC_MIGRATION, good, NULL, NULL, "its driver can migrate it if %s, which is not known",
                            m->requires);
        else if (fact && !param_value_true(fact))
                explain_migratable_off(x, good);
        else if (fact)
                explain_say(x, TOPIC_MIGRATION, good, traits_origin(x->t, "migration"), NULL,
                            "whether its driver %s can migrate it could not be settled", x->t->driver ?: "(unknown)");
        else
                explain_say(x, TOPIC_MIGRATION, good, origin, command_switchdev(x->device->parent),
                            "its driver %s can migrate it if `migratable` of its devlink port function is on, which "
                            "could not be "
                            "read: in the e-switch's legacy mode there are no such ports (changing the mode takes the "
                            "card's VFs "
                            "away)",
                            x->t->driver ?: "(unknown)");
}

void explain_migration_unknown(struct explainer *x, const struct reason *r, enum tri good) {
        const struct model *info = x->side.info;
        const struct migration *m = info && info->has_migration ? &info->migration : NULL;
        const char *driver = x->t->driver ?: "(unknown)", *origin = traits_origin(x->t, "migration");

        if (m && m->driver && !str_equal(m->driver, x->t->driver))
                explain_say(x, TOPIC_MIGRATION, good, origin, NULL,
                            "whether its driver %s can migrate it is not known: the model's file speaks of %s", driver,
                            m->driver);
        else if (m && m->requires)
                explain_requirement(x, m, good);
        else if (!x->side.model)
                explain_say(x, TOPIC_MIGRATION, good, origin, NULL,
                            "whether its driver %s can migrate it is not known; a model file could say so", driver);
        else
                explain_say(x, TOPIC_MIGRATION, good, origin, NULL,
                            "whether its driver %s can migrate it is not known: nothing in force says so of model %s",
                            driver, x->side.model);
}

void explain_protocol(struct explainer *x, const struct reason *r, enum tri good) {
        explain_say(x, TOPIC_MIGRATION, good, traits_origin(x->t, "migration"), NULL,
                    "its driver speaks migration protocol v1, which QEMU dropped in 8.0");
}

void explain_p2p(struct explainer *x, const struct reason *r, enum tri good) {
        if (explain_speaks(x)) /* else there is something worse */
                explain_say(
                        x, TOPIC_P2P, good, traits_origin(x->t, "migration"), NULL,
                        good == TRI_NO
                                ? "its driver lacks p2p: a VM that has other VFIO devices besides cannot migrate"
                                : "whether its driver has p2p is not known: a VM that has other VFIO devices besides "
                                  "needs it of all of them");
}

void explain_dirty_tracking(struct explainer *x, const struct reason *r, enum tri good) {
        static const char option[] = "CONFIG_IOMMUFD_DRIVER";
        const struct model *info = x->side.info;
        const char *origin = traits_origin(x->t, "migration");
        const struct migration *m = x->side.migration;
        bool config = m && m->dma_logging == TRI_NO &&
                      (str_equal(origin, "identity:config") ||
                       (info && info->has_migration && info->migration.dma_logging == TRI_YES));
        const char *iommu = good == TRI_NO ? "its host's IOMMU does not either"
                                           : "whether its host's IOMMU does is not known (it takes iommufd)";

        if (r->result == RESULT_NOTE && !explain_speaks(x))
                return;
        if (!explain_speaks(x) && !config) {
                explain_say(x, TOPIC_DIRTY_TRACKING, good, origin, command_kernel_option(x->host->kernel, option),
                            "nothing logs the pages that it writes (from Linux 6.7 on no driver's log can be read "
                            "without %s=y), and %s",
                            option, iommu);
                return;
        }
        if (r->result == RESULT_NOTE)
                explain_say(x, TOPIC_DIRTY_TRACKING, good, origin, NULL,
                            "whether the device logs the pages that it writes is not known: QEMU refuses to migrate it "
                            "if neither "
                            "it nor the IOMMU does");
        else if (config)
                explain_say(x, TOPIC_DIRTY_TRACKING, good, origin, command_kernel_option(x->host->kernel, option),
                            "the kernel lacks %s=y, so that the device's log of the pages that it writes cannot be "
                            "read, though "
                            "the kernel offers it (QEMU fails when the destination is up: \"Failed to get DMA logging "
                            "report\"); %s",
                            option, iommu);
        else
                explain_say(x, TOPIC_DIRTY_TRACKING, good, origin, NULL,
                            "the device does not log the pages that it writes, and %s: QEMU refuses to migrate it",
                            iommu);
}

void explain_group(struct explainer *x, const struct reason *r, enum tri good) {
        _cleanup_text_ struct text members = {};
        char *const *blocked = x->device->group_blocked_by;

        for (size_t i = 0; blocked && blocked[i] && i < 8; i++)
                text_addf(&members, "%s%s", i ? ", " : "", blocked[i]);
        if (strv_length(blocked) > 8)
                text_addf(&members, " and %zu more", strv_length(blocked) - 8);
        explain_say(x, TOPIC_GROUP, good, NULL, command_free_group(blocked),
                    "its IOMMU group is shared with %s on the host's own drivers, so that VFIO cannot open it (whoever "
                    "uses %s "
                    "now loses %s)",
                    members.data ?: "another device", strv_length(blocked) > 1 ? "them" : "it",
                    strv_length(blocked) > 1 ? "them" : "it");
}

void explain_model(struct explainer *x, const struct reason *r, enum tri good) {
        const char *origin = traits_origin(x->t, "model");

        if (str_startswith(origin, "errno:"))
                explain_say(x, TOPIC_MODEL, good, origin, NULL, "its model could not be read: %s",
                            origin + strlen("errno:"));
        else if (same_driver(x->t->driver, "vfio-pci"))
                explain_say(x, TOPIC_MODEL, good, NULL, NULL, "it has no model while it is bound to plain %s",
                            x->t->driver);
        else
                explain_say(x, TOPIC_MODEL, good, NULL, x->t->creatable ? NULL : command_template(x->device->address),
                            "its model is not known: no driver names it, and no model file is for such a device");
}

void explain_weak(struct explainer *x, const struct reason *r, enum tri good) {
        explain_say(x, TOPIC_MODEL, good, traits_origin(x->t, "model"),
                    x->t->creatable ? NULL : command_template(x->device->address),
                    "no model file is for such a device, and %s is only derived from its identity: nothing would rest "
                    "on it",
                    x->side.model ?: "its model");
}

void explain_unreadable(struct explainer *x, const struct reason *r, enum tri good) {
        explain_say(x, TOPIC_PARAMETERS, good, traits_origin(x->t, r->field), NULL, "%s could not be read", r->field);
}

void explain_incomplete(struct explainer *x, const struct reason *r, enum tri good) {
        if (same_driver(x->t->driver, "vfio-pci")) /* nobody could know, and that is not what matters */
                return;
        explain_say(x, TOPIC_PARAMETERS, good, NULL, NULL,
                    "nothing says that all of its parameters are known, and what is not listed could be on (a model "
                    "file can say "
                    "so: paramsComplete)");
}

static const struct fact_rule *fact_rule_of(const struct explainer *x, const char *field) {
        for (size_t i = 0; x->side.info && i < x->side.info->n_facts; i++)
                if (str_startswith(field, "facts.") && str_equal(x->side.info->facts[i].name, field + strlen("facts.")))
                        return &x->side.info->facts[i];
        return NULL;
}

void explain_fact(struct explainer *x, const struct reason *r, enum tri good) {
        const struct fact_rule *rule = fact_rule_of(x, r->field);
        const char *why = rule ? rule->why : NULL;
        bool devlink = rule && str_startswith(rule->source, "devlink:");

        if (good == TRI_NO)
                explain_say(x, TOPIC_FACTS, good, traits_origin(x->t, r->field), NULL,
                            "%s is %s, which must be %s to %s%s%s", r->field, r->target ?: "unknown",
                            rule && rule->min ? rule->min : "anything",
                            rule && rule->max ? rule->max : "anything newer", why ? "; it matters because: " : "",
                            why ?: "");
        else
                explain_say(x, TOPIC_FACTS, good, traits_origin(x->t, r->field),
                            devlink ? command_devlink_info(x->device->parent ?: x->device->address) : NULL,
                            "%s is %s, and decides%s%s", r->field, r->target ? "not comparable" : "not known",
                            why ? "; it matters because: " : "", why ?: "");
}

/* Who is asked about each pair. */
void explain_vendor(struct explainer *x, const struct reason *r, enum tri good) {
        if (r->code == REASON_VENDOR_UNAVAILABLE)
                explain_say(x, TOPIC_VENDOR, TRI_UNKNOWN, NULL, NULL,
                            "the vendor's check %s decides on each pair (vfiomigctl check asks it)", r->target ?: "");
        else if (strv_contains(x->t->attributes, "migration_version"))
                explain_say(x, TOPIC_VENDOR, TRI_UNKNOWN, traits_origin(x->t, "tokens.migration_version"), NULL,
                            "its driver judges by itself what it can load, by migration_version (vfiomigctl check asks "
                            "it)");
}

void explain_use(struct explainer *x, const struct reason *r, enum tri good) {
        if (r->code == REASON_IN_USE)
                explain_say(x, TOPIC_USE, TRI_YES, NULL, NULL, "it is in use; as a target it is taken");
        else if (r->code == REASON_IN_USE_UNKNOWN)
                explain_say(x, TOPIC_USE, TRI_UNKNOWN, NULL, NULL, "whether it is in use is not known");
        else if (r->code == REASON_RESERVED)
                explain_say(x, TOPIC_USE, TRI_YES, NULL, NULL, "it is reserved by %s; as a target it is taken",
                            x->device->reserved_by);
        else if (r->code == REASON_NO_INSTANCES)
                explain_say(x, TOPIC_USE, TRI_YES, traits_origin(x->t, "available"), NULL,
                            "no more of it can be created now");
}
