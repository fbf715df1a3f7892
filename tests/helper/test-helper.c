/*
 * The helper as a process, over a real socket, below a root that is not there: what it answers, and what it refuses.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../host/told.h"
#include "host/helper.h"
#include "util/alloc.h"

#define VF "pci:0000:3b:00.1"
#define PF "pci:0000:3b:00.0"
#define BYTES(s) (s), sizeof(s) - 1

static struct testhost *t;
static const char *vf, *pf, *mtty, *mdev;
static char *field;
static size_t length;

static int start(int type, pid_t *ret_pid) {
        _cleanup_free_ char *root = xasprintf("--root=%s", testhost_root(t));
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
        *ret_pid = fork();
        ck_assert_int_ge(*ret_pid, 0);
        if (*ret_pid == 0) {
                dup2(fds[1], 0);
                execl(HELPER, HELPER, root, (char *)NULL);
                _exit(127);
        }
        close(fds[1]);
        return fds[0];
}

static int end(int fd, pid_t pid) {
        int status;

        close(fd);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status));
        return WEXITSTATUS(status);
}

/* The answer's errno; what it says besides is in field. */
static int ask_bytes(const char *request, size_t n) {
        _cleanup_free_ char *answer = xcalloc(HELPER_ANSWER_MAX + 1, 1);
        const char *f;
        ssize_t got;
        pid_t pid;
        int fd = start(SOCK_SEQPACKET, &pid), error = -1;

        ck_assert_int_eq(send(fd, request, n, 0), (ssize_t)n);
        got = recv(fd, answer, HELPER_ANSWER_MAX, 0);
        ck_assert_int_gt(got, 0);
        ck_assert_int_eq(helper_parse(answer, (size_t)got, &error, &f, &length), 0);
        free(field);
        field = xmemdup(f, length + 1);
        ck_assert_int_eq(end(fd, pid), 0);
        return error;
}

static int ask(const char *verb, const char *a, const char *b, const char *c) {
        _cleanup_text_ struct text request = {};

        helper_add(&request, verb);
        for (const char *const *f = (const char *const[]){ a, b, c, NULL }; *f; f++)
                helper_add(&request, *f);
        return ask_bytes(request.data, request.length);
}

static void setup(void) {
        field = NULL;
        t = testhost_new();
        pf = testhost_add_pci(t, "0000:3b:00.0", "15b3:101d", "mlx5_core");
        vf = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "mlx5_vfio_pci");
        testhost_add_pci(t, "0000:00:1f.0", "8086:1234", "lpc");
        mtty = testhost_add_mdev_parent(t, "mtty", "mtty");
        testhost_add_type(t, mtty, "mtty-1", 24);
        mdev = testhost_add_mdev(t, mtty, "mtty-1", uuid(1), "mtty");
        testhost_process(t, 1, "/dev/null");
}

static void teardown(void) {
        free(take_ptr(field));
        testhost_free(t);
}

START_TEST(test_read) {
        _cleanup_free_ char *address = join("mdev:", "", uuid(1));

        testhost_attr(t, vf, "model", "m");
        testhost_attr(t, vf, "migration/params/rss", "on");
        testhost_attr(t, mdev, "version", "7");
        ck_assert_int_eq(ask("read", VF, "model", NULL), 0);
        ck_assert_str_eq(field, "m\n");
        ck_assert_int_eq(ask("read", VF, "migration/params/rss", NULL), 0);
        ck_assert_str_eq(field, "on\n");
        ck_assert_int_eq(ask("read", address, "version", NULL), 0);
        ck_assert_str_eq(field, "7\n");
        ck_assert_int_eq(ask("type-read", "mtty:mtty", "mtty-1", "device_api"), 0);
        ck_assert_str_eq(field, "vfio-pci\n");
        ck_assert_int_eq(ask("type-read", "mtty:mtty", "mtty-1", "model"), ENOENT);
        ck_assert_int_eq(ask("type-read", "mtty:mtty", "mtty-9", "model"), ENOENT);
        ck_assert_int_eq(ask("read", VF, "version", NULL), ENOENT);
        ck_assert_int_eq(ask("read", "pci:0000:3b:00.7", "version", NULL), ENODEV);
}
END_TEST

