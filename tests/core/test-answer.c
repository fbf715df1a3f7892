/*
 * What core/answer promises beyond single verdicts: what it costs, that plans hold, that it can be stopped.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "core/answer.h"
#include "core/descriptor-json.h"
#include "core/judge.h"
#include "util/alloc.h"

static struct document *parse(const char *text, enum document_kind kind) {
        struct document *d = NULL;
        struct json_error error;

        ck_assert_msg(document_parse(text, strlen(text), kind, &d, &error) == 0, "%s", error.message);
        return d;
}

static bool has_reason(const struct reasons *r, enum reason_code code) {
        for (size_t i = 0; i < r->n; i++)
                if (r->v[i].code == code)
                        return true;
        return false;
}

static const char vm[] =
        "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"vm\":{\"name\":\"web-1\"},\"devices\":["
        "{\"id\":\"a\",\"model\":\"v.com/nic\",\"origin\":{\"model\":\"sysfs:model\"},\"params\":{\"rss\":\"off\"},"
        "\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true}},"
        "{\"id\":\"b\",\"model\":\"v.com/nic\",\"origin\":{\"model\":\"sysfs:model\"},\"params\":{\"rss\":\"off\"},"
        "\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true}}]}";

/* A host of n equal devices and two others. */
static struct inventory *make_host(size_t n, const char *rss) {
        _cleanup_text_ struct text t = {};

        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[");
        for (size_t i = 0; i < n; i++)
                text_addf(&t,
                          "%s{\"id\":\"d%zu\",\"address\":\"pci:0000:%02zx:%02zx.0\",\"model\":\"%s\",\"origin\":{"
                          "\"model\":\"sysfs:model\"},"
                          "\"params\":{\"rss\":\"%s\"},\"inUse\":\"no\",\"paramInfo\":{\"rss\":{\"type\":\"bool\","
                          "\"writable\":true}},"
                          "\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true}}",
                          i ? "," : "", i, i / 256, i % 256, i < 2 ? "v.com/other" : "v.com/nic", rss);
        text_add(&t, "]}");
        return inventory_new(parse(t.data, DOCUMENT_HOST));
}

static struct report *ask(const struct inventory *host, uint64_t flags, struct answer_cost *cost) {
        _cleanup_(document_free_cleanup) struct document *source = parse(vm, DOCUMENT_SOURCE);
        struct policy policy = POLICY_DEFAULT;
        struct question q = { .source = source, .target = host, .policy = &policy, .flags = flags };
        struct report *report = NULL;

        ck_assert_int_eq(question_answer(&q, &report, cost), 0);
        return report;
}

START_TEST(test_cost_is_by_class) {
        size_t pairs[3];
        static const size_t sizes[] = { 10, 1000, 10000 };

        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
                _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(sizes[i], "off");
                _cleanup_(report_free_cleanup) struct report *report = NULL;
                struct answer_cost cost;

                report = ask(host, 0, &cost);
                ck_assert_int_eq(report->verdict, VERDICT_COMPATIBLE);
                ck_assert_str_eq(report->devices[0].target.address, "pci:0000:00:02.0");
                ck_assert_str_eq(report->devices[1].target.address, "pci:0000:00:03.0");
                pairs[i] = cost.pairs_judged;
        }
        ck_assert_uint_eq(pairs[0], 2); /* two source devices that are alike, two classes */
        ck_assert_uint_eq(pairs[1], pairs[0]);
        ck_assert_uint_eq(pairs[2], pairs[0]);
}
END_TEST

START_TEST(test_explain_lists_every_class) {
        _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(10, "on");
        _cleanup_(report_free_cleanup) struct report *report = ask(host, ANSWER_EXPLAIN, NULL);

        ck_assert_int_eq(report->verdict, VERDICT_NEEDS_CONFIGURATION);
        ck_assert_uint_eq(report->devices[0].n_candidates, 2);
        ck_assert_int_eq(report->devices[0].candidates[0].verdict, VERDICT_INCOMPATIBLE);
        ck_assert(has_reason(&report->devices[0].candidates[0].reasons, REASON_MODEL_MISMATCH));
        ck_assert_uint_eq(report->devices[0].candidates[1].n_members, 8);
        ck_assert_uint_eq(strv_length(report->devices[0].candidates[1].addresses), 8);
        ck_assert_str_eq(report->summary, "web-1 can move here after 2 changes: a to pci:0000:00:02.0, set rss=off; "
                                          "b to pci:0000:00:03.0, set rss=off");
}
END_TEST

