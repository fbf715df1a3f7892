/*
 * The identity of a device: PCI ids, as facts. Owns nothing.
 */
#include "host/identity.h"

#include <ctype.h>
#include <string.h>

#include "util/alloc.h"

/* "0x15B3" to "15b3"; EINVAL for anything else. */
static void strip_hex(struct reading *r) {
        char *v = r->attribute.value;
        size_t n;

        if (!v)
                return;
        n = strlen(v);
        if (n < 3 || v[0] != '0' || v[1] != 'x' || strspn(v + 2, "0123456789abcdefABCDEF") != n - 2) {
                attribute_done(&r->attribute);
                r->attribute.error = EINVAL;
                return;
        }
        memmove(v, v + 2, n - 1);
        for (; *v; v++)
                *v = (char)tolower((unsigned char)*v);
}

static void read_pci(struct probe *p) {
        static const struct {
                const char *file;
                const char *fact;
        } ids[] = {
                { "vendor", "pci.vendor" },
                { "device", "pci.device" },
                { "subsystem_vendor", "pci.subsystemVendor" },
                { "subsystem_device", "pci.subsystemDevice" },
                { "revision", "pci.revision" },
                { "class", "pci.class" },
        };
        const char *vendor, *device;

        for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
                _cleanup_reading_ struct reading r = probe_read(p, ids[i].file);

                strip_hex(&r);
                probe_give_fact(p, ids[i].fact, &r);
        }
        vendor = entries_get(&p->t->facts, "pci.vendor");
        device = entries_get(&p->t->facts, "pci.device");
        if (vendor && device)
                p->pci = xasprintf("%s:%s", vendor, device);
}

static void read_mdev(struct probe *p) {
        _cleanup_reading_ struct reading api = probe_read_type(p, "device_api");

        probe_give_fact(p, "mdev.deviceApi", &api);
        if (!p->parent)
                return;
        place_identify(&p->host->places, p->parent);
        if (str_equal(p->parent->subsystem, "pci")) {
                _cleanup_reading_ struct reading vendor = probe_read_parent(p, "vendor");
                _cleanup_reading_ struct reading device = probe_read_parent(p, "device");

                strip_hex(&vendor);
                strip_hex(&device);
                probe_give_fact(p, "parent.pci.vendor", &vendor);
                if (vendor.attribute.value && device.attribute.value)
                        p->pci = xasprintf("%s:%s", vendor.attribute.value, device.attribute.value);
        }
}

void identity_read(struct probe *p) {
        if (p->type)
                read_mdev(p);
        else if (str_equal(p->device->bus, "pci"))
                read_pci(p);
}
