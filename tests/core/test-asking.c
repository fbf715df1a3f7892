/*
 * What core makes of words: whom it asks next, that asking comes to an end, and that nobody's word counts for another.
 */
#include <check.h>
#include <stdio.h>

#include "core/answer.h"
#include "core/descriptor-json.h"
#include "core/judge.h"
#include "util/alloc.h"

#include "random-document.h"

static struct document *parse(const char *text, enum document_kind kind) {
        struct document *d = NULL;
        struct json_error error;

        ck_assert_msg(document_parse(text, strlen(text), kind, &d, &error) == 0, "%s in %s", error.message, text);
        return d;
}

#define MIGRATION "\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true}"
#define NIC "\"model\":\"v.com/nic\",\"origin\":{\"model\":\"sysfs:model\"}," MIGRATION

/* n devices of a VM, each with a token of its own if apart, else all with "x". */
static struct document *make_vm(size_t n, bool apart) {
        _cleanup_text_ struct text t = {};

        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[");
        for (size_t i = 0; i < n; i++)
                text_addf(&t, "%s{\"id\":\"s%zu\"," NIC ",\"tokens\":{\"migration_version\":\"x%.0zu\"}}", i ? "," : "",
                          i, apart ? i + 1 : 0);
        text_add(&t, "]}");
        return parse(t.data, DOCUMENT_SOURCE);
}

/* n equal devices; n_apart others, no two of them alike; all of them to be asked. */
static struct inventory *make_host(size_t n, size_t n_apart) {
        _cleanup_text_ struct text t = {};

        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[");
        for (size_t i = 0; i < n + n_apart; i++)
                text_addf(&t,
                          "%s{\"id\":\"%zu\",\"address\":\"pci:%zu\"," NIC
                          ",\"inUse\":\"no\",\"attributes\":[\"migration_version\"],\"facts\":{\"n\":\"%zu\"}}",
                          i ? "," : "", i, i, i < n ? 0 : i);
        text_add(&t, "]}");
        return inventory_new(parse(t.data, DOCUMENT_HOST));
}

static struct report *ask(const struct document *source, const struct inventory *host, const struct words *words,
                          bool may_ask, struct answer_cost *cost) {
        struct policy policy = POLICY_DEFAULT;
        struct question q = { .source = source, .target = host, .policy = &policy, .words = words, .may_ask = may_ask };
        struct report *report = NULL;

        ck_assert_int_eq(question_answer(&q, &report, cost), 0);
        return report;
}

typedef enum word_answer (*answers)(const struct open_question *o);

/* Asks until nothing is open. *ret_rounds counts them, *ret_asked what was asked. */
static struct report *ask_all(const struct document *source, const struct inventory *host, struct words *words,
                              answers answer, size_t *ret_rounds, size_t *ret_asked) {
        struct report *report = ask(source, host, words, true, NULL);

        *ret_asked = 0;
        for (*ret_rounds = 0; report->open.n > 0; ++*ret_rounds) {
                ck_assert_uint_lt(*ret_rounds, 200);
                ck_assert_uint_le(report->open.n, OPEN_QUESTIONS_MAX);
                for (size_t i = 0; i < report->open.n; i++) {
                        const struct open_question *o = &report->open.v[i];

                        /* never what is known, and none twice */
                        ck_assert_ptr_null(words_find(words, o->key));
                        words_put(words, o->key, word_new(answer(o), NULL, NULL));
                        ++*ret_asked;
                }
                report_free(report);
                report = ask(source, host, words, true, NULL);
        }
        return report;
}

static enum word_answer say_yes(const struct open_question *o) {
        return WORD_YES;
}

static enum word_answer say_no(const struct open_question *o) {
        return WORD_NO;
}

static enum word_answer say_nothing(const struct open_question *o) {
        return WORD_UNKNOWN;
}

static enum word_answer not_asked(const struct open_question *o) {
        return WORD_NOT_ASKED;
}

static enum word_answer only_last_takes(const struct open_question *o) {
        return str_equal(o->target->address, "pci:999") ? WORD_YES : WORD_NO;
}

static enum word_answer only_first_takes(const struct open_question *o) {
        return str_equal(o->target->address, "pci:0") ? WORD_YES : WORD_NO;
}

static enum word_answer half_takes(const struct open_question *o) {
        return atoi(o->target->address + strlen("pci:")) % 2 ? WORD_YES : WORD_NO;
}

/* Few rounds and few questions, whatever is said, and only the VM's own need of them if it is yes. */
START_TEST(test_asking_ends) {
        static const struct {
                answers answer;
                size_t n_sources;
                bool apart;
                enum verdict verdict;
                enum evidence evidence;
                size_t rounds_max, asked_max;
        } v[] = {
                { say_yes, 1, false, VERDICT_COMPATIBLE, EVIDENCE_DRIVER, 1, 1 },
                { say_yes, 8, false, VERDICT_COMPATIBLE, EVIDENCE_DRIVER, 1, 8 },
                { say_yes, 8, true, VERDICT_COMPATIBLE, EVIDENCE_DRIVER, 10, 64 },
                { say_no, 1, false, VERDICT_INCOMPATIBLE, EVIDENCE_IDENTITY, 11, 1000 },
                { say_no, 3, false, VERDICT_INCOMPATIBLE, EVIDENCE_IDENTITY, 11, 1000 },
                { say_nothing, 1, false, VERDICT_UNKNOWN, EVIDENCE_DECLARED, 11, 1000 },
                { say_nothing, 3, true, VERDICT_UNKNOWN, EVIDENCE_DECLARED, 13, 3000 },
                { not_asked, 3, false, VERDICT_COMPATIBLE, EVIDENCE_DECLARED, 1, 3 },
                { half_takes, 8, false, VERDICT_COMPATIBLE, EVIDENCE_DRIVER, 5, 64 },
                { only_last_takes, 1, false, VERDICT_COMPATIBLE, EVIDENCE_DRIVER, 11, 1000 },
                { only_first_takes, 2, false, VERDICT_INCOMPATIBLE, EVIDENCE_DRIVER, 12, 1000 },
        };
        _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(1000, 0);

        for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
                _cleanup_(document_free_cleanup) struct document *source = make_vm(v[i].n_sources, v[i].apart);
                _cleanup_(words_free_cleanup) struct words *words = words_new();
                _cleanup_(report_free_cleanup) struct report *report = NULL;
                size_t rounds, asked;

                report = ask_all(source, host, words, v[i].answer, &rounds, &asked);
                ck_assert_msg(rounds <= v[i].rounds_max && asked <= v[i].asked_max, "%zu: %zu rounds, %zu asked", i,
                              rounds, asked);
                ck_assert_msg(report->verdict == v[i].verdict, "%zu: %s", i, report->summary);
                if (report->verdict != VERDICT_INCOMPATIBLE)
                        ck_assert_int_eq(report->evidence, v[i].evidence);
        }
}
END_TEST

START_TEST(test_most_promising_first) {
        _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(1, 700);
        _cleanup_(document_free_cleanup) struct document *source = make_vm(2, true);
        _cleanup_(report_free_cleanup) struct report *report = ask(source, host, NULL, true, NULL);

        ck_assert_uint_eq(report->open.n, OPEN_QUESTIONS_MAX);
        for (size_t i = 0; i < 2; i++) {
                ck_assert_str_eq(report->open.v[i].target->address, report->devices[i].target.address);
                ck_assert_str_eq(report->open.v[i].source->id, report->devices[i].id);
                ck_assert_int_eq(report->open.v[i].kind, WORD_MIGRATION_VERSION);
        }
        ck_assert_str_eq(report->open.v[0].token, "x1");
        ck_assert_str_eq(report->open.v[1].token, "x2");
}
END_TEST

/* One device's yes is not the yes of those like it, though they are one class. */
START_TEST(test_one_speaks_for_itself) {
        _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(10, 0);
        _cleanup_(document_free_cleanup) struct document *one = make_vm(1, false), *two = make_vm(2, false);
        _cleanup_(words_free_cleanup) struct words *words = words_new();
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        _cleanup_text_ struct text key = {};
        struct answer_cost cost;

        ck_assert_uint_eq(host->n_classes, 1);
        ck_assert(word_key_version(inventory_at(host, 4), "x", &key));
        words_put(words, key.data, word_new(WORD_YES, NULL, NULL));

        report = ask(one, host, words, false, &cost);
        ck_assert_str_eq(report->devices[0].target.address, "pci:4");
        ck_assert_int_eq(report->evidence, EVIDENCE_DRIVER);
        ck_assert_uint_eq(cost.pairs_judged, 2);
        report = report_free(report);

        report = ask(two, host, words, true, &cost);
        ck_assert_str_eq(report->devices[0].target.address, "pci:0");
        ck_assert_int_eq(report->devices[0].evidence, EVIDENCE_DECLARED);
        ck_assert_str_eq(report->devices[1].target.address, "pci:4");
        ck_assert_int_eq(report->devices[1].evidence, EVIDENCE_DRIVER);
        ck_assert_uint_eq(report->open.n, 1);
        ck_assert_str_eq(report->open.v[0].target->address, "pci:0");
        ck_assert_uint_eq(cost.pairs_judged, 2);
        report = report_free(report);

        report = ask(two, host, words, false, NULL); /* nobody will ask it: not known */
        ck_assert_int_eq(report->verdict, VERDICT_UNKNOWN);
        ck_assert_uint_eq(report->open.n, 0);
}
END_TEST

/* Types of other parents are judged as one, but each is asked itself. */
START_TEST(test_types_speak_for_themselves) {
        _cleanup_text_ struct text t = {}, key = {};
        _cleanup_(inventory_unref_cleanup) struct inventory *host = NULL;
        _cleanup_(document_free_cleanup) struct document *source = make_vm(1, false);
        _cleanup_(words_free_cleanup) struct words *words = words_new();
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        struct answer_cost cost;

        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[],\"creatable\":[");
        for (int i = 0; i < 100; i++)
                text_addf(&t,
                          "%s{\"parent\":\"pci:%d\",\"mdevType\":\"t\",\"available\":1," NIC
                          ",\"attributes\":[\"migration_version\"]}",
                          i ? "," : "", i);
        text_add(&t, "]}");
        host = inventory_new(parse(t.data, DOCUMENT_HOST));

