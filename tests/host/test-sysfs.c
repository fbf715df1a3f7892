/*
 * Reading below a root: what an attribute may be, and that no link leads out of a fake root, with openat2() and
 * without.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "told.h"
#include "util/alloc.h"

static struct testhost *t;
static struct sysfs s;

static void setup(void) {
        t = testhost_new();
        ck_assert_int_eq(sysfs_init(&s, testhost_root(t)), 0);
}

static void teardown(void) {
        sysfs_done(&s);
        testhost_free(t);
}

static void use(int way) {
        s.by_hand = way == 1;
}

static int error_of(const char *path) {
        _cleanup_attribute_ struct attribute a = attribute_read_path(&s, path);

        ck_assert(a.error != 0 || a.value != NULL);
        ck_assert(a.error == 0 || a.value == NULL);
        return a.error;
}

static void expect_value(const char *path, const char *value) {
        _cleanup_attribute_ struct attribute a = attribute_read_path(&s, path);

        ck_assert_int_eq(a.error, 0);
        ck_assert_str_eq(a.value, value);
}

START_TEST(test_values) {
        char page[4098];

        use(_i);
        testhost_file(t, "sys/plain", "value\n");
        testhost_file(t, "sys/bare", "value");
        testhost_file(t, "sys/two", "value\n\n");
        testhost_file(t, "sys/empty", "");
        testhost_file(t, "sys/newline", "\n");
        testhost_file(t, "sys/utf8", "gr\xc3\xbc\xc3\x9f dich\n");
        testhost_file(t, "sys/latin1", "gr\xfc\xdf dich\n");
        testhost_file(t, "sys/overlong", "a\xc0\xaf\n");
        testhost_file(t, "sys/surrogate", "\xed\xa0\x80\n");
        testhost_file_n(t, "sys/nul", "va\0lue\n", 7);
        testhost_file_n(t, "sys/nul-end", "value\n\0", 7);
        memset(page, 'x', sizeof(page));
        testhost_file_n(t, "sys/page", page, 4096);
        testhost_file_n(t, "sys/more", page, 4097);
        testhost_dir(t, "sys/dir");
        testhost_fifo(t, "sys/fifo");

        expect_value("sys/plain", "value");
        expect_value("sys/bare", "value");
        expect_value("sys/two", "value\n");
        expect_value("sys/empty", "");
        expect_value("sys/newline", "");
        expect_value("sys/utf8", "gr\xc3\xbc\xc3\x9f dich");
        ck_assert_int_eq(error_of("sys/latin1"), EILSEQ);
        ck_assert_int_eq(error_of("sys/overlong"), EILSEQ);
        ck_assert_int_eq(error_of("sys/surrogate"), EILSEQ);
        ck_assert_int_eq(error_of("sys/nul"), EILSEQ);
        ck_assert_int_eq(error_of("sys/nul-end"), EILSEQ);
        ck_assert_int_eq(error_of("sys/page"), 0);
        ck_assert_int_eq(error_of("sys/more"), E2BIG);
        ck_assert_int_eq(error_of("sys/dir"), EISDIR);
        ck_assert_int_eq(error_of("sys/fifo"), EINVAL);
        ck_assert_int_eq(error_of("sys/absent"), ENOENT);
        ck_assert_int_eq(error_of("sys/plain/x"), ENOTDIR);
}
END_TEST

/* By a directory's fd, the way that all attributes of a device are read. */
START_TEST(test_below_directory) {
        _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };
        _cleanup_attribute_ struct attribute a = {}, b = {}, c = {}, d = {}, e = {};

        use(_i);
        testhost_file(t, "sys/devices/x/model", "m\n");
        testhost_file(t, "sys/devices/x/migration/info", "i\n");
        testhost_link(t, "sys/devices/x/alias", "model");
        testhost_link(t, "sys/devices/x/up", "../y");
        testhost_file(t, "sys/devices/y", "outside of x, inside of the root\n");
        testhost_fifo(t, "sys/devices/x/fifo");
        testhost_link_to(t, "sys/bus/b/devices/x", "sys/devices/x");
        ck_assert_int_eq(sysfs_dir_open_link(&s, "sys/bus/b/devices/x", &dir), 0);
        ck_assert_str_eq(dir.path, "sys/devices/x");

        a = attribute_read(&s, &dir, "model");
        b = attribute_read(&s, &dir, "migration/info");
        c = attribute_read(&s, &dir, "alias");
        d = attribute_read(&s, &dir, "up");
        e = attribute_read(&s, &dir, "fifo");
        ck_assert_str_eq(a.value, "m");
        ck_assert_str_eq(b.value, "i");
        ck_assert_str_eq(c.value, "m");
        ck_assert_str_eq(d.value, "outside of x, inside of the root");
        ck_assert_int_eq(e.error, EINVAL);
}
END_TEST

