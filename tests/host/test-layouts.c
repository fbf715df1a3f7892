/*
 * Each layout in which a driver can say what a device is, from its files to the verdict: what fits, what does not, and
 * what cannot be told. Two fake hosts, read as the reader does, sent as JSON, and judged by core as the daemon does.
 *
 * To add a layout: three cells.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/answer.h"
#include "core/descriptor-json.h"
#include "told.h"
#include "util/alloc.h"

#define MODEL "vendor-a.example/my-nic"
#define UUID "00000001-0000-4000-8000-000000000000"
#define INFO                                                                        \
        "{\"models\":{\"" MODEL "\":{\"params\":{"                                  \
        "\"rss\":{\"type\":\"bool\",\"init_value\":\"off\",\"off_value\":\"off\"}," \
        "\"rx\":{\"type\":\"int\",\"init_value\":\"0\",\"off_value\":\"0\",\"allowed_values\":[\"0-32\"]}}}}}"
#define FILES_MAX 6

/* What the administrator has of it on both hosts. */
enum model_file {
        NO_FILE,
        FILE_OF_TYPE,   /* the model of this mdev type, of which no parameter is known */
        FILE_OF_PARAMS, /* the same, with rss */
        FILE_OF_FACTS,  /* or with what a driver calls compatible as decisive */
};

static const char *const model_files[] = {
        [FILE_OF_TYPE] = "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                         "\"match\":[{\"mdevType\":\"my_nic-*\"}],\"params\":{},\"paramsComplete\":true}",
        [FILE_OF_PARAMS] = "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                           "\"match\":[{\"mdevType\":\"my_nic-*\"}],\"paramsComplete\":true,"
                           "\"params\":{\"rss\":{\"type\":\"bool\",\"offValue\":\"off\",\"source\":\"sysfs:rss\"}}}",
        [FILE_OF_FACTS] = "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                          "\"match\":[{\"mdevType\":\"my_nic-*\"}],\"params\":{},\"paramsComplete\":true,"
                          "\"facts\":{\"compatible.pciIds\":{\"rule\":\"superset\"},"
                          "\"compatible.compatible\":{\"rule\":\"superset\"}}}",
};

/*
 * "D/name=value" is a file of the device, "T/name=value" one of its mdev type; "D/name!" one that cannot be read. The
 * reason is one that must be there, NULL where nothing but notes may be.
 */
