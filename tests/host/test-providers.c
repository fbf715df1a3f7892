/*
 * The providers: each layout complete, in part, and unreadable; who wins; and where every value came from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "told.h"
#include "util/alloc.h"

#define MODEL "vendor-a.example/my-nic"
#define UUID "00000001-0000-4000-8000-000000000000"
#define KEY "mdev:" UUID

static struct testhost *t;
static const char *parent, *type, *device;
static struct document *d;

static void setup(void) {
        d = NULL;
        t = testhost_new();
        testhost_add_pci(t, "0000:3b:00.0", "15b3:1015", "my_nic");
        parent = testhost_add_mdev_parent(t, "pci", "0000:3b:00.0");
        type = testhost_add_type(t, parent, "my_nic-1", 4);
        device = testhost_add_mdev(t, parent, "my_nic-1", UUID, "my_nic_mdev");
}

static void teardown(void) {
        document_free(d);
        testhost_free(t);
}

static void look(int way) {
        document_free(d);
        d = told(t, way);
}

static const char *param(const char *name) {
        return told_param(d, KEY, name);
}

static const char *origin(const char *key) {
        return told_origin(d, KEY, key);
}

static const struct param_info *info(const char *name) {
        return param_infos_find(&told_traits(d, KEY)->param_info, name);
}

static enum tri complete(void) {
        return told_traits(d, KEY)->params_complete;
}

/* --- attributes ----------------------------------------------------------------------------------------------------
 */

START_TEST(test_attributes) {
        const struct traits *traits;

        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "version", "2");
        testhost_attr(t, device, "config_params", "rss rx-filter-size");
        testhost_attr(t, device, "rss", "on");
        testhost_attr(t, device, "rx-filter-size", "64");
        testhost_attr(t, device, "other", "is not listed");
        look(_i);
        traits = told_traits(d, KEY);
        ck_assert_str_eq(traits->model, MODEL);
        ck_assert_str_eq(origin("model"), "sysfs:model");
        ck_assert(traits->has_version);
        ck_assert_uint_eq(traits->version, 2);
        ck_assert_str_eq(origin("version"), "sysfs:version");
        ck_assert_uint_eq(traits->params.n, 2);
        ck_assert_str_eq(param("rss"), "on");
        ck_assert_str_eq(param("rx-filter-size"), "64");
        ck_assert_str_eq(origin("params.rss"), "sysfs:rss");
        ck_assert_int_eq(complete(), TRI_YES);
        ck_assert(traits->param_list_writable);
        ck_assert_uint_eq(traits->param_info.n, 0); /* whether they can be written only a model file says */
}
END_TEST

START_TEST(test_attributes_read_only_list) {
        _cleanup_free_ char *path = xasprintf("%s/%s/config_params", testhost_root(t), device);

        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "config_params", "");
        ck_assert_int_eq(chmod(path, 0444), 0);
        look(_i);
        ck_assert(!told_traits(d, KEY)->param_list_writable);
        ck_assert_int_eq(complete(), TRI_YES); /* an empty list is a list */
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 0);
}
END_TEST

/* Without the list nobody knows which files are parameters. */
START_TEST(test_attributes_without_list) {
        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "version", "1");
        testhost_attr(t, device, "rss", "on");
        look(_i);
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 0);
        ck_assert_int_eq(complete(), TRI_NO);

        testhost_model_file(t, "my-nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"params\":{\"rss\":{},\"absent\":{},\"version\":{\"writable\":true},"
                            "\"renamed\":{\"source\":\"sysfs:old-name\"}}}");
        testhost_attr(t, device, "old-name", "7");
        look(_i);
        ck_assert_str_eq(param("rss"), "on");
        ck_assert_str_eq(param("renamed"), "7");
        ck_assert_str_eq(origin("params.renamed"), "sysfs:old-name");
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 2); /* what is not there is not active */
        ck_assert_int_eq(complete(), TRI_YES);
        ck_assert_str_eq(origin("model"), "sysfs:model"); /* a model file does not take its word back */
}
END_TEST

