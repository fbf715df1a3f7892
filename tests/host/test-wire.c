/*
 * Frames: whole, in pieces, many at once, too large; and a peer that goes away.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/wire.h"
#include "told.h"
#include "util/alloc.h"

static int fds[2];
static struct wire w;
static struct wire_frame f;

static void setup(void) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        ck_assert_int_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
        wire_init(&w, fds[1]);
}

static void teardown(void) {
        wire_done(&w);
        close(fds[0]);
        close(fds[1]);
}

START_TEST(test_frames) {
        _cleanup_text_ struct text t = {};

        ck_assert_int_eq(wire_receive(&w, &f), 0);
        ck_assert_int_eq(wire_send(fds[0], WIRE_LIST, 7, NULL, 0), 0);
        wire_append(&t, WIRE_READ, 8, "a\0b", 4);
        wire_append(&t, WIRE_END, 9, "0", 1);
        ck_assert_int_eq(wire_send_raw(fds[0], t.data, t.length), 0);

        ck_assert_int_eq(wire_receive(&w, &f), 1);
        ck_assert(f.type == WIRE_LIST && f.serial == 7 && f.length == 0 && f.payload[0] == '\0');
        ck_assert_int_eq(wire_receive(&w, &f), 1);
        ck_assert(f.type == WIRE_READ && f.serial == 8 && f.length == 4);
        ck_assert_mem_eq(f.payload, "a\0b\0", 5);
        ck_assert_int_eq(wire_receive(&w, &f), 1);
        ck_assert(f.type == WIRE_END && f.length == 1);
        ck_assert_str_eq(f.payload, "0");
        ck_assert_int_eq(wire_receive(&w, &f), 0);
        close(fds[0]);
        ck_assert_int_eq(wire_receive(&w, &f), -EPIPE);
        fds[0] = dup(fds[1]);
}
END_TEST

/* Every way of cutting a stream of frames in two. */
START_TEST(test_pieces) {
        _cleanup_text_ struct text t = {};

        wire_append(&t, WIRE_KEY, 1, "pci:0000:3b:00.2", 16);
        wire_append(&t, WIRE_END, 1, "0", 1);
        for (size_t cut = 0; cut <= t.length; cut++) {
                int n = 0;

                ck_assert_int_eq(wire_send_raw(fds[0], t.data, cut), 0);
                while (wire_receive(&w, &f) == 1)
                        n++;
                if (cut < t.length)
                        ck_assert_int_eq(wire_send_raw(fds[0], t.data + cut, t.length - cut), 0);
                while (wire_receive(&w, &f) == 1)
                        n++;
                ck_assert_int_eq(n, 2);
                ck_assert_str_eq(f.payload, "0");
        }
}
END_TEST

/* Frames of all sizes around that of the buffer, one after the other through one connection. */
START_TEST(test_sizes) {
        static const size_t sizes[] = { 0, 1, 4095, 65523, 65524, 65525, 65536, 131072, 300000, 5, 70000 };
        _cleanup_free_ char *data = malloc(300000);

        ck_assert_ptr_nonnull(data);
        memset(data, 'x', 300000);
        for (int round = 0; round < 3; round++)
                for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                        pid_t pid = fork();
                        int r;

                        ck_assert_int_ge(pid, 0);
                        if (pid == 0)
                                _exit(wire_send(fds[0], WIRE_DEVICE, (uint32_t)i, data, sizes[i]) < 0);
                        while ((r = wire_receive(&w, &f)) == 0)
                                ;
                        ck_assert_int_eq(r, 1);
                        ck_assert_uint_eq(f.length, sizes[i]);
                        ck_assert_uint_eq(strlen(f.payload), sizes[i]);
                }
}
END_TEST

/* A payload that no frame holds, in pieces; the last one says that it is the end. */
START_TEST(test_long) {
        size_t n = WIRE_PAYLOAD_MAX + 5, got = 0;
        _cleanup_free_ char *data = malloc(n);
        pid_t pid = fork();
        int r;

        ck_assert_ptr_nonnull(data);
        memset(data, 'x', n);
        if (pid == 0) {
                _cleanup_text_ struct text t = {};

                wire_append_pieces(&t, WIRE_STORE, 3, data, n);
                _exit(wire_send_raw(fds[0], t.data, t.length) < 0);
        }
        do {
                while ((r = wire_receive(&w, &f)) == 0)
                        ;
                ck_assert_int_eq(r, 1);
                ck_assert(f.type == WIRE_STORE && f.serial == 3);
                got += f.length;
        } while (f.length > 0);
        ck_assert_uint_eq(got, n);
}
END_TEST

START_TEST(test_impossible) {
        struct wire_header h = { .type = WIRE_DEVICE, .length = WIRE_PAYLOAD_MAX + 1 };

        ck_assert_int_eq(wire_send(fds[0], WIRE_DEVICE, 1, "", WIRE_PAYLOAD_MAX + 1), -E2BIG);
        ck_assert_int_eq(wire_send_raw(fds[0], &h, sizeof(h)), 0);
        ck_assert_int_eq(wire_receive(&w, &f), -EPROTO);
        close(fds[1]);
        ck_assert_int_eq(wire_send(fds[0], WIRE_LIST, 1, NULL, 0), -EPIPE);
        fds[1] = dup(fds[0]);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("wire");
        TCase *cases = tcase_create("wire");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_set_timeout(cases, 60);
        tcase_add_test(cases, test_frames);
        tcase_add_test(cases, test_pieces);
        tcase_add_test(cases, test_sizes);
        tcase_add_test(cases, test_long);
        tcase_add_test(cases, test_impossible);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
