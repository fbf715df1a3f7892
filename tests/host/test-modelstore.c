/*
 * Model and pool files: which of several places counts, masks, merge patches, and bad files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "told.h"
#include "util/alloc.h"

static struct testhost *t;
static struct host h;

static void setup(void) {
        t = testhost_new();
        h = (struct host){ .sysfs.fd = -1 };
}

static void teardown(void) {
        host_done(&h);
        testhost_free(t);
}

static void load(int way) {
        if (h.sysfs.fd < 0)
                told_open(t, way, &h);
        host_reload(&h);
}

static void model(const char *place, const char *name, const char *model_name, const char *more) {
        _cleanup_free_ char *path = xasprintf("%s/vfio-migration/models.d/%s", place, name);
        _cleanup_free_ char *json = xasprintf("{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"%s\"%s}",
                                              model_name, more);

        testhost_file(t, path, json);
}

static const struct model *get(const char *name) {
        return models_find(&h.store.models, name);
}

START_TEST(test_places) {
        model("usr/lib", "a.json", "usr-a", "");
        model("usr/lib", "b.json", "usr-b", "");
        model("usr/lib", "c.json", "usr-c", "");
        model("run", "b.json", "run-b", "");
        model("run", "c.json", "run-c", "");
        model("etc", "c.json", "etc-c", "");
        model("etc", "d.json", "etc-d", "");
        model("etc", "readme.txt", "no", "");
        model("etc", ".hidden.json", "no", "");
        model("etc", ".json", "no", "");
        load(_i);
        ck_assert_uint_eq(h.store.models.n, 4);
        ck_assert(get("usr-a") && get("run-b") && get("etc-c") && get("etc-d"));
        ck_assert_str_eq(get("run-b")->file, "b.json");
        ck_assert_ptr_null(h.store.warnings);
        ck_assert_str_eq(h.store.by_file[0]->name, "usr-a");
        ck_assert_str_eq(h.store.by_file[3]->name, "etc-d");
        /* Read again: what is new, and what is gone. */
        testhost_remove(t, "etc/vfio-migration/models.d/c.json");
        model("usr/lib", "e.json", "usr-e", "");
        load(_i);
        ck_assert(get("run-c") && get("usr-e") && !get("etc-c"));
}
END_TEST

START_TEST(test_masks) {
        model("usr/lib", "a.json", "usr-a", "");
        model("usr/lib", "b.json", "usr-b", "");
        model("usr/lib", "c.json", "usr-c", "");
        testhost_link(t, "etc/vfio-migration/models.d/a.json", "/dev/null");
        testhost_file(t, "run/vfio-migration/models.d/b.json", "");
        model("run", "a.json", "run-a", "");
        load(_i);
        ck_assert_uint_eq(h.store.models.n, 1);
        ck_assert_ptr_nonnull(get("usr-c"));
        ck_assert_ptr_null(h.store.warnings);
}
END_TEST

START_TEST(test_patches) {
        const struct model *m;

        model("usr/lib", "a.json", "a",
              ",\"paramsComplete\":true,\"facts\":{\"x\":{\"rule\":\"equal\"},\"y\":{\"rule\":\"equal\"}}");
        testhost_file(t, "etc/vfio-migration/models.d/a.json.d/10.json",
                      "{\"facts\":{\"x\":null,\"z\":{\"rule\":\"ignore\"}}}");
        testhost_file(t, "run/vfio-migration/models.d/a.json.d/20.json", "{\"facts\":{\"z\":{\"rule\":\"equal\"}}}");
        testhost_file(t, "usr/lib/vfio-migration/models.d/a.json.d/05.json", "{\"paramsComplete\":false}");
        testhost_file(t, "usr/lib/vfio-migration/models.d/a.json.d/30.json", "{\"paramsComplete\":null}");
        testhost_link(t, "etc/vfio-migration/models.d/a.json.d/30.json", "/dev/null");
        load(_i);
        m = get("a");
        ck_assert_ptr_nonnull(m);
        ck_assert_uint_eq(m->n_facts, 2);
        ck_assert_str_eq(m->facts[0].name, "y");
        ck_assert_str_eq(m->facts[1].name, "z");
        ck_assert_int_eq(m->facts[1].kind, FACT_EQUAL);
        ck_assert_int_eq(m->params_complete, TRI_NO);
        ck_assert_ptr_null(h.store.warnings);
        /* A patch that cannot be read takes its file with it: the administrator meant to change it. */
        testhost_file(t, "etc/vfio-migration/models.d/a.json.d/40.json", "{");
        load(_i);
        ck_assert_ptr_null(get("a"));
        ck_assert_uint_eq(strv_length(h.store.warnings), 1);
}
END_TEST

