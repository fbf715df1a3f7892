/*
 * What the helper does when it is asked, one function a verb. See host/helper.h for the fields.
 *
 * Nothing of a request is believed; and nothing is ever written but one value to one attribute, migration_version.
 */
#pragma once

#include "host/host.h"

/* Answers a request of n bytes: 0 or -errno, and what goes into the answer's field. */
int verbs_answer(struct host *h, const char *request, size_t n, struct text *field);
