/*
 * What every device has: its driver and kernel, as facts (the PCI ids are in identity.c). And, where nothing better is
 * known, a model that is derived from identity: the weakest evidence, never enough for a yes.
 */
#include <string.h>

#include "host/provider.h"
#include "util/alloc.h"

static bool detect(const struct probe *p) {
        return true;
}

/* The version of the driver's module, which modules from outside the kernel's tree have. */
static void read_driver(struct probe *p) {
        _cleanup_free_ char *driver_path = NULL, *module_path = NULL;
        struct places *places = &p->host->places;
        _cleanup_reading_ struct reading r = {};
        struct place *module;
        const char *name;

        if (!p->t->driver)
                return;
        probe_give_fact_value(p, "driver.name", p->t->driver,
                              p->t->bound_driver ? "identity:modalias" : "identity:driver");
        driver_path = xasprintf("sys/bus/%s/drivers/%s", p->creatable ? "mdev" : p->device->bus, p->t->driver);
        name = place_module(places, places_get(places, driver_path));
        if (!name)
                return;
        module_path = xasprintf("sys/module/%s", name);
        module = places_get(places, module_path);
        if (!place_has(module, "version"))
                return;
        r.attribute = *place_read(places, module, "version");
        r.attribute.value = xstrdup(r.attribute.value);
        r.origin = xasprintf("identity:module/%s", name);
        r.there = true;
        probe_give_fact(p, "driver.version", &r);
}

/*
 * Only where the PCI vendor is known: two devices of one derived model are then of one vendor and kind, so that a
 * derived model never tells a rule more than the rule would have asked for without one.
 */
static void derive_model(struct probe *p) {
        const char *vendor = entries_get(&p->t->facts, "pci.vendor"), *device = entries_get(&p->t->facts, "pci.device");
        const char *parent_vendor = entries_get(&p->t->facts, "parent.pci.vendor");
        _cleanup_free_ char *model = NULL;

        if (probe_given(p, "model"))
                return;
        if (p->t->mdev_type && parent_vendor && p->parent && p->parent->driver) {
                model = xasprintf("mdev/%s/%s/%s", parent_vendor, p->parent->driver, p->t->mdev_type);
                probe_give_model_name(p, model, "identity:mdev");
        } else if (!p->t->mdev_type && vendor && device) {
                model = xasprintf("pci/%s:%s", vendor, device);
                probe_give_model_name(p, model, "identity:pci");
        }
}

static void read_all(struct probe *p) {
        read_driver(p);
        probe_give_fact_value(p, "kernel.release", p->host->kernel.release, "identity:uname");
        derive_model(p);
}

const struct provider provider_identity = { .name = "identity", .detect = detect, .read = read_all };
