/*
 * What the daemon and its reader say to each other: frames over a stream socket.
 *
 * A frame is a header in native byte order and a payload. The reader answers one request at a time and in order, so
 * the daemon knows which device a silent reader hangs on: the first one that it has not answered yet.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/strv.h"

#define WIRE_PAYLOAD_MAX (16u << 20)
#define WIRE_STORE_MAX (64u << 20) /* model and pool files in all; and what they say, as documents */

enum wire_type {
        /* Requests. Keys: "pci:<bdf>", "mdev:<uuid>", "<subsystem>:<name>" for a device, "parent:<address>" for what
         * could be created on a parent. */
        WIRE_LIST = 'l',  /* no payload: HOST, then KEYS frames, END */
        WIRE_READ = 'r',  /* keys, each ending in NUL: for each key in order its DEVICE/CREATABLE frames and a KEY, then
                             END */
        WIRE_SWEEP = 's', /* the same of a sweep, which leaves devlink and debugfs alone: before the keys a time
                             (CLOCK_BOOTTIME, usec, decimal) and a NUL; what the reader remembers since then will do */
        WIRE_RELOAD = 'c', /* no payload: read models.d and pools.d again: WARNING..., MODELS..., STORE..., END */
        /* The store: what a RELOAD read (modelstore_read), in pieces, of which the last one is empty. As a request: use
         * this one; END. As an answer it tells what other readers are to use: nobody but RELOAD reads the files. */
        WIRE_STORE = 'S',

        /* Answers. */
        WIRE_HOST = 'H',      /* the head of a document, as JSON: host name, machineId, kernel, iommuDirtyTracking */
        WIRE_KEYS = 'K',      /* keys, each ending in NUL */
        WIRE_DEVICE = 'D',    /* a device, as JSON (device_format) */
        WIRE_CREATABLE = 'C', /* something that could be created, as JSON */
        WIRE_KEY = 'k',       /* a key that is answered completely; no frame before it: it is not there (any more) */
        WIRE_MODELS = 'M',    /* a document with some of the models, as JSON */
        WIRE_WARNING = 'W',   /* a line for the log */
        WIRE_END = 'E',       /* the request is answered; payload: an errno as decimal text, "0" if all went well */
};

struct wire_header {
        uint32_t type;   /* enum wire_type */
        uint32_t serial; /* of the request, also in its answers */
        uint32_t length; /* of the payload */
};

/* One received frame; the payload is NUL-terminated besides its length, and borrowed until the next call. */
struct wire_frame {
        uint32_t type;
        uint32_t serial;
        const char *payload;
        size_t length;
};

/* A peer's receive side. */
struct wire {
        int fd; /* borrowed */
        char *buffer;
        size_t start, end, size;
};

void wire_init(struct wire *w, int fd);
void wire_done(struct wire *w);
/*
 * The next complete frame: 1, or 0 if none is complete yet and the fd would block, -EPIPE when the peer closed,
 * -EPROTO for a frame that cannot be, or another -errno of recv(). Blocks if the fd does.
 */
int wire_receive(struct wire *w, struct wire_frame *ret_frame);
/* Sends all of it, waiting for room with poll(); for the reader, which may block. */
int wire_send(int fd, enum wire_type type, uint32_t serial, const void *payload, size_t length);
/* Sends frames that were appended to a buffer, the same way. */
int wire_send_raw(int fd, const void *frames, size_t length);
/* Appends a frame to a buffer, for the daemon, which sends when the socket has room. */
void wire_append(struct text *t, enum wire_type type, uint32_t serial, const void *payload, size_t length);
/* Appends a payload of any length as frames, of which the last one is empty. */
void wire_append_pieces(struct text *t, enum wire_type type, uint32_t serial, const char *payload, size_t length);
