/*
 * The time of a clock in microseconds, and what is left until a deadline as poll() wants it.
 */
#pragma once

#include <limits.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t usec_now(clockid_t clock) {
        struct timespec t;

        clock_gettime(clock, &t);
        return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Until a time of CLOCK_MONOTONIC; rounded up, so that who waited for so long is there. */
static inline int msec_left(uint64_t deadline) {
        uint64_t now = usec_now(CLOCK_MONOTONIC), ms = deadline > now ? (deadline - now + 999) / 1000 : 0;

        return ms > INT_MAX ? INT_MAX : (int)ms;
}
