/*
 * What is said between the helper and who asks it, and who holds what: as text. Device numbers of real processes are
 * tests/helper/test-holders's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/helper.h"
#include "host/holders.h"
#include "host/readable.h"
#include "told.h"
#include "util/alloc.h"

#define BYTES(s) (s), sizeof(s) - 1

START_TEST(test_request) {
        _cleanup_text_ struct text t = {};

        helper_add(&t, "read");
        helper_add(&t, "pci:0000:3b:00.1");
        helper_add(&t, "");
        ck_assert_uint_eq(t.length, sizeof("read\0pci:0000:3b:00.1\0"));
        ck_assert_mem_eq(t.data, "read\0pci:0000:3b:00.1\0", t.length);
}
END_TEST

static const struct {
        const char *bytes;
        size_t n;
        int r, error;
        size_t length;
} answers[] = {
        { BYTES("0\0"), 0, 0, 0 },
        { BYTES("0\0field\n"), 0, 0, 6 },
        { BYTES("0\0a\0b"), 0, 0, 3 },
        { BYTES("22\0"), 0, 22, 0 },
        { BYTES("4095\0"), 0, 4095, 0 },
        { BYTES("4096\0"), -EPROTO, 0, 0 },
        { BYTES("99999999999999999999\0"), -EPROTO, 0, 0 },
        { BYTES("-5\0"), -EPROTO, 0, 0 },
        { BYTES("0x5\0"), -EPROTO, 0, 0 },
        { BYTES(" 5\0"), -EPROTO, 0, 0 },
        { BYTES("\0"), -EPROTO, 0, 0 },
        { BYTES("0"), -EPROTO, 0, 0 },
        { BYTES(""), -EPROTO, 0, 0 },
        { BYTES("Hello, world"), -EPROTO, 0, 0 },
};

START_TEST(test_answer) {
        const char *field = NULL;
        size_t length = 0;
        int error = -1, r = helper_parse(answers[_i].bytes, answers[_i].n, &error, &field, &length);

        ck_assert_int_eq(r, answers[_i].r);
        if (r < 0)
                return;
        ck_assert_int_eq(error, answers[_i].error);
        ck_assert_uint_eq(length, answers[_i].length);
        ck_assert_ptr_eq(field, answers[_i].bytes + answers[_i].n - length);
}
END_TEST

static int exchange(const void *answer, size_t n, bool end, char **ret_field, size_t *ret_length) {
        _cleanup_text_ struct text request = {};
        int fds[2], error = -1, r;

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
        if (n)
                ck_assert_int_eq(send(fds[1], answer, n, 0), (ssize_t)n);
        if (end)
                shutdown(fds[1], SHUT_WR);
        helper_add(&request, "who-holds");
        ck_assert_int_eq(helper_send(fds[0], &request), 0);
        r = helper_receive(fds[0], 20000, &error, ret_field, ret_length);
        if (r >= 0)
                ck_assert_int_eq(error, 0);
        close(fds[0]);
        close(fds[1]);
        return r;
}

START_TEST(test_exchange) {
        _cleanup_free_ char *field = NULL, *large = xcalloc(HELPER_ANSWER_MAX + 1, 1);
        size_t length;

        ck_assert_int_eq(exchange(BYTES("0\0twelve\n"), false, &field, &length), 0);
        ck_assert_uint_eq(length, 7);
        ck_assert_str_eq(field, "twelve\n");
        free(take_ptr(field));
        memset(large, 'x', HELPER_ANSWER_MAX + 1);
        memcpy(large, "0", 2);
        ck_assert_int_eq(exchange(large, HELPER_ANSWER_MAX, false, &field, &length), 0);
        ck_assert_uint_eq(length, HELPER_ANSWER_MAX - 2);
        ck_assert_uint_eq(strlen(field), length);
        free(take_ptr(field));
        ck_assert_int_eq(exchange(large, HELPER_ANSWER_MAX + 1, false, &field, &length), -EPROTO);
        ck_assert_int_eq(exchange(BYTES("what?"), false, &field, &length), -EPROTO);
        ck_assert_int_eq(exchange(NULL, 0, false, &field, &length), -ETIMEDOUT);
        ck_assert_int_eq(exchange(NULL, 0, true, &field, &length), -ECONNRESET);
        ck_assert_ptr_null(field);
}
END_TEST

START_TEST(test_format) {
        struct inuse u = { .complete = _i }, parsed;
        _cleanup_text_ struct text t = {};

        names_add(&u.open, "12");
        names_add(&u.open, "devices/vfio0");
        names_add(&u.open, "noiommu-0");
        holders_format(&u, &t);
        ck_assert_int_eq(holders_parse(t.data, t.length, &parsed), 0);
        ck_assert_int_eq(parsed.complete, _i);
        ck_assert_uint_eq(parsed.open.n, 3);
        ck_assert_int_eq(inuse_find(&parsed, "12", NULL), TRI_YES);
        ck_assert_int_eq(inuse_find(&parsed, "0", NULL), TRI_YES);
        ck_assert_int_eq(inuse_find(&parsed, "7", "vfio0"), TRI_YES);
        ck_assert_int_eq(inuse_find(&parsed, "7", "vfio1"), _i ? TRI_NO : TRI_UNKNOWN);
        inuse_done(&parsed);
        inuse_done(&u);
}
END_TEST

/* Half an answer must not pass for one in which nobody holds anything. */
static const struct {
        const char *bytes;
        size_t n;
} no_holders[] = {
        { BYTES("") },
        { BYTES("12\n") },
        { BYTES("complete") },
        { BYTES("complete\n12\n") },
        { BYTES("complete\ncomplete\n") },
        { BYTES("12\n\ncomplete\n") },
        { BYTES("1\0002\ncomplete\n") },
        { BYTES("../12\ncomplete\n") },
        { BYTES("/12\ncomplete\n") },
        { BYTES("12\xff\ncomplete\n") },
        { BYTES("complete\n\0") },
};