static const struct cell {
        const char *layout;
        enum verdict verdict;
        enum evidence evidence;
        enum model_file file;
        const char *source[FILES_MAX], *target[FILES_MAX];
        const char *reason;
        bool same_type_policy; /* and the target is of another type */
} cells[] = {
        { "attributes",
          VERDICT_COMPATIBLE,
          EVIDENCE_DECLARED,
          NO_FILE,
          { "D/model=" MODEL, "D/version=1", "D/config_params=rss", "D/rss=on" },
          { "D/model=" MODEL, "D/version=1", "D/config_params=rss", "D/rss=on" },
          NULL },
        { "attributes",
          VERDICT_INCOMPATIBLE,
          EVIDENCE_DECLARED,
          NO_FILE,
          { "D/model=" MODEL, "D/config_params=rss", "D/rss=on" },
          { "D/model=" MODEL, "D/config_params=rss", "D/rss=off" },
          "param-value" },
        { "attributes",
          VERDICT_UNKNOWN,
          EVIDENCE_METADATA,
          NO_FILE,
          { "D/model=" MODEL, "D/config_params=rss", "D/rss=on" },
          { "D/model=" MODEL, "D/config_params=rss", "D/rss!" },
          "param-unreadable" },

        { "params-dir",
          VERDICT_COMPATIBLE,
          EVIDENCE_DECLARED,
          NO_FILE,
          { "T/migration/model=" MODEL, "D/migration/params/rss=on", "D/migration/params/rx=" },
          { "T/migration/model=" MODEL, "D/migration/params/rss=on", "D/migration/params/rx=" },
          NULL },
        { "params-dir",
          VERDICT_INCOMPATIBLE,
          EVIDENCE_DECLARED,
          NO_FILE,
          { "T/migration/model=" MODEL, "D/migration/params/rss=on", "D/migration/params/rx=64" },
          { "T/migration/model=" MODEL, "D/migration/params/rss=on" },
          "param-unknown" },
        { "params-dir",
          VERDICT_UNKNOWN,
          EVIDENCE_METADATA,
          NO_FILE,
          { "T/migration/model=" MODEL, "D/migration/params/rss=on" },
          { "T/migration/model=" MODEL, "D/migration/params/rss!" },
          "param-unreadable" },

        { "info-json",
          VERDICT_COMPATIBLE,
          EVIDENCE_DECLARED,
          NO_FILE,
          { "T/migration_info.json=" INFO, "D/migration/rss=on", "D/migration/rx=16" },
          { "T/migration_info.json=" INFO, "D/migration/rss=1", "D/migration/rx=016" },
          NULL },
        { "info-json",
          VERDICT_INCOMPATIBLE,
          EVIDENCE_DECLARED,
          NO_FILE,
          { "T/migration_info.json=" INFO, "D/migration/rss=on", "D/migration/rx=64" },
          { "T/migration_info.json=" INFO, "D/migration/rss=on", "D/migration/rx=0" },
          "param-value" },
        { "info-json",
          VERDICT_UNKNOWN,
          EVIDENCE_METADATA,
          NO_FILE,
          { "T/migration_info.json=" INFO, "D/migration/rss=on", "D/migration/rx=0" },
          { "T/migration_info.json=" INFO, "D/migration/rss=on" },
          "param-unreadable" },

        { "self-compatible",
          VERDICT_COMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_TYPE,
          { "D/migration/self/software_version=1.2.3", "D/migration/self/aggregator=2",
            "D/migration/compatible0/software_version=1.2.0" },
          { "D/migration/self/software_version=1.3.0", "D/migration/self/aggregator=2",
            "D/migration/compatible0/software_version=1.3.0" },
          NULL },
        { "self-compatible",
          VERDICT_INCOMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_TYPE,
          { "D/migration/self/software_version=1.3.0", "D/migration/compatible0/software_version=1.2.3" },
          { "D/migration/self/software_version=1.2.3" }, /* which the source's driver calls compatible: a "no" stays */
          "software-version" },
        { "self-compatible",
          VERDICT_UNKNOWN,
          EVIDENCE_METADATA,
          FILE_OF_TYPE,
          { "D/migration/self/software_version=1.2.3" },
          { "D/migration/self/software_version!" },
          "software-version" },

        { "type-compatible",
          VERDICT_COMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_TYPE,
          { "T/software_version=1.2.3", "T/compatible_type=my_nic-1", "T/dynamic_resources=aggregator, fps",
            "D/aggregator=2", "D/fps=60" },
          { "T/software_version=1.2.3", "T/compatible_type=my_nic-1", "T/dynamic_resources=aggregator, fps",
            "D/aggregator=2", "D/fps=60" },
          NULL },
        { "type-compatible",
          VERDICT_INCOMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_TYPE,
          { "T/software_version=1.2.3", "T/dynamic_resources=aggregator", "D/aggregator=2" },
          { "T/software_version=1.2.3", "T/dynamic_resources=aggregator", "D/aggregator=4" },
          "param-value" },
        { "type-compatible",
          VERDICT_UNKNOWN,
          EVIDENCE_METADATA,
          FILE_OF_TYPE,
          { "T/software_version=1.2.3" },
          { "T/compatible_type=my_nic-1" },
          "software-version" },

        /* What is called compatible counts where a model file says so. */
        { "type-compatible",
          VERDICT_COMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_FACTS,
          { "T/compatible_pci_ids=15b3:1015", "D/migration/compatible/type=pci" },
          { "T/compatible_pci_ids=15b3:1013,15b3:1015", "D/migration/compatible/type=pci",
            "D/migration/compatible/aggregator=2" },
          NULL },
        { "type-compatible",
          VERDICT_INCOMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_FACTS,
          { "T/compatible_pci_ids=15b3:1013,15b3:1015", "D/migration/compatible/type=pci" },
          { "T/compatible_pci_ids=15b3:1015", "D/migration/compatible/type=pci" },
          "fact-mismatch" },
        { "self-compatible",
          VERDICT_UNKNOWN,
          EVIDENCE_METADATA,
          FILE_OF_FACTS,
          { "T/compatible_pci_ids=15b3:1015", "D/migration/compatible/type=pci" },
          { "T/compatible_pci_ids=15b3:1015", "D/migration/compatible/type!" },
          "fact-missing" },

        /* Without asking the driver, which nobody can do offline. */
        { "migration-version",
          VERDICT_COMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_TYPE,
          { "D/migration_version=8086-591d-i915-1" },
          { "D/migration_version=8086-591d-i915-1" },
          NULL },
        { "migration-version",
          VERDICT_INCOMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_TYPE,
          { "T/migration_version=8086-591d-i915-1" },
          { "T/migration_version=8086-591d-i915-1" },
          "mdev-type-mismatch",
          true },
        { "migration-version",
          VERDICT_UNKNOWN,
          EVIDENCE_IDENTITY,
          FILE_OF_TYPE,
          { "D/migration_version=8086-591d-i915-1" },
          { "D/model!" },
          "migration-version-missing" },

        { "model-file", VERDICT_COMPATIBLE, EVIDENCE_METADATA, FILE_OF_PARAMS, { "D/rss=on" }, { "D/rss=yes" }, NULL },
        { "model-file",
          VERDICT_INCOMPATIBLE,
          EVIDENCE_METADATA,
          FILE_OF_PARAMS,
          { "D/rss=on" },
          { "D/rss=off" },
          "param-value" },
        { "model-file",
          VERDICT_UNKNOWN,
          EVIDENCE_METADATA,
          FILE_OF_PARAMS,
          { "D/rss=on" },
          { "D/rss!" },
          "param-unreadable" },
};

