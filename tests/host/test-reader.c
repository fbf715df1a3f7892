/*
 * The reader as a process: its answers on fd 3, its end when the daemon goes, and the file that it hangs on.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/descriptor-json.h"
#include "host/wire.h"
#include "told.h"
#include "util/alloc.h"

static struct testhost *t;
static pid_t pid;
static int fd;
static struct wire w;
static uint32_t serial;

static void start(void) {
        _cleanup_free_ char *root = xasprintf("--root=%s", testhost_root(t));
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                if (fds[1] == 3)
                        fcntl(3, F_SETFD, 0);
                else
                        dup2(fds[1], 3);
                execl(READER, READER, root, (char *)NULL);
                _exit(127);
        }
        close(fds[1]);
        fd = fds[0];
        wire_init(&w, fd);
}

static void setup(void) {
        const char *mtty;

        t = testhost_new();
        testhost_kernel(t, "6.12.96", NULL);
        mtty = testhost_add_mdev_parent(t, "mtty", "mtty");
        testhost_add_type(t, mtty, "mtty-1", 24);
        testhost_add_type(t, mtty, "mtty-2", 12);
        testhost_attr(t, testhost_add_mdev(t, mtty, "mtty-1", uuid(1), "mtty"), "model", "m");
        start();
}

static int stop(void) {
        int status;

        wire_done(&w);
        close(fd);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        return status;
}

static void teardown(void) {
        testhost_free(t);
}

static void ask(enum wire_type type, const void *payload, size_t n) {
        ck_assert_int_eq(wire_send(fd, type, ++serial, payload, n), 0);
}

static struct wire_frame expect(enum wire_type type) {
        struct wire_frame f;

        ck_assert_int_eq(wire_receive(&w, &f), 1);
        ck_assert_int_eq((int)f.type, (int)type);
        ck_assert_uint_eq(f.serial, serial);
        return f;
}

static void expect_end(const char *error) {
        ck_assert_str_eq(expect(WIRE_END).payload, error);
}

/* What it is given to use. */
static void give_store(const char *text, size_t n) {
        ask(WIRE_STORE, text, n);
        ck_assert_int_eq(wire_send(fd, WIRE_STORE, serial, NULL, 0), 0);
}

START_TEST(test_answers) {
        static const char keys[] = "mdev:00000001-0000-4000-8000-000000000000\0parent:mtty:mtty\0mdev:gone\0";
        struct document *d;
        struct device *device;
        struct json_error e;
        struct wire_frame f;

        ask(WIRE_LIST, NULL, 0);
        f = expect(WIRE_HOST);
        ck_assert_int_eq(document_parse(f.payload, f.length, DOCUMENT_HOST, &d, &e), 0);
        ck_assert_str_eq(d->kernel, "6.12.96");
        document_free(d);
        f = expect(WIRE_KEYS);
        ck_assert_uint_eq(f.length,
                          strlen("mdev:00000001-0000-4000-8000-000000000000") + strlen("parent:mtty:mtty") + 2);
        ck_assert_mem_eq(f.payload, keys, f.length);
        expect_end("0");

        ask(WIRE_READ, keys, sizeof(keys) - 1); /* without models nothing can be said */
        expect_end("61");
        ask(WIRE_STORE, NULL, 0);
        expect_end("0");
        ask(WIRE_READ, keys, sizeof(keys) - 1);
        f = expect(WIRE_DEVICE);
        ck_assert_int_eq(device_parse(f.payload, f.length, false, &device, &e), 0);
        ck_assert_str_eq(device->traits->model, "m");
        ck_assert_str_eq(device->sysfs_path, "sys/devices/virtual/mtty/mtty/00000001-0000-4000-8000-000000000000");
        ck_assert_str_eq(device->vfio_device, "vfio0");
        device_unref(device);
        ck_assert_str_eq(expect(WIRE_KEY).payload, "mdev:00000001-0000-4000-8000-000000000000");
        for (int i = 0; i < 2; i++) {
                f = expect(WIRE_CREATABLE);
                ck_assert_int_eq(device_parse(f.payload, f.length, true, &device, &e), 0);
                ck_assert_uint_eq(device->available, i == 0 ? 24 : 12);
                device_unref(device);
        }
        ck_assert_str_eq(expect(WIRE_KEY).payload, "parent:mtty:mtty");
        ck_assert_str_eq(expect(WIRE_KEY).payload, "mdev:gone"); /* nothing before it: not there */
        expect_end("0");
        ck_assert_int_eq(stop(), 0);
}
END_TEST

