/*
 * What a dump holds besides sysfs. Owns nothing.
 *
 * The host's name and machine id are replaced: a dump is shown to others.
 */
#include "dump/files.h"

#include <fnmatch.h>

#include "dump/redact.h"
#include "util/alloc.h"

#define LARGE_MAX ((size_t)32 << 20)
#define SMALL_MAX ((size_t)1 << 20)

static char *kernel_release(const struct copy *c) {
        size_t n;
        char *release = copy_read(c, "proc/sys/kernel/osrelease", 256, &n);

        if (!release)
                return NULL;
        release[strcspn(release, "\n")] = '\0';
        if (!*release || strchr(release, '/') || *release == '.') {
                free(release);
                return NULL;
        }
        return release;
}

/* The lines of a text that a function wants. */
static void filter(char *text, bool (*wanted)(const char *line), struct text *out) {
        for (char *line = text; *line;) {
                size_t n = strcspn(line, "\n");
                bool more = line[n];

                line[n] = '\0';
                if (wanted(line))
                        text_addf(out, "%s\n", line);
                line += n + more;
        }
}

static bool is_alias(const char *line) {
        return str_startswith(line, "alias vfio_pci:");
}

static bool is_option(const char *line) {
        bool set = str_startswith(line, "CONFIG_");
        bool unset = str_startswith(line, "# CONFIG_") && strstr(line, " is not set");

        return (set || unset) && (strstr(line, "VFIO") || strstr(line, "IOMMUFD"));
}

static void name_modules(const char *aliases, char ***ret_modules) {
        for (const char *line = aliases; *line;) {
                size_t n = strcspn(line, "\n"), name;
                const char *space = memrchr(line, ' ', n);

                name = space ? (size_t)(line + n - space - 1) : 0;
                if (name > 0 && !memchr(space + 1, '/', name) && space[1] != '.') {
                        _cleanup_free_ char *module = xstrndup(space + 1, name);

                        if (!strv_contains(*ret_modules, module))
                                strv_take(ret_modules, take_ptr(module));
                }
                line += n + (line[n] == '\n');
        }
}

static void copy_aliases(struct copy *c, const char *release, char ***ret_modules) {
        static const char *const places[] = { "lib/modules", "usr/lib/modules" };

        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s/modules.alias", places[i], release);
                _cleanup_free_ char *to = xasprintf("usr/lib/modules/%s/modules.alias", release);
                _cleanup_free_ char *text = NULL;
                _cleanup_text_ struct text out = {};
                size_t n;

                text = copy_read(c, path, LARGE_MAX, &n);
                if (!text)
                        continue;
                filter(text, is_alias, &out);
                text_add(&out, "");
                copy_text(c, to, out.data, out.length);
                name_modules(out.data, ret_modules);
                return;
        }
}

static void copy_config(struct copy *c, const char *release) {
        _cleanup_free_ char *path = xasprintf("boot/config-%s", release), *text = NULL;
        _cleanup_text_ struct text out = {};
        size_t n;

        text = copy_read(c, path, SMALL_MAX * 4, &n);
        if (!text)
                return;
        /* Reads as a configuration also if none of the options is in it. */
        text_add(&out, "# CONFIG_VFIO and CONFIG_IOMMUFD only\n");
        filter(text, is_option, &out);
        copy_text(c, path, out.data, out.length);
}

/* NAME.json, and the patches in NAME.json.d. */
static void copy_json(struct copy *c, const char *directory, bool patches) {
        _cleanup_(strv_free_cleanup) char **names = copy_list(c, directory);

        for (size_t i = 0; names && names[i]; i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s", directory, names[i]), *text = NULL;
                size_t n;

                if (!patches && fnmatch("*.json.d", names[i], 0) == 0)
                        copy_json(c, path, true);
                if (fnmatch("*.json", names[i], 0) != 0 || copy_mask(c, path))
                        continue;
                text = copy_read(c, path, SMALL_MAX, &n);
                if (text)
                        copy_text(c, path, text, n);
        }
}

void files_copy(struct copy *c, char ***ret_modules) {
        static const char *const places[] = { "etc/vfio-migration", "run/vfio-migration", "usr/lib/vfio-migration" };
        static const char machine_id[] = "00000000000000000000000000000000\n", host[] = "dump\n";
        _cleanup_free_ char *release = kernel_release(c);

        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                _cleanup_free_ char *models = xasprintf("%s/models.d", places[i]);
                _cleanup_free_ char *pools = xasprintf("%s/pools.d", places[i]);

                copy_json(c, models, false);
                copy_json(c, pools, false);
        }
        copy_text(c, "etc/machine-id", machine_id, strlen(machine_id));
        copy_text(c, "proc/sys/kernel/hostname", host, strlen(host));
        if (!release)
                return;
        copy_text(c, "proc/sys/kernel/osrelease", release, strlen(release));
        copy_aliases(c, release, ret_modules);
        copy_config(c, release);
}

void files_write_notes(struct copy *c) {
        _cleanup_text_ struct text t = {};

        text_add(&t, "A dump of what this host's sysfs says of its VFIO devices, made by \"vfiomigctl dump\".\n"
                     "\"vfio-migrationd --root=DIRECTORY --bus=user\" replays it.\n\n"
                     "Host name and machine id are replaced, MAC addresses are overwritten with zeros.\n"
                     "What devlink says (firmware, ports) is in run/vfio-migration/devlink, without serial numbers.\n"
                     "Where a file could not be read, or was left out as it may name this very machine, there is\n"
                     "an empty directory of its name; where a directory could not be listed, a link to itself.\n"
                     "Not in it: which devices are in use, debugfs.\n"
                     "Please look through it before you give it away.\n\n");
        if (c->notes.length > 0)
                text_add_n(&t, c->notes.data, c->notes.length);
        else
                text_add(&t, "Everything could be read.\n");
        copy_text(c, "NOTES", t.data, t.length);
}
