/*
 * Parameters: values by type, what may be set, names, and what overrides what. With entries, as they are of one kind.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "core/entries.h"
#include "core/param.h"
#include "util/alloc.h"

static const struct {
        const char *value;
        bool is_bool, is_int;
} values[] = {
        { "1", true, true },
        { "0", true, true },
        { "yes", true, false },
        { "YES", true, false },
        { "oN", true, false },
        { "True", true, false },
        { "y", true, false },
        { "no", true, false },
        { "OFF", true, false },
        { "false", true, false },
        { "N", true, false },
        { "", false, false },
        { "on ", false, false },
        { " on", false, false },
        { "yess", false, false },
        { "ye", false, false },
        { "01", false, true },
        { "-1", false, true },
        { "-0", false, true },
        { "000", false, true },
        { "-", false, false },
        { "+1", false, false },
        { "1.0", false, false },
        { "0x1", false, false },
        { "1 ", false, false },
        { " 1", false, false },
        { "--1", false, false },
        { "1e3", false, false },
        { "9223372036854775807", false, true },
        { "9223372036854775808", false, false },
        { "-9223372036854775808", false, true },
        { "-9223372036854775809", false, false },
        { "0000000000000000000000000000000000000009", false, true },
        { "99999999999999999999999999999999999999", false, false },
        { "\xd9\xa1", false, false },     /* an Arabic digit */
        { "\xef\xbc\xb9", false, false }, /* a wide Y */
};

static const struct {
        enum param_type type;
        const char *a, *b;
        bool equal;
} pairs[] = {
        { PARAM_BOOL, "on", "1", true },
        { PARAM_BOOL, "on", "off", false },
        { PARAM_BOOL, "Y", "TRUE", true },
        { PARAM_BOOL, "no", "0", true },
        { PARAM_BOOL, "on", "ON!", false },
        { PARAM_BOOL, "ON!", "ON!", true },
        { PARAM_BOOL, "2", "3", false },
        { PARAM_INT, "064", "64", true },
        { PARAM_INT, "-0", "0", true },
        { PARAM_INT, "-007", "-7", true },
        { PARAM_INT, "7", "-7", false },
        { PARAM_INT, "64", "65", false },
        { PARAM_INT, "6", "64", false },
        { PARAM_INT, "x", "x", true },
        { PARAM_INT, "64", "64 ", false },
        { PARAM_INT, "9223372036854775808", "09223372036854775808", false }, /* no int: as bytes */
        { PARAM_INT, "9223372036854775808", "9223372036854775808", true },
        { PARAM_STR, "064", "64", false },
        { PARAM_STR, "on", "1", false },
        { PARAM_STR, "", "", true },
        { PARAM_TYPE_NONE, "on", "ON", false },
        { PARAM_TYPE_NONE, "on", "on", true },
        { PARAM_STR, NULL, NULL, false },
        { PARAM_BOOL, NULL, "off", false },
        { PARAM_INT, "0", NULL, false },
};

/* allowed: entries separated by blanks; NULL: no list. */
static const struct {
        enum param_type type;
        const char *off_value, *allowed, *value;
        bool allows;
} sets[] = {
        { PARAM_BOOL, "off", NULL, "on", true },
        { PARAM_BOOL, "off", NULL, "maybe", false },
        { PARAM_BOOL, "off", "on", "1", true },
        { PARAM_BOOL, "off", "on", "no", true },
        { PARAM_BOOL, NULL, "on", "off", false },
        { PARAM_BOOL, NULL, "", "off", false },
        { PARAM_BOOL, "off", "", "0", true },
        { PARAM_BOOL, NULL, "0-1", "1", false }, /* a range is for int */
        { PARAM_INT, "0", "0-64", "64", true },
        { PARAM_INT, "0", "0-64", "064", true },
        { PARAM_INT, "0", "0-64", "65", false },
        { PARAM_INT, "0", "0-64", "-0", true },
        { PARAM_INT, "0", "0-64", "-1", false },
        { PARAM_INT, "0", "1-64 128 256-512", "128", true },
        { PARAM_INT, "0", "1-64 128 256-512", "129", false },
        { PARAM_INT, "0", "1-64 128 256-512", "300", true },
        { PARAM_INT, "0", "1-64", "0", true },
        { PARAM_INT, "7", "1-2", "7", true },
        { PARAM_INT, NULL, "64-0", "32", false },
        { PARAM_INT, NULL, "0-99999999999999999999999999", "9223372036854775807", true },
        { PARAM_INT, NULL, "99999999999999999999999-999999999999999999999999999", "5", false },
        { PARAM_INT, NULL, "00005-00009", "7", true },
        { PARAM_INT, NULL, "5- -9 - 5-9- 5--9 a-z", "7", false },
        { PARAM_INT, NULL, "-9", "-9", true },
        { PARAM_INT, NULL, "-9-5", "3", false },
        { PARAM_INT, NULL, NULL, "123", true },
        { PARAM_INT, NULL, NULL, "x", false },
        { PARAM_INT, "x", "x", "x", false }, /* not of the type */
        { PARAM_STR, "", "fast slow", "fast", true },
        { PARAM_STR, "", "fast slow", "odd", false },
        { PARAM_STR, "", "fast slow", "", true },
        { PARAM_STR, NULL, "0-64", "3", false },
        { PARAM_TYPE_NONE, NULL, NULL, "anything", true },
        { PARAM_TYPE_NONE, NULL, "a", "b", false },
        { PARAM_STR, NULL, NULL, NULL, false },
};

