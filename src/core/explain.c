/*
 * Why a device can or cannot migrate: what the rules find in it. (How that is said: explain-words.c.)
 *
 * A const table says of every reason code what it is about and whether it decides; where the rules found nothing wrong
 * with a topic, that is said, too. The words cannot change what was decided.
 */
#include "core/explain.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/explaining.h"
#include "core/self.h"
#include "util/alloc.h"
#include "util/strv.h"

static const char *const topic_names[_TOPIC_MAX] = {
        [TOPIC_DRIVER] = "driver",
        [TOPIC_GROUP] = "group",
        [TOPIC_MIGRATION] = "migration",
        [TOPIC_P2P] = "p2p",
        [TOPIC_DIRTY_TRACKING] = "dirty-tracking",
        [TOPIC_MODEL] = "model",
        [TOPIC_PARAMETERS] = "parameters",
        [TOPIC_FACTS] = "facts",
        [TOPIC_POOL] = "pool",
        [TOPIC_VENDOR] = "vendor",
        [TOPIC_USE] = "use",
};

void explain_say(struct explainer *x, enum topic topic, enum tri good, const char *origin, char *command,
                 const char *format, ...) {
        struct explanation_line line = { .topic = topic_names[topic], .good = good, .command = command };
        _cleanup_free_ char *message = NULL;
        _cleanup_text_ struct text escaped = {};
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&message, format, ap) < 0)
                abort();
        va_end(ap);
        text_add(&escaped, "");
        text_add_escaped(&escaped, message);
        line.message = text_take(&escaped);
        line.origin = xstrdup(origin);
        array_append(x->e->v, x->e->n, line);
}

static const struct migration *known_migration(const struct explainer *x) {
        const struct migration *m = x->side.migration;

        return m && m->protocol != MIGRATION_PROTOCOL_UNKNOWN ? m : NULL;
}

/* Its protocol is known, and not "none". */
bool explain_speaks(const struct explainer *x) {
        const struct migration *m = known_migration(x);

        return m && m->protocol != MIGRATION_NONE;
}

/* How a reason's code is told. */
struct telling {
        enum topic topic;
        enum { UNLISTED, SILENT, TELLS, DECIDES } weight; /* whether it is told, and keeps the device from migrating */
        explain_func say;                                 /* NULL: the rule's own words */
};

static const struct telling tellings[_REASON_MAX] = {
        [REASON_MODEL_MISMATCH] = { TOPIC_MODEL, DECIDES, NULL },
        [REASON_MODEL_MISSING] = { TOPIC_MODEL, DECIDES, explain_model },
        [REASON_POOL_MISMATCH] = { TOPIC_POOL, DECIDES, NULL },
        [REASON_POOL_UNSET] = { TOPIC_POOL, SILENT, NULL },
        [REASON_VERSION_MISMATCH] = { TOPIC_PARAMETERS, DECIDES, NULL },
        [REASON_VERSION_UNSUPPORTED] = { TOPIC_PARAMETERS, DECIDES, NULL },
        [REASON_PARAM_VALUE] = { TOPIC_PARAMETERS, DECIDES, NULL },
        [REASON_PARAM_UNKNOWN] = { TOPIC_PARAMETERS, DECIDES, NULL },
        [REASON_PARAM_EXTRA] = { TOPIC_PARAMETERS, DECIDES, NULL },
        [REASON_PARAM_UNREADABLE] = { TOPIC_PARAMETERS, DECIDES, explain_unreadable },
        [REASON_PARAMS_INCOMPLETE] = { TOPIC_PARAMETERS, DECIDES, explain_incomplete },
        [REASON_SOFTWARE_VERSION] = { TOPIC_PARAMETERS, DECIDES, NULL },
        [REASON_FACT_MISMATCH] = { TOPIC_FACTS, DECIDES, explain_fact },
        [REASON_FACT_MISSING] = { TOPIC_FACTS, DECIDES, explain_fact },
        [REASON_MIGRATION_UNKNOWN] = { TOPIC_MIGRATION, DECIDES, explain_migration_unknown },
        [REASON_PROTOCOL_MISMATCH] = { TOPIC_MIGRATION, DECIDES, NULL },
        [REASON_PROTOCOL_OBSOLETE] = { TOPIC_MIGRATION, TELLS, explain_protocol },
        [REASON_NOT_MIGRATABLE] = { TOPIC_MIGRATION, DECIDES, explain_not_migratable },
        [REASON_P2P_REQUIRED] = { TOPIC_P2P, TELLS, explain_p2p },
        [REASON_DIRTY_TRACKING] = { TOPIC_DIRTY_TRACKING, DECIDES, explain_dirty_tracking },
        [REASON_VIOMMU] = { TOPIC_DIRTY_TRACKING, SILENT, NULL },
        [REASON_MDEV_TYPE_MISMATCH] = { TOPIC_MODEL, DECIDES, NULL },
        [REASON_MIGRATION_VERSION_REJECTED] = { TOPIC_VENDOR, DECIDES, NULL },
        [REASON_MIGRATION_VERSION_MISSING] = { TOPIC_VENDOR, TELLS, explain_vendor },
        [REASON_TRIAL_LOAD_REJECTED] = { TOPIC_VENDOR, DECIDES, NULL },
        [REASON_VENDOR_REJECTED] = { TOPIC_VENDOR, DECIDES, NULL },
        [REASON_VENDOR_UNAVAILABLE] = { TOPIC_VENDOR, TELLS, explain_vendor },
        [REASON_NOT_PINNED] = { TOPIC_USE, DECIDES, NULL },
        [REASON_IN_USE] = { TOPIC_USE, TELLS, explain_use },
        [REASON_IN_USE_UNKNOWN] = { TOPIC_USE, TELLS, explain_use },
        [REASON_RESERVED] = { TOPIC_USE, TELLS, explain_use },
        [REASON_NO_INSTANCES] = { TOPIC_USE, TELLS, explain_use },
        [REASON_GROUP_NOT_VIABLE] = { TOPIC_GROUP, DECIDES, explain_group },
        [REASON_NOT_BOUND] = { TOPIC_DRIVER, DECIDES, explain_not_bound },
        [REASON_PLAN_CONFLICT] = { TOPIC_PARAMETERS, DECIDES, NULL },
        [REASON_CAPACITY_SHARED] = { TOPIC_USE, DECIDES, NULL },
        [REASON_ASSIGNMENT] = { TOPIC_USE, DECIDES, NULL },
        [REASON_WEAK_EVIDENCE] = { TOPIC_MODEL, DECIDES, explain_weak },
        [REASON_NO_CANDIDATE] = { TOPIC_USE, DECIDES, NULL },
        [REASON_STALE] = { TOPIC_MODEL, SILENT, NULL },
};

