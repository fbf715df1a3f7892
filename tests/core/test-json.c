/*
 * The strict reader: what it lets through, what it refuses and where; and the report, which is written by hand.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "core/json-emit.h"
#include "core/json-strict.h"
#include "core/report.h"
#include "core/utf8.h"
#include "util/alloc.h"

static const struct json_limits limits = { 1024 * 1024, 16 };

/* From memory that ends where the text ends, so that a sanitizer sees a byte too many. */
static int check_n(const char *text, size_t n, struct json_error *error) {
        _cleanup_free_ char *copy = n ? xmemdup(text, n) : NULL;

        return json_strict_check(copy, n, &limits, error);
}

static const char *const good[] = {
        "{}",
        "[]",
        " \t\r\n{ } \n",
        "0",
        "-0",
        "-1",
        "10",
        "0.0",
        "1e5",
        "1E+5",
        "1.25e-300",
        "123456789012345678901234567890",
        "true",
        "false",
        "null",
        "\"\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uFFFF\"",
        "\"\\ud83d\\ude00\"",
        ("\"\x7f \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf \xf0\x90\x80\x80 "
         "\xf4\x8f\xbf\xbf\""),
        "[1,2,[3,{\"a\":[]}],{}]",
        "{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":3},{\"a\":4}],\"\":5}",
        "{\"a\":1,\"A\":2,\"a \":3,\"\\u0061\\u0301\":4,\"\xc3\xa1\":5}",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
};

