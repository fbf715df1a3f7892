/*
 * What vendors' checks are told and what they say: each word, each wrong one with its place, and the limits.
 *
 * JSON is written with single quotes here, for legibility.
 */
#include <check.h>
#include <errno.h>

#include "core/check-json.h"
#include "core/descriptor-json.h"
#include "core/utf8.h"
#include "util/alloc.h"

#define SCHEMA_KEY "'schema':'org.vfio.Migration1.check/1'"

static char *unquote(const char *s) {
        char *r = xstrdup(s);

        for (char *p = r; *p; p++)
                if (*p == '\'')
                        *p = '"';
        return r;
}

static const struct {
        const char *text;
        int result;
        unsigned verbs;
        const char *message;
} capabilities[] = {
        { "{" SCHEMA_KEY ",'verbs':['check','describe']}", 0, CHECK_VERB_CHECK | CHECK_VERB_DESCRIBE, NULL },
        { "{" SCHEMA_KEY ",'verbs':['check'],'more':{}}\n", 0, CHECK_VERB_CHECK, NULL },
        { "{" SCHEMA_KEY ",'verbs':['later','describe','describe']}", 0, CHECK_VERB_DESCRIBE, NULL },
        { "{" SCHEMA_KEY ",'verbs':[]}", 0, 0, NULL },
        { "{" SCHEMA_KEY ",'verbs':['Check','check ','--check']}", 0, 0, NULL },
        { "{" SCHEMA_KEY "}", -EBADMSG, 0, "verbs: missing" },
        { "{" SCHEMA_KEY ",'verbs':'check'}", -EBADMSG, 0, "verbs: expected a list" },
        { "{" SCHEMA_KEY ",'verbs':['check',1]}", -EBADMSG, 0, "verbs[1]: expected a string" },
        { "{'verbs':['check']}", -EBADMSG, 0, "schema: missing" },
        { "{'schema':'org.vfio.Migration1.check/2','verbs':['check']}", -EBADMSG, 0,
          "schema: not org.vfio.Migration1.check/1" },
        { "{'schema':null,'verbs':['check']}", -EBADMSG, 0, "schema: expected a string" },
        { "", -EBADMSG, 0, "expected a value (line 1, column 1)" },
        { "[]", -EBADMSG, 0, "expected an object" },
        { "usage: it check", -EBADMSG, 0, "expected a value (line 1, column 1)" },
};

START_TEST(test_capabilities) {
        _cleanup_free_ char *text = unquote(capabilities[_i].text);
        struct json_error error = { "" };
        unsigned set = 77;

        ck_assert_int_eq(check_parse_capabilities(text, strlen(text), &set, &error), capabilities[_i].result);
        if (capabilities[_i].result == 0)
                ck_assert_uint_eq(set, capabilities[_i].verbs);
        else {
                ck_assert_uint_eq(set, 77);
                ck_assert_str_eq(error.message, capabilities[_i].message);
        }
}
END_TEST

static const struct {
        const char *text;
        enum word_answer answer;
        const char *code;
        const char *message;
} verdicts[] = {
        { "{'verdict':'compatible'}", WORD_YES, NULL, NULL },
        { " {'verdict':'compatible','code':'ok','message':'all is well'}\n", WORD_YES, NULL, "all is well" },
        { "{'verdict':'incompatible','code':'host-driver','message':'too old'}", WORD_NO, "host-driver", "too old" },
        { "{'verdict':'incompatible','code':'A.z_0-9'}", WORD_NO, "A.z_0-9", NULL },
        { "{'verdict':'incompatible'}", WORD_NO, NULL, NULL },
        { "{'verdict':'unknown','code':'c','message':'m'}", WORD_UNKNOWN, NULL, "m" },
        { "{'verdict':'unknown','code':'no-library'}", WORD_UNKNOWN, NULL, "no-library" },
        { "{'verdict':'unknown','message':''}", WORD_UNKNOWN, NULL, "" },
        { "{'verdict':'incompatible','message':'\\u001b[31mred\\n\\u0007'}", WORD_NO, NULL, "\033[31mred\n\a" },
        { "{'verdict':'compatible','unknown':['key']}", WORD_YES, NULL, NULL },
};

