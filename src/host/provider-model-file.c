/*
 * Model files (models.d): the model of devices that do not name one themselves, and where parameters and facts of a
 * model are to be read, wherever its name came from.
 */
#include <fnmatch.h>
#include <string.h>

#include "host/provider.h"
#include "util/alloc.h"

static bool detect(const struct probe *p) {
        return p->host->store.n_by_file > 0;
}

static bool fits(const char *pattern, const char *value) {
        return !pattern || (value && fnmatch(pattern, value, 0) == 0);
}

static bool match_fits(const struct model_match *m, const struct probe *p, const char *parent_driver) {
        if (!m->driver && !m->pci && !m->mdev_type && !m->parent_driver)
                return false; /* would be everything */
        return fits(m->driver, p->t->driver) && fits(m->pci, p->pci) && fits(m->mdev_type, p->t->mdev_type) &&
               fits(m->parent_driver, parent_driver);
}

/* The first by the name of its file. */
static const struct model *match_model(struct probe *p) {
        const char *parent_driver = p->parent ? place_driver_string(&p->host->places, p->parent) : NULL;

        for (size_t i = 0; i < p->host->store.n_by_file; i++) {
                const struct model *m = p->host->store.by_file[i];

                for (size_t j = 0; j < m->n_matches; j++)
                        if (match_fits(&m->matches[j], p, parent_driver))
                                return m;
        }
        return NULL;
}

/* Reading some of the kernel's own files does something: a resource's registers, a device's memory. */
static bool file_harmless(const char *file) {
        const char *name = path_name(file);

        return name_path_valid(file) && strcmp(name, "config") != 0 && strcmp(name, "rom") != 0 &&
               !str_startswith(name, "resource");
}

/* What is not to be read here is no file that is not there. */
static struct reading read_source(struct probe *p, const char *source) {
        const char *file = strchr(source, ':');

        if (file && file_harmless(file + 1)) {
                if (str_startswith(source, "sysfs:"))
                        return probe_read(p, file + 1);
                if (str_startswith(source, "parent:"))
                        return probe_read_parent(p, file + 1);
        }
        return (struct reading){ .attribute.error = ENOTSUP, .there = true };
}

static void read_fact(struct probe *p, const struct fact_rule *fact) {
        _cleanup_reading_ struct reading r = {};

        if (!fact->source || str_startswith(fact->source, "devlink:")) /* given by another provider, or missing */
                return;
        r = read_source(p, fact->source);
        probe_give_fact(p, fact->name, &r);
}

/* False if it is not known whether the parameter is active, nor what it is. */
static bool read_param(struct probe *p, const struct param_info *info) {
        _cleanup_free_ char *key = xasprintf("params.%s", info->name);
        _cleanup_reading_ struct reading r = {};

        if (strcmp(info->name, "version") == 0 || probe_given(p, key))
                return true;
        if (p->creatable) /* what is yet to be created has what it will be given: as the file says */
                return true;
        r = info->source ? read_source(p, info->source) : probe_read(p, info->name);
        if (!reading_there(&r))
                return info->source != NULL; /* the driver does not have it yet; else, it has it nowhere to be read */
        probe_give_param(p, info->name, &r);
        if (r.from_type) {
                struct param_info fixed = PARAM_INFO_NONE;

                fixed.name = xstrdup(info->name);
                fixed.writable = TRI_NO;
                probe_give_param_info(p, &fixed);
        }
        return true;
}

static void read_all(struct probe *p) {
        const struct model *m = probe_find_model(p);
        bool complete;

        if (!probe_given(p, "model") && (m = match_model(p))) {
                _cleanup_free_ char *origin = xasprintf("models.d:%s", m->file);

                probe_give_model_name(p, m->name, origin);
        }
        if (!m)
                return;
        complete = m->params_complete == TRI_YES;
        for (size_t i = 0; i < m->params.n; i++)
                complete = read_param(p, &m->params.v[i]) && complete;
        for (size_t i = 0; i < m->n_facts; i++)
                read_fact(p, &m->facts[i]);
        if (complete) /* else it cannot tell, which a driver that lists its parameters can */
                probe_give_complete(p, true);
}

const struct provider provider_model_file = { .name = "model-file", .detect = detect, .read = read_all };
