/*
 * Model files and pool files: what is read, what is refused and where, and what merge patches do to them.
 *
 * JSON is written with single quotes here, for legibility.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "core/descriptor-json.h"
#include "core/model-json.h"
#include "util/alloc.h"

#define SCHEMA "'schema':'org.vfio.Migration1.model/1','model':'m'"
#define POOL "'schema':'org.vfio.Migration1.pool/1','pool':'p'"

static char *unquote(const char *s) {
        char *r = xstrdup(s);

        for (char *p = r; *p; p++)
                if (*p == '\'')
                        *p = '"';
        return r;
}

static int parse(const char *text, const char *patch1, const char *patch2, struct model **ret,
                 struct json_error *error) {
        _cleanup_free_ char *a = unquote(text), *b = unquote(patch1 ? patch1 : ""), *c = unquote(patch2 ? patch2 : "");
        const struct json_text patches[] = { { b, strlen(b) }, { c, strlen(c) } };

        return model_parse("x.json", (struct json_text){ a, strlen(a) }, patches, (patch1 != NULL) + (patch2 != NULL),
                           ret, error);
}

static int parse_pool(const char *text, struct pool **ret, struct json_error *error) {
        _cleanup_free_ char *a = unquote(text);

        return pool_parse("p.json", (struct json_text){ a, strlen(a) }, NULL, 0, ret, error);
}

static const char full[] =
        "{ " SCHEMA ", 'later': [1, null],"
        "  'match': [ { 'driver': 'mlx5_vfio_pci', 'pci': '15b3:101e' }, { 'mdevType': 'my-nic-*', 'parentDriver': "
        "'my_nic' } ],"
        "  'params': { 'rss': { 'type': 'bool', 'offValue': false, 'source': 'sysfs:rss', 'writable': true },"
        "              'rx': { 'type': 'int', 'allowedValues': ['0-64', 128, true], 'offValue': 0, 'atCreate': true, "
        "'description': 'd' },"
        "              'version': { 'type': 'int', 'writable': false } },"
        "  'paramsComplete': true,"
        "  'versions': { '10': { 'odd': null }, '2': { 'rss': true, 'rx': 64 }, '1': { 'rss': 'off' } },"
        "  'facts': { 'firmware.psid': { 'rule': 'equal' }, 'driver.version': { 'rule': 'at-least', 'why': 'notes' },"
        "             'a': { 'rule': 'range', 'min': 1, 'max': '1.10' }, 'b': { 'rule': 'semver' }, 'c': { 'rule': "
        "'ignore', 'min': '1' },"
        "             'vendor.services': { 'rule': 'superset', 'source': 'parent:vendor/services' } },"
        "  'migration': { 'driver': 'mlx5_vfio_pci', 'requires': 'devlink:migratable', 'protocol': 'v2',"
        "                 'flags': ['stop-copy', 'p2p', 'pre-copy', 'from-2030'], 'dmaLogging': true, 'dataSize': 96 },"
        "  'trialLoad': 'header', 'createArgs': true,"
        "  'compatibleModels': [ 'my-nic-classic' ], 'checks': [ 'nvml', 'b' ] }";

static void check_params(const struct model *m) {
        ck_assert_uint_eq(m->params.n, 3);
        ck_assert_str_eq(m->params.v[0].name, "rss");
        ck_assert_int_eq(m->params.v[0].type, PARAM_BOOL);
        ck_assert_str_eq(m->params.v[0].off_value, "off");
        ck_assert_str_eq(m->params.v[0].source, "sysfs:rss");
        ck_assert_int_eq(m->params.v[0].writable, TRI_YES);
        ck_assert_int_eq(m->params.v[0].at_create, TRI_UNKNOWN);
        ck_assert(!m->params.v[0].has_allowed);
        ck_assert_str_eq(m->params.v[1].off_value, "0");
        ck_assert_uint_eq(strv_length(m->params.v[1].allowed), 3);
        ck_assert_str_eq(m->params.v[1].allowed[1], "128");
        ck_assert_str_eq(m->params.v[1].allowed[2], "on");
        ck_assert_int_eq(m->params.v[1].at_create, TRI_YES);
        ck_assert_str_eq(m->params.v[1].description, "d");
        ck_assert_int_eq(m->params.v[2].writable, TRI_NO);
        ck_assert_int_eq(m->params_complete, TRI_YES);
}

static void check_facts(const struct model *m) {
        static const struct {
                const char *name;
                enum fact_rule_kind kind;
                const char *min, *max, *source, *why;
        } facts[] = {
                { "a", FACT_RANGE, "1", "1.10", NULL, NULL },
                { "b", FACT_SEMVER, NULL, NULL, NULL, NULL },
                { "c", FACT_IGNORE, NULL, NULL, NULL, NULL },
                { "driver.version", FACT_AT_LEAST, NULL, NULL, NULL, "notes" },
                { "firmware.psid", FACT_EQUAL, NULL, NULL, NULL, NULL },
                { "vendor.services", FACT_SUPERSET, NULL, NULL, "parent:vendor/services", NULL },
        };

        ck_assert_uint_eq(m->n_facts, ARRAY_SIZE(facts));
        for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
                ck_assert_str_eq(m->facts[i].name, facts[i].name);
                ck_assert_int_eq(m->facts[i].kind, facts[i].kind);
                ck_assert(str_equal(m->facts[i].min, facts[i].min) && str_equal(m->facts[i].max, facts[i].max));
                ck_assert(str_equal(m->facts[i].source, facts[i].source) && str_equal(m->facts[i].why, facts[i].why));
        }
}

START_TEST(test_full) {
        _cleanup_(model_free_cleanup) struct model *m = NULL;
        struct json_error error = { "" };

        ck_assert_msg(parse(full, NULL, NULL, &m, &error) == 0, "%s", error.message);
        ck_assert_str_eq(m->name, "m");
        ck_assert_str_eq(m->file, "x.json");
        ck_assert_uint_eq(m->n_matches, 2);
        ck_assert_str_eq(m->matches[0].driver, "mlx5_vfio_pci");
        ck_assert_str_eq(m->matches[0].pci, "15b3:101e");
        ck_assert_ptr_null(m->matches[0].mdev_type);
        ck_assert_str_eq(m->matches[1].mdev_type, "my-nic-*");
        ck_assert_str_eq(m->matches[1].parent_driver, "my_nic");
        check_params(m);
        check_facts(m);
        ck_assert(m->has_versions);
        ck_assert_uint_eq(m->n_versions, 3);
        ck_assert_uint_eq(m->versions[0].number, 1);
        ck_assert_uint_eq(m->versions[2].number, 10);
        ck_assert_uint_eq(m->versions[2].params.n, 1);
        ck_assert_ptr_nonnull(entries_find(&m->versions[2].params, "odd"));
        ck_assert_ptr_null(entries_get(&m->versions[2].params, "odd"));
        ck_assert_str_eq(entries_get(&model_find_version(m, 2)->params, "rss"), "on");
        ck_assert_str_eq(entries_get(&model_find_version(m, 2)->params, "rx"), "64");
        ck_assert_ptr_null(model_find_version(m, 3));
        ck_assert_ptr_null(model_find_version(m, 11));
        ck_assert(m->has_migration);
        ck_assert_str_eq(m->migration.driver, "mlx5_vfio_pci");
        ck_assert_str_eq(m->migration.requires, "devlink:migratable");
        ck_assert_int_eq(m->migration.protocol, MIGRATION_V2);
        ck_assert(m->migration.has_flags);
        ck_assert_uint_eq(m->migration.flags, MIGRATION_STOP_COPY | MIGRATION_P2P | MIGRATION_PRE_COPY);
        ck_assert_int_eq(m->migration.dma_logging, TRI_YES);
        ck_assert_uint_eq(m->migration.data_size, 96);
        ck_assert_str_eq(m->trial_load, "header");
        ck_assert(m->create_args);
        ck_assert_str_eq(m->compatible_models[0], "my-nic-classic");
        ck_assert_uint_eq(strv_length(m->checks), 2);
}
END_TEST

START_TEST(test_least) {
        _cleanup_(model_free_cleanup) struct model *m = NULL;
        struct json_error error;

        ck_assert_int_eq(parse("{" SCHEMA "}", NULL, NULL, &m, &error), 0);
        ck_assert(!m->has_versions && !m->has_migration && !m->create_args);
        ck_assert_int_eq(m->params_complete, TRI_UNKNOWN);
        ck_assert_ptr_null(model_find_version(m, 0));
}
END_TEST

/* A document's "models" hold the same, and give it back. */
START_TEST(test_document) {
        _cleanup_free_ char *text = unquote(full), *wrapped = NULL;
        _cleanup_(document_free_cleanup) struct document *d = NULL, *again = NULL;
        _cleanup_text_ struct text first = {}, second = {};
        struct json_error error = { "" };

        wrapped = xasprintf(
                "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[],\"models\":{\"b\":{},\"a\":%s}}",
                text);
        ck_assert_msg(document_parse(wrapped, strlen(wrapped), DOCUMENT_SOURCE, &d, &error) == 0, "%s", error.message);
        ck_assert(d->has_models);
        ck_assert_str_eq(d->models.v[0]->name, "a");
        check_params(models_find(&d->models, "a"));
        check_facts(models_find(&d->models, "a"));
        ck_assert_ptr_null(models_find(&d->models, "c"));
        ck_assert_ptr_null(models_find(&d->models, NULL));
        document_format(d, &first);
        ck_assert_int_eq(document_parse(first.data, first.length, DOCUMENT_HOST, &again, &error), 0);
        document_format(again, &second);
        ck_assert_str_eq(first.data, second.data);
        ck_assert_ptr_nonnull(strstr(first.data, "\"10\":{\"odd\":null}")); /* what was not read does not vanish */
}
END_TEST