START_TEST(test_bad_files) {
        _cleanup_free_ char *huge = calloc(1, (1 << 20) + 16);

        testhost_file(t, "etc/vfio-migration/models.d/1.json", "{");
        testhost_file(t, "etc/vfio-migration/models.d/2.json", "{\"schema\":\"org.vfio.Migration1.model/1\"}");
        model("etc", "3.json", "m", ",\"params\":{\"rss\":{\"type\":7}}");
        model("etc", "4.json", "good", "");
        model("etc", "5.json", "good", "");
        testhost_dir(t, "etc/vfio-migration/models.d/6.json");
        testhost_fifo(t, "etc/vfio-migration/models.d/7.json");
        testhost_link(t, "etc/vfio-migration/models.d/8.json", "nowhere");
        memset(huge, ' ', (1 << 20) + 15);
        testhost_file(t, "etc/vfio-migration/models.d/9.json", huge);
        load(_i);
        ck_assert_uint_eq(h.store.models.n, 1);
        ck_assert_uint_eq(strv_length(h.store.warnings), 8);
        for (int i = 0; i < 8; i++) {
                _cleanup_free_ char *file = xasprintf("/etc/vfio-migration/models.d/%d.json: ", i < 3 ? i + 1 : i + 2);

                ck_assert_msg(str_startswith(h.store.warnings[i], file), "%s", h.store.warnings[i]);
                ck_assert_ptr_null(strchr(h.store.warnings[i], '\n'));
        }
        ck_assert_ptr_nonnull(strstr(h.store.warnings[2], "params.rss.type"));
        ck_assert_ptr_nonnull(strstr(h.store.warnings[3], "4.json"));
}
END_TEST

/* A patch directory that cannot be listed takes its model with it, as an unreadable patch does; nothing else. */
START_TEST(test_no_patches) {
        model("usr/lib", "a.json", "a", "");
        model("usr/lib", "b.json", "b", "");
        testhost_pool_file(
                t, "p.json",
                "{\"schema\":\"org.vfio.Migration1.pool/1\",\"pool\":\"p\",\"match\":[{\"mdevType\":\"x\"}]}");
        testhost_file(t, "etc/vfio-migration/models.d/b.json.d", "no directory");
        load(_i);
        ck_assert_uint_eq(h.store.models.n, 2);
        testhost_link(t, "etc/vfio-migration/models.d/a.json.d", "a.json.d");
        testhost_link(t, "etc/vfio-migration/pools.d/p.json.d", "p.json.d");
        ck_assert_int_eq(host_reload(&h), 0);
        ck_assert(!get("a") && get("b"));
        ck_assert_uint_eq(h.store.n_pools, 0);
        ck_assert_uint_eq(strv_length(h.store.warnings), 2);
        ck_assert_ptr_nonnull(strstr(h.store.warnings[0], "a.json.d: "));
}
END_TEST

