/*
 * Parameters: how values compare by type, what may be set, which names are ours. Infos own their strings.
 *
 * Nothing here knows where a value came from; what is not known (NULL) is of no type and equals nothing.
 */
#include "core/param.h"

#include <errno.h>
#include <stdint.h>

#include "core/utf8.h"
#include "util/alloc.h"

static const char *const type_names[] = { [PARAM_BOOL] = "bool", [PARAM_INT] = "int", [PARAM_STR] = "str" };
static const char *const true_words[] = { "1", "yes", "on", "true", "y" };
static const char *const false_words[] = { "0", "no", "off", "false", "n" };

/* Ours, which no driver may take for a parameter. */
static const char *const our_names[] = { ".", "..", "model", "version", "config_params", "migration_version" };
/* Attributes of the kernel's own; '*' at the end is any rest. */
static const char *const kernel_names[] = {
        "remove",    "reset",          "driver",    "bind",   "driver_override", "unbind",     "new_id",  "rescan",
        "enable",    "config",         "resource*", "rom",    "power*",          "uevent",     "msi_bus", "sriov_*",
        "numa_node", "d3cold_allowed", "vendor",    "device", "class",           "subsystem*",
};

const char *param_type_to_string(enum param_type type) {
        return type >= 0 && (size_t)type < ARRAY_SIZE(type_names) ? type_names[type] : NULL;
}

int param_type_from_string(const char *s, enum param_type *ret_type) {
        for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
                if (str_equal(s, type_names[i])) {
                        *ret_type = (enum param_type)i;
                        return 0;
                }
        return -EINVAL;
}

/* ASCII only, whatever the locale. */
static bool word_in(const char *s, const char *const *words, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const char *a = s, *b = words[i];

                while (*b && (*a >= 'A' && *a <= 'Z' ? *a + ('a' - 'A') : *a) == *b)
                        a++, b++;
                if (!*a && !*b)
                        return true;
        }
        return false;
}

bool param_value_true(const char *value) {
        return value && word_in(value, true_words, ARRAY_SIZE(true_words));
}

static bool param_value_false(const char *value) {
        return value && word_in(value, false_words, ARRAY_SIZE(false_words));
}

/* A run of decimal digits without its leading zeros (zero is the empty run). False if there is no digit. */
struct digits {
        const char *p;
        size_t n;
};

static bool digits_read(const char **s, struct digits *ret) {
        const char *p = *s, *first;

        while (*p == '0')
                p++;
        first = p;
        while (*p >= '0' && *p <= '9')
                p++;
        if (p == *s)
                return false;
        *ret = (struct digits){ first, (size_t)(p - first) };
        *s = p;
        return true;
}

/* Of any length, so that no number overflows. */
static int digits_compare(struct digits a, struct digits b) {
        if (a.n != b.n)
                return a.n < b.n ? -1 : 1;
        return memcmp(a.p, b.p, a.n);
}

/* An integer of 64 bits as sign and digits. */
static bool int_read(const char *value, bool *ret_negative, struct digits *ret) {
        static const struct digits max = { "9223372036854775807", 19 }, min = { "9223372036854775808", 19 };
        bool negative = *value == '-';
        struct digits d;

        value += negative;
        if (!digits_read(&value, &d) || *value || digits_compare(d, negative ? min : max) > 0)
                return false;
        *ret_negative = negative && d.n > 0;
        *ret = d;
        return true;
}

bool param_value_is(enum param_type type, const char *value) {
        struct digits d;
        bool negative;

        if (!value)
                return false;
        switch (type) {
        case PARAM_BOOL:
                return param_value_true(value) || param_value_false(value);
        case PARAM_INT:
                return int_read(value, &negative, &d);
        case PARAM_STR:
        case PARAM_TYPE_NONE:
                break;
        }
        return true;
}

bool param_value_equal(enum param_type type, const char *a, const char *b) {
        bool negative_a, negative_b;
        struct digits da, db;

        if (!a || !b)
                return false;
        if (type == PARAM_BOOL && param_value_is(type, a) && param_value_is(type, b))
                return param_value_true(a) == param_value_true(b);
        if (type == PARAM_INT && int_read(a, &negative_a, &da) && int_read(b, &negative_b, &db))
                return negative_a == negative_b && digits_compare(da, db) == 0;
        return strcmp(a, b) == 0;
}

/* True if entry is "min-max" and the value, an int, is within. */
static bool range_holds(const char *entry, const char *value) {
        struct digits min, max, d;
        bool negative;

        if (!digits_read(&entry, &min) || *entry++ != '-' || !digits_read(&entry, &max) || *entry)
                return false;
        return int_read(value, &negative, &d) && !negative && digits_compare(min, d) <= 0 &&
               digits_compare(d, max) <= 0;
}

bool param_values_equal(enum param_type target, enum param_type source, const char *a, const char *b) {
        if (target != PARAM_TYPE_NONE && source != PARAM_TYPE_NONE && target != source)
                return str_equal(a, b);
        return param_value_equal(target != PARAM_TYPE_NONE ? target : source, a, b);
}

bool param_info_allows(const struct param_info *info, enum param_type source, const char *value) {
        enum param_type type = info->type != PARAM_TYPE_NONE ? info->type : source;

        if (!param_value_is(type, value))
                return false;
        if (!info->has_allowed || param_values_equal(info->type, source, info->off_value, value))
                return true;
        for (char *const *entry = info->allowed; entry && *entry; entry++)
                if (param_values_equal(info->type, source, *entry, value) ||
                    (type == PARAM_INT && range_holds(*entry, value)))
                        return true;
        return false;
}