/* Those of the shipped files, and deeper ones. */
START_TEST(test_sources) {
        _cleanup_(model_free_cleanup) struct model *m = NULL;
        struct json_error error = { "" };

        ck_assert_msg(parse("{" SCHEMA ",'params':{'a':{'source':'sysfs:a'},'b':{'source':'sysfs:vendor/..b/...'},"
                            "'version':{'source':'sysfs:v'}},"
                            "'facts':{'a':{'rule':'equal','source':'parent:device'},"
                            "'b':{'rule':'equal','source':'sysfs:a/b'},"
                            "'c':{'rule':'equal','source':'devlink:fw.version'}}}",
                            NULL, NULL, &m, &error) == 0,
                      "%s", error.message);
}
END_TEST

#define OF_PARAM "expected \"sysfs:\" and a file below the device"
#define OF_FACT                                                                                                \
        "expected \"sysfs:\" or \"parent:\" and a file below the device or its parent, or \"devlink:\" and a " \
        "version's name"

static const struct {
        const char *text;
        const char *message;
} bad[] = {
        { "[]", "expected an object" },
        { "{}", "schema: missing" },
        { "{'schema':null}", "schema: expected a string" },
        { "{'schema':'org.vfio.Migration1.model/2','model':'m'}", "schema: not org.vfio.Migration1.model/1" },
        { "{'schema':'org.vfio.Migration1.model/1'}", "model: missing" },
        { "{'schema':'org.vfio.Migration1.model/1','model':''}", "model: empty" },
        { "{'schema':'org.vfio.Migration1.model/1','model':null}", "model: expected a string" },
        { "{'schema':'org.vfio.Migration1.model/1','model':5}", "model: expected a string" },
        { "{" SCHEMA ",'match':{}}", "match: expected a list" },
        { "{" SCHEMA ",'match':[1]}", "match[0]: expected an object" },
        { "{" SCHEMA ",'match':[{'driver':'a'},{}]}", "match[1]: nothing to match" },
        { "{" SCHEMA ",'match':[{'drivers':'a'}]}", "match[0]: nothing to match" },
        { "{" SCHEMA ",'match':[{'driver':['a']}]}", "match[0].driver: expected a string" },
        { "{" SCHEMA ",'params':[]}", "params: expected an object" },
        { "{" SCHEMA ",'params':{'rss':'bool'}}", "params.rss: expected an object" },
        { "{" SCHEMA ",'params':{'a b':{}}}", "params[\"a b\"]: not a parameter's name" },
        { "{" SCHEMA ",'params':{'model':{}}}", "params.model: not a parameter's name" },
        { "{" SCHEMA ",'params':{'rss':{'type':'enum'}}}", "params.rss.type: expected \"bool\", \"int\" or \"str\"" },
        { "{" SCHEMA ",'params':{'rss':{'type':null}}}", "params.rss.type: expected a string" },
        { "{" SCHEMA ",'params':{'rss':{'offValue':null}}}", "params.rss.offValue: expected a string" },
        { "{" SCHEMA ",'params':{'rss':{'offValue':1.5}}}", "params.rss.offValue: expected a string" },
        { "{" SCHEMA ",'params':{'rss':{'allowedValues':'0-64'}}}", "params.rss.allowedValues: expected a list" },
        { "{" SCHEMA ",'params':{'rss':{'allowedValues':['a',null]}}}",
          "params.rss.allowedValues[1]: expected a string" },
        { "{" SCHEMA ",'params':{'rss':{'allowedValues':[['a']]}}}", "params.rss.allowedValues[0]: expected a string" },
        { "{" SCHEMA ",'params':{'rss':{'allowedValues':[99999999999999999999]}}}",
          "params.rss.allowedValues[0]: a number beyond 64 bits" },
        { "{" SCHEMA ",'params':{'rss':{'writable':'yes'}}}", "params.rss.writable: expected true or false" },
        { "{" SCHEMA ",'params':{'rss':{'atCreate':1}}}", "params.rss.atCreate: expected true or false" },
        { "{" SCHEMA ",'params':{'rss':{'source':1}}}", "params.rss.source: expected a string" },
        { "{" SCHEMA ",'params':{'rss':{'source':'rss'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':''}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'sysfs:'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'sysfs:/rss'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'sysfs:../x'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'sysfs:a/./b'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'sysfs:a//b'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'sysfs:a/'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'devlink:rss'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'debugfs:rss'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'source':'parent:rss'}}}", "params.rss.source: " OF_PARAM },
        { "{" SCHEMA ",'params':{'rss':{'description':1}}}", "params.rss.description: expected a string" },
        { "{" SCHEMA ",'paramsComplete':null}", "paramsComplete: expected true or false" },
        { "{" SCHEMA ",'versions':[]}", "versions: expected an object" },
        { "{" SCHEMA ",'versions':{'01':{}}}", "versions.01: not a version (an integer from 0 to 4294967295)" },
        { "{" SCHEMA ",'versions':{'-1':{}}}", "versions.-1: not a version (an integer from 0 to 4294967295)" },
        { "{" SCHEMA ",'versions':{'4294967296':{}}}",
          "versions.4294967296: not a version (an integer from 0 to 4294967295)" },
        { "{" SCHEMA ",'versions':{'':{}}}", "versions[\"\"]: not a version (an integer from 0 to 4294967295)" },
        { "{" SCHEMA ",'versions':{'1':[]}}", "versions.1: expected an object" },
        { "{" SCHEMA ",'versions':{'1':{'rss':[]}}}", "versions.1.rss: expected a string" },
        { "{" SCHEMA ",'versions':{'1':{'version':'1'}}}", "versions.1.version: not a parameter's name" },
        { "{" SCHEMA ",'facts':[]}", "facts: expected an object" },
        { "{" SCHEMA ",'facts':{'f':'equal'}}", "facts.f: expected an object" },
        { "{" SCHEMA ",'facts':{'f':{}}}", "facts.f.rule: missing" },
        { "{" SCHEMA ",'facts':{'f':{'rule':'newer'}}}", "facts.f.rule: an unknown rule" },
        { "{" SCHEMA ",'facts':{'f':{'rule':1}}}", "facts.f.rule: expected a string" },
        { "{" SCHEMA ",'facts':{'f':{'rule':'range','min':1.5}}}", "facts.f.min: expected a string" },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','max':null}}}", "facts.f.max: expected a string" },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','why':1}}}", "facts.f.why: expected a string" },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','source':1}}}", "facts.f.source: expected a string" },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','source':'fw'}}}", "facts.f.source: " OF_FACT },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','source':'debugfs:fw'}}}", "facts.f.source: " OF_FACT },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','source':'parent:../fw'}}}", "facts.f.source: " OF_FACT },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','source':'sysfs:/fw'}}}", "facts.f.source: " OF_FACT },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','source':'devlink:'}}}", "facts.f.source: " OF_FACT },
        { "{" SCHEMA ",'facts':{'f':{'rule':'equal','source':'devlink:a/b'}}}", "facts.f.source: " OF_FACT },
        { "{" SCHEMA ",'migration':'v2'}", "migration: expected an object" },
        { "{" SCHEMA ",'migration':{'protocol':'v3'}}", "migration.protocol: expected \"v2\", \"v1\" or \"none\"" },
        { "{" SCHEMA ",'migration':{'protocol':2}}", "migration.protocol: expected a string" },
        { "{" SCHEMA ",'migration':{'flags':'p2p'}}", "migration.flags: expected a list" },
        { "{" SCHEMA ",'migration':{'flags':['p2p',1]}}", "migration.flags[1]: expected a string" },
        { "{" SCHEMA ",'migration':{'dmaLogging':'yes'}}", "migration.dmaLogging: expected true or false" },
        { "{" SCHEMA ",'migration':{'dataSize':-1}}",
          "migration.dataSize: expected an integer from 0 to 18446744073709551614" },
        { "{" SCHEMA ",'migration':{'dataSize':99999999999999999999}}",
          "migration.dataSize: expected an integer from 0 to 18446744073709551614" },
        { "{" SCHEMA ",'migration':{'driver':1}}", "migration.driver: expected a string" },
        { "{" SCHEMA ",'migration':{'requires':1}}", "migration.requires: expected a string" },
        { "{" SCHEMA ",'trialLoad':'all'}", "trialLoad: expected \"header\"" },
        { "{" SCHEMA ",'createArgs':1}", "createArgs: expected true or false" },
        { "{" SCHEMA ",'compatibleModels':'a'}", "compatibleModels: expected a list" },
        { "{" SCHEMA ",'compatibleModels':[null]}", "compatibleModels[0]: expected a string" },
        { "{" SCHEMA ",'checks':[1]}", "checks[0]: expected a string" },
        { "{" SCHEMA ",'params':{},'params':{}}", "duplicate key \"params\" (line 1, column 65)" },
};

