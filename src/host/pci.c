/*
 * PCI devices: which of them matter here, and what they are bound to or could be.
 */
#include "host/pci.h"

#include <ctype.h>
#include <string.h>

#include "util/alloc.h"
#include "util/strv.h"

/* As strcmp() == 0, with '_' for '-'. */
static bool same_name(const char *a, const char *b) {
        for (; *a && *b; a++, b++)
                if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
                        return false;
        return *a == *b;
}

bool driver_is_vfio(const char *name) {
        static const char suffix[] = "vfio_pci";
        size_t n = name ? strlen(name) : 0;

        return n >= strlen(suffix) && same_name(name + n - strlen(suffix), suffix);
}

bool driver_is_plain_vfio(const char *name) {
        return name && same_name(name, "vfio_pci");
}

bool pci_name_valid(const char *name) {
        /* The domain has four hex digits, or more of them. */
        size_t n = strspn(name, "0123456789abcdef");
        const char *p = name + n;

        return n >= 4 && n <= 8 && p[0] == ':' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]) &&
               p[3] == ':' && isxdigit((unsigned char)p[4]) && isxdigit((unsigned char)p[5]) && p[6] == '.' &&
               p[7] >= '0' && p[7] <= '7' && !p[8];
}

/* What the drivers of these modules are called, where the module is not loaded and cannot be asked. */
static const struct {
        const char *module;
        const char *driver;
} module_drivers[] = {
        { "xe_vfio_pci", "xe-vfio-pci" },
};

static char *module_driver(struct host *h, const char *module) {
        static const char prefix[] = "pci:";
        _cleanup_free_ char *path = xasprintf("sys/module/%s/drivers", module);
        _cleanup_names_ struct names names = {};

        if (sysfs_list(&h->sysfs, path, &names) >= 0 && names.n == 1 && str_startswith(names.v[0], prefix))
                return xstrdup(names.v[0] + strlen(prefix));
        for (size_t i = 0; i < ARRAY_SIZE(module_drivers); i++)
                if (strcmp(module_drivers[i].module, module) == 0)
                        return xstrdup(module_drivers[i].driver);
        return xstrdup(module);
}

char *pci_variant_driver(struct host *h, const struct sysfs_dir *vf) {
        const struct aliases *aliases = host_aliases(h);
        _cleanup_attribute_ struct attribute modalias = {};
        const char *module;

        if (aliases->n == 0)
                return NULL;
        modalias = attribute_read(&h->sysfs, vf, "modalias");
        module = modalias.value ? aliases_find(aliases, modalias.value) : NULL;
        return module ? module_driver(h, module) : NULL;
}