static const char *const good_names[] = {
        "rss",      "rx-filter-size",   "a",       "...",      ".hidden", "versions",     "Model",
        "MODEL",    "models",           "driver_", "bindings", "reseT",   "resourc",      "sriov",
        "\xc3\xa9", "\xf0\x9f\x98\x80", "a:b",     "a.b",      "a\"b",    "config_param", "migration_versions",
        "powe",
};

static const char *const bad_names[] = {
        "",
        ".",
        "..",
        "model",
        "version",
        "config_params",
        "migration_version",
        "a=b",
        "=",
        "a/b",
        "/",
        "a b",
        " a",
        "a\t",
        "a\n",
        "a\r",
        "\v",
        "\f",
        "a\xc2\xa0",
        "\xe2\x80\x83",
        "\xe2\x80\xa8",
        "\xe3\x80\x80",
        "\xe1\x9a\x80",
        "\xc2\x85",
        "\xe2\x80\xaf",
        "\xe2\x81\x9f",
        "\xff",
        "a\xc3",
        "\xed\xa0\x80",
        "\xc0\xaf",
        "remove",
        "reset",
        "driver_override",
        "driver",
        "bind",
        "unbind",
        "new_id",
        "rescan",
        "enable",
        "config",
        "resource",
        "resource0",
        "resource0_wc",
        "rom",
        "power",
        "power_state",
        "uevent",
        "msi_bus",
        "numa_node",
        "sriov_numvfs",
        "d3cold_allowed",
        "vendor",
        "device",
        "class",
        "subsystem",
        "subsystem_vendor",
};

START_TEST(test_values) {
        ck_assert_int_eq(param_value_is(PARAM_BOOL, values[_i].value), values[_i].is_bool);
        ck_assert_int_eq(param_value_is(PARAM_INT, values[_i].value), values[_i].is_int);
        ck_assert(param_value_is(PARAM_STR, values[_i].value));
        ck_assert(param_value_is(PARAM_TYPE_NONE, values[_i].value));
}
END_TEST

START_TEST(test_equal) {
        ck_assert_int_eq(param_value_equal(pairs[_i].type, pairs[_i].a, pairs[_i].b), pairs[_i].equal);
        ck_assert_int_eq(param_value_equal(pairs[_i].type, pairs[_i].b, pairs[_i].a), pairs[_i].equal);
}
END_TEST

START_TEST(test_true) {
        ck_assert(param_value_true("On"));
        ck_assert(!param_value_true("off"));
        ck_assert(!param_value_true("maybe"));
        ck_assert(!param_value_true(NULL));
        for (int type = PARAM_TYPE_NONE; type <= PARAM_STR; type++)
                ck_assert(!param_value_is((enum param_type)type, NULL));
}
END_TEST

static char **words(const char *s) {
        char **v = xnew0(char *, 1);

        while (*s) {
                size_t n = strcspn(s, " ");

                strv_take(&v, xstrndup(s, n));
                s += n + (s[n] == ' ');
        }
        return v;
}

START_TEST(test_allows) {
        _cleanup_(strv_free_cleanup) char **allowed = sets[_i].allowed ? words(sets[_i].allowed) : NULL;
        const struct param_info info = { .type = sets[_i].type,
                                         .off_value = (char *)sets[_i].off_value,
                                         .has_allowed = allowed != NULL,
                                         .allowed = allowed };

        ck_assert_int_eq(param_info_allows(&info, PARAM_TYPE_NONE, sets[_i].value), sets[_i].allows);
}
END_TEST