START_TEST(test_verdicts) {
        _cleanup_free_ char *text = unquote(verdicts[_i].text);
        _cleanup_(word_free_cleanup) struct word *w = NULL;
        struct json_error error = { "" };

        ck_assert_msg(check_parse_verdict(text, strlen(text), &w, &error) == 0, "%s", error.message);
        ck_assert_int_eq(w->answer, verdicts[_i].answer);
        ck_assert_pstr_eq(w->code, verdicts[_i].code);
        ck_assert_pstr_eq(w->message, verdicts[_i].message);
}
END_TEST

static const struct {
        const char *text;
        const char *message;
} bad_verdicts[] = {
        { "", "expected a value (line 1, column 1)" },
        { "{}", "verdict: missing" },
        { "compatible", "expected a value (line 1, column 1)" },
        { "'compatible'", "expected an object" },
        { "[{'verdict':'compatible'}]", "expected an object" },
        { "{'verdict':'Compatible'}", "verdict: expected \"compatible\", \"incompatible\" or \"unknown\"" },
        { "{'verdict':'compatible '}", "verdict: expected \"compatible\", \"incompatible\" or \"unknown\"" },
        { "{'verdict':''}", "verdict: expected \"compatible\", \"incompatible\" or \"unknown\"" },
        { "{'verdict':true}", "verdict: expected a string" },
        { "{'verdict':null}", "verdict: expected a string" },
        { "{'verdict':['compatible']}", "verdict: expected a string" },
        { "{'verdict':'incompatible','verdict':'compatible'}", "duplicate key" },
        { "{'verdict':'compatible'}{'verdict':'incompatible'}", "bytes after the end (line 1, column 25)" },
        { "{'verdict':'compatible'", "verdict: expected ',' or '}' (line 1, column 24)" },
        { "{'verdict':'compatible\\u0000no'}", "\\u0000 in a string" },
        { "{'verdict':'compatible','message':'\xff'}", "message: " },
        { "{'verdict':'compatible','message':7}", "message: expected a string" },
        { "{'verdict':'compatible','code':7}", "code: expected a string" },
        { "{'verdict':'incompatible','code':''}", "code: expected 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'" },
        { "{'verdict':'incompatible','code':'a b'}", "code: expected 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'" },
        { "{'verdict':'incompatible','code':'\\u001b'}", "code: expected 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'" },
        { "{'verdict':'incompatible','code':'1234567890123456789012345678901234567890123456789012345678901234x'}",
          "code: expected 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'" },
};

START_TEST(test_bad_verdicts) {
        _cleanup_free_ char *text = unquote(bad_verdicts[_i].text);
        struct json_error error = { "" };
        struct word *w = NULL;

        ck_assert_int_eq(check_parse_verdict(text, strlen(text), &w, &error), -EBADMSG);
        ck_assert_ptr_null(w);
        ck_assert_msg(strstr(error.message, bad_verdicts[_i].message), "%s", error.message);
}
END_TEST