START_TEST(test_reload) {
        struct document *d;
        struct json_error e;
        struct wire_frame f;

        ask(WIRE_RELOAD, NULL, 0);
        ck_assert_uint_eq(expect(WIRE_STORE).length, 0);
        expect_end("0");
        testhost_model_file(t, "a.json", "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"a\"}");
        testhost_model_file(t, "b.json", "{");
        ask(WIRE_RELOAD, NULL, 0);
        f = expect(WIRE_WARNING);
        ck_assert_ptr_nonnull(strstr(f.payload, "b.json"));
        f = expect(WIRE_MODELS);
        ck_assert_int_eq(document_parse(f.payload, f.length, DOCUMENT_HOST, &d, &e), 0);
        ck_assert_ptr_nonnull(models_find(&d->models, "a"));
        document_free(d);
        ck_assert_uint_gt(expect(WIRE_STORE).length, 0);
        ck_assert_uint_eq(expect(WIRE_STORE).length, 0);
        expect_end("0");
        ck_assert_int_eq(stop(), 0);
}
END_TEST

/* More than a frame holds, one model a frame; and more than is taken. */
START_TEST(test_large) {
        char *why = calloc(1, 1000 * 1000 + 1);
        size_t n_models = 0, n_store = 0;
        struct wire_frame f;

        memset(why, 'x', 1000 * 1000);
        for (int i = 0; i < 20; i++) {
                _cleanup_free_ char *name = xasprintf("%d.json", i);
                _cleanup_free_ char *text = xasprintf(
                        "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"%d\",\"facts\":{\"f\":"
                        "{\"rule\":\"equal\",\"why\":\"%s\"}}}",
                        i, why);

                testhost_model_file(t, name, text);
        }
        ask(WIRE_RELOAD, NULL, 0);
        do {
                ck_assert_int_eq(wire_receive(&w, &f), 1);
                n_models += f.type == WIRE_MODELS;
                n_store += f.type == WIRE_STORE ? f.length : 0;
        } while (f.type != WIRE_END);
        ck_assert_str_eq(f.payload, "0");
        ck_assert_uint_eq(n_models, 20);
        ck_assert_uint_gt(n_store, WIRE_PAYLOAD_MAX);
        for (int i = 20; i < 70; i++) {
                _cleanup_free_ char *name = xasprintf("%d.json", i);

                why[0] = ' '; /* no JSON, but as long */
                testhost_model_file(t, name, why);
        }
        ask(WIRE_RELOAD, NULL, 0);
        do
                ck_assert_int_eq(wire_receive(&w, &f), 1);
        while (f.type == WIRE_WARNING);
        ck_assert_int_eq((int)f.type, WIRE_END);
        ck_assert_str_eq(f.payload, "7"); /* E2BIG */
        free(why);
        ck_assert_int_eq(stop(), 0);
}
END_TEST