        report = ask(source, host, NULL, true, &cost);
        ck_assert_uint_eq(cost.pairs_judged, 1);
        ck_assert_uint_eq(report->open.n, 1);
        ck_assert_str_eq(report->open.v[0].target->parent, "pci:0");
        report = report_free(report);

        for (size_t i = 0; i < 100; i++) {
                ck_assert(word_key_version(inventory_at(host, i), "x", &key));
                if (i % 2)
                        words_put(words, key.data, word_new(i == 51 ? WORD_YES : WORD_NO, NULL, NULL));
        }
        report = ask(source, host, words, false, &cost);
        ck_assert_uint_eq(cost.pairs_judged, 3); /* not asked, no, yes */
        ck_assert_str_eq(report->devices[0].target.parent, "pci:51");
        ck_assert_int_eq(report->evidence, EVIDENCE_DRIVER);
        ck_assert_int_eq(report->verdict, VERDICT_NEEDS_CONFIGURATION);
}
END_TEST

/* A check is asked once for two classes, however many are in them; and what is told apart is asked apart. */
START_TEST(test_checks_by_class) {
        _cleanup_text_ struct text t = {};
        _cleanup_(inventory_unref_cleanup) struct inventory *host = NULL;
        _cleanup_(document_free_cleanup) struct document *source = make_vm(4, false);
        _cleanup_(words_free_cleanup) struct words *words = words_new();
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        size_t rounds, asked;

        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"models\":{\"v.com/"
                     "nic\":{\"checks\":[\"a\",\"b\"]}},\"devices\":[");
        for (int i = 0; i < 1000; i++)
                text_addf(&t,
                          "%s{\"id\":\"%d\",\"address\":\"pci:%d\"," NIC ",\"inUse\":\"%s\",\"facts\":{\"n\":\"%d\"}}",
                          i ? "," : "", i, i,
                          i % 3 == 0   ? "yes"
                          : i % 3 == 1 ? "no"
                                       : "unknown",
                          i < 10);
        text_add(&t, "]}");
        host = inventory_new(parse(t.data, DOCUMENT_HOST));
        ck_assert_uint_eq(host->n_classes, 6);
        report = ask_all(source, host, words, say_yes, &rounds, &asked);
        ck_assert_uint_eq(rounds, 1);
        ck_assert_uint_eq(asked, 4); /* two checks, two classes */
        ck_assert_int_eq(report->verdict, VERDICT_COMPATIBLE);
        ck_assert_int_eq(report->evidence, EVIDENCE_VENDOR);
}
END_TEST

