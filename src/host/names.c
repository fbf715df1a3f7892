/*
 * Names of directory entries, and paths made of them. Reads with getdents64() on the caller's fd, and nothing else.
 */
#include "host/names.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "core/utf8.h"
#include "util/alloc.h"
#include "util/strv.h"

/* One getdents64() of this size takes in the directory of nearly every device. */
#define NAMES_BUFFER 16384

static bool component_valid(const char *s, size_t n) {
        if (n == 0 || n > NAME_MAX || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
                return false;
        for (size_t i = 0; i < n;) {
                size_t k = utf8_sequence(s + i, n - i);

                if (k == 0 || s[i] == '/')
                        return false;
                i += k;
        }
        return true;
}

bool name_valid(const char *name) {
        return component_valid(name, strlen(name));
}

bool name_path_valid(const char *path) {
        if (strlen(path) >= PATH_MAX)
                return false;
        for (;;) {
                size_t n = strcspn(path, "/");

                if (!component_valid(path, n))
                        return false;
                if (!path[n])
                        return true;
                path += n + 1;
        }
}

const char *path_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

char *join(const char *a, const char *b, const char *c) {
        size_t na = strlen(a), nb = strlen(b), nc = strlen(c);
        char *s = xcalloc(na + nb + nc + 1, 1);

        memcpy(s, a, na);
        memcpy(s + na, b, nb);
        memcpy(s + na + nb, c, nc);
        return s;
}

char *path_parent(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? xstrndup(path, (size_t)(slash - path)) : NULL;
}

char *path_follow(const char *dir, const char *target) {
        struct text t = {};

        text_add(&t, "");
        if (target[0] != '/')
                text_add(&t, dir);
        while (*target) {
                size_t n = strcspn(target, "/");

                if (n == 2 && memcmp(target, "..", 2) == 0) {
                        char *slash = strrchr(t.data, '/');

                        t.length = slash ? (size_t)(slash - t.data) : 0;
                        t.data[t.length] = '\0';
                } else if (n > 0 && !(n == 1 && target[0] == '.')) {
                        if (t.length)
                                text_add_n(&t, "/", 1);
                        text_add_n(&t, target, n);
                }
                target += n + (target[n] == '/');
        }
        return text_take(&t);
}

int names_read(int dir_fd, struct names *ret) {
        _Alignas(struct dirent64) char buffer[NAMES_BUFFER];
        _cleanup_text_ struct text data = {};
        struct names names = {};

        for (;;) {
                ssize_t length = getdents64(dir_fd, buffer, sizeof(buffer));

                if (length < 0)
                        return -errno;
                if (length == 0)
                        break;
                for (ssize_t i = 0; i < length;) {
                        const struct dirent64 *d = (const struct dirent64 *)(const void *)(buffer + i);

                        if (name_valid(d->d_name)) {
                                text_add_n(&data, d->d_name, strlen(d->d_name) + 1);
                                names.n++;
                        } else if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
                                names.n_bad++;
                        i += d->d_reclen;
                }
        }
        if (names.n) {
                char *p;

                names.data = p = text_take(&data);
                names.v = xnew0(char *, names.n);
                for (size_t i = 0; i < names.n; i++, p += strlen(p) + 1)
                        names.v[i] = p;
        }
        *ret = names;
        return 0;
}

void names_add(struct names *names, const char *name) {
        array_append(names->v, names->n, xstrdup(name));
}

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_sort(struct names *names) {
        size_t n = 0;

        if (names->n < 2)
                return;
        qsort(names->v, names->n, sizeof(char *), compare);
        for (size_t i = 0; i < names->n; i++)
                if (n == 0 || strcmp(names->v[n - 1], names->v[i]) != 0)
                        names->v[n++] = names->v[i];
                else if (!names->data)
                        free(names->v[i]);
        names->n = n;
}

bool names_find(const struct names *names, const char *name) {
        return names->n && bsearch(&name, names->v, names->n, sizeof(char *), compare);
}

bool names_have(const struct names *names, const char *path) {
        size_t n = strcspn(path, "/");

        for (size_t i = 0; i < names->n; i++)
                if (names->v[i][0] == path[0] && strncmp(names->v[i], path, n) == 0 && !names->v[i][n])
                        return true;
        return false;
}

void names_done(struct names *names) {
        for (size_t i = 0; !names->data && i < names->n; i++)
                free(names->v[i]);
        free(names->v);
        free(names->data);
        *names = (struct names){};
}