/* What another reader read is in force, whatever the files say now; only a reload looks at them. */
START_TEST(test_store) {
        static const char key[] = "mdev:00000001-0000-4000-8000-000000000000";
        char *store;
        size_t n;
        struct wire_frame f;

        testhost_model_file(t, "a.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"m\",\"facts\":{\"f\":{\"rule\":"
                            "\"equal\",\"source\":\"sysfs:fact\"}}}");
        testhost_attr(t, "sys/devices/virtual/mtty/mtty/00000001-0000-4000-8000-000000000000", "fact", "seen");
        ask(WIRE_RELOAD, NULL, 0);
        expect(WIRE_MODELS);
        f = expect(WIRE_STORE);
        n = f.length;
        store = xmemdup(f.payload, n);
        expect(WIRE_STORE);
        expect_end("0");
        ck_assert_int_eq(stop(), 0);
        testhost_remove(t, "etc/vfio-migration/models.d/a.json");
        start();
        for (size_t cut = 1; cut < 8; cut++) { /* cut off: it is refused */
                give_store(store, n - cut);
                expect_end("74");
        }
        give_store("nonsense", 8);
        expect_end("74");
        give_store(store, n);
        expect_end("0");
        ask(WIRE_READ, key, sizeof(key));
        ck_assert_ptr_nonnull(strstr(expect(WIRE_DEVICE).payload, "\"seen\""));
        expect(WIRE_KEY);
        expect_end("0");
        free(store);
        ck_assert_int_eq(stop(), 0);
}
END_TEST

/* A directory that cannot be listed is not an empty one. */
START_TEST(test_no_directory) {
        _cleanup_free_ char *print = xasprintf(READER " --print --root=%s >/dev/null 2>&1", testhost_root(t));

        ck_assert_int_eq(system(print), 0);
        testhost_link(t, "etc/vfio-migration/models.d", "models.d");
        ask(WIRE_RELOAD, NULL, 0);
        ck_assert_ptr_nonnull(strstr(expect(WIRE_WARNING).payload, "/etc/vfio-migration/models.d: "));
        expect_end("40"); /* ELOOP */
        ck_assert_int_ne(system(print), 0);
        ask(WIRE_READ, "a:1", 4);
        expect_end("61");
        ck_assert_int_eq(stop(), 0);
}
END_TEST

START_TEST(test_bad_requests) {
        ask((enum wire_type)'?', NULL, 0);
        expect_end("74");            /* EBADMSG */
        ask(WIRE_READ, "mdev:x", 6); /* does not end in NUL */
        expect_end("74");
        ask(WIRE_READ, NULL, 0);
        expect_end("61"); /* ENODATA: it has no models */
        ask(WIRE_STORE, NULL, 0);
        expect_end("0");
        ask(WIRE_READ, NULL, 0);
        expect_end("0");
        ask(WIRE_READ, "\0\0", 2);
        ck_assert_str_eq(expect(WIRE_KEY).payload, "");
        ck_assert_str_eq(expect(WIRE_KEY).payload, "");
        expect_end("0");
        ck_assert_int_eq(stop(), 0);
}
END_TEST

/* What changed since the last request is seen: nothing is kept but the model files. */
START_TEST(test_afresh) {
        static const char key[] = "mdev:00000001-0000-4000-8000-000000000000";
        static const char *const type = "sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1";
        struct wire_frame f;

        ask(WIRE_STORE, NULL, 0);
        expect_end("0");
        for (int i = 0; i < 3; i++) {
                _cleanup_free_ char *api = xasprintf("api-%d", i);

                testhost_attr(t, type, "device_api", api);
                ask(WIRE_READ, key, sizeof(key));
                f = expect(WIRE_DEVICE);
                ck_assert_ptr_nonnull(strstr(f.payload, api));
                expect(WIRE_KEY);
                expect_end("0");
        }
        ck_assert_int_eq(stop(), 0);
}
END_TEST

static bool said_firmware(const char *version) {
        bool said = strstr(expect(WIRE_DEVICE).payload, version) != NULL;

        expect(WIRE_KEY);
        expect_end("0");
        return said;
}

