/*
 * core/class-json: the text is pinned, as its digest must be the same on every host for good; what places a device does
 * not matter, everything that the rules look at does, and what is not known is no class.
 */
#include <check.h>

#include "core/class-json.h"
#include "core/descriptor-json.h"
#include "random-document.h"
#include "util/alloc.h"

/* In these texts ' stands for ". */
static struct document *parse(const char *device, const char *head) {
        _cleanup_free_ char *text = xasprintf(
                "{'schema':'org.vfio.Migration1.descriptor/1',%s'models':{"
                "'m':{'versions':{'2':{'rss':'on','q':'4'}},'facts':{'a':{'rule':'equal'},'b':{'rule':'ignore'},"
                "     'c':{'rule':'at-least'}},"
                "     'migration':{'driver':'d','protocol':'v2','flags':['stop-copy','pre-copy','p2p']}}},"
                "'devices':[{%s}]}",
                head, device);
        struct document *d = NULL;
        struct json_error error;

        for (char *c = text; *c; c++)
                if (*c == '\'')
                        *c = '"';
        ck_assert_msg(document_parse(text, strlen(text), DOCUMENT_HOST, &d, &error) == 0, "%s in %s", error.message,
                      text);
        return d;
}

static char *format(const char *device, const char *head, bool *ret_known) {
        _cleanup_(document_free_cleanup) struct document *d = parse(device, head);
        struct text t = {};

        *ret_known = class_format(d->devices[0], &d->models, &t);
        for (char *c = t.data; *c; c++)
                if (*c == '"')
                        *c = '\'';
        return text_take(&t);
}

static const struct {
        const char *device;
        const char *text;
} pinned[] = {
        { "'id':'1','model':'x','driver':'y','paramsComplete':true,'migration':{'protocol':'none'}",
          "{'driver':'y','model':'x','protocol':'none'}" },
        { "'id':'1','model':'x','paramsComplete':true,'migration':{'protocol':'v2','flags':[]}",
          "{'flags':[],'model':'x','protocol':'v2'}" },
        { "'id':'1','address':'pci:1','model':'m','driver':'d','version':2,'params':{'rss':'off','z':''},"
          "'paramsComplete':true,'pool':'p','facts':{'a':'1','b':'2','c':'3','d':'4'},'softwareVersion':'1.2.3'",
          "{'driver':'d','facts':{'a':'1','c':'3'},'flags':['p2p','pre-copy','stop-copy'],'model':'m',"
          "'params':{'q':'4','rss':'off','z':''},'pool':'p','protocol':'v2','softwareVersion':'1.2.3','version':2}" },
        { "'id':'1','model':'x','version':7,'migration':{'protocol':'v2','flags':['p2p']}",
          "{'flags':['p2p'],'model':'x','protocol':'v2','version':7}" },
};

START_TEST(test_pinned) {
        bool known;
        _cleanup_free_ char *text = format(pinned[_i].device, "", &known);

        ck_assert_str_eq(text, pinned[_i].text);
        ck_assert(known);
}
END_TEST

#define DEVICE                                                                                      \
        "'model':'m','driver':'d','version':2,'params':{'z':'1'},'paramsComplete':true,'pool':'p'," \
        "'facts':{'a':'1','c':'3'%s},'migration':{'protocol':'v2','flags':['p2p','stop-copy']%s}"

/* The same device elsewhere: another address, kernel, use, origin. */
START_TEST(test_place_does_not_matter) {
        bool known, known_there;
        _cleanup_free_ char *here = xasprintf("'id':'1','address':'pci:0000:01:00.1'," DEVICE, "", "");
        _cleanup_free_ char *there = xasprintf(
                "'id':'2','address':'mdev:2','parent':'pci:3','guest':'pci:4','mdevType':'t-1','numaNode':3,'inUse':'"
                "yes',"
                "'reservedBy':'x','boundDriver':'other','groupBlockedBy':['pci:1'],'variantDriver':'v',"
                "'tokens':{'migration_version':'T'},'attributes':['migration_version'],'paramList':'writable',"
                "'paramInfo':{'z':{'type':'int','writable':true}},"
                "'origin':{'model':'models.d:x.json','params.z':'sysfs:z','facts.a':'devlink','migration':'probe'}"
                "," DEVICE,
                ",'b':'9','kernel.release':'6.1','e':'5'", ",'dataSize':7,'dmaLogging':false");
        _cleanup_free_ char *a = format(here, "'host':{'name':'a','kernel':'6.12.96'},", &known);
        _cleanup_free_ char *b = format(there, "'createdAt':'x','host':{'name':'b','iommuDirtyTracking':true},",
                                        &known_there);

        ck_assert_str_eq(a, b);
        ck_assert(known && known_there);
}
END_TEST

