/*
 * Fuzzes the host room with a tree: the input is lines that put files and links into a small fake host.
 *
 *     f PATH VALUE    a file; \n, \0 and \xNN in the value are bytes
 *     d PATH          a directory
 *     p PATH          a FIFO
 *     l PATH TARGET   a link, made last, so that the harness itself never goes through one of the input's
 *
 * Whatever there is: reading ends, says the same with openat2() and by hand, and is a valid host document in which
 * nothing from outside the root appears.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/testhost.c" /* a target is one source file */
#include "core/descriptor-json.h"
#include "host/host.h"
#include "host/resolve.h"
#include "util/alloc.h"

#define LINES_MAX 64
#define CANARY "canary-5b1e7c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The directories on the way, as far as that goes: there may be a file in it. */
static void make_dirs(int root_fd, const char *path) {
        char *copy = xstrdup(path);

        for (char *p = strchr(copy, '/'); p; p = strchr(p + 1, '/')) {
                *p = '\0';
                (void)mkdirat(root_fd, copy, 0755);
                *p = '/';
        }
        free(copy);
}

static size_t unescape(char *s) {
        char *to = s;

        for (const char *p = s; *p; p++) {
                unsigned byte;

                if (p[0] == '\\' && p[1] == 'n') {
                        *to++ = '\n';
                        p++;
                } else if (p[0] == '\\' && p[1] == '0') {
                        *to++ = '\0';
                        p++;
                } else if (p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &byte) == 1 && p[2] && p[3]) {
                        *to++ = (char)byte;
                        p += 3;
                } else
                        *to++ = *p;
        }
        return (size_t)(to - s);
}

static void put(int root_fd, char kind, const char *path, char *value) {
        _cleanup_close_ int fd = -1;

        make_dirs(root_fd, path);
        switch (kind) {
        case 'd':
                (void)mkdirat(root_fd, path, 0755);
                break;
        case 'p':
                (void)mkfifoat(root_fd, path, 0644);
                break;
        case 'f':
                (void)unlinkat(root_fd, path, 0);
                fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
                if (fd >= 0)
                        (void)!write(fd, value, unescape(value));
                break;
        }
}

/* In a directory that was resolved below the root. */
static void put_link(int root_fd, const char *path, const char *target) {
        _cleanup_free_ char *parent = path_parent(path);
        _cleanup_close_ int fd = resolve_by_hand(root_fd, parent ? parent : ".", O_PATH | O_DIRECTORY, NULL);

        if (fd < 0 || !*target)
                return;
        (void)unlinkat(fd, path_name(path), 0);
        (void)symlinkat(target, fd, path_name(path));
}

/* Splits "k PATH VALUE" in place. */
static bool parse(char *line, char *kind, char **path, char **value) {
        char *space;

        if (!line[0] || line[1] != ' ')
                return false;
        *kind = line[0];
        *path = line + 2;
        space = strchr(*path, ' ');
        *value = space ? space + 1 : line + strlen(line);
        if (space)
                *space = '\0';
        return name_path_valid(*path);
}

/* Files first, while all links are our own. */
static void build(int root_fd, char *text, bool links) {
        char *save = NULL;
        int n = 0;

        for (char *line = strtok_r(text, "\n", &save); line && n < LINES_MAX; line = strtok_r(NULL, "\n", &save), n++) {
                char kind, *path, *value;

                if (!parse(line, &kind, &path, &value))
                        continue;
                if (links && kind == 'l')
                        put_link(root_fd, path, value);
                if (!links && kind != 'l')
                        put(root_fd, kind, path, value);
        }
}

static struct testhost *base(void) {
        struct testhost *t = testhost_new();
        const char *mtty, *parent, *vf;

        testhost_kernel(t, "6.12.96", "CONFIG_IOMMUFD=m\n");
        mtty = testhost_add_mdev_parent(t, "mtty", "mtty");
        testhost_add_type(t, mtty, "mtty-1", 24);
        testhost_add_mdev(t, mtty, "mtty-1", "00000001-0000-4000-8000-000000000000", "mtty");
        testhost_add_pci(t, "0000:3b:00.0", "15b3:101d", "nic");
        parent = testhost_add_mdev_parent(t, "pci", "0000:3b:00.0");
        testhost_add_type(t, parent, "nic-1", 4);
        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "nic_vfio_pci");
        testhost_attr(t, vf, "model", "m");
        testhost_model_file(t, "m.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"m\","
                            "\"params\":{\"rss\":{\"source\":\"sysfs:rss\"}},\"paramsComplete\":true}");
        return t;
}

static char *describe(const char *root, bool by_hand) {
        _cleanup_host_ struct host h;
        struct text text = {};
        struct document *d;
        struct json_error e;

        if (host_init(&h, root) < 0)
                abort();
        h.sysfs.by_hand = by_hand;
        host_reload(&h);
        host_format(&h, &text);
        if (document_parse(text.data, text.length, DOCUMENT_HOST, &d, &e) < 0) {
                fprintf(stderr, "%s\n%s\n", e.message, text.data);
                abort();
        }
        document_free(d);
        return text_take(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *files = NULL, *links = NULL, *a = NULL, *b = NULL, *outside = NULL;
        struct testhost *t;
        int root_fd, out;

        if (size > 16384 || memmem(data, size, CANARY, strlen(CANARY)))
                return 0;
        t = base();
        root_fd = open(testhost_root(t), O_PATH | O_DIRECTORY | O_CLOEXEC);
        /* What must not be reached: beside the root. */
        outside = xasprintf("%s.outside", testhost_root(t));
        out = open(outside, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (root_fd < 0 || out < 0 || write(out, CANARY, strlen(CANARY)) < 0)
                abort();
        close(out);
        files = xstrndup((const char *)data, size);
        links = xstrdup(files);
        build(root_fd, files, false);
        build(root_fd, links, true);
        close(root_fd);

        a = describe(testhost_root(t), false);
        b = describe(testhost_root(t), true);
        if (strcmp(a, b) != 0) {
                fprintf(stderr, "with openat2: %s\nby hand: %s\n", a, b);
                abort();
        }
        if (strstr(a, CANARY))
                abort();
        unlink(outside);
        testhost_free(t);
        return 0;
}