static struct testhost *hosts[2];
static struct report *report;

static void setup(void) {
        for (size_t i = 0; i < 2; i++)
                hosts[i] = testhost_new();
        report = NULL;
}

static void teardown(void) {
        report_free(report);
        for (size_t i = 0; i < 2; i++)
                testhost_free(hosts[i]);
}

static void put(struct testhost *t, const char *device, const char *type, const char *file) {
        const char *dir = file[0] == 'D' ? device : type;
        _cleanup_free_ char *name = xstrndup(file + 2, strcspn(file + 2, "=!"));
        const char *end = file + 2 + strlen(name);

        if (*end == '!')
                testhost_attr_broken(t, dir, name);
        else
                testhost_attr(t, dir, name, end + 1);
}

/* One mdev whose driver can migrate, or only its type. */
static void make_host(struct testhost *t, const char *type_name, enum model_file file, const char *const *files,
                      bool exists) {
        const char *parent, *type, *device = NULL;

        testhost_add_pci(t, "0000:3b:00.0", "15b3:1015", "my_nic");
        parent = testhost_add_mdev_parent(t, "pci", "0000:3b:00.0");
        type = testhost_add_type(t, parent, type_name, exists ? 0 : 1);
        if (exists) {
                device = testhost_add_mdev(t, parent, type_name, UUID, "my_nic_mdev");
                testhost_file(t, "sys/kernel/debug/vfio/" UUID "/migration/state", "RUNNING\n");
        }
        if (file != NO_FILE)
                testhost_model_file(t, "nic.json", model_files[file]);
        for (size_t i = 0; i < FILES_MAX && files[i]; i++)
                put(t, device, type, files[i]);
}

/* What the reader tells of it. */
static struct document *describe(struct testhost *t, int way, enum document_kind kind) {
        _cleanup_host_ struct host h;
        _cleanup_text_ struct text text = {};
        struct document *d;
        struct json_error e = {};

        told_open(t, way, &h);
        host_format(&h, &text);
        ck_assert_msg(document_parse(text.data, text.length, kind, &d, &e) == 0, "%s", e.message);
        return d;
}

static void ask(int way, bool same_type) {
        _cleanup_(document_free_cleanup) struct document *source = describe(hosts[0], way, DOCUMENT_SOURCE);
        struct inventory *target = inventory_new(describe(hosts[1], way, DOCUMENT_HOST));
        struct policy policy = POLICY_DEFAULT;
        struct question q = { .source = source, .target = target, .policy = &policy };

        policy.require_same_mdev_type = same_type;
        ck_assert_uint_eq(source->n_devices, 1);
        ck_assert_int_eq(question_answer(&q, &report, NULL), 0);
        ck_assert_uint_eq(report->n_devices, 1);
        inventory_unref(target);
}

static const struct reason *find_reason(const char *code) {
        const struct reasons *r = &report->devices[0].reasons;

        for (size_t i = 0; i < r->n; i++)
                if (str_equal(reason_code_to_string(r->v[i].code), code))
                        return &r->v[i];
        return NULL;
}

static void assert_cell(const struct cell *c) {
        const struct report_device *d = &report->devices[0];
        const struct reason *reason = c->reason ? find_reason(c->reason) : NULL;

        ck_assert_msg(report->verdict == c->verdict, "%s: %s instead of %s: %s", c->layout,
                      verdict_to_string(report->verdict), verdict_to_string(c->verdict),
                      d->reasons.n ? d->reasons.v[0].message : "no reason");
        if (c->verdict != VERDICT_INCOMPATIBLE) {
                ck_assert_str_eq(d->target.address, "mdev:" UUID);
                ck_assert_msg(d->evidence == c->evidence, "%s: evidence %s", c->layout,
                              evidence_to_string(d->evidence));
        }
        if (c->reason) {
                ck_assert_msg(reason != NULL, "%s: no %s", c->layout, c->reason);
                ck_assert_int_eq(reason->result, c->verdict == VERDICT_UNKNOWN ? RESULT_UNKNOWN : RESULT_FAIL);
        }
        for (size_t i = 0; !c->reason && i < d->reasons.n; i++)
                ck_assert_msg(d->reasons.v[i].result == RESULT_NOTE, "%s: %s", c->layout, d->reasons.v[i].message);
}

