/*
 * Which VFIO variant drivers are installed, and for which devices.
 */
#include "host/aliases.h"

#include <string.h>

#include "host/attribute.h"
#include "util/alloc.h"
#include "util/strv.h"

#define ALIASES_MAX (32u << 20)

static const char *const places[] = {
        "lib/modules",
        "usr/lib/modules",
        "run/vfio-migration-modules",
};

/* "alias vfio_pci:<pattern> <module>" */
static void parse_line(struct aliases *a, const char *line, size_t n) {
        static const char prefix[] = "alias vfio_pci:";
        const char *pattern = line + strlen(prefix), *end = line + n, *space;
        _cleanup_free_ char *module = NULL;

        if (n <= strlen(prefix) || memcmp(line, prefix, strlen(prefix)) != 0)
                return;
        space = memchr(pattern, ' ', (size_t)(end - pattern));
        if (!space || space == pattern)
                return;
        module = xstrndup(space + 1, (size_t)(end - space - 1));
        if (!name_valid(module) || str_equal(module, "vfio_pci"))
                return;
        array_append(a->v, a->n,
                     ((struct alias){ .pattern = xstrndup(pattern, (size_t)(space - pattern)),
                                      .module = take_ptr(module) }));
}

void aliases_read(const struct sysfs *s, const char *release, struct aliases *ret) {
        struct aliases a = {};

        for (size_t i = 0; release && name_valid(release) && i < ARRAY_SIZE(places) && a.n == 0; i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s/modules.alias", places[i], release), *data = NULL;

                if (file_read(s, path, ALIASES_MAX, &data, NULL) < 0)
                        continue;
                for (const char *p = data; *p;) {
                        size_t n = strcspn(p, "\n");

                        parse_line(&a, p, n);
                        p += n + (p[n] == '\n');
                }
        }
        *ret = a;
}

void aliases_done(struct aliases *a) {
        for (size_t i = 0; i < a->n; i++) {
                free(a->v[i].pattern);
                free(a->v[i].module);
        }
        free(a->v);
        *a = (struct aliases){};
}

static size_t count_wild(const char *pattern) {
        size_t n = 0;

        for (; *pattern; pattern++)
                n += *pattern == '*' || *pattern == '?';
        return n;
}

const char *aliases_find(const struct aliases *a, const char *modalias) {
        const struct alias *best = NULL;

        if (!str_startswith(modalias, "pci:"))
                return NULL;
        modalias += strlen("pci:");
        for (size_t i = 0; i < a->n; i++)
                if (str_fits(a->v[i].pattern, modalias) &&
                    (!best || count_wild(a->v[i].pattern) < count_wild(best->pattern)))
                        best = &a->v[i];
        return best ? best->module : NULL;
}