START_TEST(test_attributes_unreadable) {
        char long_value[4100];

        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "config_params", "eio nul long fifo gone loop lines ok");
        testhost_attr_broken(t, device, "eio");
        _cleanup_free_ char *nul = xasprintf("%s/nul", device), *fifo = xasprintf("%s/fifo", device);
        _cleanup_free_ char *loop = xasprintf("%s/loop", device);

        testhost_file_n(t, nul, "a\0b\n", 4);
        memset(long_value, 'x', sizeof(long_value) - 1);
        long_value[sizeof(long_value) - 1] = '\0';
        testhost_attr(t, device, "long", long_value);
        testhost_fifo(t, fifo);
        testhost_link(t, loop, "loop");
        testhost_attr(t, device, "lines", "two\nlines");
        testhost_attr(t, device, "ok", "yes");
        look(_i);
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 8);
        ck_assert_ptr_null(param("eio"));
        ck_assert_str_eq(origin("params.eio"), "errno:EISDIR");
        ck_assert_str_eq(origin("params.nul"), "errno:EILSEQ");
        ck_assert_str_eq(origin("params.long"), "errno:E2BIG");
        ck_assert_str_eq(origin("params.fifo"), "errno:EINVAL");
        ck_assert_str_eq(origin("params.gone"), "errno:ENOENT");
        ck_assert_str_eq(origin("params.loop"), "errno:ELOOP");
        ck_assert_str_eq(origin("params.lines"), "errno:EILSEQ");
        ck_assert_str_eq(param("ok"), "yes");
        ck_assert_int_eq(complete(), TRI_YES); /* the list is complete, some values are not known */
}
END_TEST

/* A list that cannot be read, or has names that cannot be ones, is no complete list. */
START_TEST(test_attributes_bad_list) {
        testhost_attr(t, device, "model", MODEL);
        testhost_attr_broken(t, device, "config_params");
        look(_i);
        ck_assert_int_eq(complete(), TRI_NO);
        testhost_remove(t, device);
        device = testhost_add_mdev(t, parent, "my_nic-1", UUID, "my_nic_mdev");
        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "config_params", "rss ../../../etc/passwd a/b driver a=b uevent");
        testhost_attr(t, device, "rss", "on");
        look(_i);
        ck_assert_int_eq(complete(), TRI_NO);
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 1);
}
END_TEST

START_TEST(test_attributes_too_many) {
        char list[4096] = "", name[16];

        testhost_attr(t, device, "model", MODEL);
        for (int i = 0; i < 300; i++) {
                snprintf(name, sizeof(name), "p%d ", i);
                strcat(list, name);
        }
        testhost_attr(t, device, "config_params", list);
        look(_i);
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 256);
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* The kernel cuts off what does not fit into a page, without a word. */
START_TEST(test_attributes_cut) {
        _cleanup_text_ struct text list = {};

        for (int i = 0; i < 240; i++)
                text_addf(&list, "parameter-%06d ", i);
        testhost_attr(t, device, "model", MODEL);
        while (list.length < 4094)
                text_add(&list, "x");
        testhost_attr(t, device, "config_params", list.data);
        look(_i);
        ck_assert_int_eq(complete(), TRI_YES);
        text_add(&list, "x");
        testhost_attr(t, device, "config_params", list.data);
        testhost_attr(t, device, "parameter-000000", list.data);
        look(_i);
        ck_assert_int_eq(complete(), TRI_NO);
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 241);
        ck_assert_str_eq(origin("params.parameter-000000"), "errno:E2BIG");
        ck_assert_str_eq(origin("params.parameter-000001"), "errno:ENOENT");
        testhost_attr(t, device, "model", list.data);
        look(_i);
        ck_assert_ptr_null(told_traits(d, KEY)->model);
        ck_assert_str_eq(origin("model"), "errno:E2BIG");
}
END_TEST