/* Each is another class than all others. */
static const char *const differences[] = {
        "'model':'x','driver':'d'",
        "'model':'y','driver':'d'",
        "'model':'x','driver':'e'",
        "'model':'x','driver':'d','pool':'p'",
        "'model':'x','driver':'d','pool':''",
        "'model':'x','driver':'d','version':0",
        "'model':'x','driver':'d','version':1",
        "'model':'x','driver':'d','softwareVersion':'1.0.0'",
        "'model':'x','driver':'d','params':{'p':'1'}",
        "'model':'x','driver':'d','params':{'p':''}",
        "'model':'x','driver':'d','params':{'q':'1'}",
        "'model':'m','driver':'d','facts':{'a':'1','c':'1'}",
        "'model':'m','driver':'d','facts':{'a':'1','c':'2'}",
};

START_TEST(test_differences) {
        char *texts[ARRAY_SIZE(differences)];

        for (size_t i = 0; i < ARRAY_SIZE(differences); i++) {
                _cleanup_free_ char *device = xasprintf(
                        "'id':'1','migration':{'protocol':'v2','flags':['stop-copy']},'paramsComplete':true,%s",
                        differences[i]);
                bool known;

                texts[i] = format(device, "", &known);
                ck_assert_msg(known, "%s", differences[i]);
                for (size_t k = 0; k < i; k++)
                        ck_assert_str_ne(texts[i], texts[k]);
        }
        for (size_t i = 0; i < ARRAY_SIZE(differences); i++)
                free(texts[i]);
}
END_TEST

#define KNOWN "'id':'1','migration':{'protocol':'v2','flags':['stop-copy']},"

static const char *const unknown[] = {
        KNOWN "'paramsComplete':true",
        KNOWN "'paramsComplete':true,'model':'x','origin':{'model':'errno:EIO'}",
        KNOWN "'paramsComplete':true,'model':'x','origin':{'version':'errno:EIO'}",
        KNOWN "'paramsComplete':true,'model':'x','origin':{'pool':'errno:EIO'}",
        KNOWN "'paramsComplete':true,'model':'x','origin':{'softwareVersion':'errno:EIO'}",
        KNOWN "'paramsComplete':true,'model':'x','origin':{'params.p':'errno:EIO'}",
        KNOWN "'paramsComplete':true,'model':'x','params':{'p':null}",
        KNOWN "'paramsComplete':false,'model':'x'",
        KNOWN "'paramsComplete':false,'model':'x','version':7",
        KNOWN "'paramsComplete':true,'model':'m','facts':{'a':'1'}",
        KNOWN "'paramsComplete':true,'model':'m','facts':{'a':'1','c':'1'},'origin':{'facts.c':'errno:EACCES'}",
        "'id':'1','paramsComplete':true,'model':'x'",
        "'id':'1','paramsComplete':true,'model':'x','migration':{}",
        "'id':'1','paramsComplete':true,'model':'x','migration':{'protocol':'v2'}",
        "'id':'1','paramsComplete':true,'model':'m','driver':'e','facts':{'a':'1','c':'1'}",
};

START_TEST(test_unknown) {
        bool known = true;
        _cleanup_free_ char *text = format(unknown[_i], "", &known);

        ck_assert_msg(!known, "%s", text);
}
END_TEST

/* Whatever is in it, it is one JSON text. */
START_TEST(test_random) {
        for (unsigned i = 0; i < 3000; i++) {
                _cleanup_(document_free_cleanup) struct document *d = NULL;

                random_state = i;
                d = random_document();
                for (size_t k = 0; k < d->n_devices; k++) {
                        _cleanup_text_ struct text t = {}, again = {};
                        struct json_error error;

                        if (d->models.n > 0) {
                                free(d->devices[k]->traits->model);
                                d->devices[k]->traits->model = xstrdup(d->models.v[k % d->models.n]->name);
                        }
                        class_format(d->devices[k], &d->models, &t);
                        class_format(d->devices[k], &d->models, &again);
                        ck_assert_msg(
                                json_strict_check(t.data, t.length, &(struct json_limits){ 1 << 20, 8 }, &error) == 0,
                                "%s: %s", error.message, t.data);
                        ck_assert_str_eq(t.data, again.data);
                }
        }
}
END_TEST

int main(void) {
        Suite *suite = suite_create("class-json");
        TCase *tests = tcase_create("class-json");
        SRunner *runner;
        int failed;

        tcase_set_timeout(tests, 120);
        tcase_add_loop_test(tests, test_pinned, 0, (int)ARRAY_SIZE(pinned));
        tcase_add_test(tests, test_place_does_not_matter);
        tcase_add_test(tests, test_differences);
        tcase_add_loop_test(tests, test_unknown, 0, (int)ARRAY_SIZE(unknown));
        tcase_add_test(tests, test_random);
        suite_add_tcase(suite, tests);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_NORMAL);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed ? 1 : 0;
}
