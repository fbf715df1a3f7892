/*
 * Files that a person names. Owns nothing.
 */
#include "ctl/input.h"

#include <errno.h>
#include <fcntl.h>

#include "util/alloc.h"

/* One more than a host document may have, so that the parser says that it is too long. */
#define DOCUMENT_MAX (((size_t)64 << 20) + 1)

const char *input_title(const char *name) {
        return str_equal(name, "-") ? "standard input" : name;
}

int input_read(const struct context *c, const char *name, size_t max, char **ret_text, size_t *ret_length) {
        _cleanup_close_ int opened = -1;
        _cleanup_text_ struct text t = {};
        int fd = STDIN_FILENO;

        if (!str_equal(name, "-")) {
                fd = opened = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
                if (fd < 0)
                        return context_fail(c, -errno, "%s: %s", name, strerror(errno));
        }
        for (;;) {
                char buffer[16384];
                ssize_t n = read(fd, buffer, sizeof(buffer));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return context_fail(c, -errno, "%s: %s", input_title(name), strerror(errno));
                if (n == 0)
                        break;
                text_add_n(&t, buffer, (size_t)n);
                if (t.length > max)
                        return context_fail(c, -E2BIG, "%s: longer than %zu bytes", input_title(name), max);
        }
        *ret_length = t.length;
        *ret_text = text_take(&t);
        return 0;
}

int input_document(const struct context *c, const char *name, enum document_kind kind, struct document **ret_document) {
        _cleanup_free_ char *text = NULL;
        struct json_error error;
        size_t length;
        int r;

        r = input_read(c, name, DOCUMENT_MAX, &text, &length);
        if (r < 0)
                return r;
        r = document_parse(text, length, kind, ret_document, &error);
        if (r < 0)
                return context_fail(c, r, "%s: %s", input_title(name), error.message);
        return 0;
}
