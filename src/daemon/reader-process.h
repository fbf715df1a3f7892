/*
 * One reader process: started, written to and read from without blocking, killed, reaped.
 *
 * Owns the process and its socket. What is said over it, and when it is too silent, readers.c knows.
 */
#pragma once

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "host/wire.h"
#include "util/strv.h"

struct reader_process {
        pid_t pid;
        int fd; /* -1: killed */
        sd_event_source *io;
        sd_event_source *child;
        struct wire wire;
        struct text out;
        size_t n_sent;
        uint32_t serial;
};

/* on_io and on_exit get userdata. SIGCHLD must be blocked. */
int reader_process_init(struct reader_process *p, sd_event *event, const char *program, char *const *arguments,
                        sd_event_io_handler_t on_io, sd_event_child_handler_t on_exit, void *userdata);
/* Also kills, and then leaves the reaping to whoever comes. */
void reader_process_done(struct reader_process *p);

/* Queues a request, and sends what there is room for. */
int reader_process_send(struct reader_process *p, enum wire_type type, const void *payload, size_t length);
int reader_process_flush(struct reader_process *p);
/* Closes the socket and kills; on_exit comes when it is gone, which may be never. */
void reader_process_kill(struct reader_process *p);
