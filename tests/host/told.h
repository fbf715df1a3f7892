/*
 * What a fake host is read as, for the tests of the host room. Every test of one runs with openat2() and by hand.
 */
#pragma once

#include <check.h>

#include "../lib/testhost.h"
#include "host/host.h"

#define TOLD_WAYS 2

/* Reads everything; way is the loop's _i: 0 with openat2(), 1 walking by hand. */
struct document *told(struct testhost *t, int way);
/* The same with a host that stays, to look at its warnings. */
void told_open(struct testhost *t, int way, struct host *h);

/* By address; NULL if it is not there. */
const struct device *told_device(const struct document *d, const char *address);
const struct device *told_creatable(const struct document *d, const char *parent, const char *type);
/* A device that must be there; its traits. */
const struct traits *told_traits(const struct document *d, const char *address);
const char *told_param(const struct document *d, const char *address, const char *name);
const char *told_fact(const struct document *d, const char *address, const char *name);
const char *told_origin(const struct document *d, const char *address, const char *key);

/* Runs the cases of one suite and says whether all went well, as main() does. */
int told_run(Suite *suite);

/* A uuid with this number in it. */
const char *uuid(unsigned n);