START_TEST(test_cells) {
        const struct cell *c = &cells[_i / TOLD_WAYS];

        make_host(hosts[0], "my_nic-1", c->file, c->source, true);
        make_host(hosts[1], c->same_type_policy ? "my_nic-2" : "my_nic-1", c->file, c->target, true);
        ask(_i % TOLD_WAYS, c->same_type_policy);
        assert_cell(c);
        if (str_equal(c->layout, "migration-version") && c->verdict == VERDICT_COMPATIBLE)
                ck_assert_int_eq(find_reason("migration-version-missing")->result, RESULT_NOTE);
}
END_TEST

/* All seven, each with the three verdicts. */
START_TEST(test_table) {
        static const char *const layouts[] = { "attributes",      "params-dir",        "info-json", "self-compatible",
                                               "type-compatible", "migration-version", "model-file" };
        static const enum verdict verdicts[] = { VERDICT_COMPATIBLE, VERDICT_INCOMPATIBLE, VERDICT_UNKNOWN };

        for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
                for (size_t j = 0; j < ARRAY_SIZE(verdicts); j++) {
                        size_t n = 0;

                        for (size_t k = 0; k < ARRAY_SIZE(cells); k++)
                                n += str_equal(cells[k].layout, layouts[i]) && cells[k].verdict == verdicts[j];
                        ck_assert_msg(n > 0, "%s: no cell %s", layouts[i], verdict_to_string(verdicts[j]));
                }
}
END_TEST

/* What fits with a model file does not without: a model that is derived from identity is not enough for a yes. */
START_TEST(test_without_model) {
        const struct cell *c = &cells[_i];

        if (c->verdict != VERDICT_COMPATIBLE || c->file == NO_FILE)
                return;
        make_host(hosts[0], "my_nic-1", NO_FILE, c->source, true);
        make_host(hosts[1], "my_nic-1", NO_FILE, c->target, true);
        ask(0, false);
        ck_assert_int_eq(report->verdict, VERDICT_UNKNOWN);
        ck_assert_int_eq(report->devices[0].evidence, EVIDENCE_IDENTITY);
        ck_assert_int_eq(find_reason("params-incomplete")->result, RESULT_UNKNOWN);
        ck_assert_str_eq(report->devices[0].target.address, "mdev:" UUID);
}
END_TEST

/* What a type says counts for what could be created; what is to be copied to it later is not known before. */
START_TEST(test_creatable) {
        static const char *const source[FILES_MAX] = { "T/software_version=1.2.3", "T/dynamic_resources=aggregator",
                                                       "D/aggregator=2" };
        static const struct {
                const char *files[FILES_MAX];
                const char *reason;
                enum result result;
                enum verdict verdict;
        } targets[] = {
                { { "T/software_version=1.2.3", "T/dynamic_resources=aggregator" },
                  "params-incomplete",
                  RESULT_UNKNOWN,
                  VERDICT_UNKNOWN },
                { { "T/software_version=1.1.0", "T/dynamic_resources=aggregator" },
                  "software-version",
                  RESULT_FAIL,
                  VERDICT_INCOMPATIBLE },
                { { "T/software_version=1.2.3" }, "param-unknown", RESULT_FAIL, VERDICT_INCOMPATIBLE },
        };

        make_host(hosts[0], "my_nic-1", FILE_OF_TYPE, source, true);
        make_host(hosts[1], "my_nic-1", FILE_OF_TYPE, targets[_i].files, false);
        ask(0, false);
        ck_assert_int_eq(report->verdict, targets[_i].verdict);
        ck_assert_msg(find_reason(targets[_i].reason) != NULL, "no %s", targets[_i].reason);
        ck_assert_int_eq(find_reason(targets[_i].reason)->result, targets[_i].result);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("layouts");
        TCase *cases = tcase_create("layouts");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_add_loop_test(cases, test_cells, 0, ARRAY_SIZE(cells) * TOLD_WAYS);
        tcase_add_test(cases, test_table);
        tcase_add_loop_test(cases, test_without_model, 0, ARRAY_SIZE(cells));
        tcase_add_loop_test(cases, test_creatable, 0, 3);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