/* Two sides: the target's type, else the source's; as bytes where both are given and differ. */
START_TEST(test_two_types) {
        char *range[] = { (char *)"0-64", NULL }, *one[] = { (char *)"1", NULL };
        struct param_info info = { .type = PARAM_TYPE_NONE, .has_allowed = true, .allowed = range };

        ck_assert(param_values_equal(PARAM_BOOL, PARAM_TYPE_NONE, "on", "1"));
        ck_assert(param_values_equal(PARAM_TYPE_NONE, PARAM_BOOL, "on", "1"));
        ck_assert(!param_values_equal(PARAM_TYPE_NONE, PARAM_TYPE_NONE, "on", "1"));
        ck_assert(!param_values_equal(PARAM_BOOL, PARAM_INT, "01", "1"));
        ck_assert(!param_values_equal(PARAM_BOOL, PARAM_INT, "on", "1"));
        ck_assert(param_values_equal(PARAM_BOOL, PARAM_INT, "1", "1"));
        ck_assert(param_info_allows(&info, PARAM_INT, "64"));
        ck_assert(!param_info_allows(&info, PARAM_STR, "64"));
        ck_assert(!param_info_allows(&info, PARAM_TYPE_NONE, "64"));
        info.type = PARAM_INT;
        info.allowed = one;
        ck_assert(param_info_allows(&info, PARAM_INT, "01"));
        ck_assert(!param_info_allows(&info, PARAM_BOOL, "01"));
        ck_assert(param_info_allows(&info, PARAM_BOOL, "1"));
}
END_TEST

START_TEST(test_names) {
        for (size_t i = 0; i < ARRAY_SIZE(good_names); i++)
                ck_assert_msg(param_name_valid(good_names[i]), "%s", good_names[i]);
        for (size_t i = 0; i < ARRAY_SIZE(bad_names); i++)
                ck_assert_msg(!param_name_valid(bad_names[i]), "%s", bad_names[i]);
        ck_assert(!param_name_valid(NULL));
}
END_TEST

START_TEST(test_types) {
        enum param_type type = PARAM_STR;

        for (int i = PARAM_BOOL; i <= PARAM_STR; i++) {
                ck_assert_int_eq(param_type_from_string(param_type_to_string((enum param_type)i), &type), 0);
                ck_assert_int_eq(type, i);
        }
        ck_assert_ptr_null(param_type_to_string(PARAM_TYPE_NONE));
        ck_assert_int_eq(param_type_from_string("enum", &type), -EINVAL);
        ck_assert_int_eq(param_type_from_string(NULL, &type), -EINVAL);
        ck_assert_int_eq(type, PARAM_STR);
}
END_TEST

static void infos_add(struct param_infos *infos, const char *name, enum param_type type, const char *off_value) {
        struct param_info info = { .name = xstrdup(name),
                                   .type = type,
                                   .off_value = xstrdup(off_value),
                                   .writable = TRI_UNKNOWN,
                                   .at_create = TRI_UNKNOWN };

        param_infos_take(infos, &info);
        ck_assert_ptr_null(info.name);
}

START_TEST(test_infos) {
        struct param_infos a = {}, b = {};

        infos_add(&a, "m", PARAM_BOOL, "off");
        infos_add(&a, "z", PARAM_INT, NULL);
        infos_add(&a, "a", PARAM_STR, "");
        infos_add(&a, "m", PARAM_INT, "0"); /* replaces */
        ck_assert_uint_eq(a.n, 3);
        ck_assert_str_eq(a.v[0].name, "a");
        ck_assert_str_eq(a.v[1].name, "m");
        ck_assert_str_eq(a.v[1].off_value, "0");
        ck_assert_str_eq(a.v[2].name, "z");
        ck_assert_ptr_eq(param_infos_find(&a, "z"), &a.v[2]);
        ck_assert_ptr_null(param_infos_find(&a, "b"));
        ck_assert_ptr_null(param_infos_find(&a, "zz"));
        ck_assert_ptr_null(param_infos_find(&b, "z"));
        ck_assert(!param_infos_equal(&a, &b));
        param_infos_copy(&b, &a);
        ck_assert(param_infos_equal(&a, &b));
        ck_assert_uint_eq(param_infos_hash(HASH_INIT, &a), param_infos_hash(HASH_INIT, &b));
        b.v[0].has_allowed = true;
        ck_assert(!param_infos_equal(&a, &b));
        param_infos_done(&a);
        param_infos_done(&b);
        ck_assert_uint_eq(a.n, 0);
}
END_TEST

