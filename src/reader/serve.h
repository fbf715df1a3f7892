/*
 * Answers the daemon's requests, one at a time and in order, until it goes.
 *
 * What a request found out is forgotten with it, so that every answer is of now. Never decides anything.
 */
#pragma once

#include "host/host.h"

/* 0 when the daemon closed its end, or -errno. */
int serve(struct host *h, int fd);