/* Links that try to lead out, and what they reach. */
START_TEST(test_no_way_out) {
        _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };

        use(_i);
        testhost_file(t, "etc/passwd", "inside\n");
        testhost_link(t, "sys/absolute", "/etc/passwd");
        testhost_link(t, "sys/up", "../../../../../../../../../../../../etc/passwd");
        testhost_link(t, "sys/dir/twice", "../absolute");
        testhost_link(t, "sys/root", "/");
        testhost_link(t, "sys/outside", "/etc/shadow-");
        testhost_link(t, "sys/proc-root", "/proc/self/root/etc/passwd");
        testhost_link(t, "sys/null", "/dev/null");

        expect_value("sys/absolute", "inside");
        expect_value("sys/up", "inside");
        expect_value("sys/dir/twice", "inside");
        expect_value("sys/root/etc/passwd", "inside");
        expect_value("sys/root/../../etc/passwd", "inside");
        expect_value("../../etc/passwd", "inside");
        expect_value("/etc/passwd", "inside");
        ck_assert_int_eq(error_of("sys/outside"), ENOENT);
        ck_assert_int_eq(error_of("sys/proc-root"), ENOENT);
        ck_assert_int_eq(error_of("sys/null"), ENOENT);

        ck_assert_int_eq(sysfs_dir_open(&s, "sys/root/sys", &dir), 0);
        ck_assert_str_eq(dir.path, "sys");
}
END_TEST

START_TEST(test_loops) {
        char deep[3000] = "sys";

        use(_i);
        testhost_link(t, "sys/self", "self");
        testhost_link(t, "sys/a", "b");
        testhost_link(t, "sys/b", "a");
        testhost_link(t, "sys/dangling", "nowhere");
        ck_assert_int_eq(error_of("sys/self"), ELOOP);
        ck_assert_int_eq(error_of("sys/a"), ELOOP);
        ck_assert_int_eq(error_of("sys/a/b/c"), ELOOP);
        ck_assert_int_eq(error_of("sys/dangling"), ENOENT);
        /* 39 links are followed, each of which is a directory up and down. */
        testhost_link(t, "sys/here", ".");
        for (int i = 0; i < 39; i++)
                strcat(deep, "/here");
        testhost_file(t, "sys/value", "v\n");
        strcat(deep, "/value");
        expect_value(deep, "v");
        strcpy(deep, "sys");
        for (int i = 0; i < 45; i++)
                strcat(deep, "/here");
        strcat(deep, "/value");
        ck_assert_int_eq(error_of(deep), ELOOP);
}
END_TEST

/* A link that comes into the place of a directory while we walk is refused: as a test, one that is there already. */
START_TEST(test_directory_without_links) {
        _cleanup_sysfs_dir_ struct sysfs_dir a = { .fd = -1 }, b = { .fd = -1 };

        use(_i);
        testhost_dir(t, "sys/real/x");
        testhost_link(t, "sys/link", "real");
        ck_assert_int_eq(sysfs_dir_open(&s, "sys/real/x", &a), 0);
        ck_assert_str_eq(a.path, "sys/real/x");
        ck_assert_int_eq(sysfs_dir_open(&s, "sys/link/x", &b), 0);
        ck_assert_str_eq(b.path, "sys/real/x");
        testhost_file(t, "sys/file", "");
        ck_assert_int_eq(sysfs_dir_open(&s, "sys/file", &b), -ENOTDIR);
        ck_assert_int_eq(sysfs_dir_open(&s, "sys/absent", &b), -ENOENT);
}
END_TEST