/* A type's attributes hold for its devices, and can not be written by them; and for what could be created. */
START_TEST(test_attributes_of_type) {
        const struct device *c;

        testhost_attr(t, type, "model", MODEL);
        testhost_attr(t, type, "version", "3");
        testhost_attr(t, type, "config_params", "rss");
        testhost_attr(t, type, "rss", "on");
        look(_i);
        ck_assert_str_eq(origin("model"), "sysfs:mdev_type/model");
        ck_assert_str_eq(param("rss"), "on");
        ck_assert_str_eq(origin("params.rss"), "sysfs:mdev_type/rss");
        ck_assert_int_eq(info("rss")->writable, TRI_NO);
        ck_assert(!told_traits(d, KEY)->param_list_writable);
        c = told_creatable(d, "pci:0000:3b:00.0", "my_nic-1");
        ck_assert_ptr_nonnull(c);
        ck_assert_str_eq(c->traits->model, MODEL);
        ck_assert_uint_eq(c->traits->version, 3);
        ck_assert_str_eq(entries_get(&c->traits->params, "rss"), "on");
        ck_assert_str_eq(traits_origin(c->traits, "model"), "sysfs:mdev_supported_types/my_nic-1/model");
        ck_assert_uint_eq(c->available, 4);
        /* The device's own word is the stronger one. */
        testhost_attr(t, device, "rss", "off");
        testhost_attr(t, device, "version", "1");
        look(_i);
        ck_assert_str_eq(param("rss"), "off");
        ck_assert_uint_eq(told_traits(d, KEY)->version, 1);
}
END_TEST

static const struct {
        const char *text;
        const char *origin; /* of the version, if it is none */
        uint32_t version;
} versions[] = {
        { "0", NULL, 0 },
        { "4294967295", NULL, 4294967295u },
        { "4294967296", "errno:EINVAL", 0 },
        { "01", "errno:EINVAL", 0 },
        { "-1", "errno:EINVAL", 0 },
        { "1.0", "errno:EINVAL", 0 },
        { "", "errno:EINVAL", 0 },
        { "99999999999999999999", "errno:EINVAL", 0 },
        { " 1", "errno:EINVAL", 0 },
        { "1\n2", "errno:EINVAL", 0 },
};

START_TEST(test_versions) {
        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "version", versions[_i].text);
        look(0);
        if (versions[_i].origin) {
                ck_assert(!told_traits(d, KEY)->has_version);
                ck_assert_str_eq(origin("version"), versions[_i].origin);
        } else {
                ck_assert(told_traits(d, KEY)->has_version);
                ck_assert_uint_eq(told_traits(d, KEY)->version, versions[_i].version);
        }
}
END_TEST

/* A model that is there and cannot be read is not guessed from something weaker. */
START_TEST(test_unreadable_model_is_not_guessed) {
        testhost_attr_broken(t, device, "model");
        testhost_model_file(t, "guess.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"guess\","
                            "\"match\":[{\"mdevType\":\"my_nic-*\"}]}");
        look(_i);
        ck_assert_ptr_null(told_traits(d, KEY)->model);
        ck_assert_str_eq(origin("model"), "errno:EISDIR");
        ck_assert_int_eq(complete(), TRI_NO);
        testhost_remove(t, device);
        device = testhost_add_mdev(t, parent, "my_nic-1", UUID, "my_nic_mdev");
        testhost_attr(t, device, "model", "");
        look(_i);
        ck_assert_ptr_null(told_traits(d, KEY)->model);
        ck_assert_str_eq(origin("model"), "errno:ENODATA");
}
END_TEST

/* --- params-dir ----------------------------------------------------------------------------------------------------
 */