static void tell(struct explainer *x, const struct reason *r) {
        static const struct telling unlisted = { TOPIC_VENDOR, DECIDES, NULL };
        const struct telling *telling = tellings[r->code].weight == UNLISTED ? &unlisted : &tellings[r->code];
        /* As it stands: what is to be done first keeps it from migrating until it is done. */
        bool no = r->result == RESULT_FAIL || r->result == RESULT_ACTION;
        enum tri good = no ? TRI_NO : TRI_UNKNOWN;
        size_t first = x->e->n;

        if (telling->weight == SILENT)
                return;
        if (telling->weight == DECIDES && no)
                x->e->can_migrate = TRI_NO;
        else if (telling->weight == DECIDES && r->result == RESULT_UNKNOWN && x->e->can_migrate == TRI_YES)
                x->e->can_migrate = TRI_UNKNOWN;
        if (telling->say)
                telling->say(x, r, good);
        else
                explain_say(x, telling->topic, good, r->origin, NULL, "%s", r->message);
        for (size_t i = first; i < x->e->n; i++)
                x->e->v[i].decides = telling->weight == DECIDES && r->result != RESULT_NOTE;
}

static bool told(const struct explainer *x, enum topic topic) {
        for (size_t i = 0; i < x->e->n; i++)
                if (x->e->v[i].topic == topic_names[topic])
                        return true;
        return false;
}

static void praise_migration(struct explainer *x) {
        const struct migration *m = x->side.migration;
        _cleanup_text_ struct text flags = {};
        const char *name;

        for (unsigned i = 0; m->has_flags && (name = migration_flag_name(1u << i)); i++)
                if (m->flags & 1u << i)
                        text_addf(&flags, "%s%s", flags.length ? ", " : ": ", name);
        explain_say(x, TOPIC_MIGRATION, TRI_YES,
                    traits_origin(x->t, "migration") ?: (x->side.migration_from_model ? "models.d" : NULL), NULL,
                    "protocol %s%s", migration_protocol_to_string(m->protocol), flags.data ?: "");
}

static void praise_facts(struct explainer *x) {
        _cleanup_text_ struct text names = {};

        for (size_t i = 0; x->side.info && i < x->side.info->n_facts; i++)
                if (x->side.info->facts[i].kind != FACT_IGNORE)
                        text_addf(&names, "%s%s", names.length ? ", " : "", x->side.info->facts[i].name);
        if (names.length)
                explain_say(x, TOPIC_FACTS, TRI_YES, NULL, NULL, "all that decide are known: %s", names.data);
}

