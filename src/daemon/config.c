/*
 * The configuration, by a const table of keys.
 */
#include "daemon/config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdint.h>

#include "host/attribute.h"
#include "util/alloc.h"
#include "util/strv.h"

#define CONFIG_NAME "vfio-migration/vfio-migrationd.conf"
#define CONFIG_BYTES_MAX (1024u * 1024)

static const char *const places[] = { "etc/", "run/", "usr/lib/" };

typedef int (*parse_t)(const char *value, void *to);

static int parse_bool(const char *value, void *to) {
        static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

        for (size_t i = 0; i < ARRAY_SIZE(words); i++)
                if (strcasecmp(value, words[i]) == 0) {
                        *(bool *)to = i % 2;
                        return 0;
                }
        return -EINVAL;
}

static int parse_number(const char *value, uint64_t *ret) {
        char *end;

        if (*value < '0' || *value > '9')
                return -EINVAL;
        errno = 0;
        *ret = strtoull(value, &end, 10);
        return errno || *end ? -EINVAL : 0;
}

static int parse_limit(const char *value, void *to) {
        uint64_t n;

        if (parse_number(value, &n) < 0 || n < 1 || n > 65536)
                return -EINVAL;
        *(unsigned *)to = (unsigned)n;
        return 0;
}

/* Seconds, or with a unit: "30d", "2h". */
static int parse_seconds(const char *value, void *to) {
        static const struct {
                const char *suffix;
                uint64_t seconds;
        } units[] = { { "w", 7 * 24 * 3600 }, { "d", 24 * 3600 }, { "h", 3600 }, { "min", 60 }, { "s", 1 } };
        _cleanup_free_ char *digits = xstrndup(value, strspn(value, "0123456789"));
        const char *unit = value + strlen(digits) + strspn(value + strlen(digits), " ");
        uint64_t n, factor = *unit ? 0 : 1;

        for (size_t i = 0; i < ARRAY_SIZE(units); i++)
                if (str_equal(unit, units[i].suffix))
                        factor = units[i].seconds;
        if (parse_number(digits, &n) < 0 || factor == 0 || n > INT64_MAX / factor)
                return -EINVAL;
        *(uint64_t *)to = n * factor;
        return 0;
}

/* How long somebody may be waited for: a second to an hour. */
static int parse_timeout(const char *value, void *to) {
        uint64_t seconds;

        if (parse_seconds(value, &seconds) < 0 || seconds < 1 || seconds > 3600)
                return -EINVAL;
        *(unsigned *)to = (unsigned)seconds;
        return 0;
}

static int parse_evidence(const char *value, void *to) {
        return evidence_from_string(value, to);
}

/* What stands in for what the administrator may have said. */
static const struct config strictest = {
        .policy = {
                .minimum_evidence = EVIDENCE_DRIVER,
                .require_same_mdev_type = true,
                .require_dirty_tracking = true,
        },
};

#define POLICY(field) offsetof(struct config, policy.field)
#define LIMIT(field) offsetof(struct config, limits.field)
#define VENDOR(field) offsetof(struct config, vendor.field)

/* Without a parser: known, and read by others. */
static const struct key {
        const char *section;
        const char *name;
        parse_t parse;
        size_t offset;
        size_t strict; /* bytes that are as in strictest if the value is not valid */
} keys[] = {
        { "Policy", "MinimumEvidence", parse_evidence, POLICY(minimum_evidence), sizeof(enum evidence) },
        { "Policy", "RequireSameMdevType", parse_bool, POLICY(require_same_mdev_type), sizeof(bool) },
        { "Policy", "IgnorePools", parse_bool, POLICY(ignore_pools), sizeof(bool) },
        { "Policy", "RequireDirtyTracking", parse_bool, POLICY(require_dirty_tracking), sizeof(bool) },
        { "Policy", "AllowRecreate", parse_bool, POLICY(allow_recreate), sizeof(bool) },
        { "Policy", "AssumeFree", parse_bool, POLICY(assume_free), sizeof(bool) },
        { "Policy", "DescriptorMaxAge", parse_seconds, POLICY(descriptor_max_age) },
        { "Limits", "ChecksPerUid", parse_limit, LIMIT(checks_per_uid) },
        { "Limits", "Checks", parse_limit, LIMIT(checks) },
        { "Limits", "SessionsPerUid", NULL, 0 },
        { "Limits", "DeviceFdsPerUid", NULL, 0 },
        { "Limits", "ReservationsPerUid", NULL, 0 },
        { "Limits", "HeldDevicesPerUid", NULL, 0 },
        { "Hook", "OnIncompatible", NULL, 0 },
        { "Hook", "OnUnknown", NULL, 0 },
        { "Hook", "OnNeedsConfiguration", NULL, 0 },
        { "Hook", "OnNoAnswer", NULL, 0 },
        { "Hook", "NetworkNeedsPool", NULL, 0 },
        { "Vendor", "TimeoutSec", parse_timeout, VENDOR(timeout_sec) },
        { "Vendor", "TotalTimeoutSec", parse_timeout, VENDOR(total_timeout_sec) },
        { "Reservation", "DefaultTimeoutSec", NULL, 0 },
        { "Reservation", "MaxTimeoutSec", NULL, 0 },
};

/* One file while it is parsed; libinih does not tell lines, so they are counted as it takes them. */
struct parsing {
        struct config *config;
        const char *name;
        const char *at;
        unsigned line;
        bool begun; /* a piece of the next line was given */
};