START_TEST(test_params_dir) {
        testhost_attr(t, type, "migration/model", MODEL);
        testhost_attr(t, device, "migration/params/rss", "on");
        testhost_attr(t, device, "migration/params/default", "");
        testhost_attr_broken(t, device, "migration/params/broken");
        testhost_attr(t, device, "migration/params/fixed", "1");
        _cleanup_free_ char *fixed = xasprintf("%s/%s/migration/params/fixed", testhost_root(t), device);

        ck_assert_int_eq(chmod(fixed, 0444), 0);
        look(_i);
        ck_assert_str_eq(told_traits(d, KEY)->model, MODEL);
        ck_assert_str_eq(origin("model"), "sysfs:mdev_type/migration/model");
        ck_assert_str_eq(param("rss"), "on");
        ck_assert_str_eq(origin("params.rss"), "sysfs:migration/params/rss");
        ck_assert_int_eq(info("rss")->writable, TRI_YES);
        ck_assert_int_eq(info("fixed")->writable, TRI_NO);
        /* At its default: known, not active. */
        ck_assert_ptr_null(entries_find(&told_traits(d, KEY)->params, "default"));
        ck_assert_int_eq(info("default")->writable, TRI_YES);
        ck_assert_str_eq(origin("params.broken"), "errno:EISDIR");
        ck_assert_int_eq(complete(), TRI_YES);
        /* A type has no parameters of its own to list. */
        ck_assert_str_eq(told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits->model, MODEL);
        ck_assert_int_eq(told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits->params_complete, TRI_NO);
}
END_TEST

START_TEST(test_params_dir_bad_name) {
        testhost_attr(t, device, "migration/model", MODEL);
        testhost_attr(t, device, "migration/params/a=b", "on");
        testhost_attr(t, device, "migration/params/ok", "on");
        look(_i);
        ck_assert_str_eq(origin("model"), "sysfs:migration/model");
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 1);
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* What is known of parameters has room for as many as there may be, active or not. */
START_TEST(test_params_dir_too_many) {
        testhost_attr(t, device, "migration/model", MODEL);
        for (int i = 0; i < 300; i++) {
                _cleanup_free_ char *name = xasprintf("migration/params/p%d", i);

                testhost_attr(t, device, name, "");
        }
        look(_i);
        ck_assert_uint_eq(told_traits(d, KEY)->params.n, 0);
        ck_assert_uint_eq(told_traits(d, KEY)->param_info.n, 256);
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* A name that is none hides a parameter, and so does a directory that cannot be listed. */
START_TEST(test_params_dir_not_listed) {
        _cleanup_free_ char *bad = xasprintf("%s/migration/params/\xff", device);
        _cleanup_free_ char *dir = xasprintf("%s/migration/params", device);

        testhost_attr(t, device, "migration/model", MODEL);
        testhost_attr(t, device, "migration/params/ok", "on");
        testhost_file(t, bad, "on\n");
        look(_i);
        ck_assert_str_eq(param("ok"), "on");
        ck_assert_int_eq(complete(), TRI_NO);
        testhost_remove(t, bad);
        look(_i);
        ck_assert_int_eq(complete(), TRI_YES);
        testhost_remove(t, dir);
        testhost_link(t, dir, "params");
        look(_i);
        ck_assert_str_eq(told_traits(d, KEY)->model, MODEL);
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* Where one layout lists all parameters, another one that is there and cannot be read may have more. */
START_TEST(test_complete_is_taken_back) {
        _cleanup_free_ char *dir = xasprintf("%s/migration", device), *params = xasprintf("%s/params", dir);

        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "config_params", "rss");
        testhost_attr(t, device, "rss", "on");
        look(_i);
        ck_assert_int_eq(complete(), TRI_YES);
        testhost_attr(t, device, "migration/info.json", "{");
        look(_i);
        ck_assert_int_eq(complete(), TRI_NO);
        testhost_attr_broken(t, device, "migration/info.json");
        look(_i);
        ck_assert_int_eq(complete(), TRI_NO);
        testhost_remove(t, dir);
        testhost_link(t, params, "params"); /* no model there, but no other layout either */
        look(_i);
        ck_assert_int_eq(complete(), TRI_NO);
        testhost_remove(t, dir);
        testhost_attr(t, device, "migration/params", "a file: another layout");
        look(_i);
        ck_assert_int_eq(complete(), TRI_YES);
        ck_assert_str_eq(told_traits(d, KEY)->model, MODEL);
        ck_assert_str_eq(param("rss"), "on");
}
END_TEST

/* A model file that does not name all parameters does not know better than a driver that lists them. */
START_TEST(test_complete_of_driver) {
        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "config_params", "rss");
        testhost_attr(t, device, "rss", "on");
        testhost_model_file(t, "nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"params\":{\"rx\":{}},\"paramsComplete\":false}");
        look(_i);
        ck_assert_int_eq(complete(), TRI_YES);
}
END_TEST

