/*
 * The length of one UTF-8 sequence, for those who check bytes and those who skip over them.
 *
 * By RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The length (1 to 4) of the valid sequence at p, of which n bytes are there; 0 if there is none. */
static inline size_t utf8_sequence(const char *s, size_t n) {
        const unsigned char *p = (const unsigned char *)s;

        if (n == 0)
                return 0;
        if (p[0] < 0x80)
                return 1;
        if (p[0] < 0xc2 || p[0] > 0xf4 || n < 2)
                return 0;
        if (p[0] < 0xe0)
                return (p[1] & 0xc0) == 0x80 ? 2 : 0;
        if (p[0] < 0xf0) {
                if (n < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
                        return 0;
                if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))
                        return 0;
                return 3;
        }
        if (n < 4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[3] & 0xc0) != 0x80)
                return 0;
        if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
                return 0;
        return 4;
}
