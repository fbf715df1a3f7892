/*
 * What a check program may do and use: the process between fork and exec.
 */
#pragma once

#include <sys/types.h>

#include "check/program.h"

/* The ends of pipes that are the program's: its standard input, output and error; and where an errno goes to. */
struct child_fds {
        int in;
        int out;
        int err;
        int report; /* closed by exec; an int is written to it if there is none */
};

/* In the child. parent: who forked it. */
_Noreturn void child_exec(const struct program *p, const char *name, const char *verb, const struct child_fds *fds,
                          pid_t parent);