/* A descriptor may be large, and each question's key with it: few at a time, but all of them in the end. */
START_TEST(test_large_keys) {
        static char large[300 * 1024];
        _cleanup_text_ struct text t = {}, vm = {};
        _cleanup_(inventory_unref_cleanup) struct inventory *host = NULL;
        _cleanup_(document_free_cleanup) struct document *source = NULL;
        _cleanup_(words_free_cleanup) struct words *words = words_new();
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        size_t rounds, asked;

        memset(large, 'x', sizeof(large) - 1);
        text_addf(&vm,
                  "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[{\"id\":\"s\"," NIC
                  ",\"facts\":{\"n\":\"%s\"}}]}",
                  large);
        source = parse(vm.data, DOCUMENT_SOURCE);
        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"models\":{\"v.com/"
                     "nic\":{\"checks\":[\"a\"]}},\"devices\":[");
        for (int i = 0; i < 20; i++)
                text_addf(&t, "%s{\"id\":\"%d\",\"address\":\"pci:%d\"," NIC ",\"facts\":{\"n\":\"%d\"}}", i ? "," : "",
                          i, i, i);
        text_add(&t, "]}");
        host = inventory_new(parse(t.data, DOCUMENT_HOST));
        report = ask(source, host, NULL, true, NULL);
        ck_assert_uint_eq(report->open.n, OPEN_QUESTIONS_BYTES_MAX / sizeof(large));
        report = report_free(report);
        report = ask_all(source, host, words, say_no, &rounds, &asked);
        ck_assert_uint_eq(asked, 20);
        ck_assert_int_eq(report->verdict, VERDICT_INCOMPATIBLE);
}
END_TEST

