/*
 * Which files of a device the helper reads for others. Looks at names only.
 */
#include "host/readable.h"

#include <fnmatch.h>
#include <string.h>

#include "core/param.h"
#include "host/names.h"
#include "util/alloc.h"
#include "util/strv.h"

#define COMPONENTS_MAX 4

/* As patterns of fnmatch(3), in which a '*' takes no slash. */
static const char *const device_files[] = {
        "model",
        "version",
        "config_params",
        "software_version",
        "migration_version",
        "migration_compatible",
        "migration/*",
        "migration/params/*",
        "migration/self/*",
        "migration/compatible*/*",
        "nvidia/current_vgpu_type",
        "nvidia/creatable_vgpu_types",
};
static const char *const type_files[] = {
        "model",
        "version",
        "config_params",
        "software_version",
        "migration_version",
        "migration_compatible_devices",
        "migration_info.json",
        "migration/model",
        "compatible_*",
        "dynamic_resources",
        "device_api",
        "available_instances",
};

static bool matches(const char *const *patterns, size_t n, const char *file) {
        for (size_t i = 0; i < n; i++)
                if (fnmatch(patterns[i], file, FNM_PATHNAME | FNM_PERIOD | FNM_NOESCAPE) == 0)
                        return true;
        return false;
}

bool readable_name_valid(const char *file) {
        size_t n_components = 0;

        if (!name_path_valid(file))
                return false;
        while (*file) {
                size_t n = strcspn(file, "/");
                _cleanup_free_ char *name = xstrndup(file, n);

                /* A directory of that name is a vendor's: the kernel's is a file. */
                if (param_name_is_kernels(name) && !(file[n] && strcmp(name, "vendor") == 0))
                        return false;
                if (++n_components > COMPONENTS_MAX)
                        return false;
                file += n + (file[n] == '/');
        }
        return true;
}

bool readable_in_device(const char *file) {
        return matches(device_files, ARRAY_SIZE(device_files), file);
}

bool readable_in_type(const char *file) {
        return matches(type_files, ARRAY_SIZE(type_files), file);
}

bool readable_by_model(const struct models *models, const char *prefix, const char *file) {
        _cleanup_free_ char *source = join(prefix, "", file);

        for (size_t i = 0; i < models->n; i++) {
                const struct model *m = models->v[i];

                for (size_t j = 0; j < m->params.n; j++) {
                        const struct param_info *param = &m->params.v[j];

                        if (param->source ? str_equal(param->source, source)
                                          : strcmp(prefix, "sysfs:") == 0 && strcmp(param->name, file) == 0)
                                return true;
                }
                for (size_t j = 0; j < m->n_facts; j++)
                        if (str_equal(m->facts[j].source, source))
                                return true;
        }
        return false;
}

bool readable_by_list(const char *list, const char *file) {
        static const char separators[] = ", \t\n";
        size_t length = strlen(file);

        while (*list) {
                size_t n = strcspn(list, separators);

                if (n == length && strncmp(list, file, n) == 0)
                        return true;
                list += n;
                list += strspn(list, separators);
        }
        return false;
}
