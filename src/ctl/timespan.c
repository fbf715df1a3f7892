/*
 * Spans of time as people write them. Owns nothing.
 */
#include "ctl/timespan.h"

#include <errno.h>
#include <string.h>

#include "util/macro.h"

#define SPAN_MAX (UINT64_C(1000) * 60 * 60 * 1000 * 1000)

static const struct {
        const char *name;
        uint64_t usec;
} units[] = {
        { "", 1000 * 1000 },
        { "s", 1000 * 1000 },
        { "sec", 1000 * 1000 },
        { "ms", 1000 },
        { "us", 1 },
        { "m", 60 * 1000 * 1000 },
        { "min", 60 * 1000 * 1000 },
        { "h", UINT64_C(3600) * 1000 * 1000 },
};

int timespan_parse(const char *s, uint64_t *ret_usec) {
        uint64_t total = 0;

        s += strspn(s, " ");
        do {
                size_t digits = strspn(s, "0123456789"), length, unit;
                uint64_t n;

                if (digits == 0 || digits > 12)
                        return -EINVAL;
                n = strtoull(s, NULL, 10);
                s += digits;
                length = strspn(s, "abcdefghijklmnopqrstuvwxyz");
                for (unit = 0; unit < ARRAY_SIZE(units); unit++)
                        if (strlen(units[unit].name) == length && strncmp(s, units[unit].name, length) == 0)
                                break;
                if (unit == ARRAY_SIZE(units) || n > SPAN_MAX / units[unit].usec)
                        return -EINVAL;
                total += n * units[unit].usec;
                s += length;
                s += strspn(s, " ");
        } while (*s && total <= SPAN_MAX);
        if (total == 0 || total > SPAN_MAX)
                return -EINVAL;
        *ret_usec = total;
        return 0;
}