/* Where there is nothing to ask, asking costs nothing and changes nothing. */
START_TEST(test_nothing_to_ask) {
        _cleanup_text_ struct text t = {}, a = {}, b = {};
        _cleanup_(inventory_unref_cleanup) struct inventory *host = make_host(100, 50);
        _cleanup_(document_free_cleanup) struct document *source = NULL;
        _cleanup_(words_free_cleanup) struct words *words = words_new();
        _cleanup_(report_free_cleanup) struct report *plain = NULL, *asked = NULL;
        struct answer_cost plain_cost, asked_cost;

        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[");
        for (size_t i = 0; i < 8; i++)
                text_addf(&t, "%s{\"id\":\"s%zu\"," NIC ",\"facts\":{\"n\":\"%zu\"}}", i ? "," : "", i, i);
        text_add(&t, "]}");
        source = parse(t.data, DOCUMENT_SOURCE);
        words_put(words, "key", word_new(WORD_YES, NULL, NULL));
        plain = ask(source, host, NULL, false, &plain_cost);
        asked = ask(source, host, words, true, &asked_cost);
        ck_assert_uint_eq(asked->open.n, 0);
        ck_assert_uint_eq(plain_cost.pairs_judged, 8 * 51);
        ck_assert_uint_eq(asked_cost.pairs_judged, 8 * 51);
        report_format(plain, &a);
        report_format(asked, &b);
        ck_assert_str_eq(a.data, b.data);
}
END_TEST

static uint64_t random_answers;

/* The same key is always answered the same. */
static enum word_answer answer_by_key(const char *key) {
        static const enum word_answer often[] = { WORD_YES, WORD_YES, WORD_NO,       WORD_NO,
                                                  WORD_NO,  WORD_YES, WORD_NOT_MINE, WORD_UNKNOWN };
        uint64_t h = hash_str(hash_bytes(HASH_INIT, &random_answers, sizeof(random_answers)), key);
        enum word_answer answer = often[(h >> 20) % ARRAY_SIZE(often)];

        return answer == WORD_NOT_MINE && key[0] != 'c' ? WORD_NOT_ASKED : answer;
}

static enum word_answer answer_randomly(const struct open_question *o) {
        return answer_by_key(o->key);
}

static void add_random_device(struct text *t, const char *model, bool source) {
        bool no_model = roll(5) == 0;

        text_addf(t, "%s%s%s" MIGRATION ",\"facts\":{\"pci.vendor\":\"%s\"},\"paramsComplete\":%s",
                  no_model ? "" : "\"model\":\"", no_model ? "" : model,
                  no_model ? "" : "\",\"origin\":{\"model\":\"sysfs:model\"},", roll(6) ? "8086" : "10de",
                  roll(4) ? "true" : "false");
        if (roll(3) == 0)
                text_add(t, roll(4) ? ",\"pool\":\"p\"" : ",\"pool\":\"q\"");
        if (source && roll(3))
                text_addf(t, ",\"tokens\":{\"migration_version\":\"%u\"}", roll(2));
        if (!source && roll(3))
                text_add(t, ",\"attributes\":[\"migration_version\"]");
}

static struct document *random_vm(void) {
        _cleanup_text_ struct text t = {};

        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[");
        for (unsigned i = 0, n = roll(4) + 1; i < n; i++) {
                text_addf(&t, "%s{\"id\":\"s%u\",", i ? "," : "", i);
                add_random_device(&t, roll(4) ? "a" : "b", true);
                if (roll(8) == 0)
                        text_addf(&t, ",\"pin\":\"pci:%u\"", roll(10));
                text_add(&t, "}");
        }
        text_add(&t, "]}");
        return parse(t.data, DOCUMENT_SOURCE);
}

static struct inventory *random_host(void) {
        _cleanup_text_ struct text t = {};

        text_add(&t, "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"models\":{\"a\":{\"checks\":[");
        text_add(&t, roll(3) ? "" : roll(2) ? "\"c\"" : "\"c\",\"d\"");
        text_add(&t, "]},\"b\":{\"compatibleModels\":[\"a\"]}},\"devices\":[");
        for (unsigned i = 0, n = roll(30); i < n;) {
                _cleanup_text_ struct text one = {};

                add_random_device(&one, roll(4) ? "a" : "b", false);
                for (unsigned k = roll(8) + 1; k > 0 && i < n; k--, i++)
                        text_addf(&t, "%s{\"id\":\"t%u\",\"address\":\"pci:%u\",\"inUse\":\"%s\",%s}", i ? "," : "", i,
                                  i, roll(5) ? "no" : "yes", one.data);
        }
        text_add(&t, "],\"creatable\":[");
        for (unsigned i = 0, n = roll(8); i < n;) {
                _cleanup_text_ struct text one = {};

                add_random_device(&one, roll(4) ? "a" : "b", false);
                for (unsigned k = roll(4) + 1; k > 0 && i < n; k--, i++)
                        text_addf(&t, "%s{\"parent\":\"pci:%u\",\"mdevType\":\"t%u\",\"available\":%u,%s}",
                                  i ? "," : "", roll(3), i, roll(3), one.data);
        }
        text_add(&t, "]}");
        return inventory_new(parse(t.data, DOCUMENT_HOST));
}

static size_t find_position(const struct inventory *host, const struct report_target *t) {
        for (size_t i = 0; i < inventory_length(host); i++) {
                const struct device *d = inventory_at(host, i);

                if (t->creatable ? d->traits->creatable && str_equal(d->parent, t->parent) &&
                                           str_equal(d->traits->mdev_type, t->mdev_type)
                                 : str_equal(d->address, t->address))
                        return i;
        }
        ck_abort_msg("a target that is not there");
        return 0;
}

/* What the report says of a placed device is what judging that very pair says, and of that nothing is left to ask. */
static void check_placed(const struct document *source, const struct inventory *host, size_t i,
                         const struct report_device *d, const struct words *words, size_t *n_driver) {
        const struct device *target = inventory_at(host, find_position(host, &d->target));
        struct policy policy = POLICY_DEFAULT;
        struct rules_context context = { .source = source,
                                         .policy = &policy,
                                         .several = source->n_devices > 1,
                                         .words = words,
                                         .may_ask = true,
                                         .ask_drivers = true,
                                         .ask_vendors = true };
        _cleanup_text_ struct text key = {};
        const char *token = entries_get(&source->devices[i]->traits->tokens, "migration_version");
        struct side from, to;
        struct judgement j;

        side_init(&from, source->devices[i], &host->document->models, &source->models);
        side_describe(&from);
        side_init(&to, target, &host->document->models, NULL);
        side_describe(&to);
        judge_pair(&context, &from, &to, target, PAIR_VERDICT, &j, NULL);
        ck_assert_uint_eq(j.findings.open, 0);
        if (d->evidence == EVIDENCE_DRIVER) {
                const struct word *w;

                ck_assert(word_key_version(target, token, &key));
                w = words_find(words, key.data);
                ck_assert(w && w->answer == WORD_YES);
                ++*n_driver;
        }
        ck_assert_int_eq(d->evidence, j.evidence);
        for (size_t k = 0; k < d->reasons.n; k++)
                if (d->reasons.v[k].code == REASON_CAPACITY_SHARED)
                        j.verdict = VERDICT_UNKNOWN;
        ck_assert_int_eq(d->verdict, j.verdict);
        side_done(&from);
        side_done(&to);
}

/* Whoever answers whatever: asking ends soon, and every place stands on what was said of itself. */
START_TEST(test_random_words) {
        size_t n_driver = 0, n_rounds = 0, n_asked = 0, most_rounds = 0;

        random_state = 11;
        for (int i = 0; i < 3000; i++) {
                _cleanup_(document_free_cleanup) struct document *source = random_vm();
                _cleanup_(inventory_unref_cleanup) struct inventory *host = random_host();
                _cleanup_(words_free_cleanup) struct words *words = words_new();
                _cleanup_(report_free_cleanup) struct report *report = NULL, *last = NULL;
                size_t rounds, asked;

                random_answers = (uint64_t)i;
                report = ask_all(source, host, words, answer_randomly, &rounds, &asked);
                for (size_t k = 0; k < report->n_devices; k++)
                        if (report->devices[k].target.placed)
                                check_placed(source, host, k, &report->devices[k], words, &n_driver);
                n_rounds += rounds;
                n_asked += asked;
                most_rounds = MAX(most_rounds, rounds);

                /* That nobody asks any more changes nothing where nothing is open. */
                last = ask(source, host, words, false, NULL);
                ck_assert_int_eq(last->verdict, report->verdict);
                ck_assert_uint_eq(last->open.n, 0);
        }
        ck_assert_uint_gt(n_driver, 500);
        ck_assert_uint_gt(n_rounds, 1500);
        ck_assert_uint_gt(n_asked, 5000);
        ck_assert_uint_le(most_rounds, 10);
        printf("%zu rounds (at most %zu), %zu asked, %zu drivers took it\n", n_rounds, most_rounds, n_asked, n_driver);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("asking");
        TCase *cases = tcase_create("asking");
        SRunner *runner;
        int failed;

        tcase_set_timeout(cases, 120);
        tcase_add_test(cases, test_asking_ends);
        tcase_add_test(cases, test_most_promising_first);
        tcase_add_test(cases, test_one_speaks_for_itself);
        tcase_add_test(cases, test_types_speak_for_themselves);
        tcase_add_test(cases, test_checks_by_class);
        tcase_add_test(cases, test_large_keys);
        tcase_add_test(cases, test_nothing_to_ask);
        tcase_add_test(cases, test_random_words);
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