static char *parsing_gets(char *buffer, int size, void *userdata) {
        struct parsing *p = userdata;
        int n = 0;

        if (!*p->at)
                return NULL;
        if (!p->begun)
                p->line++;
        while (n < size - 1 && *p->at) {
                buffer[n++] = *p->at++;
                if (buffer[n - 1] == '\n')
                        break;
        }
        buffer[n] = '\0';
        p->begun = n > 0 && buffer[n - 1] != '\n';
        return buffer;
}

/* A value that nobody can read: as if it were the strictest one. */
static void value_bad(struct parsing *p, const struct key *k, const char *value) {
        struct config *c = p->config;

        memcpy((char *)c + k->offset, (const char *)&strictest + k->offset, k->strict);
        c->doubtful = c->doubtful || str_equal(k->section, "Policy");
        strv_take(&c->warnings, xasprintf("%s:%u: %s=%s: not a valid value, %s", p->name, p->line, k->name, value,
                                          k->strict ? "the strictest one counts" : "ignored"));
}

static int on_key(void *userdata, const char *section, const char *name, const char *value) {
        struct parsing *p = userdata;

        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
                if (!str_equal(keys[i].section, section) || !str_equal(keys[i].name, name))
                        continue;
                if (keys[i].parse && keys[i].parse(value, (char *)p->config + keys[i].offset) < 0)
                        value_bad(p, &keys[i], value);
                return 1;
        }
        strv_take(&p->config->warnings,
                  xasprintf("%s:%u: unknown key %s= in section [%s], ignored", p->name, p->line, name, section));
        return 1;
}

static void parse_text(struct config *c, const char *name, const char *text) {
        struct parsing p = { .config = c, .name = name, .at = text };
        int line = ini_parse_stream(parsing_gets, &p, on_key, &p);

        if (line > 0)
                strv_take(&c->warnings, xasprintf("%s:%d: expected [Section], Key=value or a comment", name, line));
}

/* Nobody knows what it says: the policy is as strict as can be. */
static void unreadable(struct config *c, const char *path, int error) {
        c->doubtful = c->unreadable = true;
        strv_take(&c->warnings, xasprintf("/%s: %s", path, strerror(-error)));
}

/* True if there is such a file, even if it cannot be read. A link to /dev/null is one, and empty. */
static bool read_below(struct config *c, const struct sysfs *root, const char *path) {
        _cleanup_free_ char *text = NULL, *link = NULL, *name = xasprintf("/%s", path);
        int r;

        if (sysfs_readlink_path(root, path, &link) >= 0 && str_equal(link, "/dev/null"))
                return true;
        r = file_read(root, path, CONFIG_BYTES_MAX, &text, NULL);
        if (r == -ENOENT || r == -ENOTDIR)
                return false;
        if (r < 0)
                unreadable(c, path, r);
        else
                parse_text(c, name, text);
        return true;
}

static int name_compare(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_drop_ins(struct config *c, const struct sysfs *root) {
        _cleanup_(strv_free_cleanup) char **all = NULL;
        size_t n;

        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                _cleanup_free_ char *dir = xasprintf("%s" CONFIG_NAME ".d", places[i]);
                struct names names;
                int r = sysfs_list(root, dir, &names);

                if (r < 0) {
                        if (r != -ENOENT && r != -ENOTDIR)
                                unreadable(c, dir, r);
                        continue;
                }
                for (size_t k = 0; k < names.n; k++) {
                        size_t length = strlen(names.v[k]);

                        if (length > 5 && str_equal(names.v[k] + length - 5, ".conf") &&
                            !strv_contains(all, names.v[k]))
                                strv_take(&all, xstrdup(names.v[k]));
                }
                names_done(&names);
        }
        n = strv_length(all);
        if (n)
                qsort(all, n, sizeof(*all), name_compare);
        for (size_t k = 0; k < n; k++)
                for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                        _cleanup_free_ char *path = xasprintf("%s" CONFIG_NAME ".d/%s", places[i], all[k]);

                        if (read_below(c, root, path))
                                break;
                }
}

/* A file by a path of the caller's own, of whatever kind that can be read to its end. */
static int read_named(struct config *c, const char *file) {
        _cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        _cleanup_text_ struct text text = {};
        char buffer[4096];
        ssize_t n;

        if (fd < 0)
                return -errno;
        while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
                text_add_n(&text, buffer, (size_t)n);
                if (text.length > CONFIG_BYTES_MAX)
                        return -E2BIG;
        }
        if (n < 0)
                return -errno;
        parse_text(c, file, text.data ? text.data : "");
        return 0;
}

int config_read(struct config *c, const struct sysfs *root, const char *file) {
        *c = (struct config){ .policy = POLICY_DEFAULT, .limits = LIMITS_DEFAULT, .vendor = VENDOR_DEFAULT };
        if (file)
                return read_named(c, file);
        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                _cleanup_free_ char *path = xasprintf("%s" CONFIG_NAME, places[i]);

                if (read_below(c, root, path))
                        break;
        }
        read_drop_ins(c, root);
        if (c->unreadable) {
                uint64_t age = c->policy.descriptor_max_age;

                c->policy = strictest.policy;
                c->policy.descriptor_max_age = MIN(age, POLICY_DEFAULT.descriptor_max_age);
        }
        return 0;
}

void config_done(struct config *c) {
        strv_free(c->warnings);
        *c = (struct config){};
}
