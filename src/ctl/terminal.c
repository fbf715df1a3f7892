/*
 * What standard output is, and text that cannot steer it. Owns nothing.
 */
#include "ctl/terminal.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <wchar.h>

static const char *const sequences[_COLOUR_MAX] = {
        [COLOUR_NONE] = "",           [COLOUR_RED] = "\x1b[31m",  [COLOUR_GREEN] = "\x1b[32m",
        [COLOUR_YELLOW] = "\x1b[33m", [COLOUR_GREY] = "\x1b[90m", [COLOUR_BOLD] = "\x1b[1m",
};

static size_t width_of(int fd) {
        const char *columns = getenv("COLUMNS");
        struct winsize size = {};
        char *end;
        unsigned long n;

        if (columns && *columns) {
                n = strtoul(columns, &end, 10);
                if (!*end && n > 0 && n < 10000)
                        return n;
        }
        if (ioctl(fd, TIOCGWINSZ, &size) >= 0 && size.ws_col > 0)
                return size.ws_col;
        return 80;
}

void terminal_init(struct terminal *t, int fd) {
        const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

        *t = (struct terminal){ .unicode = str_equal(nl_langinfo(CODESET), "UTF-8") };
        if (!isatty(fd))
                return;
        t->width = width_of(fd);
        t->colour = !(no_color && *no_color) && term && !str_equal(term, "dumb");
}

size_t character_decode(const char *text, uint32_t *ret) {
        const unsigned char *s = (const unsigned char *)text;
        static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        /* A lead byte of 0x80 to 0xc1, or beyond 0xf4, begins nothing. */
        size_t n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;
        uint32_t c;

        if (n <= 1) {
                *ret = *s;
                return n;
        }
        c = *s & (0x7fu >> n);
        for (size_t i = 1; i < n; i++) {
                if ((s[i] & 0xc0) != 0x80)
                        return 0;
                c = c << 6 | (s[i] & 0x3f);
        }
        if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
                return 0;
        *ret = c;
        return n;
}

bool character_steers(uint32_t c) {
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
               c == 0x200e || c == 0x200f || c == 0x61c || c == 0xfeff;
}

void terminal_escape(const struct terminal *t, struct text *out, const char *s) {
        for (size_t step; *s; s += step) {
                uint32_t c;
                size_t n = character_decode(s, &c);

                step = MAX(n, 1u);
                if (n > 0 && !character_steers(c) && (n == 1 || t->unicode || t->width == 0))
                        text_add_n(out, s, n);
                else
                        for (size_t i = 0; i < step; i++)
                                text_addf(out, "\\x%02x", (unsigned char)s[i]);
        }
}

/* Columns of one character of an escaped text. */
static size_t columns_of(const struct terminal *t, const char *s, size_t *ret_bytes) {
        uint32_t c;
        size_t n = character_decode(s, &c);
        int w = t->unicode && n > 1 ? wcwidth((wchar_t)c) : 1;

        *ret_bytes = MAX(n, 1u);
        return w < 0 ? 1 : (size_t)w;
}

size_t terminal_columns(const struct terminal *t, const char *escaped) {
        size_t columns = 0, n;

        for (const char *s = escaped; *s; s += n)
                columns += columns_of(t, s, &n);
        return columns;
}

void terminal_elide(const struct terminal *t, struct text *out, const char *escaped, size_t columns) {
        const char *ellipsis = t->unicode ? "\xe2\x80\xa6" : "...";
        size_t reserve = t->unicode ? 1 : 3, used = 0, n, w;

        if (terminal_columns(t, escaped) <= columns) {
                text_add(out, escaped);
                return;
        }
        for (const char *s = escaped; *s; s += n, used += w) {
                w = columns_of(t, s, &n);
                if (used + w + reserve > columns)
                        break;
                text_add_n(out, s, n);
        }
        text_add(out, ellipsis);
}

const char *terminal_on(const struct terminal *t, enum colour colour) {
        return t->colour ? sequences[colour] : "";
}

const char *terminal_off(const struct terminal *t, enum colour colour) {
        return t->colour && colour != COLOUR_NONE ? "\x1b[0m" : "";
}