START_TEST(test_read_bytes) {
        _cleanup_free_ char *path = join(vf, "/", "model"), *large = xcalloc(5000, 1);

        memset(large, 'x', 5000);
        testhost_file_n(t, path, "a\0\xff", 3);
        ck_assert_int_eq(ask("read", VF, "model", NULL), 0);
        ck_assert_uint_eq(length, 3);
        ck_assert_mem_eq(field, "a\0\xff", 3);
        testhost_file_n(t, path, large, 4096);
        ck_assert_int_eq(ask("read", VF, "model", NULL), 0);
        ck_assert_uint_eq(length, 4096);
        testhost_file_n(t, path, large, 4097);
        ck_assert_int_eq(ask("read", VF, "model", NULL), E2BIG);
        testhost_attr(t, vf, "model", "");
        ck_assert_int_eq(ask("read", VF, "model", NULL), 0);
        ck_assert_str_eq(field, "\n");
}
END_TEST

static void set_mode(const char *dir, const char *name, mode_t mode) {
        _cleanup_free_ char *path = xasprintf("%s/%s/%s", testhost_root(t), dir, name);

        ck_assert_int_eq(chmod(path, mode), 0);
}

/* Only what a provider reads, the driver lists, or a model file that is ours names. */
START_TEST(test_read_named) {
        _cleanup_free_ char *file = NULL;

        testhost_attr(t, vf, "rss", "on");
        testhost_attr(t, pf, "qat/services", "sym");
        ck_assert_int_eq(ask("read", VF, "rss", NULL), EPERM);
        testhost_attr(t, vf, "config_params", "fps rss");
        ck_assert_int_eq(ask("read", VF, "rss", NULL), 0);
        testhost_attr(t, vf, "config_params", "rss-size");
        ck_assert_int_eq(ask("read", VF, "rss", NULL), EPERM);
        ck_assert_int_eq(ask("read", PF, "qat/services", NULL), EPERM);
        testhost_model_file(
                t, "m.json",
                "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"m\",\"match\":[{\"driver\":\"*\"}],"
                "\"params\":{\"r\":{\"source\":\"sysfs:rss\"}},"
                "\"facts\":{\"vendor.s\":{\"rule\":\"equal\",\"source\":\"parent:qat/services\"}}}");
        ck_assert_int_eq(ask("read", VF, "rss", NULL), 0);
        ck_assert_str_eq(field, "on\n");
        ck_assert_int_eq(ask("read", PF, "qat/services", NULL), 0);
        ck_assert_str_eq(field, "sym\n");
        ck_assert_int_eq(ask("read", PF, "rss", NULL), EPERM);
        ck_assert_int_eq(ask("read", VF, "qat/services", NULL), EPERM);
        /* Not if others may write it, nor if it lies where the daemon may write. */
        file = xasprintf("%s/etc/vfio-migration/models.d/m.json", testhost_root(t));
        ck_assert_int_eq(chmod(file, 0664), 0);
        ck_assert_int_eq(ask("read", VF, "rss", NULL), EPERM);
        testhost_file(t, "run/vfio-migration/models.d/n.json",
                      "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"n\",\"params\":{\"rss\":{}}}");
        ck_assert_int_eq(ask("read", VF, "rss", NULL), EPERM);
        /* Nor where others could replace it. */
        ck_assert_int_eq(chmod(file, 0644), 0);
        ck_assert_int_eq(ask("read", VF, "rss", NULL), 0);
        set_mode("etc/vfio-migration", "models.d", 0775);
        ck_assert_int_eq(ask("read", VF, "rss", NULL), EPERM);
        set_mode("etc/vfio-migration", "models.d", 0755);
        testhost_dir(t, "etc/vfio-migration/models.d/m.json.d");
        set_mode("etc/vfio-migration/models.d", "m.json.d", 0777);
        ck_assert_int_eq(ask("read", VF, "rss", NULL), EPERM);
}
END_TEST

