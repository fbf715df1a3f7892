/*
 * What the daemon sends on its connection: "NAME VERB\n", the program's input, and the end.
 *
 * All of it is read before anything is done, so that no answer is lost to data left unread.
 */
#pragma once

#include <stdint.h>

#include "util/strv.h"

#define REQUEST_INPUT_MAX (4u * 1024 * 1024)
#define REQUEST_NAME_MAX 32u

struct request {
        char name[REQUEST_NAME_MAX + 1];
        const char *verb; /* one of a const table */
        struct text input;
};

void request_done(struct request *r);
#define _cleanup_request_ _cleanup_(request_done)

/*
 * Reads from a stream socket until its other end has shut down, or the deadline (util/clock.h). 0; -EPERM with
 * *ret_why: a name or verb that is none; -EBADMSG: no line; -E2BIG; -ETIME; another errno of the socket.
 */
int request_read(int fd, uint64_t deadline, struct request *ret, const char **ret_why);