/* Longer than it may be by one byte, with a character of every length where it is cut. */
START_TEST(test_long_message) {
        static const char *const last[] = { "x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };

        for (size_t i = 0; i < ARRAY_SIZE(last); i++)
                for (size_t before = 1020; before <= 1024; before++) {
                        _cleanup_(word_free_cleanup) struct word *w = NULL;
                        _cleanup_text_ struct text t = {};
                        struct json_error error = { "" };
                        size_t k = strlen(last[i]);

                        text_add(&t, "{\"verdict\":\"unknown\",\"message\":\"");
                        for (size_t n = 0; n < before; n++)
                                text_add(&t, "m");
                        text_add(&t, last[i]);
                        text_add(&t, "\"}");
                        ck_assert_int_eq(check_parse_verdict(t.data, t.length, &w, &error), 0);
                        ck_assert_uint_eq(strlen(w->message), before + k <= 1024 ? before + k : before);
                }
}
END_TEST

START_TEST(test_too_much) {
        _cleanup_text_ struct text t = {};
        struct json_error error = { "" };
        struct entries facts = {};
        struct word *w = NULL;
        unsigned set;

        text_add(&t, "{\"verdict\":\"compatible\",\"more\":\"");
        while (t.length < CHECK_OUTPUT_MAX - 2)
                text_add(&t, "x");
        text_add(&t, "\"}");
        ck_assert_uint_eq(t.length, CHECK_OUTPUT_MAX);
        ck_assert_int_eq(check_parse_verdict(t.data, t.length, &w, &error), 0);
        word_free(take_ptr(w));
        text_add(&t, " ");
        ck_assert_int_eq(check_parse_verdict(t.data, t.length, &w, &error), -EBADMSG);
        ck_assert_int_eq(check_parse_facts(t.data, t.length, &facts, &error), -EBADMSG);
        ck_assert_int_eq(check_parse_capabilities(t.data, t.length, &set, &error), -EBADMSG);
        ck_assert_ptr_null(w);
        ck_assert_uint_eq(facts.n, 0);
}
END_TEST

START_TEST(test_facts) {
        static const char json[] =
                "{\"facts\":{\"nvidia.vgpuType\":\"A10-4Q\",\"a.b.c\":\"\",\"x-1.y_2\":\"\\u0001\"}}";
        struct json_error error = { "" };
        struct entries facts = {};

        ck_assert_int_eq(check_parse_facts(json, strlen(json), &facts, &error), 0);
        ck_assert_uint_eq(facts.n, 3);
        ck_assert_str_eq(entries_get(&facts, "nvidia.vgpuType"), "A10-4Q");
        ck_assert_str_eq(entries_get(&facts, "a.b.c"), "");
        ck_assert_str_eq(entries_get(&facts, "x-1.y_2"), "\001");
        entries_done(&facts);
        ck_assert_int_eq(check_parse_facts("{\"facts\":{}}", 12, &facts, &error), 0);
        ck_assert_uint_eq(facts.n, 0);
}
END_TEST

static const struct {
        const char *text;
        const char *message;
} bad_facts[] = {
        { "{}", "facts: missing" },
        { "{'facts':[]}", "facts: expected an object" },
        { "{'facts':null}", "facts: expected an object" },
        { "{'facts':{'a.b':1}}", "facts.a.b: expected a string" },
        { "{'facts':{'a.b':null}}", "facts.a.b: expected a string" },
        { "{'facts':{'':'x'}}", "not a fact's name" },
        { "{'facts':{'plain':'x'}}", "facts.plain: not a fact's name" },
        { "{'facts':{'.b':'x'}}", "not a fact's name" },
        { "{'facts':{'a.':'x'}}", "not a fact's name" },
        { "{'facts':{'a..b':'x'}}", "not a fact's name" },
        { "{'facts':{'a.b c':'x'}}", "not a fact's name" },
        { "{'facts':{'a.\\n':'x'}}", "not a fact's name" },
        { "{'facts':{'a.123456789012345678901234567890123456789012345678901234567890123':'x'}}", "not a fact's name" },
        { "{'facts':{'a.b':'x','a.b':'y'}}", "duplicate key" },
};

START_TEST(test_bad_facts) {
        _cleanup_free_ char *text = unquote(bad_facts[_i].text);
        struct json_error error = { "" };
        struct entries facts = {};

        ck_assert_int_eq(check_parse_facts(text, strlen(text), &facts, &error), -EBADMSG);
        ck_assert_ptr_null(facts.v);
        ck_assert_msg(strstr(error.message, bad_facts[_i].message), "%s", error.message);
}
END_TEST

static void facts_text(size_t n, size_t length, struct text *t) {
        _cleanup_free_ char *value = xcalloc(length + 1, 1);

        memset(value, 'x', length);
        text_add(t, "{\"facts\":{");
        for (size_t i = 0; i < n; i++)
                text_addf(t, "%s\"a.%zu\":\"%s\"", i ? "," : "", i, value);
        text_add(t, "}}");
}

START_TEST(test_facts_limits) {
        static const struct {
                size_t n;
                size_t length;
                int result;
        } cases[] = { { 64, 1, 0 }, { 65, 1, -EBADMSG }, { 1, 4096, 0 }, { 1, 4097, -EBADMSG }, { 2000, 1, -EBADMSG } };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                _cleanup_(entries_done) struct entries facts = {};
                _cleanup_text_ struct text t = {};
                struct json_error error = { "" };

                facts_text(cases[i].n, cases[i].length, &t);
                ck_assert_int_eq(check_parse_facts(t.data, t.length, &facts, &error), cases[i].result);
                ck_assert_uint_eq(facts.n, cases[i].result == 0 ? cases[i].n : 0);
        }
}
END_TEST

