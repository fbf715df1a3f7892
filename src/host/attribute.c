/*
 * What is in files: attributes of devices, and whole files of the administrator. Owns nothing.
 */
#include "host/attribute.h"

#include <string.h>

#include "core/utf8.h"
#include "util/alloc.h"

/*
 * Reads up to size bytes; how many there were. A read that gives less than a page, and less than was asked for, was the
 * last one: sysfs gives an attribute at once, and other files what they have.
 */
static ssize_t read_all(int fd, char *buffer, size_t size) {
        size_t length = 0;

        while (length < size) {
                ssize_t n = read(fd, buffer + length, size - length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                length += (size_t)n;
                if (n < ATTRIBUTE_MAX)
                        break;
        }
        return (ssize_t)length;
}

int file_read(const struct sysfs *s, const char *path, size_t max, char **ret_data, size_t *ret_length) {
        _cleanup_close_ int fd = sysfs_open_file(s, path, NULL);

        return fd < 0 ? fd : file_read_fd(fd, max, ret_data, ret_length);
}

int file_read_fd(int fd, size_t max, char **ret_data, size_t *ret_length) {
        _cleanup_free_ char *data = NULL;
        size_t size = 16384, length = 0;

        for (;;) {
                ssize_t n;

                data = xrealloc(data, size + 1, 1);
                n = read_all(fd, data + length, size - length);
                if (n < 0)
                        return (int)n;
                length += (size_t)n;
                if (length > max)
                        return -E2BIG;
                if (length < size)
                        break;
                size = MIN(size * 2, max + 1);
        }
        data[length] = '\0';
        *ret_data = take_ptr(data);
        if (ret_length)
                *ret_length = length;
        return 0;
}

struct attribute attribute_parse(const char *data, size_t n, mode_t mode) {
        if (n > ATTRIBUTE_MAX)
                return (struct attribute){ .error = E2BIG, .mode = mode };
        if (n > 0 && data[n - 1] == '\n')
                n--;
        for (size_t i = 0; i < n;) {
                size_t k = utf8_sequence(data + i, n - i);

                if (k == 0 || data[i] == '\0')
                        return (struct attribute){ .error = EILSEQ, .mode = mode };
                i += k;
        }
        return (struct attribute){ .value = xstrndup(data, n), .mode = mode };
}

ssize_t attribute_read_raw(int fd, char *buffer) {
        return read_all(fd, buffer, ATTRIBUTE_MAX + 1);
}

/* Takes the fd. */
static struct attribute read_attribute(int opened, mode_t mode) {
        _cleanup_close_ int fd = opened;
        char buffer[ATTRIBUTE_MAX + 1];
        ssize_t n = fd < 0 ? fd : attribute_read_raw(fd, buffer);

        return n < 0 ? (struct attribute){ .error = (int)-n, .mode = mode } : attribute_parse(buffer, (size_t)n, mode);
}

struct attribute attribute_read(const struct sysfs *s, const struct sysfs_dir *dir, const char *name) {
        mode_t mode = 0;
        int fd = sysfs_open_file_at(s, dir, name, &mode);

        return read_attribute(fd, mode);
}

struct attribute attribute_read_path(const struct sysfs *s, const char *path) {
        mode_t mode = 0;
        int fd = sysfs_open_file(s, path, &mode);

        return read_attribute(fd, mode);
}

void attribute_done(struct attribute *a) {
        free(a->value);
        a->value = NULL;
}
