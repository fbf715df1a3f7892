/*
 * Layout of the device compatibility interface (August 2020): `migration/self` says what a device is, one value a file,
 * and each `migration/compatible*` what another one may be for it to take its state.
 *
 * The latter are told to people, as one fact each; no rule goes by them unless a model file names them. Forms with
 * several values in one file are not read: what they say is there and is not known. Never says that it lists all
 * parameters.
 */
#include <string.h>

#include "host/provider.h"
#include "util/alloc.h"

#define SELF "migration/self"
/* So many directories and files in one are looked at; nobody has more. */
#define COMPATIBLE_MAX 64
#define COMPATIBLE_FILES_MAX 64

static const struct {
        const char *file;
        const char *fact;
} facts[] = {
        { "device_api", "mdev.deviceApi" },
        { "type", "self.type" },
        { "mdev_type", "self.mdevType" },
        { "pci_id", "self.pciId" },
};

/* What is yet to be created has no directory of its own, and says nothing of itself. */
static bool detect(const struct probe *p) {
        return !p->creatable && (probe_has(p, "migration") || probe_has(p, "migration_compatible"));
}

/* Something is there that may say any of it. */
static void give_unread(struct probe *p, int error) {
        probe_give_error(p, "softwareVersion", error);
        for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
                _cleanup_free_ char *key = join("facts.", "", facts[i].fact);

                probe_give_error(p, key, error);
        }
        probe_give_complete(p, false);
}

/* Another layout has its parameters in the same directory, and one may be called like anything. */
static bool is_param(const struct probe *p, const char *name) {
        _cleanup_free_ char *key = join("params.", "", name);

        return probe_given(p, key);
}

static struct reading read_self_file(const struct probe *p, const char *name) {
        _cleanup_free_ char *file = join(SELF, "/", name);

        return probe_read(p, file);
}

static void read_self(struct probe *p) {
        _cleanup_reading_ struct reading version = {}, aggregator = {};
        _cleanup_names_ struct names names = {};
        int r = sysfs_list_at(&p->host->sysfs, &p->dir, SELF, &names);

        if (r == -ENOTDIR && is_param(p, "self"))
                return;
        if (r < 0) {
                give_unread(p, r == -ENOTDIR ? ENOTSUP : -r);
                return;
        }
        version = read_self_file(p, "software_version");
        probe_give_software_version(p, &version);
        for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
                _cleanup_reading_ struct reading fact = read_self_file(p, facts[i].file);

                probe_give_fact(p, facts[i].fact, &fact);
        }
        aggregator = read_self_file(p, "aggregator");
        if (reading_there(&aggregator))
                probe_give_param(p, "aggregator", &aggregator);
}

/* Nothing in it could be taken for the next key. */
static bool is_word(const char *s) {
        return !strpbrk(s, " \t\n\v\f\r");
}

/* Adds "key=value" for each file; an errno if one of them cannot be told, as half of them would be another claim. */
static int read_claim(const struct probe *p, const char *dir, struct names *names, struct text *t) {
        if (names->n_bad > 0)
                return EILSEQ;
        if (names->n > COMPATIBLE_FILES_MAX)
                return E2BIG;
        names_sort(names);
        text_add(t, "");
        for (size_t i = 0; i < names->n; i++) {
                _cleanup_free_ char *file = join(dir, "/", names->v[i]);
                _cleanup_reading_ struct reading value = probe_read(p, file);

                if (reading_error(&value))
                        return reading_error(&value);
                if (!is_word(names->v[i]) || strchr(names->v[i], '=') || !is_word(value.attribute.value))
                        return EILSEQ;
                text_addf(t, "%s%s=%s", i ? " " : "", names->v[i], value.attribute.value);
        }
        return t->length < ATTRIBUTE_MAX ? 0 : E2BIG;
}

static void read_compatible(struct probe *p, const char *name) {
        _cleanup_free_ char *dir = join("migration/", "", name), *origin = join("sysfs:", "", dir),
                            *fact = join("compatible.", "", name), *key = join("facts.", "", fact);
        _cleanup_names_ struct names names = {};
        _cleanup_text_ struct text t = {};
        int error = -sysfs_list_at(&p->host->sysfs, &p->dir, dir, &names);

        if (error == ENOTDIR) {
                /* The form with all in one file has this very name; others are parameters. */
                if (!str_equal(name, "compatible") || is_param(p, name))
                        return;
                error = ENOTSUP;
        }
        if (error <= 0)
                error = read_claim(p, dir, &names, &t);
        if (error)
                probe_give_error(p, key, error);
        else
                probe_give_fact_value(p, fact, t.data, origin);
}

static void read_all(struct probe *p) {
        _cleanup_names_ struct names names = {};
        size_t n = 0;
        int r;

        if (probe_has(p, "migration")) {
                r = sysfs_list_at(&p->host->sysfs, &p->dir, "migration", &names);
                if (r < 0 && r != -ENOTDIR)
                        give_unread(p, -r);
                if (names_have(&names, "self"))
                        read_self(p);
                names_sort(&names);
                for (size_t i = 0; i < names.n; i++)
                        if (str_startswith(names.v[i], "compatible") && n++ < COMPATIBLE_MAX)
                                read_compatible(p, names.v[i]);
                if (n > COMPATIBLE_MAX)
                        probe_give_error(p, "facts.compatible", E2BIG);
        }
        if (probe_has(p, "migration_compatible")) /* one file for all of it, as first proposed in July 2020 */
                give_unread(p, ENOTSUP);
}

const struct provider provider_self_compatible = { .name = "self-compatible", .detect = detect, .read = read_all };
