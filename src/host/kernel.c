/*
 * The running kernel and its host. Reads boot/config-<release> only: /proc/config.gz is compressed, and a library for
 * that alone is not worth it.
 */
#include "host/kernel.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "host/attribute.h"
#include "util/alloc.h"
#include "util/strv.h"

#define CONFIG_MAX (4u << 20)

static char *read_word(const struct sysfs *s, const char *path) {
        _cleanup_attribute_ struct attribute a = attribute_read_path(s, path);

        return a.value && *a.value && !strpbrk(a.value, " \t\n") ? take_ptr(a.value) : NULL;
}

static char *read_machine_id(const struct sysfs *s) {
        _cleanup_free_ char *id = read_word(s, "etc/machine-id");

        if (!id || strlen(id) != 32 || strspn(id, "0123456789abcdef") != 32)
                return NULL;
        return take_ptr(id);
}

/* A kernel's configuration is text with a line for every option, also for those that are not set. */
static bool config_plausible(const char *config) {
        return strstr(config, "\nCONFIG_") || str_startswith(config, "CONFIG_") || strstr(config, "# CONFIG_");
}

/* The value of an option ("y", "m", "n" where it is not there). */
static char config_option(const char *config, const char *name) {
        size_t n = strlen(name);

        for (const char *p = config; (p = strstr(p, name)); p += n)
                if ((p == config || p[-1] == '\n') && p[n] == '=')
                        return p[n + 1];
        return 'n';
}

static int config_read(const struct sysfs *s, const char *release, char **ret) {
        _cleanup_free_ char *path = NULL;

        if (!release || !name_valid(release))
                return -ENOENT;
        path = xasprintf("boot/config-%s", release);
        return file_read(s, path, CONFIG_MAX, ret, NULL);
}

/* From this release on the code that reports dirty pages (iova_bitmap) is in iommufd. */
static bool bitmap_in_iommufd(const char *release, bool *ret_known) {
        unsigned major, minor;

        *ret_known = release && sscanf(release, "%3u.%3u", &major, &minor) == 2;
        return *ret_known && (major > 6 || (major == 6 && minor >= 7));
}

static void config_judge(const struct sysfs *s, struct kernel *k) {
        _cleanup_free_ char *config = NULL;
        bool known, in_iommufd = bitmap_in_iommufd(k->release, &known);

        if (known && !in_iommufd)
                k->dma_logging = TRI_YES; /* nothing in the configuration takes it away */
        if (config_read(s, k->release, &config) < 0 || !config_plausible(config))
                return;
        if (config_option(config, "CONFIG_IOMMUFD") == 'n')
                k->iommufd = TRI_NO;
        if (config_option(config, "CONFIG_VFIO_DEBUGFS") == 'n')
                k->vfio_debugfs = TRI_NO;
        if (in_iommufd)
                k->dma_logging = config_option(config, "CONFIG_IOMMUFD_DRIVER") == 'y' ? TRI_YES : TRI_NO;
}

void kernel_read(const struct sysfs *s, struct kernel *ret) {
        struct kernel k = { .iommufd = TRI_UNKNOWN, .dma_logging = TRI_UNKNOWN, .vfio_debugfs = TRI_UNKNOWN };
        struct utsname u;

        if (s->fake) {
                k.release = read_word(s, "proc/sys/kernel/osrelease");
                k.host_name = read_word(s, "proc/sys/kernel/hostname");
                if (!k.host_name)
                        k.host_name = read_word(s, "etc/hostname");
        } else if (uname(&u) == 0) {
                k.release = xstrdup(u.release);
                k.host_name = xstrdup(u.nodename);
        }
        k.machine_id = read_machine_id(s);
        config_judge(s, &k);
        *ret = k;
}

void kernel_done(struct kernel *k) {
        free(k->release);
        free(k->host_name);
        free(k->machine_id);
        *k = (struct kernel){};
}

void kernel_describe(const struct kernel *k, struct document *d) {
        d->host_name = xstrdup(k->host_name);
        d->machine_id = xstrdup(k->machine_id);
        d->kernel = xstrdup(k->release);
        d->iommu_dirty_tracking = k->iommufd == TRI_NO ? TRI_NO : TRI_UNKNOWN;
}