START_TEST(test_bad) {
        struct model *m = (struct model *)bad;
        struct json_error error;

        ck_assert_int_eq(parse(bad[_i].text, NULL, NULL, &m, &error), -EBADMSG);
        ck_assert_str_eq(error.message, bad[_i].message);
        ck_assert_ptr_eq(m, bad); /* untouched */
}
END_TEST

/* n members "<prefix><i>": value */
static char *members(const char *before, const char *prefix, size_t n, const char *value, const char *after) {
        struct text t = {};

        text_add(&t, before);
        for (size_t i = 0; i < n; i++)
                text_addf(&t, "%s'%s%zu':%s", i ? "," : "", prefix, i, value);
        text_add(&t, after);
        return text_take(&t);
}

START_TEST(test_limits) {
        _cleanup_free_ char *versions = members("{" SCHEMA ",'versions':{", "", 4096, "{}", "}}");
        _cleanup_free_ char *more_versions = members("{" SCHEMA ",'versions':{", "", 4097, "{}", "}}");
        _cleanup_free_ char *params = members("{" SCHEMA ",'params':{", "p", 256, "{}", "}}");
        _cleanup_free_ char *more_params = members("{" SCHEMA ",'params':{", "p", 257, "{}", "}}");
        _cleanup_free_ char *more_values = members("{" SCHEMA ",'versions':{'1':{", "p", 257, "1", "}}}");
        _cleanup_(model_free_cleanup) struct model *a = NULL, *b = NULL, *c = NULL;
        struct json_error error;

        ck_assert_int_eq(parse(versions, NULL, NULL, &a, &error), 0);
        ck_assert_uint_eq(a->n_versions, 4096);
        for (uint32_t i = 0; i < 4096; i++)
                ck_assert_uint_eq(a->versions[i].number, i);
        ck_assert_int_eq(parse(params, NULL, NULL, &b, &error), 0);
        ck_assert_int_eq(parse(more_versions, NULL, NULL, &c, &error), -E2BIG);
        ck_assert_str_eq(error.message, "versions: more than 4096 versions");
        ck_assert_int_eq(parse(more_params, NULL, NULL, &c, &error), -E2BIG);
        ck_assert_str_eq(error.message, "params: more than 256 parameters");
        ck_assert_int_eq(parse(more_values, NULL, NULL, &c, &error), -E2BIG);
        ck_assert_str_eq(error.message, "versions.1: more than 256 parameters");
}
END_TEST

