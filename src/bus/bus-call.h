/*
 * Method calls that are answered later: what they wait for, and whether the caller is still there.
 */
#pragma once

#include "bus/service.h"

/* Bytes of a report that a reply may have: the bus takes 32 MiB. */
#define CALL_REPORT_MAX (16u << 20)

int calls_init(struct service *s);
void calls_done(struct service *s);
/* Answers those whose answer is there. */
void calls_answer(struct service *s);

/* Begin to wait; return as a method handler. */
int call_check(struct service *s, sd_bus_message *m, uid_t uid, const char *descriptor, size_t length, uint64_t flags,
               sd_bus_error *error);
int call_describe(struct service *s, sd_bus_message *m, char *const *ids, uint64_t flags, bool to_file,
                  sd_bus_error *error);
int call_rescan(struct service *s, sd_bus_message *m);
