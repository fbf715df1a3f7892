/*
 * Devices as people name them. Owns nothing; whether a device exists is the daemon's to say.
 */
#include "ctl/address.h"

#include <ctype.h>
#include <stdbool.h>

#include "util/alloc.h"
#include "util/strv.h"

/* In a shape 'x' stands for a hexadecimal digit, anything else for itself. */
static bool has_shape(const char *s, const char *shape) {
        for (; *shape; s++, shape++)
                if (*shape == 'x' ? !isxdigit((unsigned char)*s) : *s != *shape)
                        return false;
        return !*s;
}

static char *lower(char *s) {
        for (char *c = s; *c; c++)
                *c = (char)tolower((unsigned char)*c);
        return s;
}

char *address_from_name(const char *name) {
        const char *slash = strrchr(name, '/');
        const char *last = slash ? slash + 1 : name;

        if (has_shape(last, "xxxx:xx:xx.x"))
                return lower(xasprintf("pci:%s", last));
        if (has_shape(last, "xx:xx.x"))
                return lower(xasprintf("pci:0000:%s", last));
        if (has_shape(last, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))
                return lower(xasprintf("mdev:%s", last));
        return xstrdup(name);
}

char **address_from_names(char *const *names) {
        char **v = NULL;

        for (; names && *names; names++) {
                _cleanup_free_ char *address = address_from_name(*names);

                if (!strv_contains(v, address))
                        strv_take(&v, take_ptr(address));
        }
        return v;
}
