/*
 * A device described in one argument. Owns nothing.
 */
#include "ctl/device-argument.h"

#include <errno.h>

#include "util/alloc.h"
#include "util/strv.h"

/* The next part, up to a comma; moves *s behind it. NULL at the end. */
static char *next_part(const char **s) {
        struct text part = {};

        if (!*s)
                return NULL;
        for (; **s && **s != ','; (*s)++) {
                if (**s == '\\' && (*s)[1])
                        (*s)++;
                text_add_n(&part, *s, 1);
        }
        *s = **s ? *s + 1 : NULL;
        return text_take(&part);
}

static int parse_version(const char *value, uint32_t *ret) {
        uint64_t n = 0;

        if (!*value || (*value == '0' && value[1]))
                return -EINVAL;
        for (const char *c = value; *c; c++) {
                if (*c < '0' || *c > '9')
                        return -EINVAL;
                n = n * 10 + (uint64_t)(*c - '0');
                if (n > UINT32_MAX)
                        return -EINVAL;
        }
        *ret = (uint32_t)n;
        return 0;
}

/* One "name=value". */
static const char *take_part(struct traits *t, char *part) {
        char *value = strchr(part, '=');

        if (!value)
                return "expected NAME=VALUE";
        *value++ = '\0';
        if (str_equal(part, "model")) {
                if (t->model)
                        return "more than one model";
                if (!*value)
                        return "the model is empty";
                t->model = xstrdup(value);
        } else if (str_equal(part, "version")) {
                if (t->has_version)
                        return "more than one version";
                if (parse_version(value, &t->version) < 0)
                        return "the version is not an integer from 0 to 4294967295";
                t->has_version = true;
        } else {
                if (!param_name_valid(part))
                        return "not a name of a parameter";
                if (entries_find(&t->params, part))
                        return "a parameter is given twice";
                entries_set(&t->params, part, value);
        }
        return NULL;
}

int device_argument_parse(const char *argument, const char *id, struct device **ret_device, const char **ret_why) {
        _cleanup_(device_unref_cleanup) struct device *d = device_new(false);
        const char *why = NULL;

        d->id = xstrdup(id);
        while (argument && !why) {
                _cleanup_free_ char *part = next_part(&argument);

                why = take_part(d->traits, part);
        }
        if (!why && !d->traits->model)
                why = "there is no model=";
        if (why) {
                *ret_why = why;
                return -EINVAL;
        }
        *ret_device = take_ptr(d);
        return 0;
}
