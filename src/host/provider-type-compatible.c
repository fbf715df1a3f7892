/*
 * Layout of the device compatibility interface (September 2020): an mdev type says the version of its state, which
 * types and PCI ids it takes, and in `dynamic_resources` which attributes of a device are to be copied.
 *
 * Those are parameters, read from the device. Never says that they are all there are.
 */
#include <string.h>

#include "host/provider.h"
#include "util/alloc.h"

#define SEPARATORS " \t\n,"

static bool detect(const struct probe *p) {
        return probe_type_has(p, "software_version") || probe_type_has(p, "compatible_type") ||
               probe_type_has(p, "compatible_pci_ids") || probe_type_has(p, "dynamic_resources") ||
               probe_has(p, "software_version");
}

/* What is to be created has it, at a value that nobody knows yet. */
static void give_known(struct probe *p, const char *name) {
        struct param_info info = PARAM_INFO_NONE;

        info.name = xstrdup(name);
        probe_give_param_info(p, &info);
        probe_give_complete(p, false);
}

static void read_resources(struct probe *p, const struct reading *list) {
        for (const char *s = list->attribute.value + strspn(list->attribute.value, SEPARATORS); *s;) {
                size_t n = strcspn(s, SEPARATORS);
                _cleanup_free_ char *name = xstrndup(s, n);
                _cleanup_reading_ struct reading r = {};

                s += n;
                s += strspn(s, SEPARATORS);
                if (!param_name_valid(name))
                        probe_give_complete(p, false);
                else if (p->creatable)
                        give_known(p, name);
                else {
                        r = probe_read(p, name);
                        probe_give_param(p, name, &r); /* also if it is not there: it is listed */
                }
        }
}

static void read_all(struct probe *p) {
        _cleanup_reading_ struct reading version = probe_read_type(p, "software_version");
        _cleanup_reading_ struct reading type = probe_read_type(p, "compatible_type");
        _cleanup_reading_ struct reading ids = probe_read_type(p, "compatible_pci_ids");
        _cleanup_reading_ struct reading list = probe_read_type(p, "dynamic_resources");

        probe_give_software_version(p, &version);
        /* No layout has it there: what it says may be the version of the state, or of something else. */
        if (!p->creatable && probe_has(p, "software_version"))
                probe_give_error(p, "softwareVersion", ENOTSUP);
        probe_give_fact(p, "compatible.type", &type);
        probe_give_fact(p, "compatible.pciIds", &ids);
        if (!reading_there(&list))
                return;
        if (reading_error(&list))
                probe_give_complete(p, false);
        if (list.attribute.value)
                read_resources(p, &list);
}

const struct provider provider_type_compatible = { .name = "type-compatible", .detect = detect, .read = read_all };