/* RFC 7396: what a patch changes, adds, takes away; and null never arrives. */
START_TEST(test_patches) {
        static const char patch1[] =
                "{'params':{'rss':{'writable':false,'source':null},'new':{'type':'str','offValue':null}},'checks':null,"
                "'compatibleModels':['a','b'],'match':[{'driver':'d'}],'migration':null,'later':{'x':null}}";
        static const char patch2[] =
                "{'params':{'rx':null,'new':{'offValue':'o'}},'migration':{'protocol':'v1'},'versions':{'2':null}}";
        _cleanup_(model_free_cleanup) struct model *m = NULL;
        const struct param_info *rss, *new;
        struct json_error error = { "" };

        ck_assert_msg(parse(full, patch1, patch2, &m, &error) == 0, "%s", error.message);
        rss = param_infos_find(&m->params, "rss");
        new = param_infos_find(&m->params, "new");
        ck_assert_int_eq(rss->type, PARAM_BOOL);
        ck_assert_int_eq(rss->writable, TRI_NO);
        ck_assert_ptr_null(rss->source);
        ck_assert_str_eq(new->off_value, "o");
        ck_assert_ptr_null(param_infos_find(&m->params, "rx"));
        ck_assert_ptr_null(m->checks);
        ck_assert_uint_eq(strv_length(m->compatible_models), 2);
        ck_assert_uint_eq(m->n_matches, 1);
        ck_assert_int_eq(m->migration.protocol, MIGRATION_V1);
        ck_assert_ptr_null(m->migration.driver);
        ck_assert(!m->migration.has_flags);
        ck_assert_uint_eq(m->n_versions, 2);
        ck_assert_ptr_null(model_find_version(m, 2));
}
END_TEST