START_TEST(test_parse) {
        struct inuse u;

        ck_assert_int_eq(holders_parse(no_holders[_i].bytes, no_holders[_i].n, &u), -EPROTO);
}
END_TEST

/* A dump's links are text: none of them is followed. */
START_TEST(test_fake) {
        struct testhost *t = testhost_new();
        struct inuse u;
        struct sysfs s;

        ck_assert_int_eq(sysfs_init(&s, testhost_root(t)), 0);
        holders_read(&s, &u);
        ck_assert_int_eq(inuse_find(&u, "7", NULL), TRI_UNKNOWN);
        inuse_done(&u);
        testhost_process(t, 1, "/dev/vfio/7");
        testhost_process(t, 2, "/dev/null");
        holders_read(&s, &u);
        ck_assert_int_eq(inuse_find(&u, "7", NULL), TRI_YES);
        ck_assert_int_eq(inuse_find(&u, "8", NULL), TRI_NO);
        inuse_done(&u);
        sysfs_done(&s);
        testhost_free(t);
}
END_TEST

/* The real machine, as whoever we are: whatever is found, without PID 1 nothing is called free. */
START_TEST(test_real) {
        struct inuse u;
        struct sysfs s;

        ck_assert_int_eq(sysfs_init(&s, NULL), 0);
        holders_read(&s, &u);
        if (access("/proc/1/fd/.", R_OK | X_OK) < 0)
                ck_assert(!u.complete);
        ck_assert_int_ne(inuse_find(&u, "4294967295", NULL), TRI_YES);
        inuse_done(&u);
        sysfs_done(&s);
}
END_TEST

START_TEST(test_readable) {
        static const char *const good[] = { "model", "vendor/state", "a/b/c/d", "migration/params/rss" };
        static const char *const bad[] = { "",       "/model", "../model",   "a/../b",  ".",          "a//b",
                                           "a/",     "remove", "config",     "vendor",  "power/mode", "driver/model",
                                           "rom",    "a/rom",  "uevent",     "sriov_x", "resource0",  "a/b/c/d/e",
                                           "device", "\xff",   "subsystem/x" };

        for (size_t i = 0; i < ARRAY_SIZE(good); i++)
                ck_assert_msg(readable_name_valid(good[i]), "%s", good[i]);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                ck_assert_msg(!readable_name_valid(bad[i]), "%s", bad[i]);
        ck_assert(readable_in_device("migration/params/rss"));
        ck_assert(readable_in_device("migration/compatible1/type"));
        ck_assert(!readable_in_device("migration/params/rss/x"));
        ck_assert(!readable_in_device("migration"));
        ck_assert(!readable_in_device("rss"));
        ck_assert(readable_in_type("compatible_pci_ids"));
        ck_assert(!readable_in_type("create"));
        ck_assert(readable_by_list("rss,fps x\n", "fps"));
        ck_assert(readable_by_list("rss", "rss"));
        ck_assert(!readable_by_list("rss-size", "rss"));
        ck_assert(!readable_by_list("", ""));
}
END_TEST

int main(void) {
        Suite *suite = suite_create("holders");
        TCase *c = tcase_create("all");

        tcase_add_test(c, test_request);
        tcase_add_loop_test(c, test_answer, 0, ARRAY_SIZE(answers));
        tcase_add_test(c, test_exchange);
        tcase_add_loop_test(c, test_format, 0, 2);
        tcase_add_loop_test(c, test_parse, 0, ARRAY_SIZE(no_holders));
        tcase_add_test(c, test_fake);
        tcase_add_test(c, test_real);
        tcase_add_test(c, test_readable);
        suite_add_tcase(suite, c);
        return told_run(suite);
}
