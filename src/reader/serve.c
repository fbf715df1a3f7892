/*
 * Answers the daemon's requests. Owns the connection while it lasts. Every key is answered by one send, so that the
 * daemon knows on which one we hang.
 */
#include "reader/serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/descriptor-json.h"
#include "host/census.h"
#include "host/probe.h"
#include "host/wire.h"
#include "util/strv.h"

/* Large enough to be few, small enough not to make the daemon's buffer grow. */
#define KEYS_FRAME_MAX 32768

struct server {
        struct host *host;
        bool loaded;       /* it is known which models there are */
        struct text store; /* pieces that have come */
        int fd;
        uint32_t serial;
        struct text out; /* frames not sent yet */
};

static int flush(struct server *s) {
        size_t n = s->out.length;

        s->out.length = 0;
        return n ? wire_send_raw(s->fd, s->out.data, n) : 0;
}

static int finish(struct server *s, int error) {
        char number[16];

        snprintf(number, sizeof(number), "%d", error);
        wire_append(&s->out, WIRE_END, s->serial, number, strlen(number));
        return flush(s);
}

static void append_text(struct server *s, enum wire_type type, const struct text *t) {
        wire_append(&s->out, type, s->serial, t->data, t->length);
}

static int answer_list(struct server *s) {
        _cleanup_names_ struct names keys = {};
        _cleanup_text_ struct text head = {}, frame = {};
        int r;

        host_forget(s->host);
        host_format_head(s->host, &head);
        append_text(s, WIRE_HOST, &head);
        census_list(s->host, &keys);
        for (size_t i = 0; i < keys.n; i++) {
                text_add_n(&frame, keys.v[i], strlen(keys.v[i]) + 1);
                if (frame.length < KEYS_FRAME_MAX && i + 1 < keys.n)
                        continue;
                append_text(s, WIRE_KEYS, &frame);
                frame.length = 0;
                r = flush(s);
                if (r < 0)
                        return r;
        }
        return finish(s, 0);
}

static void append_device(struct server *s, const struct device *d) {
        _cleanup_text_ struct text json = {};

        device_format(d, &json);
        append_text(s, d->traits->creatable ? WIRE_CREATABLE : WIRE_DEVICE, &json);
}

static int answer_key(struct server *s, const char *key) {
        struct device **creatables, *device;
        size_t n;

        if (str_startswith(key, PROBE_PARENT_PREFIX)) {
                if (probe_parent(s->host, key, &creatables, &n) >= 0) {
                        for (size_t i = 0; i < n; i++) {
                                append_device(s, creatables[i]);
                                device_unref(creatables[i]);
                        }
                        free(creatables);
                }
        } else if (probe_device(s->host, key, &device) >= 0) {
                append_device(s, device);
                device_unref(device);
        }
        wire_append(&s->out, WIRE_KEY, s->serial, key, strlen(key));
        return flush(s);
}

/* since: of a sweep, else NULL. */
static int answer_read(struct server *s, const uint64_t *since, const char *keys, size_t length) {
        if (length && keys[length - 1])
                return finish(s, EBADMSG);
        if (!s->loaded) /* without models a device would look as if nothing mattered */
                return finish(s, ENODATA);
        host_forget(s->host);
        s->host->cheap = since != NULL;
        s->host->cheap_since = since ? *since : 0;
        for (size_t i = 0; i < length; i += strlen(keys + i) + 1) {
                int r = answer_key(s, keys + i);

                if (r < 0)
                        return r;
        }
        return finish(s, 0);
}

static int answer_sweep(struct server *s, const char *payload, size_t length) {
        size_t n = strnlen(payload, length);
        uint64_t since;
        char *end;

        since = strtoull(payload, &end, 10);
        if (n == 0 || n == length || *end || payload[strspn(payload, "0123456789")])
                return finish(s, EBADMSG);
        return answer_read(s, &since, payload + n + 1, length - n - 1);
}

/* All models, one a frame; E2BIG. */
static int append_models(struct server *s) {
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; i < s->host->store.models.n && r >= 0; i++) {
                _cleanup_text_ struct text json = {};

                host_format_model(s->host, i, &json);
                n += json.length;
                if (json.length > WIRE_PAYLOAD_MAX || n > WIRE_STORE_MAX)
                        return E2BIG;
                append_text(s, WIRE_MODELS, &json);
                r = flush(s);
        }
        return r;
}

static int answer_reload(struct server *s) {
        const struct text *text = &s->host->store.text;
        int r = host_reload(s->host);

        for (char **w = s->host->store.warnings; w && *w; w++)
                wire_append(&s->out, WIRE_WARNING, s->serial, *w, strlen(*w));
        if (r < 0)
                return finish(s, -r);
        s->loaded = true;
        r = append_models(s);
        if (r != 0)
                return r < 0 ? r : finish(s, r);
        wire_append_pieces(&s->out, WIRE_STORE, s->serial, text->data, text->length);
        return finish(s, 0);
}

static int answer_store(struct server *s, const char *piece, size_t length) {
        int r;

        if (length && s->store.length + length <= WIRE_STORE_MAX) {
                text_add_n(&s->store, piece, length);
                return 0;
        }
        r = length ? -E2BIG : host_load(s->host, s->store.data ? s->store.data : "", s->store.length);
        text_done(&s->store);
        s->loaded = s->loaded || r >= 0;
        return finish(s, -r);
}

int serve(struct host *h, int fd) {
        _cleanup_(wire_done) struct wire w;
        struct server s = { .host = h, .fd = fd };
        struct wire_frame frame;
        int r;

        wire_init(&w, fd);
        while ((r = wire_receive(&w, &frame)) > 0) {
                s.serial = frame.serial;
                if (frame.type == WIRE_LIST)
                        r = answer_list(&s);
                else if (frame.type == WIRE_READ)
                        r = answer_read(&s, NULL, frame.payload, frame.length);
                else if (frame.type == WIRE_SWEEP)
                        r = answer_sweep(&s, frame.payload, frame.length);
                else if (frame.type == WIRE_RELOAD)
                        r = answer_reload(&s);
                else if (frame.type == WIRE_STORE)
                        r = answer_store(&s, frame.payload, frame.length);
                else
                        r = finish(&s, EBADMSG);
                if (r < 0)
                        break;
        }
        text_done(&s.out);
        text_done(&s.store);
        return r == -EPIPE ? 0 : r;
}