/* The patch that broke it is named; what a patch repairs is no error. */
START_TEST(test_patch_errors) {
        _cleanup_(model_free_cleanup) struct model *m = NULL;
        struct json_error error;

        ck_assert_int_eq(
                parse(full, "{'params':{'rss':{'type':'int'}}}", "{'params':{'rss':{'type':'enum'}}}", &m, &error),
                -EBADMSG);
        ck_assert_str_eq(error.message, "patch 2: params.rss.type: expected \"bool\", \"int\" or \"str\"");
        ck_assert_int_eq(parse(full, "{'schema':null}", "{}", &m, &error), -EBADMSG);
        ck_assert_str_eq(error.message, "patch 1: schema: missing");
        ck_assert_int_eq(parse("{" SCHEMA ",'checks':1}", "{'params':{}}", "{}", &m, &error), -EBADMSG);
        ck_assert_str_eq(error.message, "checks: expected a list");
        ck_assert_int_eq(parse(full, "{}", "{'a':1,'a':2}", &m, &error), -EBADMSG);
        ck_assert_str_eq(error.message, "patch 2: duplicate key \"a\" (line 1, column 8)");
        ck_assert_int_eq(parse(full, "[]", NULL, &m, &error), -EBADMSG);
        ck_assert_str_eq(error.message, "patch 1: expected an object");
        ck_assert_int_eq(parse(full, "{'x':[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", NULL, &m, &error), -E2BIG);
        ck_assert_ptr_nonnull(strstr(error.message, "patch 1: x[0]"));
        ck_assert_ptr_null(m);
        ck_assert_int_eq(parse("{" SCHEMA ",'checks':1}", "{'checks':[]}", NULL, &m, &error), 0);
}
END_TEST

