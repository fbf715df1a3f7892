/*
 * A check program in checks.d, opened: what was looked at is what is run, whatever happens to its name.
 *
 * Only root can have put it there: file, folder and every folder above are root's, and nobody else may write to them.
 */
#pragma once

#include <stdbool.h>

#include "util/macro.h"

struct program {
        int fd;
        bool script; /* begins with "#!": its interpreter opens it again, by the number of the fd */
};

static inline void program_done(struct program *p) {
        close_cleanup(&p->fd);
}
#define _cleanup_program_ _cleanup_(program_done)

/* 0; -ENOENT: there is none; -EPERM with *ret_why: it must not be run; another errno. */
int program_open(int root_fd, const char *name, struct program *ret, const char **ret_why);