static const struct {
        const char *text;
        const char *message;
} bad[] = {
        { "", "expected a value (line 1, column 1)" },
        { " \n ", "expected a value (line 2, column 2)" },
        { "\xef\xbb\xbf{}", "a byte order mark (line 1, column 1)" },
        { "{} {}", "bytes after the end (line 1, column 4)" },
        { "nul", "expected a value (line 1, column 1)" },
        { "NaN", "expected a value (line 1, column 1)" },
        { "[Infinity]", "[0]: expected a value (line 1, column 2)" },
        { "[-Infinity]", "[0]: expected a digit (line 1, column 3)" },
        { "truefalse", "bytes after the end (line 1, column 5)" },
        { "{'a':1}", "expected a key (line 1, column 2)" },
        { "{a:1}", "expected a key (line 1, column 2)" },
        { "{1:1}", "expected a key (line 1, column 2)" },
        { "{", "expected a key (line 1, column 2)" },
        { "{\"a\"", "a: expected ':' (line 1, column 5)" },
        { "{\"a\":", "a: expected a value (line 1, column 6)" },
        { "{\"a\":1", "a: expected ',' or '}' (line 1, column 7)" },
        { "{\"a\":1]", "a: expected ',' or '}' (line 1, column 7)" },
        { "{\"a\":1,}", "expected a key (line 1, column 8)" },
        { "{\"a\":1,\"b\"}", "b: expected ':' (line 1, column 11)" },
        { "[", "[0]: expected a value (line 1, column 2)" },
        { "[1", "[0]: expected ',' or ']' (line 1, column 3)" },
        { "[1,", "[1]: expected a value (line 1, column 4)" },
        { "[1,]", "[1]: expected a value (line 1, column 4)" },
        { "[,1]", "[0]: expected a value (line 1, column 2)" },
        { "[1}", "[0]: expected ',' or ']' (line 1, column 3)" },
        { "[1 /* one */]", "[0]: expected ',' or ']' (line 1, column 4)" },
        { "[01]", "[0]: a number with a leading zero (line 1, column 2)" },
        { "[-01]", "[0]: a number with a leading zero (line 1, column 2)" },
        { "[+1]", "[0]: expected a value (line 1, column 2)" },
        { "[.5]", "[0]: expected a value (line 1, column 2)" },
        { "[1.]", "[0]: expected a digit (line 1, column 4)" },
        { "[1e]", "[0]: expected a digit (line 1, column 4)" },
        { "[1e+]", "[0]: expected a digit (line 1, column 5)" },
        { "[-]", "[0]: expected a digit (line 1, column 3)" },
        { "[0x10]", "[0]: expected ',' or ']' (line 1, column 3)" },
        { "\"", "a string without end (line 1, column 1)" },
        { "\"\\", "an unknown escape in a string (line 1, column 2)" },
        { "\"\\x41\"", "an unknown escape in a string (line 1, column 2)" },
        { "\"\\'\"", "an unknown escape in a string (line 1, column 2)" },
        { "\"\\u12\"", "expected four hexadecimal digits after \\u (line 1, column 2)" },
        { "\"\\u", "expected four hexadecimal digits after \\u (line 1, column 2)" },
        { "\"\\u00g0\"", "expected four hexadecimal digits after \\u (line 1, column 2)" },
        { "\"\\u0000\"", "\\u0000 in a string (line 1, column 2)" },
        { "{\"a\\u0000b\":1}", "\\u0000 in a string (line 1, column 4)" },
        { "\"\\ud800\"", "a lone surrogate in a string (line 1, column 2)" },
        { "\"\\udc00\"", "a lone surrogate in a string (line 1, column 2)" },
        { "\"\\ud800\\ud800\"", "a lone surrogate in a string (line 1, column 2)" },
        { "\"\\ud800\\u0041\"", "a lone surrogate in a string (line 1, column 2)" },
        { "\"\\udc00\\ud800\"", "a lone surrogate in a string (line 1, column 2)" },
        { "\"\\ud800", "a lone surrogate in a string (line 1, column 2)" },
        { "\"\\ud800\\u", "a lone surrogate in a string (line 1, column 2)" },
        { "\"a\tb\"", "a control character in a string (line 1, column 3)" },
        { "\"a\nb\"", "a control character in a string (line 1, column 3)" },
        { "{\"a\x01\":1}", "a control character in a string (line 1, column 4)" },
        { "\"\x80\"", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xc0\x80\"", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xc1\xbf\"", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xe0\x9f\xbf\"", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xed\xa0\x80\"", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xf0\x8f\xbf\xbf\"", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xf4\x90\x80\x80\"", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xff\"", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xc3", "invalid UTF-8 (line 1, column 2)" },
        { "\"\xe2\x82\"", "invalid UTF-8 (line 1, column 2)" },
        { "[\"\xc3\xa9\xe2\x82\xac\", x]", "[1]: expected a value (line 1, column 8)" },
        { "\xa0{}", "expected a value (line 1, column 1)" },
        { "{\"a\":1,\"a\":2}", "duplicate key \"a\" (line 1, column 8)" },
        { "{\"a\":1,\"\\u0061\":2}", "duplicate key \"a\" (line 1, column 8)" },
        { "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}", "duplicate key \"\xf0\x9f\x98\x80\" (line 1, column 8)" },
        { "{\"\xe2\x82\xac\":1,\n\"b\":2,\"\\u20AC\":2}", "duplicate key \"\xe2\x82\xac\" (line 2, column 7)" },
        { "{\"\xc3\xa9\":1,\"\\u00e9\":2}", "duplicate key \"\xc3\xa9\" (line 1, column 8)" },
        { "{\"\":1,\"\":2}", "duplicate key \"\" (line 1, column 7)" },
        { "{\"\\/\\n\":1,\"/\\u000a\":2}", "duplicate key \"/\\x0a\" (line 1, column 11)" },
        { "{\"devices\":[{},{},{\"params\":{\"rss\":\"on\",\n\"rss\":\"off\"}}]}",
          "devices[2].params: duplicate key \"rss\" (line 2, column 1)" },
        { "{\"models\":{\"https://a.com/b\":{\"x\":[1,{\"y z\":tru}]}}}",
          "models[\"https://a.com/b\"].x[1][\"y z\"]: expected a value (line 1, column 45)" },
        { "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":0,\"k\":1,\"l\":2,\"m\":3,"
          "\"n\":4,\"o\":5,\n"
          "\"p\":6,\"q\":7,\"r\":8,\"c\":9,\"b\":9}",
          "duplicate key \"c\" (line 2, column 19)" },
};

START_TEST(test_good) {
        struct json_error error = { "" };

        ck_assert_msg(check_n(good[_i], strlen(good[_i]), &error) == 0, "%s: %s", good[_i], error.message);
}
END_TEST

START_TEST(test_bad) {
        struct json_error error;

        ck_assert_int_eq(check_n(bad[_i].text, strlen(bad[_i].text), &error), -EBADMSG);
        ck_assert_str_eq(error.message, bad[_i].message);
}
END_TEST

/* Every beginning of a good object is bad, and reads nothing behind its end. */
START_TEST(test_cut) {
        static const char text[] =
                "{\"a\":[1.5e+3,true,null,\"\\u00e9\\ud83d\\ude00\xf0\x9f\x98\x80\\n\"],\"b\":{\"c\":{}}}";
        struct json_error error;

        ck_assert_int_eq(check_n(text, sizeof(text) - 1, &error), 0);
        for (size_t n = 0; n < sizeof(text) - 1; n++)
                ck_assert_int_eq(check_n(text, n, &error), -EBADMSG);
        ck_assert_int_eq(check_n(text, sizeof(text), &error), -EBADMSG); /* a NUL at the end is a trailing byte */
}
END_TEST

static char *repeat(const char *a, size_t n, const char *b, const char *c) {
        struct text t = {};

        for (size_t i = 0; i < n; i++)
                text_add(&t, a);
        text_add(&t, b);
        for (size_t i = 0; i < n; i++)
                text_add(&t, c);
        return text_take(&t);
}

START_TEST(test_depth) {
        _cleanup_free_ char *lists = repeat("[", 17, "", "]"), *objects = repeat("{\"a\":", 16, "[]", "}");
        _cleanup_free_ char *fine = repeat("{\"a\":", 16, "1", "}"), *endless = repeat("[", 100000, "", "");
        struct json_error error;

        ck_assert_int_eq(json_strict_check(fine, strlen(fine), &limits, &error), 0);
        ck_assert_int_eq(json_strict_check(lists, strlen(lists), &limits, &error), -E2BIG);
        ck_assert_str_eq(error.message,
                         "[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: nested deeper than 16 (line 1, column 17)");
        ck_assert_int_eq(json_strict_check(objects, strlen(objects), &limits, &error), -E2BIG);
        ck_assert_str_eq(error.message, "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a: nested deeper than 16 (line 1, column 81)");
        ck_assert_int_eq(json_strict_check(endless, strlen(endless), &limits, &error), -E2BIG);
}
END_TEST

START_TEST(test_length) {
        _cleanup_free_ char *text = xcalloc(limits.max_bytes + 1, 1);
        struct json_error error;

        memset(text, ' ', limits.max_bytes + 1);
        memcpy(text, "{}", 2);
        ck_assert_int_eq(json_strict_check(text, limits.max_bytes, &limits, &error), 0);
        ck_assert_int_eq(json_strict_check(text, limits.max_bytes + 1, &limits, &error), -E2BIG);
        ck_assert_str_eq(error.message, "longer than 1048576 bytes");
}
END_TEST

/* A million keys in one object: found unique, or the first that is not, in a moment. */
START_TEST(test_many_keys) {
        static const struct json_limits large = { 64 * 1024 * 1024, 16 };
        _cleanup_text_ struct text t = {};
        struct json_error error;
        size_t length;

        for (int i = 0; i < 1000000; i++)
                text_addf(&t, "%c\"key%lld\":0", i ? ',' : '{', i * 7919LL % 1000003);
        length = t.length;
        text_add(&t, "}");
        ck_assert_int_eq(json_strict_check(t.data, t.length, &large, &error), 0);
        t.length = length;
        text_add(&t, ",\n\"\\u006bey7919\":1,\"key0\":2}");
        ck_assert_int_eq(json_strict_check(t.data, t.length, &large, &error), -EBADMSG);
        ck_assert_str_eq(error.message, "duplicate key \"key7919\" (line 2, column 1)");
}
END_TEST

/* Against a decoder that is written the other way round: by the value. */
static bool utf8_reference(const unsigned char *p, size_t n) {
        static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        uint32_t c;

        if ((p[0] & 0xe0) == 0xc0 && n == 2)
                c = p[0] & 0x1f;
        else if ((p[0] & 0xf0) == 0xe0 && n == 3)
                c = p[0] & 0x0f;
        else if ((p[0] & 0xf8) == 0xf0 && n == 4)
                c = p[0] & 0x07;
        else
                return n == 1 && p[0] < 0x80;
        for (size_t i = 1; i < n; i++) {
                if ((p[i] & 0xc0) != 0x80)
                        return false;
                c = c << 6 | (p[i] & 0x3f);
        }
        return c >= least[n] && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
}

START_TEST(test_utf8) {
        static const unsigned char edges[] = { 0x00, 0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff };

        for (unsigned a = 0; a < 256; a++)
                for (unsigned b = 0; b < 256; b++)
                        for (unsigned i = 0; i < sizeof(edges) * sizeof(edges); i++) {
                                unsigned char p[4] = { (unsigned char)a, (unsigned char)b, edges[i / sizeof(edges)],
                                                       edges[i % sizeof(edges)] };
                                size_t want = 0;

                                for (size_t n = 1; n <= 4 && !want; n++)
                                        want = utf8_reference(p, n) ? n : 0;
                                if (utf8_sequence((char *)p, 4) != want ||
                                    (want && utf8_sequence((char *)p, want) != want) ||
                                    (want && utf8_sequence((char *)p, want - 1) != 0))
                                        ck_abort_msg("%02x %02x %02x %02x", p[0], p[1], p[2], p[3]);
                        }
}
END_TEST

/* Messages are short, printable and valid UTF-8, whatever the keys are. */
START_TEST(test_messages) {
        _cleanup_free_ char *key = repeat("\xe2\x82\xac", 500, "", ""),
                            *text = xasprintf("{\"%s\":{\"%s\":{\"%s\":?}}}", key, key, key);
        struct json_error error;
        size_t n;

        ck_assert_int_eq(json_strict_check(text, strlen(text), &limits, &error), -EBADMSG);
        ck_assert_int_lt(strlen(error.message), JSON_ERROR_MAX);
        ck_assert_msg(strstr(error.message, "...\"]: expected a value (line 1, column 1513)") != NULL, "%s",
                      error.message);
        for (const char *p = error.message; *p; p += n)
                ck_assert_uint_gt(n = utf8_sequence(p, strlen(p)), 0);
        json_error_set(&error, "a\x1b[31m\x7f\xc2\x9b\xff%s", "\n");
        ck_assert_str_eq(error.message, "a\\x1b[31m\\x7f\\xc2\\x9b\\xff\\x0a");
        json_error_set(&error, "%s", key);
        ck_assert_uint_eq(strlen(error.message), 255);
}
END_TEST

START_TEST(test_emit) {
        _cleanup_text_ struct text t = {};
        struct json_error error;

        text_add(&t, "{");
        json_emit_member(&t, "a", "\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xf0\x9f\x98\x80");
        json_emit_member(&t, "left out", NULL);
        json_emit_member(&t, "broken", "x\xffy\xed\xa0\x80\xc3");
        json_emit_member(&t, "comma", ",");
        json_emit_tri(&t, "t", TRI_NO);
        json_emit_tri(&t, "u", TRI_UNKNOWN);
        json_emit_uint(&t, "n", UINT64_MAX);
        json_emit_strings(&t, "v", (char *[]){ (char *)"[", (char *)"", NULL });
        json_emit_strings(&t, "w", NULL);
        text_add(&t, "}");
        ck_assert_str_eq(
                t.data, "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\xf0\x9f\x98\x80\","
                        "\"broken\":\"x\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"comma\":\",\","
                        "\"t\":false,\"n\":18446744073709551615,\"v\":[\"[\",\"\"]}");
        ck_assert_int_eq(json_strict_check(t.data, t.length, &limits, &error), 0);
}
END_TEST

/* The example of the contract, and what it does not show. */
START_TEST(test_report) {
        struct reason reason = { .code = REASON_PARAM_EXTRA,
                                 .rule = RULE_PARAMETERS,
                                 .result = RESULT_ACTION,
                                 .field = (char *)"params.rss",
                                 .target = (char *)"on",
                                 .origin = (char *)"sysfs:rss",
                                 .message = (char *)"the target has rss=on\x1b",
                                 .remedy = (char *)"set rss=off" };
        struct action set = { .kind = ACTION_SET, .param = (char *)"rss", .value = (char *)"off" };
        struct action more[] = { { .kind = ACTION_CREATE, .parent = (char *)"pci:0", .mdev_type = (char *)"t" },
                                 { .kind = ACTION_BIND, .driver = (char *)"d" },
                                 { .kind = ACTION_UNSET, .param = (char *)"p" } };
        char *addresses[] = { (char *)"type:pci:0/t", NULL };
        struct report_candidate candidate = { .verdict = VERDICT_UNKNOWN,
                                              .evidence = EVIDENCE_IDENTITY,
                                              .creatable = true,
                                              .addresses = addresses,
                                              .n_members = 4 };
        struct report_device devices[] = {
                { .id = (char *)"hostdev0",
                  .verdict = VERDICT_NEEDS_CONFIGURATION,
                  .evidence = EVIDENCE_DECLARED,
                  .target = { .placed = true, .address = (char *)"mdev:c2" },
                  .actions = { &set, 1 },
                  .reasons = { &reason, 1 } },
                { .id = (char *)"b",
                  .verdict = VERDICT_UNKNOWN,
                  .evidence = EVIDENCE_METADATA,
                  .actions = { more, 3 },
                  .target = { .placed = true, .creatable = true, .parent = (char *)"pci:0", .mdev_type = (char *)"t" },
                  .candidates = &candidate,
                  .n_candidates = 1 },
                { .id = (char *)"c", .verdict = VERDICT_INCOMPATIBLE, .evidence = EVIDENCE_IDENTITY },
        };
        struct report report = { .verdict = VERDICT_NEEDS_CONFIGURATION,
                                 .evidence = EVIDENCE_DECLARED,
                                 .exact = true,
                                 .summary = (char *)"1 change",
                                 .devices = devices,
                                 .n_devices = 1 };
        _cleanup_text_ struct text t = {};

        report_format(&report, &t);
        ck_assert_str_eq(
                t.data,
                "{\"schema\":\"org.vfio.Migration1.report/"
                "1\",\"verdict\":\"needs-configuration\",\"evidence\":\"declared\","
                "\"fitsIfFree\":false,\"summary\":\"1 change\",\"devices\":[{\"id\":\"hostdev0\","
                "\"verdict\":\"needs-configuration\",\"evidence\":\"declared\",\"target\":{\"kind\":\"device\","
                "\"address\":\"mdev:c2\"},"
                "\"actions\":[{\"action\":\"set\",\"param\":\"rss\",\"value\":\"off\"}],\"reasons\":[{\"code\":\"param-"
                "extra\","
                "\"field\":\"params.rss\",\"source\":null,\"target\":\"on\",\"rule\":\"parameters\",\"result\":"
                "\"action\","
                "\"origin\":\"sysfs:rss\",\"message\":\"the target has rss=on\\\\x1b\",\"remedy\":\"set rss=off\"}],"
                "\"candidates\":[]}]}");
        t.length = 0;
        report.n_devices = 3;
        report.exact = false;
        report_format(&report, &t);
        ck_assert_ptr_nonnull(strstr(t.data, "\"fitsIfFree\":false,\"exact\":false,"));
        ck_assert_ptr_nonnull(
                strstr(t.data,
                       "\"target\":{\"kind\":\"creatable\",\"parent\":\"pci:0\",\"mdevType\":\"t\"},\"actions\":["
                       "{\"action\":\"create\",\"parent\":\"pci:0\",\"mdevType\":\"t\"},{\"action\":\"bind\","
                       "\"driver\":\"d\"},"
                       "{\"action\":\"unset\",\"param\":\"p\"}],\"reasons\":[],\"candidates\":[{\"kind\":\"creatable\","
                       "\"verdict\":\"unknown\",\"evidence\":\"identity\",\"count\":4,\"addresses\":[\"type:pci:0/t\"],"
                       "\"actions\":[],\"reasons\":[]}]}"));
        ck_assert_ptr_nonnull(
                strstr(t.data, "\"id\":\"c\",\"verdict\":\"incompatible\",\"evidence\":\"identity\",\"target\":null"));
}
END_TEST

int main(void) {
        Suite *suite = suite_create("json");
        TCase *cases = tcase_create("json");
        SRunner *runner;
        int failed;

        tcase_set_timeout(cases, 120);
        tcase_add_loop_test(cases, test_good, 0, ARRAY_SIZE(good));
        tcase_add_loop_test(cases, test_bad, 0, ARRAY_SIZE(bad));
        tcase_add_test(cases, test_cut);
        tcase_add_test(cases, test_depth);
        tcase_add_test(cases, test_length);
        tcase_add_test(cases, test_many_keys);
        tcase_add_test(cases, test_utf8);
        tcase_add_test(cases, test_messages);
        tcase_add_test(cases, test_emit);
        tcase_add_test(cases, test_report);
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