START_TEST(test_models) {
        _cleanup_(model_free_cleanup) struct model *twin = model_new();
        struct models models = {};

        for (int i = 0; i < 100; i++) {
                struct model *m = model_new();

                m->name = xasprintf("m%02d", i * 37 % 100);
                ck_assert_int_eq(models_take(&models, m), 0);
        }
        for (int i = 0; i < 100; i++) {
                _cleanup_free_ char *name = xasprintf("m%02d", i);

                ck_assert_str_eq(models.v[i]->name, name);
                ck_assert_ptr_eq(models_find(&models, name), models.v[i]);
        }
        twin->name = xstrdup("m50");
        ck_assert_int_eq(models_take(&models, twin), -EEXIST);
        ck_assert_ptr_null(models_find(&models, "m"));
        models_done(&models);
        ck_assert_uint_eq(models.n, 0);
}
END_TEST

START_TEST(test_words) {
        enum fact_rule_kind kind = FACT_IGNORE;
        enum migration_protocol protocol = MIGRATION_V1;
        const char *name;
        unsigned i;

        for (int k = FACT_EQUAL; k <= FACT_IGNORE; k++) {
                ck_assert_int_eq(fact_rule_kind_from_string(fact_rule_kind_to_string((enum fact_rule_kind)k), &kind),
                                 0);
                ck_assert_int_eq(kind, k);
        }
        ck_assert_int_eq(fact_rule_kind_from_string("", &kind), -EINVAL);
        ck_assert_int_eq(migration_protocol_from_string("v3", &protocol), -EINVAL);
        ck_assert_int_eq(protocol, MIGRATION_V1);
        ck_assert_ptr_null(migration_protocol_to_string(MIGRATION_PROTOCOL_UNKNOWN));
        for (i = 0; (name = migration_flag_name(1U << i)); i++)
                ck_assert_uint_eq(migration_flag_from_name(name), 1U << i);
        ck_assert_uint_eq(i, 3);
        ck_assert_uint_eq(migration_flag_from_name("from-2030"), 0);
}
END_TEST