/* --- info-json -----------------------------------------------------------------------------------------------------
 */

static const char info_json[] =
        "{\"models\":{\"" MODEL "\":{\"params\":{"
        "\"rss\":{\"type\":\"bool\",\"init_value\":false,\"off_value\":false,\"description\":\"RSS\"},"
        "\"rx\":{\"type\":\"int\",\"init_value\":32,\"off_value\":0,\"allowed_values\":[\"0-64\",128]},"
        "\"gone\":{\"type\":\"str\",\"init_value\":\"x\"}}}}}";

START_TEST(test_info_json) {
        const struct device *c;

        testhost_attr(t, type, "migration_info.json", info_json);
        testhost_attr(t, device, "migration/rss", "on");
        testhost_attr(t, device, "migration/rx", "64");
        look(_i);
        ck_assert_str_eq(told_traits(d, KEY)->model, MODEL);
        ck_assert_str_eq(origin("model"), "sysfs:mdev_type/migration_info.json");
        ck_assert_str_eq(param("rss"), "on");
        ck_assert_str_eq(origin("params.rss"), "sysfs:migration/rss");
        ck_assert_int_eq(info("rss")->type, PARAM_BOOL);
        ck_assert_str_eq(info("rss")->off_value, "off");
        ck_assert_int_eq(info("rss")->writable, TRI_YES);
        ck_assert_int_eq(info("rx")->type, PARAM_INT);
        ck_assert_str_eq(info("rx")->off_value, "0");
        ck_assert_uint_eq(strv_length(info("rx")->allowed), 2);
        ck_assert_str_eq(info("rx")->allowed[1], "128");
        /* It is listed, so that a missing file is not "off". */
        ck_assert_ptr_null(param("gone"));
        ck_assert_str_eq(origin("params.gone"), "errno:ENOENT");
        ck_assert_int_eq(complete(), TRI_YES);

        c = told_creatable(d, "pci:0000:3b:00.0", "my_nic-1");
        ck_assert_str_eq(entries_get(&c->traits->params, "rss"), "off");
        ck_assert_str_eq(entries_get(&c->traits->params, "rx"), "32");
        ck_assert_str_eq(traits_origin(c->traits, "params.rx"),
                         "sysfs:mdev_supported_types/my_nic-1/migration_info.json");
        ck_assert_int_eq(c->traits->params_complete, TRI_YES);
}
END_TEST

START_TEST(test_info_json_of_device) {
        testhost_attr(t, device, "migration/info.json", info_json);
        testhost_attr(t, device, "migration/rss", "off");
        look(_i);
        ck_assert_str_eq(origin("model"), "sysfs:migration/info.json");
        ck_assert_str_eq(param("rss"), "off");
}
END_TEST