START_TEST(test_refused) {
        static const char *const names[] = { "remove",    "config",      "../model", "/etc/passwd", "a/../model",
                                             ".",         "..",          "",         "model/",      "power/control",
                                             "resource0", "driver/model" };
        static const char *const addresses[] = { "",         ":",    "pci:", "pci:..",   "..:..",         "pci:../x",
                                                 "../pci:x", "0000", "/:/",  "pci:\xff", ".:0000:3b:00.1" };

        testhost_attr(t, vf, "model", "m");
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                ck_assert_int_eq(ask("read", VF, names[i], NULL), EINVAL);
                ck_assert_int_eq(ask("type-read", "mtty:mtty", "mtty-1", names[i]), EINVAL);
        }
        for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
                ck_assert_int_eq(ask("read", addresses[i], "model", NULL), EINVAL);
                ck_assert_int_eq(ask("type-read", addresses[i], "mtty-1", "model"), EINVAL);
                ck_assert_int_eq(ask("test-version", addresses[i], "v", NULL), EINVAL);
                ck_assert_int_eq(ask("migration-state", addresses[i], NULL, NULL), EINVAL);
        }
        ck_assert_int_eq(ask("type-read", "mtty:mtty", "../mtty-1", "model"), EINVAL);
        ck_assert_int_eq(ask("type-read", "mtty:mtty", "..", "model"), EINVAL);
        ck_assert_int_eq(ask("test-version", "mtty:mtty/..", "v", NULL), EINVAL);
        /* Devices that are none of ours, and what is no device at all. */
        ck_assert_int_eq(ask("read", "pci:0000:00:1f.0", "model", NULL), ENODEV);
        ck_assert_int_eq(ask("read", "0000:3b:00.1", "model", NULL), ENODEV);
        ck_assert_int_eq(ask("read", "pci:a/b", "model", NULL), EINVAL);
        ck_assert_int_eq(ask("test-version", "pci:a/b", "v", NULL), ENODEV);
        testhost_link(t, "sys/bus/pci/devices/0000:99:00.0", "../../../../etc");
        ck_assert_int_eq(ask("read", "pci:0000:99:00.0", "model", NULL), ENODEV);
}
END_TEST

/* What is no regular file in the directory itself is not opened: nothing hangs, nothing leads out. */
START_TEST(test_links) {
        _cleanup_free_ char *model = join(vf, "/", "model"), *dir = join(vf, "/", "migration");

        testhost_fifo(t, model);
        ck_assert_int_eq(ask("read", VF, "model", NULL), EINVAL);
        testhost_remove(t, model);
        testhost_file(t, "etc/secret", "s");
        testhost_link_to(t, model, "etc/secret");
        ck_assert_int_eq(ask("read", VF, "model", NULL), ELOOP);
        testhost_remove(t, model);
        testhost_dir(t, model);
        ck_assert_int_eq(ask("read", VF, "model", NULL), EISDIR);
        testhost_file(t, "etc/info.json", "s");
        testhost_link_to(t, dir, "etc");
        ck_assert_int_eq(ask("read", VF, "migration/info.json", NULL), ELOOP);
}
END_TEST

START_TEST(test_requests) {
        _cleanup_free_ char *large = xcalloc(HELPER_REQUEST_MAX + 1, 1);

        ck_assert_int_eq(ask_bytes(BYTES("\0")), EOPNOTSUPP);
        ck_assert_int_eq(ask_bytes(BYTES("\0\0\0\0")), EOPNOTSUPP);
        ck_assert_int_eq(ask_bytes(BYTES("\0\0\0\0\0")), EBADMSG);
        ck_assert_int_eq(ask_bytes(BYTES("who-holds")), EBADMSG);
        ck_assert_int_eq(ask_bytes(BYTES("who-holds\0x\0")), EINVAL);
        ck_assert_int_eq(ask_bytes(BYTES("read\0")), EINVAL);
        ck_assert_int_eq(ask_bytes(BYTES("read\0pci:0000:3b:00.1\0model")), EBADMSG);
        ck_assert_int_eq(ask_bytes(BYTES("write\0x\0")), EOPNOTSUPP);
        ck_assert_int_eq(ask_bytes(BYTES("create\0mtty:mtty\0mtty-1\0u\0")), EOPNOTSUPP);
        ck_assert_int_eq(ask_bytes(BYTES("\xff\xfe{}")), EBADMSG);
        ck_assert_int_eq(ask_bytes(large, HELPER_REQUEST_MAX), EBADMSG);
        memset(large, 'x', HELPER_REQUEST_MAX);
        ck_assert_int_eq(ask_bytes(large, HELPER_REQUEST_MAX), EBADMSG);
        ck_assert_int_eq(ask_bytes(large, HELPER_REQUEST_MAX + 1), E2BIG);
        large[HELPER_REQUEST_MAX - 1] = '\0';
        ck_assert_int_eq(ask_bytes(large, HELPER_REQUEST_MAX), EOPNOTSUPP);
}
END_TEST

/* Who goes without a question, or talks on another kind of socket. */
START_TEST(test_connections) {
        pid_t pid;
        int fd = start(SOCK_SEQPACKET, &pid);

        ck_assert_int_eq(end(fd, pid), 0);
        fd = start(SOCK_STREAM, &pid);
        ck_assert_int_eq(send(fd, BYTES("who-holds\0"), MSG_NOSIGNAL), 10);
        ck_assert_int_eq(end(fd, pid), 1);
}
END_TEST