static struct device *device_from(const char *text, bool creatable) {
        _cleanup_free_ char *json = unquote(text);
        struct json_error error = { "" };
        struct device *d = NULL;

        ck_assert_msg(device_parse(json, strlen(json), creatable, &d, &error) == 0, "%s", error.message);
        return d;
}

#define LASTING                                                                                                        \
        "'id':'a','address':'pci:0000:01:00.0','pool':'p','driver':'d','parent':'pci:0000:01:00.1','model':'m',"       \
        "'version':2,'params':{'odd':null,'rss':'on'},'facts':{'pci.vendor':'10de'},'tokens':{'migration_version':'T'" \
        "},"                                                                                                           \
        "'origin':{'model':'sysfs:model'},'boundDriver':'b','attributes':['migration_version']"
#define TYPE "'parent':'pci:0000:02:00.0','mdevType':'t','independent':true,'model':'m'"

START_TEST(test_pair) {
        static const char *const passing[] = {
                "",
                ",'inUse':'yes','reservedBy':'vm-1','groupBlockedBy':['pci:1'],'numaNode':0",
                (",'inUse':'no','guest':'pci:0000:05:00.0','pin':'mdev:','sysfsPath':'sys/devices/x','bus':'pci',"
                 "'vfioDevice':'vfio0','iommuGroup':'12'"),
        };
        _cleanup_free_ char *pair = unquote("{'source':{" LASTING "},'target':{" TYPE "}}");
        _cleanup_free_ char *one = unquote("{'device':{" LASTING "}}");

        for (size_t i = 0; i < ARRAY_SIZE(passing); i++) {
                _cleanup_free_ char *text = xasprintf("{%s%s}", LASTING, passing[i]);
                _cleanup_(device_unref_cleanup) struct device *source = device_from(text, false);
                _cleanup_(device_unref_cleanup) struct device *target = device_from(
                        i ? "{" TYPE ",'available':4,'inUse':'unknown'}" : "{" TYPE "}", true);
                _cleanup_text_ struct text t = {}, u = {};

                check_format_pair(source, target, &t);
                ck_assert_str_eq(t.data, pair);
                check_format_device(source, &u);
                ck_assert_str_eq(u.data, one);
        }
}
END_TEST

int main(void) {
        Suite *suite = suite_create("check-json");
        TCase *cases = tcase_create("check-json");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(cases, test_capabilities, 0, ARRAY_SIZE(capabilities));
        tcase_add_loop_test(cases, test_verdicts, 0, ARRAY_SIZE(verdicts));
        tcase_add_loop_test(cases, test_bad_verdicts, 0, ARRAY_SIZE(bad_verdicts));
        tcase_add_test(cases, test_long_message);
        tcase_add_test(cases, test_too_much);
        tcase_add_test(cases, test_facts);
        tcase_add_loop_test(cases, test_bad_facts, 0, ARRAY_SIZE(bad_facts));
        tcase_add_test(cases, test_facts_limits);
        tcase_add_test(cases, test_pair);
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