/* White_Space of Unicode. */
static bool is_space(const char *s, size_t n) {
        static const char *const wide[] = {
                "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8",
                "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
        };

        if (n == 1)
                return *s == ' ' || (*s >= '\t' && *s <= '\r');
        for (size_t i = 0; i < ARRAY_SIZE(wide); i++)
                if (n == strlen(wide[i]) && memcmp(s, wide[i], n) == 0)
                        return true;
        /* U+2000 to U+200A */
        return n == 3 && memcmp(s, "\xe2\x80", 2) == 0 && (unsigned char)s[2] >= 0x80 && (unsigned char)s[2] <= 0x8a;
}

static bool name_listed(const char *name, const char *const *names, size_t n_names) {
        for (size_t i = 0; i < n_names; i++) {
                const char *listed = names[i], *n = name;

                while (*n && *n == *listed)
                        n++, listed++;
                if (*listed == '*' || (!*listed && !*n))
                        return true;
        }
        return false;
}

bool param_name_is_kernels(const char *name) {
        return name_listed(name, kernel_names, ARRAY_SIZE(kernel_names));
}

bool param_name_valid(const char *name) {
        if (!name || !*name)
                return false;
        for (size_t left = strlen(name), n, i = 0; left > 0; i += n, left -= n) {
                n = utf8_sequence(name + i, left);
                if (n == 0 || name[i] == '=' || name[i] == '/' || is_space(name + i, n))
                        return false;
        }
        return !param_name_is_kernels(name) && !name_listed(name, our_names, ARRAY_SIZE(our_names));
}

void param_info_done(struct param_info *info) {
        free(info->name);
        free(info->off_value);
        strv_free(info->allowed);
        free(info->source);
        free(info->description);
        *info = (struct param_info){ .type = PARAM_TYPE_NONE, .writable = TRI_UNKNOWN, .at_create = TRI_UNKNOWN };
}

void param_infos_done(struct param_infos *infos) {
        for (size_t i = 0; i < infos->n; i++)
                param_info_done(&infos->v[i]);
        free(infos->v);
        *infos = (struct param_infos){};
}

/* The position of the first info whose name is not before name. */
static size_t param_infos_lower(const struct param_infos *infos, const char *name) {
        size_t low = 0, high = infos->n;

        if (high > 0 && strcmp(infos->v[high - 1].name, name) < 0)
                return high;
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(infos->v[middle].name, name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

const struct param_info *param_infos_find(const struct param_infos *infos, const char *name) {
        size_t i = param_infos_lower(infos, name);

        return i < infos->n && strcmp(infos->v[i].name, name) == 0 ? &infos->v[i] : NULL;
}

void param_infos_take(struct param_infos *infos, struct param_info *info) {
        size_t i = param_infos_lower(infos, info->name);

        if (i < infos->n && strcmp(infos->v[i].name, info->name) == 0) {
                param_info_done(&infos->v[i]);
        } else {
                array_append(infos->v, infos->n, *info);
                memmove(&infos->v[i + 1], &infos->v[i], (infos->n - 1 - i) * sizeof(*info));
        }
        infos->v[i] = *info;
        *info = (struct param_info){ .type = PARAM_TYPE_NONE, .writable = TRI_UNKNOWN, .at_create = TRI_UNKNOWN };
}

void param_infos_copy(struct param_infos *to, const struct param_infos *from) {
        for (size_t i = 0; i < from->n; i++) {
                struct param_info info = from->v[i];

                info.name = xstrdup(info.name);
                info.off_value = xstrdup(info.off_value);
                info.allowed = strv_copy(info.allowed);
                info.source = xstrdup(info.source);
                info.description = xstrdup(info.description);
                param_infos_take(to, &info);
        }
}

static bool param_info_equal(const struct param_info *a, const struct param_info *b) {
        return str_equal(a->name, b->name) && a->type == b->type && str_equal(a->off_value, b->off_value) &&
               a->has_allowed == b->has_allowed && strv_equal(a->allowed, b->allowed) && a->writable == b->writable &&
               a->at_create == b->at_create && str_equal(a->source, b->source) &&
               str_equal(a->description, b->description);
}

bool param_infos_equal(const struct param_infos *a, const struct param_infos *b) {
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (!param_info_equal(&a->v[i], &b->v[i]))
                        return false;
        return true;
}

uint64_t param_infos_hash(uint64_t h, const struct param_infos *infos) {
        h = hash_bytes(h, &infos->n, sizeof(infos->n));
        for (size_t i = 0; i < infos->n; i++) {
                const struct param_info *info = &infos->v[i];
                const int words[] = { info->type, info->has_allowed, info->writable, info->at_create };

                h = hash_bytes(hash_str(hash_str(h, info->name), info->off_value), words, sizeof(words));
                for (char *const *entry = info->allowed; entry && *entry; entry++)
                        h = hash_str(h, *entry);
                h = hash_str(hash_str(h, info->source), info->description);
        }
        return h;
}

struct param_info param_info_merge(const struct param_info *base, const struct param_info *over) {
        struct param_info info = { .type = PARAM_TYPE_NONE, .writable = TRI_UNKNOWN, .at_create = TRI_UNKNOWN };

        if (base)
                info = *base;
        if (!over)
                return info;
        info.name = over->name;
        if (over->type != PARAM_TYPE_NONE)
                info.type = over->type;
        if (over->off_value)
                info.off_value = over->off_value;
        if (over->has_allowed) {
                info.has_allowed = true;
                info.allowed = over->allowed;
        }
        if (over->writable != TRI_UNKNOWN)
                info.writable = over->writable;
        if (over->at_create != TRI_UNKNOWN)
                info.at_create = over->at_create;
        if (over->source)
                info.source = over->source;
        if (over->description)
                info.description = over->description;
        return info;
}