/* One device on 10 000: can be explained; 256 on as many: cannot, and says so instead of filling the memory. */
START_TEST(test_explain_is_bounded) {
        _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(10000, "off");
        _cleanup_(document_free_cleanup) struct document *source = NULL;
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        _cleanup_text_ struct text many = {};
        struct policy policy = POLICY_DEFAULT;
        struct question q = { .target = host, .policy = &policy, .flags = ANSWER_EXPLAIN };

        report = ask(host, ANSWER_EXPLAIN, NULL);
        ck_assert_uint_eq(report->devices[0].candidates[1].n_members, 9998);
        report = report_free(report);

        text_add(&many, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[");
        for (int i = 0; i < 256; i++)
                text_addf(&many, "%s{\"id\":\"%d\"}", i ? "," : "", i);
        text_add(&many, "]}");
        source = parse(many.data, DOCUMENT_SOURCE);
        q.source = source;
        ck_assert_int_eq(question_answer(&q, &report, NULL), -EFBIG);
        ck_assert_ptr_null(report);
}
END_TEST

/* Devices of 250 parameters on many classes: what could be said fills the memory long before the addresses do. */
START_TEST(test_reasons_are_bounded) {
        _cleanup_(inventory_unref_cleanup) struct inventory *host = NULL;
        _cleanup_(document_free_cleanup) struct document *source = NULL;
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        _cleanup_text_ struct text vm_text = {}, host_text = {};
        struct policy policy = POLICY_DEFAULT;
        struct question q = { .policy = &policy, .flags = ANSWER_EXPLAIN };

        text_add(&vm_text, "{\"schema\":\"org.vfio.Migration1.descriptor/"
                           "1\",\"devices\":[{\"id\":\"a\",\"model\":\"m\",\"params\":{");
        for (int i = 0; i < 250; i++)
                text_addf(&vm_text, "%s\"p%d\":\"1\"", i ? "," : "", i);
        text_add(&vm_text, "}}]}");
        text_add(&host_text, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[");
        for (int i = 0; i < 1000; i++)
                text_addf(&host_text,
                          "%s{\"id\":\"d%d\",\"address\":\"a:%d\",\"model\":\"m\",\"params\":{\"q\":\"%d\"}}",
                          i ? "," : "", i, i, i);
        text_add(&host_text, "]}");
        source = parse(vm_text.data, DOCUMENT_SOURCE);
        host = inventory_new(parse(host_text.data, DOCUMENT_HOST));
        q.source = source;
        q.target = host;
        ck_assert_int_eq(question_answer(&q, &report, NULL), -EFBIG);
        q.flags = 0;
        ck_assert_int_eq(question_answer(&q, &report, NULL), 0);
        ck_assert_int_eq(report->verdict, VERDICT_INCOMPATIBLE);
}
END_TEST

START_TEST(test_cancelled) {
        _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(10, "off");
        _cleanup_(document_free_cleanup) struct document *source = parse(vm, DOCUMENT_SOURCE);
        struct policy policy = POLICY_DEFAULT;
        atomic_bool cancelled = true;
        struct question q = { .source = source, .target = host, .policy = &policy, .cancelled = &cancelled };
        struct report *report = NULL;

        ck_assert_int_eq(question_answer(&q, &report, NULL), -ECANCELED);
        ck_assert_ptr_null(report);
}
END_TEST

START_TEST(test_stale) {
        static const char old[] =
                "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"createdAt\":\"2026-01-01T00:00:00Z\","
                "\"devices\":[{\"id\":\"a\",\"model\":\"v.com/nic\"}]}";
        _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(10, "off");
        _cleanup_(document_free_cleanup) struct document *source = parse(old, DOCUMENT_SOURCE);
        struct policy policy = POLICY_DEFAULT;
        static const struct {
                int64_t now;
                bool stale;
        } cases[] = {
                { 1767225600 + 30 * 86400, false },
                { 1767225600 + 30 * 86400 + 1, true },
                { 1767225600 - 86400, false },
                { 0, false },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct question q = { .source = source, .target = host, .policy = &policy, .now = cases[i].now };
                _cleanup_(report_free_cleanup) struct report *report = NULL;

                ck_assert_int_eq(question_answer(&q, &report, NULL), 0);
                ck_assert_msg(has_reason(&report->devices[0].reasons, REASON_STALE) == cases[i].stale, "case %zu", i);
        }
}
END_TEST

/* Carries a plan out on a copy of the target: the device that would be there afterwards. */
static struct device *carry_out(const struct device *target, const struct device *source, const struct actions *plan) {
        struct device *d = device_copy(target);
        struct traits *t = d->traits;

        for (size_t i = 0; i < plan->n; i++) {
                const struct action *a = &plan->v[i];

                switch (a->kind) {
                case ACTION_CREATE:
                        break;
                case ACTION_BIND:
                        free(t->bound_driver);
                        t->bound_driver = xstrdup(a->driver);
                        break;
                case ACTION_SET:
                        if (strcmp(a->param, "version") == 0) {
                                t->has_version = true;
                                t->version = source->traits->version;
                                entries_done(&t->params);
                                entries_done(&t->origins);
                                entries_set(&t->origins, "model", "sysfs:model");
                        } else
                                entries_set(&t->params, a->param, a->value);
                        break;
                case ACTION_UNSET:
                        entries_remove(&t->params, a->param);
                        break;
                }
        }
        return d;
}

static const struct device *find_target(const struct inventory *host, const struct report_target *t) {
        for (size_t i = 0; i < inventory_length(host); i++) {
                const struct device *d = inventory_at(host, i);

                if (t->creatable ? d->traits->creatable && str_equal(d->parent, t->parent) &&
                                           str_equal(d->traits->mdev_type, t->mdev_type)
                                 : str_equal(d->address, t->address))
                        return d;
        }
        return NULL;
}

static size_t count_setup_actions(const struct actions *a) {
        size_t n = 0;

        for (size_t i = 0; i < a->n; i++)
                n += a->v[i].kind != ACTION_CREATE;
        return n;
}

/* Every plan of the worked examples, carried out, leaves nothing to do and nothing that fails. */
START_TEST(test_plans_hold) {
        _cleanup_free_ char *line = NULL;
        size_t size = 0, n_plans = 0;
        FILE *f = fopen(FIXTURES "/compare.jsonl", "re");

        ck_assert_ptr_nonnull(f);
        while (getline(&line, &size, f) > 0) {
                char *target_at = strstr(line, ",\"target\":{\"schema\""),
                     *end = strstr(line, ",\"expected\":{\"verdict\"");
                _cleanup_(document_free_cleanup) struct document *source = NULL;
                _cleanup_(inventory_unref_cleanup) struct inventory *host = NULL;
                _cleanup_(report_free_cleanup) struct report *report = NULL;
                struct policy policy = POLICY_DEFAULT;
                struct question q;

                ck_assert(target_at && end && strncmp(line, "{\"source\":", 10) == 0);
                *target_at = *end = '\0';
                source = parse(line + 10, DOCUMENT_SOURCE);
                host = inventory_new(parse(target_at + strlen(",\"target\":"), DOCUMENT_HOST));
                q = (struct question){ .source = source, .target = host, .policy = &policy };
                ck_assert_int_eq(question_answer(&q, &report, NULL), 0);
                for (size_t i = 0; i < report->n_devices; i++) {
                        const struct report_device *d = &report->devices[i];
                        _cleanup_(device_unref_cleanup) struct device *after = NULL;
                        struct rules_context context = {
                                .source = source,
                                .policy = &policy,
                                .several = MAX((size_t)source->vfio_devices, source->n_devices) > 1,
                        };
                        const struct models *models = &host->document->models;
                        struct side from, to;
                        struct judgement j;
                        struct grounds grounds;

                        if (!d->target.placed || count_setup_actions(&d->actions) == 0)
                                continue;
                        after = carry_out(find_target(host, &d->target), source->devices[i], &d->actions);
                        side_init(&from, source->devices[i], models, &source->models);
                        side_init(&to, after, models, NULL);
                        judge_pair(&context, &from, &to, after, PAIR_GROUNDS, &j, &grounds);
                        ck_assert_msg(count_setup_actions(&grounds.actions) == 0, "something left to do: %.300s", line);
                        ck_assert_msg(!findings_have_result(&j.findings, RESULT_FAIL), "a new failure: %.300s", line);
                        grounds_done(&grounds);
                        side_done(&from);
                        side_done(&to);
                        n_plans++;
                }
        }
        fclose(f);
        ck_assert_uint_gt(n_plans, 50);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("answer");
        TCase *cases = tcase_create("answer");
        SRunner *runner;
        int failed;

        tcase_set_timeout(cases, 60);
        tcase_add_test(cases, test_cost_is_by_class);
        tcase_add_test(cases, test_explain_lists_every_class);
        tcase_add_test(cases, test_explain_is_bounded);
        tcase_add_test(cases, test_reasons_are_bounded);
        tcase_add_test(cases, test_cancelled);
        tcase_add_test(cases, test_stale);
        tcase_add_test(cases, test_plans_hold);
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
