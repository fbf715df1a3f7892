/*
 * Frames over a stream socket. Owns the receive buffer; knows nothing of what is in a frame.
 */
#include "host/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/alloc.h"

#define WIRE_BUFFER 65536
#define WIRE_PIECE (1u << 20)

void wire_init(struct wire *w, int fd) {
        *w = (struct wire){ .fd = fd };
}

void wire_done(struct wire *w) {
        free(w->buffer);
        *w = (struct wire){ .fd = -1 };
}

/* Room for a frame of this size from start on, and for more if it is small. */
static void make_room(struct wire *w, size_t frame) {
        size_t need = MAX(frame, (size_t)WIRE_BUFFER);

        if (w->start + frame <= w->size && w->end < w->size)
                return;
        if (w->start) {
                memmove(w->buffer, w->buffer + w->start, w->end - w->start);
                w->end -= w->start;
                w->start = 0;
        }
        if (need > w->size) {
                w->buffer = xrealloc(w->buffer, need, 1);
                w->size = need;
        }
}

/* How long the first frame is, header included, as far as is known; -EPROTO. */
static int frame_size(const struct wire *w, struct wire_header *h, size_t *ret_size) {
        *ret_size = sizeof(*h);
        if (w->end - w->start < sizeof(*h))
                return 0;
        memcpy(h, w->buffer + w->start, sizeof(*h));
        if (h->length > WIRE_PAYLOAD_MAX)
                return -EPROTO;
        *ret_size += h->length;
        return 0;
}

int wire_receive(struct wire *w, struct wire_frame *ret_frame) {
        for (;;) {
                struct wire_header h;
                size_t size;
                ssize_t n;
                int r = frame_size(w, &h, &size);

                if (r < 0)
                        return r;
                if (w->end - w->start >= size && size >= sizeof(h) && w->end - w->start >= sizeof(h)) {
                        /* One byte down, over the header, so that the NUL does not fall on the next frame. */
                        char *payload = w->buffer + w->start + sizeof(h) - 1;

                        memmove(payload, payload + 1, h.length);
                        payload[h.length] = '\0';
                        w->start += size;
                        *ret_frame = (struct wire_frame){
                                .type = h.type, .serial = h.serial, .payload = payload, .length = h.length
                        };
                        return 1;
                }
                make_room(w, size);
                n = recv(w->fd, w->buffer + w->end, w->size - w->end, 0);
                if (n == 0)
                        return -EPIPE;
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno == ECONNRESET ? -EPIPE : -errno;
                w->end += (size_t)n;
        }
}

static int send_all(int fd, struct iovec *iov, size_t n_iov) {
        while (n_iov) {
                struct msghdr m = { .msg_iov = iov, .msg_iovlen = n_iov };
                ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                        struct pollfd p = { .fd = fd, .events = POLLOUT };

                        if (poll(&p, 1, -1) < 0 && errno != EINTR)
                                return -errno;
                        continue;
                }
                if (n < 0)
                        return -errno;
                for (; n_iov && (size_t)n >= iov->iov_len; n_iov--)
                        n -= (ssize_t)(iov++)->iov_len;
                if (n_iov) {
                        iov->iov_base = (char *)iov->iov_base + n;
                        iov->iov_len -= (size_t)n;
                }
        }
        return 0;
}

int wire_send(int fd, enum wire_type type, uint32_t serial, const void *payload, size_t length) {
        struct wire_header h = { .type = (uint32_t)type, .serial = serial, .length = (uint32_t)length };
        struct iovec iov[] = {
                { .iov_base = &h, .iov_len = sizeof(h) },
                { .iov_base = (void *)payload, .iov_len = length },
        };

        if (length > WIRE_PAYLOAD_MAX)
                return -E2BIG;
        return send_all(fd, iov, length ? 2 : 1);
}

int wire_send_raw(int fd, const void *frames, size_t length) {
        struct iovec iov = { .iov_base = (void *)frames, .iov_len = length };

        return send_all(fd, &iov, 1);
}

void wire_append(struct text *t, enum wire_type type, uint32_t serial, const void *payload, size_t length) {
        struct wire_header h = { .type = (uint32_t)type, .serial = serial, .length = (uint32_t)length };

        text_add_n(t, (const char *)&h, sizeof(h));
        if (length)
                text_add_n(t, payload, length);
}

void wire_append_pieces(struct text *t, enum wire_type type, uint32_t serial, const char *payload, size_t length) {
        for (size_t i = 0; i < length; i += WIRE_PIECE)
                wire_append(t, type, serial, payload + i, MIN(length - i, (size_t)WIRE_PIECE));
        wire_append(t, type, serial, NULL, 0);
}