/* A place that cannot be listed is no empty one: what was read before stays. */
START_TEST(test_no_directory) {
        static const char *const dirs[] = { "models.d", "pools.d" };

        for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
                _cleanup_free_ char *link = xasprintf("run/vfio-migration/%s", dirs[i]);

                model("usr/lib", "a.json", "a", "");
                load(_i);
                model("usr/lib", "b.json", "b", "");
                testhost_link(t, link, dirs[i]);
                ck_assert_int_lt(host_reload(&h), 0);
                ck_assert(get("a") && !get("b"));
                ck_assert_uint_eq(strv_length(h.store.warnings), 1);
                ck_assert_ptr_nonnull(strstr(h.store.warnings[0], link));
                testhost_remove(t, link);
                ck_assert_int_eq(host_reload(&h), 0);
                ck_assert_ptr_nonnull(get("b"));
                testhost_remove(t, "usr/lib/vfio-migration/models.d/b.json");
        }
}
END_TEST

/* The text of a store says the same as its files. */
START_TEST(test_text) {
        struct modelstore again;

        model("usr/lib", "a.json", "a", ",\"facts\":{\"x\":{\"rule\":\"equal\"}}");
        model("usr/lib", "b.json", "b", "");
        testhost_file(t, "etc/vfio-migration/models.d/a.json.d/1.json", "{\"facts\":{\"x\":null}}");
        testhost_file(t, "etc/vfio-migration/models.d/a.json.d/2.json", "{\"facts\":{\"y\":{\"rule\":\"equal\"}}}");
        testhost_file(t, "etc/vfio-migration/models.d/c.json", "{");
        testhost_pool_file(
                t, "p.json",
                "{\"schema\":\"org.vfio.Migration1.pool/1\",\"pool\":\"p\",\"match\":[{\"mdevType\":\"x\"}]}");
        load(_i);
        ck_assert_int_eq(modelstore_load(h.store.text.data, h.store.text.length, &again), 0);
        ck_assert_uint_eq(again.models.n, 2);
        ck_assert_uint_eq(again.n_pools, 1);
        ck_assert(strv_equal(again.warnings, h.store.warnings));
        ck_assert_uint_eq(models_find(&again.models, "a")->n_facts, 1);
        ck_assert_str_eq(models_find(&again.models, "a")->facts[0].name, "y");
        ck_assert_mem_eq(again.text.data, h.store.text.data, again.text.length);
        modelstore_done(&again);
        for (size_t n = 1; n < h.store.text.length; n++) { /* the end of a record, or nothing of ours */
                int r = modelstore_load(h.store.text.data, n, &again);

                ck_assert(r == 0 || r == -EBADMSG);
                ck_assert(r < 0 || again.n_by_file < 2 || again.n_pools == 0);
                modelstore_done(&again);
        }
}
END_TEST

START_TEST(test_pools) {
        testhost_pool_file(
                t, "b.json",
                "{\"schema\":\"org.vfio.Migration1.pool/1\",\"pool\":\"b\",\"match\":[{\"netdev\":\"ens*\"}]}");
        testhost_pool_file(
                t, "a.json",
                "{\"schema\":\"org.vfio.Migration1.pool/1\",\"pool\":\"a\",\"match\":[{\"mdevType\":\"x\"}]}");
        testhost_pool_file(t, "c.json", "{\"schema\":\"org.vfio.Migration1.pool/1\",\"match\":[]}");
        load(_i);
        ck_assert_uint_eq(h.store.n_pools, 2);
        ck_assert_str_eq(h.store.pools[0]->name, "a");
        ck_assert_uint_eq(strv_length(h.store.warnings), 1);
        ck_assert(str_startswith(h.store.warnings[0], "/etc/vfio-migration/pools.d/c.json: "));
}
END_TEST

int main(void) {
        Suite *suite = suite_create("modelstore");
        TCase *cases = tcase_create("modelstore");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_add_loop_test(cases, test_places, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_masks, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_patches, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_bad_files, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_pools, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_no_patches, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_no_directory, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_text, 0, TOLD_WAYS);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
