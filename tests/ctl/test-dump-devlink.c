/*
 * What of devlink's messages goes into a dump: all that a reader looks at, and nothing that names a card.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "dump/devlink.h"
#include "host/devlink-message.h"
#include "util/alloc.h"

static char *load(const char *name, size_t *ret_n) {
        _cleanup_free_ char *path = xasprintf(FIXTURES "/devlink/%s", name);
        FILE *f = fopen(path, "rbe");
        char *data = NULL;
        size_t n = 0;

        ck_assert_ptr_nonnull(f);
        for (int c; (c = getc(f)) != EOF;)
                array_append(data, n, (char)c);
        fclose(f);
        *ret_n = n;
        return data;
}

static void same_info(const void *a, size_t n_a, const void *b, size_t n_b, const char *instance) {
        struct devlink_info x, y;

        devlink_info_parse(&x, a, n_a, instance);
        devlink_info_parse(&y, b, n_b, instance);
        ck_assert_int_eq(x.error, y.error);
        ck_assert(str_equal(x.driver, y.driver));
        ck_assert_uint_eq(x.n_versions, y.n_versions);
        for (size_t i = 0; i < x.n_versions; i++) {
                ck_assert_str_eq(x.versions[i].name, y.versions[i].name);
                ck_assert(str_equal(x.versions[i].value, y.versions[i].value));
                ck_assert_int_eq(x.versions[i].error, y.versions[i].error);
        }
        devlink_info_done(&x);
        devlink_info_done(&y);
}

static void same_ports(const void *a, size_t n_a, const void *b, size_t n_b, const char *instance) {
        struct devlink_ports x, y;

        devlink_ports_parse(&x, a, n_a, instance);
        devlink_ports_parse(&y, b, n_b, instance);
        ck_assert_int_eq(x.error, y.error);
        for (unsigned vf = 0; vf < 8; vf++) {
                int error_x, error_y;

                ck_assert_int_eq(devlink_ports_migratable(&x, vf, &error_x),
                                 devlink_ports_migratable(&y, vf, &error_y));
                ck_assert_int_eq(error_x, error_y);
        }
        devlink_ports_done(&x);
        devlink_ports_done(&y);
}

static bool has(const struct text *t, const char *bytes, size_t n) {
        return memmem(t->data, t->length, bytes, n) != NULL;
}

/* Every fixture: what is stripped says the same, and has no secret. */
START_TEST(test_same) {
        DIR *d = opendir(FIXTURES "/devlink");
        unsigned stripped = 0, refused = 0;

        ck_assert_ptr_nonnull(d);
        for (struct dirent *e; (e = readdir(d));) {
                static const char *const instances[] = { "pci/0000:3b:00.0", "pci/0000:b5:00.0", "pci/0000:86:00.0" };
                struct text out = {}, again = {};
                size_t n;
                char *data;

                if (e->d_name[0] == '.')
                        continue;
                data = load(e->d_name, &n);
                if (devlink_strip(data, n, &out) < 0) {
                        ck_assert_ptr_null(out.data);
                        refused++;
                        free(data);
                        continue;
                }
                stripped++;
                for (size_t i = 0; i < ARRAY_SIZE(instances); i++) {
                        same_info(data, n, out.data, out.length, instances[i]);
                        same_ports(data, n, out.data, out.length, instances[i]);
                }
                ck_assert(!has(&out, "SECRET", 6));
                ck_assert(!has(&out, "\x02\x11\x22\x33\x44", 5));
                ck_assert_int_eq(devlink_strip(out.data, out.length, &again), 0);
                ck_assert_uint_eq(again.length, out.length);
                ck_assert_mem_eq(again.data, out.data, out.length);
                text_done(&out);
                text_done(&again);
                free(data);
        }
        closedir(d);
        ck_assert_uint_ge(stripped, 10);
        ck_assert_uint_ge(refused, 5);
}
END_TEST

/* A version that is a serial number is there, and is not told; a MAC address in one is overwritten. */
START_TEST(test_private_versions) {
        static const struct {
                const char *name, *value;
        } versions[] = { { "board.serial_number", "SECRETSERIAL" }, { "fw", "1.2-02:11:22:33:44:55" } };
        struct devlink_info info;
        struct text message = {}, out = {};
        struct nlmsghdr h = { .nlmsg_type = 0x20 };
        struct genlmsghdr g = { .cmd = 51 };

        text_add_n(&message, (const char *)&h, sizeof(h));
        text_add_n(&message, (const char *)&g, sizeof(g));
        text_add_n(&message, "\x08\0\x01\0pci", 8);
        text_add_n(&message,
                   "\x11\0\x02\0"
                   "0000:3b:00.0\0\0\0",
                   20);
        for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
                struct nlattr name = { (uint16_t)(sizeof(name) + strlen(versions[i].name) + 1), 103 };
                struct nlattr value = { (uint16_t)(sizeof(value) + strlen(versions[i].value) + 1), 104 };
                struct nlattr nest = { (uint16_t)(sizeof(nest) + NLA_ALIGN(name.nla_len) + NLA_ALIGN(value.nla_len)),
                                       101 };

                text_add_n(&message, (const char *)&nest, sizeof(nest));
                text_add_n(&message, (const char *)&name, sizeof(name));
                text_add_n(&message, versions[i].name, strlen(versions[i].name) + 1);
                text_add_n(&message, "\0\0\0", NLA_ALIGN(message.length) - message.length);
                text_add_n(&message, (const char *)&value, sizeof(value));
                text_add_n(&message, versions[i].value, strlen(versions[i].value) + 1);
                text_add_n(&message, "\0\0\0", NLA_ALIGN(message.length) - message.length);
        }
        h.nlmsg_len = (uint32_t)message.length;
        memcpy(message.data, &h, sizeof(h));
        devlink_info_parse(&info, message.data, message.length, "pci/0000:3b:00.0");
        ck_assert_int_eq(info.error, 0);
        ck_assert_uint_eq(info.n_versions, 2);
        devlink_info_done(&info);

        ck_assert_int_eq(devlink_strip(message.data, message.length, &out), 0);
        devlink_info_parse(&info, out.data, out.length, "pci/0000:3b:00.0");
        ck_assert_int_eq(info.error, 0);
        ck_assert_ptr_null(devlink_info_find(&info, "board.serial_number")->value);
        ck_assert_str_eq(devlink_info_find(&info, "fw")->value, "1.2-00:00:00:00:00:00");
        ck_assert(!has(&out, "SECRET", 6));
        devlink_info_done(&info);
        text_done(&message);
        text_done(&out);
}
END_TEST

int main(void) {
        Suite *s = suite_create("dump-devlink");
        TCase *c = tcase_create("all");
        SRunner *r = srunner_create(s);
        int failed;

        tcase_add_test(c, test_same);
        tcase_add_test(c, test_private_versions);
        suite_add_tcase(s, c);
        srunner_run_all(r, CK_NORMAL);
        failed = srunner_ntests_failed(r);
        srunner_free(r);
        return failed != 0;
}
