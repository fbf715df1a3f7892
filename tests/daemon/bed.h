/*
 * What the tests of daemon/ share: a directory for the fake reader, and a loop that runs until something is so.
 */
#pragma once

#include <check.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

#include "util/macro.h"

struct bed {
        char dir[64];
        char *root; /* --root=DIR */
        sd_event *event;
        sd_event_source *wake; /* does nothing: what is queued is looked at after every turn */
};

void bed_init(struct bed *b);
void bed_done(struct bed *b);
/* A key's file: see fake-reader.c. NULL removes it. */
void bed_put(struct bed *b, const char *key, const char *text);
/* A device with a model and one parameter. */
void bed_put_device(struct bed *b, const char *address, const char *model, const char *value);
/* The same after a line of what the reader is to do with it first. */
void bed_put_device_how(struct bed *b, const char *how, const char *address, const char *model, const char *value);
/* How often a key was read. */
unsigned bed_reads(struct bed *b, const char *key);

/* Runs the loop until the condition holds; fails the test after 10 s. */
#define bed_until(b, condition)                                                                    \
        do {                                                                                       \
                uint64_t _end = bed_now() + 10 * 1000 * 1000;                                      \
                while (!(condition)) {                                                             \
                        ck_assert_msg(bed_now() < _end, "did not happen in time: %s", #condition); \
                        sd_event_run((b)->event, 20 * 1000);                                       \
                }                                                                                  \
        } while (0)
void bed_run(struct bed *b, uint64_t usec);
uint64_t bed_now(void);
/* That it has not taken longer; TEST_SLACK=N allows N times as long, for valgrind and busy machines. */
void bed_assert_within(uint64_t begun, uint64_t usec);