START_TEST(test_listing) {
        _cleanup_names_ struct names names = {}, none = {};

        use(_i);
        testhost_file(t, "sys/d/b", "");
        testhost_file(t, "sys/d/a", "");
        testhost_file(t, "sys/d/\xff\xfe", "");
        testhost_dir(t, "sys/d/c");
        ck_assert_int_eq(sysfs_list(&s, "sys/d", &names), 0);
        names_sort(&names);
        ck_assert_uint_eq(names.n, 3); /* the name that is no UTF-8 is left out, and counted */
        ck_assert_uint_eq(names.n_bad, 1);
        ck_assert_str_eq(names.v[0], "a");
        ck_assert_str_eq(names.v[2], "c");
        ck_assert(names_find(&names, "b"));
        ck_assert(!names_find(&names, "bb"));
        ck_assert_int_eq(sysfs_list(&s, "sys/d/a", &none), -ENOTDIR);
        ck_assert_int_eq(sysfs_list(&s, "sys/absent", &none), -ENOENT);
}
END_TEST

/* Takes openat2() away from this process, as RestrictSUIDSGID= does, with that errno. */
static void forbid_openat2(int error) {
        struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = { .len = ARRAY_SIZE(filter), .filter = filter };

        ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

START_TEST(test_without_openat2) {
        static const int errors[] = { ENOSYS, EPERM };
        _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };

        testhost_file(t, "etc/passwd", "inside\n");
        testhost_link(t, "sys/absolute", "/etc/passwd");
        forbid_openat2(errors[_i]);
        expect_value("sys/absolute", "inside");
        ck_assert_int_eq(error_of("sys/absent"), ENOENT);
        ck_assert_int_eq(sysfs_dir_open(&s, "sys/kernel", &dir), 0);
}
END_TEST

/* The real root: an ordinary one, of which only what every machine has is looked at. */
START_TEST(test_real_root) {
        _cleanup_(sysfs_done) struct sysfs real = { .fd = -1 };
        _cleanup_attribute_ struct attribute a = {};
        _cleanup_sysfs_dir_ struct sysfs_dir dir = { .fd = -1 };

        ck_assert_int_eq(sysfs_init(&real, NULL), 0);
        ck_assert(!real.fake);
        a = attribute_read_path(&real, "proc/sys/kernel/ostype");
        ck_assert_str_eq(a.value, "Linux");
        ck_assert_int_eq(sysfs_dir_open(&real, "proc/sys", &dir), 0);
        attribute_done(&a);
        a = attribute_read(&real, &dir, "kernel/ostype");
        ck_assert_str_eq(a.value, "Linux");
        attribute_done(&a);
        a = attribute_read_path(&real, "dev/null");
        ck_assert_int_eq(a.error, EINVAL);
        ck_assert_int_eq(sysfs_init(&real, "/nonexistent"), -ENOENT);
}
END_TEST

START_TEST(test_paths) {
        static const struct {
                const char *dir, *target, *path;
        } cases[] = {
                { "sys/bus/mdev/devices", "../../../devices/x/y", "sys/devices/x/y" },
                { "sys/a", "b", "sys/a/b" },
                { "sys/a", ".", "sys/a" },
                { "sys/a", "../../../../etc", "etc" },
                { "sys/a", "/etc//passwd", "etc/passwd" },
                { "", "a/./b", "a/b" },
                { "a", "..", "" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_free_ char *path = path_follow(cases[i].dir, cases[i].target);

                ck_assert_str_eq(path, cases[i].path);
        }
        ck_assert(name_valid("0000:3b:00.0") && name_valid("...") && name_valid(" "));
        ck_assert(!name_valid("") && !name_valid(".") && !name_valid("..") && !name_valid("a/b") &&
                  !name_valid("\xff"));
        ck_assert(name_path_valid("a") && name_path_valid("a/b/c"));
        ck_assert(!name_path_valid("") && !name_path_valid("/a") && !name_path_valid("a/") &&
                  !name_path_valid("a//b") && !name_path_valid("a/../b") && !name_path_valid("../a"));
}
END_TEST

int main(void) {
        Suite *suite = suite_create("sysfs");
        TCase *cases = tcase_create("sysfs");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_add_loop_test(cases, test_values, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_below_directory, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_no_way_out, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_loops, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_directory_without_links, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_listing, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_without_openat2, 0, 2);
        tcase_add_test(cases, test_real_root);
        tcase_add_test(cases, test_paths);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