START_TEST(test_pool) {
        static const struct {
                const char *text, *message;
        } errors[] = {
                { "{}", "schema: missing" },
                { "{'schema':'org.vfio.Migration1.model/1','pool':'p'}", "schema: not org.vfio.Migration1.pool/1" },
                { "{'schema':'org.vfio.Migration1.pool/1'}", "pool: missing" },
                { "{'schema':'org.vfio.Migration1.pool/1','pool':''}", "pool: empty" },
                { "{" POOL ",'match':'x'}", "match: expected a list" },
                { "{" POOL ",'match':[{'netdev':'a'},{'netdevs':'a'}]}", "match[1]: nothing to match" },
                { "{" POOL ",'match':[{'netdev':7}]}", "match[0].netdev: expected a string" },
        };
        char *netdevs[] = { (char *)"ens2f0", (char *)"ens1f0", NULL };
        _cleanup_(pool_free_cleanup) struct pool *p = NULL;
        struct json_error error;

        for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
                ck_assert_int_eq(parse_pool(errors[i].text, &p, &error), -EBADMSG);
                ck_assert_str_eq(error.message, errors[i].message);
        }
        ck_assert_int_eq(
                parse_pool("{" POOL
                           ",'match':[{'parent':'pci:1','mdevType':'t-*'},{'address':'pci:2'},{'netdev':'ens1*'}]}",
                           &p, &error),
                0);
        ck_assert_str_eq(p->name, "p");
        ck_assert_str_eq(p->file, "p.json");
        ck_assert(pool_matches(p, "pci:1", NULL, NULL, "t-1"));
        ck_assert(!pool_matches(p, "pci:1", NULL, NULL, "u-1"));
        ck_assert(!pool_matches(p, "pci:1", NULL, NULL, NULL));
        ck_assert(!pool_matches(p, "pci:3", NULL, NULL, "t-1"));
        ck_assert(pool_matches(p, NULL, "pci:2", NULL, NULL));
        ck_assert(pool_matches(p, "pci:9", "pci:8", netdevs, NULL));
        ck_assert(!pool_matches(p, "pci:9", "pci:8", NULL, NULL));
}
END_TEST

int main(void) {
        Suite *suite = suite_create("model");
        TCase *cases = tcase_create("model");
        SRunner *runner;
        int failed;

        tcase_set_timeout(cases, 60);
        tcase_add_test(cases, test_full);
        tcase_add_test(cases, test_least);
        tcase_add_test(cases, test_document);
        tcase_add_test(cases, test_sources);
        tcase_add_loop_test(cases, test_bad, 0, ARRAY_SIZE(bad));
        tcase_add_test(cases, test_limits);
        tcase_add_test(cases, test_patches);
        tcase_add_test(cases, test_patch_errors);
        tcase_add_test(cases, test_models);
        tcase_add_test(cases, test_words);
        tcase_add_test(cases, test_pool);
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