static void praise_use(struct explainer *x) {
        if (x->t->creatable)
                explain_say(x, TOPIC_USE, TRI_YES, NULL, NULL, "%u can be created", x->device->available);
        else
                explain_say(x, TOPIC_USE, TRI_YES, NULL, NULL, "nobody uses it");
}

/* What the rules have nothing against. */
static void praise(struct explainer *x) {
        const char *driver = x->t->driver;
        size_t n = x->side.setup.n_values;

        if (!told(x, TOPIC_DRIVER) && driver)
                explain_say(x, TOPIC_DRIVER, TRI_YES, traits_origin(x->t, "driver"), NULL, "%s %s",
                            x->t->creatable ? "it will have" : "it is bound to", driver);
        if (!told(x, TOPIC_GROUP) && !x->t->creatable)
                explain_say(x, TOPIC_GROUP, TRI_YES, NULL, NULL,
                            "nothing in its IOMMU group keeps it from being opened");
        if (!told(x, TOPIC_MIGRATION) && explain_speaks(x))
                praise_migration(x);
        if (!told(x, TOPIC_P2P) && explain_speaks(x))
                explain_say(x, TOPIC_P2P, TRI_YES, NULL, NULL, "a VM may have other VFIO devices besides");
        if (!told(x, TOPIC_DIRTY_TRACKING) && explain_speaks(x))
                explain_say(x, TOPIC_DIRTY_TRACKING, TRI_YES, NULL, NULL, "%s logs the pages that the device writes",
                            x->host->iommu_dirty_tracking == TRI_YES ? "the IOMMU" : "its driver");
        if (!told(x, TOPIC_MODEL) && x->side.model)
                explain_say(x, TOPIC_MODEL, TRI_YES, traits_origin(x->t, "model"), NULL, "%s%s", x->side.model,
                            x->side.model_evidence == EVIDENCE_IDENTITY ? ", only derived from its identity" : "");
        if (!told(x, TOPIC_PARAMETERS) && x->side.model && setup_complete(&x->side.setup))
                explain_say(x, TOPIC_PARAMETERS, TRI_YES, NULL, NULL, n > 0 ? "all are known (%zu)" : "it has none", n);
        if (!told(x, TOPIC_FACTS) && x->side.model)
                praise_facts(x);
        if (!told(x, TOPIC_USE))
                praise_use(x);
}

static size_t topic_rank(const struct explanation_line *line) {
        size_t i = 0;

        while (topic_names[i] != line->topic)
                i++;
        return i;
}

/* By topic; those of one topic stay in the rules' order. */
static void sort_lines(struct explanation *e) {
        for (size_t i = 1; i < e->n; i++)
                for (size_t k = i; k > 0 && topic_rank(&e->v[k - 1]) > topic_rank(&e->v[k]); k--) {
                        struct explanation_line line = e->v[k];

                        e->v[k] = e->v[k - 1];
                        e->v[k - 1] = line;
                }
}

static char *summarize(const struct explainer *x) {
        const struct explanation *e = x->e;
        const char *cause = NULL, *other = "";
        struct text t = {};

        for (size_t i = 0; i < e->n; i++) {
                const struct explanation_line *line = &e->v[i];

                if (!cause && e->can_migrate != TRI_YES && line->decides && line->good == e->can_migrate)
                        cause = line->message;
                if (line->topic == topic_names[TOPIC_P2P] && line->good == TRI_NO)
                        other = ", as its VM's only VFIO device";
        }
        if (e->can_migrate == TRI_UNKNOWN)
                text_addf(&t, "not known whether it can migrate: %s", cause ?: "");
        else if (e->can_migrate == TRI_NO)
                text_addf(&t, "cannot migrate: %s", cause ?: "");
        else
                text_addf(&t, "can migrate%s", other);
        return text_take(&t);
}

struct explanation *explain_device(const struct document *host, const struct device *device) {
        struct explainer x = { .host = host, .device = device, .t = device->traits };
        struct grounds grounds = {};
        struct judgement judgement;

        x.e = xnew0(struct explanation, 1);
        x.e->can_migrate = TRI_YES;
        side_init(&x.side, device, &host->models, NULL);
        self_judge(host, device, true, PAIR_GROUNDS, &judgement, &grounds);
        for (size_t i = 0; i < grounds.reasons.n; i++)
                tell(&x, &grounds.reasons.v[i]);
        praise(&x);
        sort_lines(x.e);
        x.e->summary = summarize(&x);
        grounds_done(&grounds);
        side_done(&x.side);
        return x.e;
}

struct explanation *explanation_free(struct explanation *e) {
        for (size_t i = 0; e && i < e->n; i++) {
                free(e->v[i].message);
                free(e->v[i].command);
                free(e->v[i].origin);
        }
        if (e)
                free(e->v);
        if (e)
                free(e->summary);
        free(e);
        return NULL;
}