START_TEST(test_who_holds) {
        ck_assert_int_eq(ask("who-holds", NULL, NULL, NULL), 0);
        ck_assert_str_eq(field, "complete\n");
        testhost_process(t, 2, "/dev/vfio/devices/vfio0");
        testhost_process(t, 3, "/dev/vfio/12");
        ck_assert_int_eq(ask("who-holds", NULL, NULL, NULL), 0);
        ck_assert_str_eq(field, "12\ndevices/vfio0\ncomplete\n");
}
END_TEST

/* What is below a directory: each path, and for files what is in them. */
static void add_tree(struct text *text, const char *path) {
        DIR *dir = opendir(path);
        struct dirent *d;

        ck_assert_ptr_nonnull(dir);
        while ((d = readdir(dir))) {
                _cleanup_free_ char *sub = xasprintf("%s/%s", path, d->d_name);
                struct stat st;

                if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
                        continue;
                ck_assert_int_eq(lstat(sub, &st), 0);
                text_addf(text, "%s %o %lld\n", sub, st.st_mode,
                          (long long)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
                if (S_ISDIR(st.st_mode))
                        add_tree(text, sub);
        }
        closedir(dir);
}

static char *content(const char *dir, const char *name) {
        _cleanup_free_ char *path = xasprintf("%s/%s/%s", testhost_root(t), dir, name);
        char buffer[5000];
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = read(fd, buffer, sizeof(buffer));

        ck_assert_int_ge(n, 0);
        close(fd);
        return xstrndup(buffer, (size_t)n);
}

START_TEST(test_token) {
        _cleanup_free_ char *now = NULL, *type = join(mtty, "/", "mdev_supported_types/mtty-1"), *of_type = NULL;

        testhost_attr(t, vf, "migration_version", "------");
        testhost_attr(t, type, "migration_version", "------");
        ck_assert_int_eq(ask("test-version", VF, "v1", NULL), 0);
        ck_assert_str_eq(field, "0");
        now = content(vf, "migration_version");
        ck_assert_str_eq(now, "v1----\n");
        ck_assert_int_eq(ask("test-version", "mtty:mtty/mtty-1", "v22", NULL), 0);
        ck_assert_str_eq(field, "0");
        of_type = content(type, "migration_version");
        ck_assert_str_eq(of_type, "v22---\n");
}
END_TEST

/* Whatever is asked, nothing else below the root changes, nor does the attribute of a device that may be held. */
START_TEST(test_token_refused) {
        _cleanup_text_ struct text before = {}, after = {};
        _cleanup_free_ char *large = xcalloc(4097, 1), *second = NULL, *link = NULL;
        const char *vf2;

        memset(large, 'x', 4096);
        vf2 = testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.2", "15b3:101e", "mlx5_vfio_pci");
        testhost_attr(t, vf, "migration_version", "v0");
        testhost_attr(t, pf, "migration_version", "v0");
        testhost_file(t, "etc/target", "v0");
        second = join(vf2, "/", "migration_version");
        testhost_link_to(t, second, "etc/target");
        add_tree(&before, testhost_root(t));
        ck_assert_int_eq(ask("test-version", VF, "", NULL), EINVAL);
        ck_assert_int_eq(ask("test-version", VF, large, NULL), EINVAL);
        ck_assert_int_eq(ask("test-version", PF, "v1", NULL), ENODEV);
        ck_assert_int_eq(ask("test-version", "pci:0000:3b:00.2", "v1", NULL), ELOOP);
        ck_assert_int_eq(ask("test-version", "mtty:mtty/mtty-1", "v1", NULL), ENOENT);
        ck_assert_int_eq(ask("test-version", VF "/migration_version", "v1", NULL), ENOENT);
        ck_assert_int_eq(ask("test-version", VF "/..", "v1", NULL), EINVAL);
        ck_assert_int_eq(ask("test-version", VF, "v1", "model"), EINVAL);
        add_tree(&after, testhost_root(t));
        ck_assert_str_eq(before.data, after.data);

        testhost_remove(t, second);
        testhost_fifo(t, second);
        ck_assert_int_eq(ask("test-version", "pci:0000:3b:00.2", "v1", NULL), ENXIO);
        testhost_remove(t, second);
        testhost_dir(t, second);
        ck_assert_int_eq(ask("test-version", "pci:0000:3b:00.2", "v1", NULL), EISDIR);
        set_mode(vf, "migration_version", 0444);
        ck_assert_int_eq(ask("test-version", VF, "v1", NULL), EACCES);
        set_mode(vf, "migration_version", 0644);
        link = content(vf, "migration_version");
        ck_assert_str_eq(link, "v0\n");
}
END_TEST

START_TEST(test_token_held) {
        _cleanup_free_ char *now = NULL, *group = xasprintf("%s/%s/iommu_group", testhost_root(t), vf), *node = NULL;
        char target[256] = "";

        testhost_attr(t, vf, "migration_version", "v0");
        ck_assert_int_gt(readlink(group, target, sizeof(target) - 1), 0);
        node = join("/dev/vfio/", "", path_name(target));
        testhost_process(t, 2, node);
        ck_assert_int_eq(ask("test-version", VF, "v1", NULL), EBUSY);
        testhost_remove(t, "proc/2");
        testhost_dir(t, "proc/3"); /* a process that cannot be looked at */
        ck_assert_int_eq(ask("test-version", VF, "v1", NULL), EAGAIN);
        testhost_remove(t, "proc/3");
        now = content(vf, "migration_version");
        ck_assert_str_eq(now, "v0\n");
        ck_assert_int_eq(ask("test-version", VF, "v1", NULL), 0);
        ck_assert_str_eq(field, "0");
}
END_TEST

/* One connection, one process: it sees what has changed since its last answer, and ends when its client is gone. */
START_TEST(test_again) {
        _cleanup_text_ struct text request = {};
        pid_t pid;
        int fd = start(SOCK_SEQPACKET, &pid), error;

        helper_add(&request, "read");
        helper_add(&request, VF);
        helper_add(&request, "model");
        for (int i = 0; i < 3; i++) {
                _cleanup_free_ char *model = xasprintf("m%d", i), *answer = NULL;

                if (i < 2)
                        testhost_attr(t, vf, "model", model);
                else
                        testhost_remove(t, "sys/bus/pci/devices/0000:3b:00.1");
                ck_assert_int_eq(helper_send(fd, &request), 0);
                ck_assert_int_eq(helper_receive(fd, 5000000, &error, &answer, &length), 0);
                if (i == 2)
                        ck_assert_int_eq(error, ENODEV);
                else
                        ck_assert_int_eq(strncmp(answer, model, 2), 0);
        }
        ck_assert_int_eq(end(fd, pid), 0);
}
END_TEST

START_TEST(test_migration_state) {
        ck_assert_int_eq(ask("migration-state", VF, NULL, NULL), ENOTDIR);
        testhost_dir(t, "sys/kernel/debug/vfio");
        ck_assert_int_eq(ask("migration-state", VF, NULL, NULL), ENOENT);
        testhost_dir(t, "sys/kernel/debug/vfio/0000:3b:00.1");
        ck_assert_int_eq(ask("migration-state", VF, NULL, NULL), ENOENT);
        testhost_file(t, "sys/kernel/debug/vfio/0000:3b:00.1/migration/state", "RUNNING\n");
        ck_assert_int_eq(ask("migration-state", VF, NULL, NULL), 0);
        ck_assert_str_eq(field, "state=RUNNING\n");
        testhost_file(t, "sys/kernel/debug/vfio/0000:3b:00.1/migration/features", "stop-copy\np2p\n");
        ck_assert_int_eq(ask("migration-state", VF, NULL, NULL), 0);
        ck_assert_str_eq(field, "state=RUNNING\nfeatures=stop-copy p2p\n");
        ck_assert_int_eq(ask("migration-state", PF, NULL, NULL), ENOENT);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("helper");
        TCase *c = tcase_create("all");

        tcase_add_checked_fixture(c, setup, teardown);
        tcase_set_timeout(c, 60);
        tcase_add_test(c, test_read);
        tcase_add_test(c, test_read_bytes);
        tcase_add_test(c, test_read_named);
        tcase_add_test(c, test_refused);
        tcase_add_test(c, test_links);
        tcase_add_test(c, test_requests);
        tcase_add_test(c, test_connections);
        tcase_add_test(c, test_who_holds);
        tcase_add_test(c, test_token);
        tcase_add_test(c, test_token_refused);
        tcase_add_test(c, test_token_held);
        tcase_add_test(c, test_again);
        tcase_add_test(c, test_migration_state);
        suite_add_tcase(suite, c);
        return told_run(suite);
}
