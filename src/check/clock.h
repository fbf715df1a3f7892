/*
 * Deadlines: microseconds of CLOCK_MONOTONIC, and what is left of them as poll() wants it.
 */
#pragma once

#include <limits.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_now(void) {
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}

/* Rounded up, so that who waited for so long is at the deadline. */
static inline int clock_left_ms(uint64_t deadline) {
        uint64_t now = clock_now(), ms = deadline > now ? (deadline - now + 999) / 1000 : 0;

        return ms > INT_MAX ? INT_MAX : (int)ms;
}