static const struct {
        const char *text, *origin;
} bad_infos[] = {
        { "", "errno:EBADMSG" },
        { "{}", "errno:EBADMSG" },
        { "{\"models\":[]}", "errno:EBADMSG" },
        { "{\"models\":{}}", "errno:ENOTUNIQ" },
        { "{\"models\":{\"a\":{},\"b\":{}}}", "errno:ENOTUNIQ" },
        { "{\"models\":{\"\":{}}}", "errno:EBADMSG" },
        { "{\"models\":{\"a\":{\"params\":{\"driver\":{\"type\":\"str\"}}}}}", "errno:EBADMSG" },
        { "{\"models\":{\"a\":{\"params\":{\"../x\":{\"type\":\"str\"}}}}}", "errno:EBADMSG" },
        { "{\"models\":{\"a\":{\"params\":{\"p\":{\"type\":\"float\"}}}}}", "errno:EBADMSG" },
        { "{\"models\":{\"a\":{\"params\":{\"p\":{\"type\":\"int\",\"init_value\":99999999999999999999}}}}}",
          "errno:EBADMSG" },
        { "{\"models\":{\"a\":{\"params\":{\"p\":{\"type\":\"int\",\"init_value\":1.5}}}}}", "errno:EBADMSG" },
        { "{\"models\":{\"a\":{\"params\":{\"p\":{\"type\":\"str\",\"init_value\":\"a\\nb\"}}}}}", "errno:EBADMSG" },
        { "{\"models\":{\"a\":{\"params\":{\"p\":{\"type\":\"str\",\"allowed_values\":{}}}}}}", "errno:EBADMSG" },
        { "{'models':{'a':{}}}", "errno:EBADMSG" },
        { "{\"models\":{\"a\":{}}} x", "errno:EBADMSG" },
};

START_TEST(test_info_json_bad) {
        testhost_attr(t, type, "migration_info.json", bad_infos[_i].text);
        look(0);
        ck_assert_ptr_null(told_traits(d, KEY)->model);
        ck_assert_str_eq(origin("model"), bad_infos[_i].origin);
        ck_assert_int_eq(complete(), TRI_NO);
}
END_TEST

/* --- precedence ----------------------------------------------------------------------------------------------------
 */

START_TEST(test_precedence) {
        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "config_params", "rss");
        testhost_attr_broken(t, device, "rss");
        testhost_attr(t, device, "migration/model", "second");
        testhost_attr(t, device, "migration/params/rss", "weaker");
        testhost_attr(t, device, "migration/params/more", "1");
        testhost_attr(t, type, "migration_info.json", info_json);
        testhost_attr(t, device, "migration/rss", "weakest");
        testhost_attr(t, device, "migration/rx", "64");
        look(_i);
        ck_assert_str_eq(told_traits(d, KEY)->model, MODEL);
        /* EIO of the strongest is not papered over. */
        ck_assert_ptr_null(param("rss"));
        ck_assert_str_eq(origin("params.rss"), "errno:EISDIR");
        /* What only a weaker one has is taken from it. */
        ck_assert_str_eq(param("more"), "1");
        ck_assert_str_eq(param("rx"), "64");
}
END_TEST

int main(void) {
        Suite *suite = suite_create("providers");
        TCase *cases = tcase_create("providers");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_add_loop_test(cases, test_attributes, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_attributes_read_only_list, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_attributes_without_list, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_attributes_unreadable, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_attributes_bad_list, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_attributes_too_many, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_attributes_cut, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_attributes_of_type, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_versions, 0, ARRAY_SIZE(versions));
        tcase_add_loop_test(cases, test_unreadable_model_is_not_guessed, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_params_dir, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_params_dir_bad_name, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_params_dir_too_many, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_params_dir_not_listed, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_complete_is_taken_back, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_complete_of_driver, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_info_json, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_info_json_of_device, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_info_json_bad, 0, ARRAY_SIZE(bad_infos));
        tcase_add_loop_test(cases, test_precedence, 0, TOLD_WAYS);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
