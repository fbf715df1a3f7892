/*
 * Reads files that may never answer: in a child process, which is given up when it is silent.
 *
 * A vendor's show() can hang in the kernel, where nothing interrupts it; then the child stays behind and a new one
 * takes its place. One owner, one read at a time.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* An attribute is a page at most; what is longer is no attribute. */
#define PATIENT_MAX 65536

struct patient {
        int root_fd; /* borrowed; paths are below it */
        int timeout_msec;
        int fd; /* to the child; -1: none */
        pid_t pid;
};

void patient_init(struct patient *p, int root_fd, int timeout_msec);
void patient_done(struct patient *p);

struct patient_answer {
        int error; /* 0, or an errno (positive): ETIMEDOUT, EFBIG, EINVAL for what is no regular file, ... */
        mode_t mode;
        size_t length;
        char data[PATIENT_MAX];
};

/* Reads a whole file. 0 (with the file's own error in the answer), or -errno if there can be no child. */
int patient_read(struct patient *p, const char *path, struct patient_answer *ret_answer);
