/*
 * devlink: firmware and board versions, and whether a VF may migrate. Of a VF its PF is asked, of an mdev its parent.
 *
 * Versions are facts under general names, and under those that the device's model gives them ("devlink:fw.version").
 * A version that is not there is no fact; one that could not be read has an errno.
 */
#include <string.h>

#include "host/pci.h"
#include "host/provider.h"
#include "util/alloc.h"

#define SOURCE "devlink:"
#define ORIGIN "devlink"

static bool is_vf(const struct probe *p) {
        return !p->creatable && str_equal(p->device->bus, "pci") && probe_has(p, "physfn");
}

/* The PCI device whose devlink it is, or NULL. */
static const char *find_name(const struct probe *p) {
        static const char prefix[] = "pci:";
        const char *address = p->device->parent;

        if (!p->parent && !p->creatable && str_equal(p->device->bus, "pci") && !is_vf(p))
                address = p->device->address;
        if (!address || !str_startswith(address, prefix) || !pci_name_valid(address + strlen(prefix)))
                return NULL;
        return address + strlen(prefix);
}

static bool detect(const struct probe *p) {
        return find_name(p) != NULL;
}

/* There is nothing to be read: not the same as a failure. */
static bool is_absence(int error) {
        return error == ENODEV || error == EOPNOTSUPP;
}

static void give_error(struct probe *p, const char *fact, int error) {
        _cleanup_free_ char *key = join("facts.", "", fact);

        probe_give_error(p, key, error);
}

/* True if there is such a version, known or not. */
static bool give_version(struct probe *p, const struct devlink_info *i, const char *fact, const char *name) {
        const struct devlink_version *v = devlink_info_find(i, name);

        if (i->error && !is_absence(i->error))
                give_error(p, fact, i->error);
        else if (v && !v->value)
                give_error(p, fact, v->error);
        else if (v)
                probe_give_fact_value(p, fact, v->value, ORIGIN);
        return v != NULL;
}

static const char *model_source(const struct model *m, const char *fact) {
        for (size_t i = 0; m && i < m->n_facts; i++)
                if (strcmp(m->facts[i].name, fact) == 0)
                        return m->facts[i].source;
        return NULL;
}

static void read_model_facts(struct probe *p, const struct devlink_info *info, const struct model *m) {
        for (size_t i = 0; m && i < m->n_facts; i++)
                if (m->facts[i].source && str_startswith(m->facts[i].source, SOURCE))
                        give_version(p, info, m->facts[i].name, m->facts[i].source + strlen(SOURCE));
}

/* In their order: which versions a fact is, unless the model says where it comes from. */
static void read_general_facts(struct probe *p, const struct devlink_info *info, const struct model *m) {
        static const struct {
                const char *fact;
                const char *versions[2];
        } table[] = {
                { "firmware.version", { "fw.version", "fw" } },
                { "firmware.psid", { "fw.psid" } },
                { "board.id", { "board.id" } },
        };

        for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
                if (model_source(m, table[i].fact))
                        continue;
                for (size_t k = 0; k < ARRAY_SIZE(table[i].versions) && table[i].versions[k]; k++)
                        if (give_version(p, info, table[i].fact, table[i].versions[k]))
                                break;
        }
}

/* The number that the PF has for its VF: the N of the one virtfnN that leads to it. */
static int find_vf_number(const struct probe *p, unsigned *ret) {
        static const char prefix[] = "virtfn";
        bool found = false;

        for (size_t i = 0; i < p->parent->names.n; i++) {
                const char *name = p->parent->names.v[i], *digits = name + strlen(prefix);
                _cleanup_free_ char *link = NULL, *target = NULL, *path = NULL;
                unsigned number = 0;

                if (!str_startswith(name, prefix) || !*digits || strlen(digits) > 5 ||
                    digits[strspn(digits, "0123456789")])
                        continue;
                link = join(p->parent->path, "/", name);
                if (sysfs_readlink_path(&p->host->sysfs, link, &target) < 0)
                        continue;
                path = path_follow(p->parent->path, target);
                if (!str_equal(path, p->dir.path))
                        continue;
                if (found)
                        return -ENOTUNIQ;
                found = true;
                for (const char *d = digits; *d; d++)
                        number = number * 10 + (unsigned)(*d - '0');
                *ret = number;
        }
        return found ? 0 : -ENOENT;
}

static void read_migratable(struct probe *p, const struct devlink_ports *ports) {
        static const char fact[] = "devlink.migratable";
        enum tri migratable;
        unsigned vf = 0;
        int error = ports->error, r;

        if (error || ports->n_vfs == 0) {
                if (error && !is_absence(error))
                        give_error(p, fact, error);
                return;
        }
        r = find_vf_number(p, &vf);
        if (r == -ENOENT)
                return;
        if (r < 0) {
                give_error(p, fact, -r);
                return;
        }
        migratable = devlink_ports_migratable(ports, vf, &error);
        if (migratable != TRI_UNKNOWN)
                probe_give_fact_value(p, fact, migratable == TRI_YES ? "true" : "false", ORIGIN);
        else if (error != ENOENT && error != ENODATA)
                give_error(p, fact, error);
}

static void read_all(struct probe *p) {
        _cleanup_free_ char *instance = xasprintf("pci/%s", find_name(p));
        const struct devlink *d = host_devlink(p->host, instance, is_vf(p));
        const struct model *m = probe_find_model(p);

        read_model_facts(p, &d->info, m);
        read_general_facts(p, &d->info, m);
        if (is_vf(p))
                read_migratable(p, &d->ports);
}

const struct provider provider_devlink = { .name = "devlink", .detect = detect, .read = read_all };