START_TEST(test_merge) {
        char *list[] = { (char *)"1-2", NULL }, *none[] = { NULL };
        const struct param_info base = { .name = (char *)"p",
                                         .type = PARAM_INT,
                                         .off_value = (char *)"0",
                                         .has_allowed = true,
                                         .allowed = list,
                                         .writable = TRI_YES,
                                         .at_create = TRI_UNKNOWN,
                                         .source = (char *)"sysfs:p" };
        const struct param_info over = { .name = (char *)"p",
                                         .type = PARAM_TYPE_NONE,
                                         .has_allowed = true,
                                         .allowed = none,
                                         .writable = TRI_NO,
                                         .at_create = TRI_YES,
                                         .description = (char *)"d" };
        struct param_info info = param_info_merge(&base, &over);

        ck_assert_int_eq(info.type, PARAM_INT);
        ck_assert_str_eq(info.off_value, "0");
        ck_assert_ptr_eq(info.allowed, none);
        ck_assert_int_eq(info.writable, TRI_NO);
        ck_assert_int_eq(info.at_create, TRI_YES);
        ck_assert_str_eq(info.source, "sysfs:p");
        ck_assert_str_eq(info.description, "d");
        info = param_info_merge(&base, NULL);
        ck_assert_ptr_eq(info.allowed, list);
        info = param_info_merge(NULL, &over);
        ck_assert_int_eq(info.type, PARAM_TYPE_NONE);
        ck_assert_int_eq(info.writable, TRI_NO);
        info = param_info_merge(NULL, NULL);
        ck_assert_int_eq(info.type, PARAM_TYPE_NONE);
        ck_assert_int_eq(info.writable, TRI_UNKNOWN);
        ck_assert_ptr_null(info.off_value);
}
END_TEST

/* Against a plain array of what was set. */
START_TEST(test_entries) {
        const char *model[26] = {};
        struct entries e = {}, copy = {};
        unsigned random = 1;

        for (int step = 0; step < 20000; step++) {
                char name[2] = { 0 };
                unsigned i;

                random = random * 1103515245 + 12345;
                i = random >> 16 & 31;
                if (i >= 26)
                        continue;
                name[0] = (char)('a' + i);
                if (random & 1 << 22) {
                        entries_remove(&e, name);
                        model[i] = NULL;
                } else {
                        model[i] = random & 1 << 23 ? "yes" : "no";
                        entries_set(&e, name, model[i]);
                }
                for (int k = 0, n = 0; k < 26; k++) {
                        char key[2] = { (char)('a' + k), 0 };

                        ck_assert_int_eq(str_compare(entries_get(&e, key), model[k]), 0);
                        ck_assert(!model[k] || strcmp(e.v[n++].name, key) == 0);
                }
        }
        entries_done(&e);
        entries_set(&e, "b", NULL);
        entries_set(&e, "a", "1");
        ck_assert_ptr_nonnull(entries_find(&e, "b"));
        ck_assert_ptr_null(entries_get(&e, "b"));
        ck_assert_ptr_null(entries_find(&e, ""));
        entries_copy(&copy, &e);
        ck_assert(entries_equal(&e, &copy));
        ck_assert_uint_eq(entries_hash(HASH_INIT, &e), entries_hash(HASH_INIT, &copy));
        entries_set(&copy, "b", "");
        ck_assert(!entries_equal(&e, &copy));
        entries_set(&copy, "b", copy.v[0].value); /* of its own */
        ck_assert_str_eq(entries_get(&copy, "b"), "1");
        entries_done(&e);
        entries_done(&copy);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("param");
        TCase *cases = tcase_create("param");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(cases, test_values, 0, ARRAY_SIZE(values));
        tcase_add_loop_test(cases, test_equal, 0, ARRAY_SIZE(pairs));
        tcase_add_test(cases, test_true);
        tcase_add_loop_test(cases, test_allows, 0, ARRAY_SIZE(sets));
        tcase_add_test(cases, test_two_types);
        tcase_add_test(cases, test_names);
        tcase_add_test(cases, test_types);
        tcase_add_test(cases, test_infos);
        tcase_add_test(cases, test_merge);
        tcase_add_test(cases, test_entries);
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
