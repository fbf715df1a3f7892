/*
 * One run of a check program, from fork to the last of what it started.
 */
#pragma once

#include <stdint.h>

#include "check/program.h"
#include "check/request.h"

#define RUN_OUTPUT_MAX 65536u

enum run_end {
        RUN_EXITED,   /* by itself; number: its exit status */
        RUN_SIGNALED, /* number: the signal */
        RUN_TIMEOUT,
        RUN_TOO_LONG, /* more than RUN_OUTPUT_MAX of output */
        RUN_GONE,     /* who asked is gone */
};

struct run_result {
        enum run_end end;
        int number;
        struct text output;
        struct text errors; /* the beginning of what it wrote to its standard error */
};

void run_result_done(struct run_result *r);
#define _cleanup_run_result_ _cleanup_(run_result_done)

/*
 * socket: of who asked; when it hangs up all ends. This process must be single-threaded and have no other children.
 * 0, or a negative errno if it could not be started. In any case nothing of it is left, but for what the kernel holds.
 */
int run_program(const struct program *p, const struct request *request, int socket, uint64_t deadline,
                struct run_result *ret);
