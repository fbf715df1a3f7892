/*
 * Values of a D-Bus message as JSON. Owns nothing.
 */
#include "ctl/bus-json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "ctl/json-text.h"
#include "util/alloc.h"

static int add_basic(sd_bus_message *m, char type, struct text *t) {
        union {
                uint8_t y;
                int b; /* sd-bus reads a boolean, and a file descriptor, as an int */
                int16_t n;
                uint16_t q;
                int32_t i;
                uint32_t u;
                int64_t x;
                uint64_t t;
                double d;
                const char *s;
        } v;
        int r;

        r = sd_bus_message_read_basic(m, type, &v);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        switch (type) {
        case 'y':
                json_unsigned(t, v.y);
                break;
        case 'b':
                json_bool(t, v.b);
                break;
        case 'n':
                json_integer(t, v.n);
                break;
        case 'q':
                json_unsigned(t, v.q);
                break;
        case 'i':
                json_integer(t, v.i);
                break;
        case 'u':
                json_unsigned(t, v.u);
                break;
        case 'x':
                json_integer(t, v.x);
                break;
        case 't':
                json_unsigned(t, v.t);
                break;
        case 'd': {
                _cleanup_free_ char *d = isfinite(v.d) ? xasprintf("%.17g", v.d) : xstrdup("null");

                json_raw(t, d);
                break;
        }
        case 'h':
                json_raw(t, "null"); /* a file descriptor says nothing to others */
                break;
        default:
                json_string(t, v.s);
        }
        return 0;
}

/* "{key": the key is always a basic type, and in JSON always a string. */
static int add_entry(sd_bus_message *m, const char *contents, struct text *t) {
        char key_type = contents[1];
        _cleanup_text_ struct text key = {};
        int r;

        r = sd_bus_message_enter_container(m, 'e', NULL);
        if (r < 0)
                return r;
        r = add_basic(m, key_type, &key);
        if (r < 0)
                return r;
        if (key.data[0] == '"') {
                json_raw(t, key.data);
                text_add(t, ":");
        } else {
                json_key(t, key.data);
        }
        r = bus_json_value(m, t);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int add_elements(sd_bus_message *m, const char *contents, struct text *t) {
        bool entries = contents[0] == '{';
        int r;

        while ((r = sd_bus_message_at_end(m, false)) == 0) {
                r = entries ? add_entry(m, contents, t) : bus_json_value(m, t);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : 0;
}

int bus_json_value(sd_bus_message *m, struct text *t) {
        const char *contents;
        char type;
        int r;

        r = sd_bus_message_peek_type(m, &type, &contents);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        if (!contents)
                return add_basic(m, type, t);
        r = sd_bus_message_enter_container(m, type, contents);
        if (r < 0)
                return r;
        if (type == 'v') {
                r = bus_json_value(m, t);
        } else {
                bool object = type == 'a' && contents[0] == '{';

                json_open(t, object ? '{' : '[');
                r = add_elements(m, type == 'a' ? contents : "", t);
                json_close(t, object ? '}' : ']');
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}