static void record(const char *fixture) {
        _cleanup_free_ char *path = xasprintf(FIXTURES "/devlink/%s", fixture);
        FILE *f = fopen(path, "re");
        char data[4096];
        size_t n;

        ck_assert_ptr_nonnull(f);
        n = fread(data, 1, sizeof(data), f);
        fclose(f);
        testhost_file_n(t, "run/vfio-migration/devlink/pci:0000:3b:00.0.info", data, n);
}

/* A sweep leaves devlink alone: it says what this reader remembers, if that is new enough. */
START_TEST(test_sweep) {
        static const char key[] = "pci:0000:3b:00.0", sweep[] = "0\0pci:0000:3b:00.0",
                          late[] = "18446744073709551615\0pci:0000:3b:00.0";

        testhost_add_pci(t, "0000:3b:00.0", "15b3:101d", "vfio-pci");
        record("mlx5.info");
        ask(WIRE_STORE, NULL, 0);
        expect_end("0");
        ask(WIRE_SWEEP, sweep, sizeof(sweep)); /* it remembers nothing */
        ck_assert(said_firmware("28.41.1000"));
        record("unknown.info");
        ask(WIRE_SWEEP, sweep, sizeof(sweep));
        ck_assert(said_firmware("28.41.1000"));
        ask(WIRE_SWEEP, late, sizeof(late));
        ck_assert(said_firmware("1.2.3"));
        record("mlx5.info");
        ask(WIRE_SWEEP, sweep, sizeof(sweep));
        ck_assert(said_firmware("1.2.3"));
        ask(WIRE_READ, key, sizeof(key));
        ck_assert(said_firmware("28.41.1000"));
        ck_assert_int_eq(stop(), 0);
}
END_TEST

START_TEST(test_bad_sweeps) {
        static const struct {
                const char *payload;
                size_t n;
        } bad[] = { { "", 0 }, { "", 1 }, { "0", 1 }, { "x", 2 }, { "-1", 3 }, { "1 ", 3 }, { "0\0pci:x", 7 } };

        ask(WIRE_STORE, NULL, 0);
        expect_end("0");
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                ask(WIRE_SWEEP, bad[i].payload, bad[i].n);
                expect_end("74");
        }
        ask(WIRE_SWEEP, "0", 2);
        expect_end("0");
        ck_assert_int_eq(stop(), 0);
}
END_TEST

/* A frame too large for it, and a connection that is cut: it ends, and says why only in the first case. */
START_TEST(test_protocol_error) {
        struct wire_header h = { .type = WIRE_LIST, .length = UINT32_MAX };
        int status;

        ck_assert_int_eq(wire_send_raw(fd, &h, sizeof(h)), 0);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
        wire_done(&w);
        close(fd);
}
END_TEST

START_TEST(test_print) {
        _cleanup_free_ char *command = xasprintf(READER " --print --root=%s", testhost_root(t));
        char text[16384] = "";
        struct document *d;
        struct json_error e;
        FILE *f = popen(command, "re");
        size_t n;

        ck_assert_ptr_nonnull(f);
        n = fread(text, 1, sizeof(text) - 1, f);
        ck_assert_int_eq(pclose(f), 0);
        ck_assert_msg(document_parse(text, n, DOCUMENT_HOST, &d, &e) == 0, "%s", e.message);
        ck_assert_uint_eq(d->n_devices, 1);
        ck_assert_uint_eq(d->n_creatables, 2);
        document_free(d);
        ck_assert_int_eq(stop(), 0);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("reader");
        TCase *cases = tcase_create("reader");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_set_timeout(cases, 60);
        tcase_add_test(cases, test_answers);
        tcase_add_test(cases, test_reload);
        tcase_add_test(cases, test_large);
        tcase_add_test(cases, test_store);
        tcase_add_test(cases, test_no_directory);
        tcase_add_test(cases, test_bad_requests);
        tcase_add_test(cases, test_afresh);
        tcase_add_test(cases, test_sweep);
        tcase_add_test(cases, test_bad_sweeps);
        tcase_add_test(cases, test_protocol_error);
        tcase_add_test(cases, test_print);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
