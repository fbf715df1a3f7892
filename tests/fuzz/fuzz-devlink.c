/*
 * Any bytes as devlink's answers: nothing is read beyond them, what is not known has an errno, and what a dump keeps of
 * them says the same of ports, and holds no serial number.
 */
#include <linux/devlink.h>
#include <stdint.h>
#include <stdio.h>

#include "dump/devlink.h"
#include "host/devlink-message.h"
#include "util/alloc.h"

#define INSTANCE "pci/0000:3b:00.0"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact, const char *what) {
        if (fact)
                return;
        fprintf(stderr, "%s\n", what);
        abort();
}

static int try_info(const void *data, size_t size) {
        struct devlink_info i;
        int error;

        devlink_info_parse(&i, data, size, INSTANCE);
        error = i.error;
        require(error >= 0 && (error == 0 || i.n_versions == 0), "versions of a failure");
        for (size_t k = 0; k < i.n_versions; k++) {
                const struct devlink_version *v = &i.versions[k];

                require(v->name && *v->name && (v->value != NULL) == (v->error == 0), "neither value nor errno");
                require(devlink_info_find(&i, v->name) == v, "a name twice");
        }
        devlink_info_done(&i);
        return error;
}

static void try_ports(const void *a, size_t n_a, const void *b, size_t n_b) {
        struct devlink_ports x, y;

        devlink_ports_parse(&x, a, n_a, INSTANCE);
        devlink_ports_parse(&y, b, n_b, INSTANCE);
        require(x.error >= 0 && (x.error == 0 || x.n_vfs == 0), "ports of a failure");
        for (unsigned vf = 0; vf < 8; vf++) {
                int error_x, error_y;
                enum tri m = devlink_ports_migratable(&x, vf, &error_x);

                require((m == TRI_UNKNOWN) == (error_x != 0), "unknown without an errno");
                require(!b || x.error || (m == devlink_ports_migratable(&y, vf, &error_y) && error_x == error_y),
                        "a dump says something else");
        }
        devlink_ports_done(&x);
        devlink_ports_done(&y);
}

static void check_stripped(const struct text *t) {
        struct devlink_walk w = { .data = t->data, .n = t->length };
        const struct nlmsghdr *m;
        int r;

        while ((r = devlink_walk_next(&w, &m)) > 0) {
                const struct nlattr *a;
                size_t n, at = 0;
                uint8_t command;
                const void *payload = devlink_message_payload(m, &n, &command);

                require(payload != NULL, "a message without a header");
                while ((r = devlink_attr_next(payload, n, &at, &a)) > 0)
                        require((a->nla_type & NLA_TYPE_MASK) != DEVLINK_ATTR_INFO_SERIAL_NUMBER &&
                                        (a->nla_type & NLA_TYPE_MASK) != DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER,
                                "a serial number");
                require(r == 0, "garbage in a dump");
        }
        require(r == 0, "a dump that is no answer");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *aligned = size ? xmemdup(data, size) : NULL;
        _cleanup_text_ struct text stripped = {};
        int error = try_info(aligned, size);

        (void)devlink_answer_ends(aligned, size);
        if (devlink_strip(aligned, size, &stripped) >= 0) {
                check_stripped(&stripped);
                require(error || try_info(stripped.data, stripped.length) == 0, "a dump lost what was known");
        }
        try_ports(aligned, size, stripped.data, stripped.length);
        return 0;
}
