/*
 * Dotted versions. Pure; allocates nothing.
 */
#include "core/dotted.h"

#include <stddef.h>
#include <string.h>

struct part {
        const char *s;
        size_t n;
};

/* Takes the part before the next '.'; beyond the end it is "0". */
static struct part next_part(const char **s) {
        struct part p;

        if (!*s)
                return (struct part){ "0", 1 };
        p.s = *s;
        p.n = strcspn(*s, ".");
        *s = p.s[p.n] ? p.s + p.n + 1 : NULL;
        return p;
}

static bool is_number(struct part p) {
        return p.n > 0 && strspn(p.s, "0123456789") >= p.n;
}

static enum order compare_numbers(struct part a, struct part b) {
        int r;

        for (; a.n > 1 && *a.s == '0'; a.s++)
                a.n--;
        for (; b.n > 1 && *b.s == '0'; b.s++)
                b.n--;
        if (a.n != b.n)
                return a.n < b.n ? ORDER_BEFORE : ORDER_AFTER;
        r = memcmp(a.s, b.s, a.n);
        return r < 0 ? ORDER_BEFORE : r > 0 ? ORDER_AFTER : ORDER_SAME;
}

enum order dotted_compare(const char *a, const char *b) {
        while (a || b) {
                struct part x = next_part(&a), y = next_part(&b);
                enum order o;

                if (is_number(x) && is_number(y))
                        o = compare_numbers(x, y);
                else
                        o = x.n == y.n && memcmp(x.s, y.s, x.n) == 0 ? ORDER_SAME : ORDER_NONE;
                if (o != ORDER_SAME)
                        return o;
        }
        return ORDER_SAME;
}

static bool semver_split(const char *s, struct part ret[3]) {
        for (int i = 0; i < 3; i++) {
                if (!s)
                        return false;
                ret[i] = next_part(&s);
                if (!is_number(ret[i]))
                        return false;
        }
        return !s;
}

enum semver semver_fits(const char *source, const char *target) {
        struct part s[3], t[3];

        if (!semver_split(source, s) || !semver_split(target, t))
                return SEMVER_MALFORMED;
        if (compare_numbers(s[0], t[0]) != ORDER_SAME || compare_numbers(t[1], s[1]) == ORDER_BEFORE)
                return SEMVER_DIFFERS;
        return SEMVER_FITS;
}
