/*
 * The providers of what was proposed besides models: self and compatible, the types' compatibility, migration_version
 * and its hints. Each complete, in part, unreadable, and together with others.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "told.h"
#include "util/alloc.h"

#define MODEL "vendor-a.example/my-nic"
#define UUID "00000001-0000-4000-8000-000000000000"
#define KEY "mdev:" UUID
#define PARENT "pci:0000:3b:00.0"

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

static const struct traits *traits(void) {
        return told_traits(d, KEY);
}

static const struct traits *creatable(void) {
        const struct device *c = told_creatable(d, PARENT, "my_nic-1");

        ck_assert_ptr_nonnull(c);
        return c->traits;
}

static const char *fact(const char *name) {
        return told_fact(d, KEY, name);
}

static const char *origin(const char *key) {
        return told_origin(d, KEY, key);
}

static void remove_attr(const char *path, const char *name) {
        _cleanup_free_ char *file = xasprintf("%s/%s", path, name);

        testhost_remove(t, file);
}

static void set_mode(const char *path, const char *name, mode_t mode) {
        _cleanup_free_ char *file = xasprintf("%s/%s/%s", testhost_root(t), path, name);

        ck_assert_int_eq(chmod(file, mode), 0);
}

/* A link that leads to itself, in place of whatever is there. */
static void make_loop(const char *path, const char *name) {
        _cleanup_free_ char *link = xasprintf("%s/%s", path, name);
        const char *slash = strrchr(link, '/');

        testhost_remove(t, link);
        testhost_link(t, link, slash + 1);
}

/* --- self-compatible -----------------------------------------------------------------------------------------------
 */

START_TEST(test_self) {
        testhost_attr(t, device, "migration/self/software_version", "1.2.3");
        testhost_attr(t, device, "migration/self/device_api", "vfio-ccw");
        testhost_attr(t, device, "migration/self/type", "mdev");
        testhost_attr(t, device, "migration/self/mdev_type", "i915-GVTg_V5_4");
        testhost_attr(t, device, "migration/self/pci_id", "8086591d");
        testhost_attr(t, device, "migration/self/aggregator", "2");
        testhost_attr(t, device, "migration/self/other", "is not told");
        look(_i);
        ck_assert_str_eq(traits()->software_version, "1.2.3");
        ck_assert_str_eq(origin("softwareVersion"), "sysfs:migration/self/software_version");
        ck_assert_str_eq(fact("self.type"), "mdev");
        ck_assert_str_eq(fact("self.mdevType"), "i915-GVTg_V5_4");
        ck_assert_str_eq(fact("self.pciId"), "8086591d");
        ck_assert_str_eq(origin("facts.self.pciId"), "sysfs:migration/self/pci_id");
        ck_assert_str_eq(told_param(d, KEY, "aggregator"), "2");
        ck_assert_str_eq(origin("params.aggregator"), "sysfs:migration/self/aggregator");
        ck_assert_uint_eq(traits()->params.n, 1);
        ck_assert_int_eq(traits()->params_complete, TRI_NO);
        ck_assert_uint_eq(traits()->param_info.n, 0); /* writable only where a model file says so */
        /* The type has said it; a device that is none of a type has only its own word. */
        ck_assert_str_eq(fact("mdev.deviceApi"), "vfio-pci");
        ck_assert_str_eq(origin("facts.mdev.deviceApi"), "sysfs:mdev_type/device_api");
        remove_attr(type, "device_api");
        look(_i);
        ck_assert_str_eq(fact("mdev.deviceApi"), "vfio-ccw");
        /* It speaks of this device, not of the next one of the type. */
        ck_assert_ptr_null(creatable()->software_version);
        ck_assert_ptr_null(traits_origin(creatable(), "softwareVersion"));
        ck_assert_uint_eq(creatable()->params.n, 0);
}
END_TEST

/* It does not list all parameters; a model file that does may say so. */
START_TEST(test_self_complete) {
        testhost_attr(t, device, "migration/self/aggregator", "2");
        testhost_model_file(t, "nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"match\":[{\"mdevType\":\"my_nic-*\"}],\"paramsComplete\":true,"
                            "\"params\":{\"aggregator\":{\"type\":\"int\"}}}");
        look(_i);
        ck_assert_int_eq(traits()->params_complete, TRI_YES);
        ck_assert_str_eq(told_param(d, KEY, "aggregator"), "2");
        ck_assert_str_eq(origin("params.aggregator"), "sysfs:migration/self/aggregator");
        make_loop(device, "migration/self");
        look(_i);
        ck_assert_int_eq(traits()->params_complete, TRI_NO);
        ck_assert_str_eq(origin("softwareVersion"), "errno:ELOOP");
        ck_assert_str_eq(origin("facts.self.type"), "errno:ELOOP");
}
END_TEST

START_TEST(test_self_unreadable) {
        testhost_attr_broken(t, device, "migration/self/software_version");
        testhost_attr_broken(t, device, "migration/self/type");
        testhost_attr_broken(t, device, "migration/self/aggregator");
        look(_i);
        ck_assert_ptr_null(traits()->software_version);
        ck_assert_str_eq(origin("softwareVersion"), "errno:EISDIR");
        ck_assert_ptr_null(fact("self.type"));
        ck_assert_str_eq(origin("facts.self.type"), "errno:EISDIR");
        ck_assert_ptr_null(told_param(d, KEY, "aggregator"));
        ck_assert_ptr_nonnull(entries_find(&traits()->params, "aggregator"));
        ck_assert_str_eq(origin("params.aggregator"), "errno:EISDIR");

        remove_attr(device, "migration/self/software_version");
        testhost_attr(t, device, "migration/self/software_version", "");
        look(_i);
        ck_assert_ptr_null(traits()->software_version);
        ck_assert_str_eq(origin("softwareVersion"), "errno:ENODATA");
}
END_TEST

/* What is there in a form that is not read, or in a directory that cannot be listed, is not "absent". */
START_TEST(test_self_not_read) {
        testhost_attr(t, device, "migration/self", "software_version=1.0.0\ndevice_api=vfio-pci");
        look(_i);
        ck_assert_str_eq(origin("softwareVersion"), "errno:ENOTSUP");
        ck_assert_str_eq(origin("facts.self.pciId"), "errno:ENOTSUP");
        ck_assert_int_eq(traits()->params_complete, TRI_NO);
        remove_attr(device, "migration");
        look(_i);
        ck_assert_ptr_null(origin("softwareVersion"));
        make_loop(device, "migration");
        look(_i);
        ck_assert_str_eq(origin("softwareVersion"), "errno:ELOOP");
        remove_attr(device, "migration");
        testhost_attr(t, device, "migration", "a file of something else");
        look(_i);
        ck_assert_ptr_null(origin("softwareVersion"));
        testhost_attr(t, device, "migration_compatible", "SELF:\ndevice_type=pci\nCOMPATIBLE:\ndevice_type=pci");
        look(_i);
        ck_assert_str_eq(origin("softwareVersion"), "errno:ENOTSUP");
        remove_attr(device, "migration_compatible");
        testhost_attr(t, device, "software_version", "1.0.0"); /* in no layout */
        look(_i);
        ck_assert_ptr_null(traits()->software_version);
        ck_assert_str_eq(origin("softwareVersion"), "errno:ENOTSUP");
        ck_assert_ptr_null(traits_origin(creatable(), "softwareVersion"));
}
END_TEST

/* Parameters of another layout lie in the same directory, under any name. */
START_TEST(test_self_is_a_parameter) {
        testhost_attr(t, device, "migration/info.json",
                      "{\"models\":{\"" MODEL "\":{\"params\":{\"self\":{\"type\":\"str\"},"
                      "\"compatible\":{\"type\":\"str\"},\"compatible-mode\":{\"type\":\"str\"}}}}}");
        testhost_attr(t, device, "migration/self", "a");
        testhost_attr(t, device, "migration/compatible", "b");
        testhost_attr(t, device, "migration/compatible-mode", "c");
        look(_i);
        ck_assert_str_eq(told_param(d, KEY, "self"), "a");
        ck_assert_ptr_null(origin("softwareVersion"));
        ck_assert_ptr_null(origin("facts.compatible.compatible"));
        ck_assert_ptr_null(origin("facts.compatible.compatible-mode"));
        ck_assert_int_eq(traits()->params_complete, TRI_YES);
}
END_TEST

START_TEST(test_compatible) {
        testhost_attr(t, device, "migration/compatible0/software_version", "1.0.0");
        testhost_attr(t, device, "migration/compatible0/device_api", "vfio-pci");
        testhost_attr(t, device, "migration/compatible0/aggregator", "");
        testhost_attr(t, device, "migration/compatible1/pci_id", "8086591d");
        testhost_attr(t, device, "migration/compat", "is none");
        look(_i);
        ck_assert_str_eq(fact("compatible.compatible0"), "aggregator= device_api=vfio-pci software_version=1.0.0");
        ck_assert_str_eq(origin("facts.compatible.compatible0"), "sysfs:migration/compatible0");
        ck_assert_str_eq(fact("compatible.compatible1"), "pci_id=8086591d");
        ck_assert_ptr_null(traits()->software_version); /* what others may be is not what it is */
        ck_assert_ptr_null(fact("compatible.compat"));

        testhost_attr(t, device, "migration/compatible", "software_version=1.0.0\ntype=mdev");
        look(_i);
        ck_assert_str_eq(origin("facts.compatible.compatible"), "errno:ENOTSUP");
}
END_TEST

/* Half a claim is another claim. */
START_TEST(test_compatible_in_part) {
        _cleanup_free_ char *bad = xasprintf("%s/migration/compatible/\xff", device);

        testhost_attr(t, device, "migration/compatible/type", "mdev");
        testhost_attr_broken(t, device, "migration/compatible/pci_id");
        look(_i);
        ck_assert_ptr_null(fact("compatible.compatible"));
        ck_assert_str_eq(origin("facts.compatible.compatible"), "errno:EISDIR");
        remove_attr(device, "migration/compatible/pci_id");
        testhost_file(t, bad, "x\n");
        look(_i);
        ck_assert_str_eq(origin("facts.compatible.compatible"), "errno:EILSEQ");
        testhost_remove(t, bad);
        testhost_attr(t, device, "migration/compatible/pci_id", "1 type=pci");
        look(_i);
        ck_assert_ptr_null(fact("compatible.compatible"));
        ck_assert_str_eq(origin("facts.compatible.compatible"), "errno:EILSEQ");
        remove_attr(device, "migration/compatible/pci_id");
        testhost_attr(t, device, "migration/compatible/a=b", "1");
        look(_i);
        ck_assert_str_eq(origin("facts.compatible.compatible"), "errno:EILSEQ");
        remove_attr(device, "migration/compatible/a=b");
        testhost_attr(t, device, "migration/compatible/not-a-directory", "x");
        make_loop(device, "migration/compatible/link");
        look(_i);
        ck_assert_str_eq(origin("facts.compatible.compatible"), "errno:ELOOP");
        make_loop(device, "migration/compatible");
        look(_i);
        ck_assert_str_eq(origin("facts.compatible.compatible"), "errno:ELOOP");
        ck_assert_int_eq(traits()->params_complete, TRI_NO);
}
END_TEST

/* However many there are: the document stays one that others can read. */
START_TEST(test_compatible_too_many) {
        for (int i = 0; i < 1100; i++) {
                _cleanup_free_ char *dir = xasprintf("migration/compatible%04d/type", i);

                testhost_attr(t, device, dir, "mdev");
        }
        look(_i);
        ck_assert_str_eq(fact("compatible.compatible0063"), "type=mdev");
        ck_assert_ptr_null(fact("compatible.compatible0064"));
        ck_assert_str_eq(origin("facts.compatible"), "errno:E2BIG");
        remove_attr(device, "migration");
        for (int i = 0; i < 70; i++) {
                _cleanup_free_ char *file = xasprintf("migration/compatible/key%04d", i);

                testhost_attr(t, device, file, "x");
        }
        look(_i);
        ck_assert_ptr_null(fact("compatible.compatible"));
        ck_assert_str_eq(origin("facts.compatible.compatible"), "errno:E2BIG");
}
END_TEST

/* --- type-compatible -----------------------------------------------------------------------------------------------
 */

START_TEST(test_type) {
        testhost_attr(t, type, "software_version", "2.0.1");
        testhost_attr(t, type, "compatible_type", "my_nic-1,my_nic-2");
        testhost_attr(t, type, "compatible_pci_ids", "15b3:1015 15b3:1017");
        testhost_attr(t, type, "dynamic_resources", "aggregator, fps");
        testhost_attr(t, type, "aggregator", "not the device's");
        testhost_attr(t, device, "aggregator", "4");
        look(_i);
        ck_assert_str_eq(traits()->software_version, "2.0.1");
        ck_assert_str_eq(origin("softwareVersion"), "sysfs:mdev_type/software_version");
        ck_assert_str_eq(fact("compatible.type"), "my_nic-1,my_nic-2");
        ck_assert_str_eq(fact("compatible.pciIds"), "15b3:1015 15b3:1017");
        ck_assert_str_eq(origin("facts.compatible.pciIds"), "sysfs:mdev_type/compatible_pci_ids");
        ck_assert_str_eq(told_param(d, KEY, "aggregator"), "4");
        ck_assert_str_eq(origin("params.aggregator"), "sysfs:aggregator");
        ck_assert_ptr_nonnull(entries_find(&traits()->params, "fps")); /* listed, and not there */
        ck_assert_ptr_null(told_param(d, KEY, "fps"));
        ck_assert_str_eq(origin("params.fps"), "errno:ENOENT");
        ck_assert_uint_eq(traits()->params.n, 2);
        ck_assert_uint_eq(traits()->param_info.n, 0);
        ck_assert_int_eq(traits()->params_complete, TRI_NO);

        /* What is to be created has both, at values that nobody knows. */
        ck_assert_str_eq(creatable()->software_version, "2.0.1");
        ck_assert_str_eq(traits_origin(creatable(), "softwareVersion"),
                         "sysfs:mdev_supported_types/my_nic-1/software_version");
        ck_assert_str_eq(entries_get(&creatable()->facts, "compatible.type"), "my_nic-1,my_nic-2");
        ck_assert_uint_eq(creatable()->params.n, 0);
        ck_assert_uint_eq(creatable()->param_info.n, 2);
        ck_assert_int_eq(param_infos_find(&creatable()->param_info, "fps")->writable, TRI_UNKNOWN);
        ck_assert_int_eq(creatable()->params_complete, TRI_NO);
}
END_TEST

/* A model file that lists all parameters is believed for a device that is there, not for what is yet to be set. */
START_TEST(test_type_complete) {
        testhost_attr(t, type, "dynamic_resources", "aggregator");
        testhost_attr(t, device, "aggregator", "4");
        testhost_model_file(t, "nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"match\":[{\"mdevType\":\"my_nic-*\"}],\"paramsComplete\":true}");
        look(_i);
        ck_assert_int_eq(traits()->params_complete, TRI_YES);
        ck_assert_int_eq(creatable()->params_complete, TRI_NO);
}
END_TEST

static const char *const bad_lists[] = { "aggregator ../../etc", "aggregator,driver", "aggregator a=b",
                                         "a/b aggregator" };

START_TEST(test_type_bad_list) {
        testhost_attr(t, type, "dynamic_resources", bad_lists[_i]);
        testhost_attr(t, device, "aggregator", "4");
        testhost_model_file(t, "nic.json",
                            "{\"schema\":\"org.vfio.Migration1.model/1\",\"model\":\"" MODEL "\","
                            "\"match\":[{\"mdevType\":\"my_nic-*\"}],\"paramsComplete\":true}");
        look(0);
        ck_assert_str_eq(told_param(d, KEY, "aggregator"), "4");
        ck_assert_uint_eq(traits()->params.n, 1);
        ck_assert_int_eq(traits()->params_complete, TRI_NO);
        testhost_attr_broken(t, type, "dynamic_resources");
        look(1);
        ck_assert_uint_eq(traits()->params.n, 0);
        ck_assert_int_eq(traits()->params_complete, TRI_NO);
}
END_TEST

START_TEST(test_type_unreadable) {
        testhost_attr_broken(t, type, "software_version");
        testhost_attr_broken(t, type, "compatible_type");
        testhost_attr(t, type, "compatible_pci_ids", "");
        look(_i);
        ck_assert_ptr_null(traits()->software_version);
        ck_assert_str_eq(origin("softwareVersion"), "errno:EISDIR");
        ck_assert_str_eq(origin("facts.compatible.type"), "errno:EISDIR");
        ck_assert_str_eq(fact("compatible.pciIds"), "");
        ck_assert_str_eq(traits_origin(creatable(), "softwareVersion"), "errno:EISDIR");
}
END_TEST

START_TEST(test_type_too_many) {
        _cleanup_text_ struct text list = {};

        for (int i = 0; i < 300; i++)
                text_addf(&list, "p%d ", i);
        testhost_attr(t, type, "dynamic_resources", list.data);
        look(_i);
        ck_assert_uint_eq(traits()->params.n, 256);
        ck_assert_int_eq(traits()->params_complete, TRI_NO);
        ck_assert_uint_eq(creatable()->param_info.n, 256);
        ck_assert_int_eq(creatable()->params_complete, TRI_NO);
}
END_TEST

/* The device's own word is the stronger one, also where it cannot be read. */
START_TEST(test_self_and_type) {
        testhost_attr(t, device, "migration/self/software_version", "1.0.0");
        testhost_attr(t, device, "migration/self/aggregator", "1");
        testhost_attr(t, type, "software_version", "2.0.0");
        testhost_attr(t, type, "dynamic_resources", "aggregator fps");
        testhost_attr(t, device, "aggregator", "2");
        testhost_attr(t, device, "fps", "60");
        look(_i);
        ck_assert_str_eq(traits()->software_version, "1.0.0");
        ck_assert_str_eq(told_param(d, KEY, "aggregator"), "1");
        ck_assert_str_eq(told_param(d, KEY, "fps"), "60");
        ck_assert_str_eq(origin("params.fps"), "sysfs:fps");
        testhost_attr_broken(t, device, "migration/self/software_version");
        testhost_attr_broken(t, device, "migration/self/aggregator");
        look(_i);
        ck_assert_ptr_null(traits()->software_version);
        ck_assert_str_eq(origin("softwareVersion"), "errno:EISDIR");
        ck_assert_ptr_null(told_param(d, KEY, "aggregator"));
        ck_assert_str_eq(origin("params.aggregator"), "errno:EISDIR");
}
END_TEST

/* --- migration-version ---------------------------------------------------------------------------------------------
 */

static const char *token(void) {
        return entries_get(&traits()->tokens, "migration_version");
}

static const char *token_origin(void) {
        return origin("tokens.migration_version");
}

static void assert_writable(const struct traits *of, bool writable) {
        ck_assert_uint_eq(strv_length(of->attributes), writable ? 1 : 0);
        if (writable)
                ck_assert_str_eq(of->attributes[0], "migration_version");
}

START_TEST(test_token) {
        look(_i);
        ck_assert_ptr_null(token_origin());
        assert_writable(traits(), false);
        testhost_attr(t, device, "migration_version", "8086-591d-i915-GVTg_V5_4-1");
        look(_i);
        ck_assert_str_eq(token(), "8086-591d-i915-GVTg_V5_4-1");
        ck_assert_str_eq(token_origin(), "sysfs:migration_version");
        assert_writable(traits(), true);
        assert_writable(creatable(), false);
        ck_assert_ptr_null(traits_origin(creatable(), "tokens.migration_version"));
        set_mode(device, "migration_version", 0444);
        look(_i);
        ck_assert_str_eq(token(), "8086-591d-i915-GVTg_V5_4-1");
        assert_writable(traits(), false);
        /* It never becomes a parameter, whoever lists it. */
        testhost_attr(t, device, "model", MODEL);
        testhost_attr(t, device, "config_params", "migration_version");
        look(_i);
        ck_assert_uint_eq(traits()->params.n, 0);
        ck_assert_int_eq(traits()->params_complete, TRI_NO);
}
END_TEST

/* A type's speaks for devices that have none, and for what could be created. */
START_TEST(test_token_of_type) {
        testhost_attr(t, type, "migration_version", "of the type");
        look(_i);
        ck_assert_str_eq(token(), "of the type");
        ck_assert_str_eq(token_origin(), "sysfs:mdev_type/migration_version");
        assert_writable(traits(), true);
        ck_assert_str_eq(entries_get(&creatable()->tokens, "migration_version"), "of the type");
        ck_assert_str_eq(traits_origin(creatable(), "tokens.migration_version"),
                         "sysfs:mdev_supported_types/my_nic-1/migration_version");
        assert_writable(creatable(), true);
        ck_assert_str_eq(origin("attributes.migration_version"), "sysfs:mdev_type/migration_version");
        set_mode(type, "migration_version", 0200); /* also where it cannot be read, it is the type's */
        look(_i);
        ck_assert_str_eq(origin("attributes.migration_version"), "sysfs:mdev_type/migration_version");
        assert_writable(traits(), true);
        set_mode(type, "migration_version", 0644);

        testhost_attr(t, device, "migration_version", "of the device");
        set_mode(device, "migration_version", 0444);
        look(_i);
        ck_assert_ptr_null(origin("attributes.migration_version"));
        ck_assert_str_eq(token(), "of the device");
        ck_assert_str_eq(token_origin(), "sysfs:migration_version");
        assert_writable(traits(), false); /* its own counts */
        ck_assert_str_eq(entries_get(&creatable()->tokens, "migration_version"), "of the type");
        assert_writable(creatable(), true);
}
END_TEST

static const struct {
        size_t n;
        const char *origin; /* NULL: it is a token */
        char bytes[8];      /* repeated up to n */
} tokens[] = {
        { 1, NULL, "x" },
        { 2, NULL, "x\n" },
        { 8, NULL, "\xc3\xa4" },
        { 4, NULL, "a\nb\n" },
        { 4094, NULL, "x" },
        { 4095, "errno:E2BIG", "x" }, /* what the kernel gives of one that is longer */
        { 4096, "errno:E2BIG", "x" },
        { 4097, "errno:E2BIG", "x" },
        { 20000, "errno:E2BIG", "x" },
        { 0, "errno:ENODATA", "" },
        { 1, "errno:ENODATA", "\n" },
        { 3, "errno:EILSEQ", "a\0b" },
        { 1, "errno:EILSEQ", "\0" },
        { 1, "errno:EILSEQ", "\xff" },
        { 2, "errno:EILSEQ", "a\xc3" },
        { 3, "errno:EILSEQ", "\xed\xa0\x80" },
};

START_TEST(test_tokens) {
        _cleanup_free_ char *file = xasprintf("%s/migration_version", device), *bytes = xrealloc(NULL, 20001, 1);
        size_t n = tokens[_i].n, unit = MAX(MIN(n, sizeof(tokens[_i].bytes)), 1u);

        if (n >= sizeof(tokens[_i].bytes))
                unit = strlen(tokens[_i].bytes);
        for (size_t i = 0; i < n; i++)
                bytes[i] = tokens[_i].bytes[i % unit];
        testhost_file_n(t, file, bytes, n);
        look(_i % TOLD_WAYS);
        assert_writable(traits(), true); /* whatever reading says, it is there to be written */
        if (tokens[_i].origin) {
                ck_assert_ptr_null(token());
                ck_assert_str_eq(token_origin(), tokens[_i].origin);
                return;
        }
        bytes[bytes[n - 1] == '\n' ? n - 1 : n] = '\0';
        ck_assert_str_eq(token(), bytes);
        ck_assert_str_eq(token_origin(), "sysfs:migration_version");
}
END_TEST

/* A read that fails is "cannot migrate" in the proposal. It may be anything, so it is not known, and not the type's. */
START_TEST(test_token_unreadable) {
        testhost_attr(t, type, "migration_version", "of the type");
        testhost_attr_broken(t, device, "migration_version");
        look(_i);
        ck_assert_ptr_null(token());
        ck_assert_str_eq(token_origin(), "errno:EISDIR");
        assert_writable(traits(), false);
        make_loop(device, "migration_version");
        look(_i);
        ck_assert_str_eq(token_origin(), "errno:ELOOP");
        assert_writable(traits(), false);
        remove_attr(device, "migration_version");
        _cleanup_free_ char *fifo = xasprintf("%s/migration_version", device);

        testhost_fifo(t, fifo);
        look(_i);
        ck_assert_str_eq(token_origin(), "errno:EINVAL");
        assert_writable(traits(), false);
}
END_TEST

/* --- compatible-devices --------------------------------------------------------------------------------------------
 */

START_TEST(test_hint) {
        static const char text[] = "parent id: 8086 591d\nmdev_type: \033[31mi915-GVTg_V5_4";

        testhost_attr(t, type, "migration_compatible_devices", text);
        look(_i);
        ck_assert_str_eq(fact("hint.compatibleDevices"), text);
        ck_assert_str_eq(origin("facts.hint.compatibleDevices"), "sysfs:mdev_type/migration_compatible_devices");
        ck_assert_str_eq(entries_get(&creatable()->facts, "hint.compatibleDevices"), text);
        /* Nothing else comes of it. */
        ck_assert_str_eq(origin("model"), "identity:mdev");
        ck_assert_ptr_null(origin("softwareVersion"));
        ck_assert_uint_eq(traits()->tokens.n, 0);
        testhost_attr_broken(t, type, "migration_compatible_devices");
        look(_i);
        ck_assert_ptr_null(fact("hint.compatibleDevices"));
        ck_assert_str_eq(origin("facts.hint.compatibleDevices"), "errno:EISDIR");
}
END_TEST

int main(void) {
        Suite *suite = suite_create("proposals");
        TCase *cases = tcase_create("proposals");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_add_loop_test(cases, test_self, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_self_complete, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_self_unreadable, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_self_not_read, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_self_is_a_parameter, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_compatible, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_compatible_in_part, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_compatible_too_many, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_type, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_type_complete, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_type_bad_list, 0, ARRAY_SIZE(bad_lists));
        tcase_add_loop_test(cases, test_type_unreadable, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_type_too_many, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_self_and_type, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_token, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_token_of_type, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_tokens, 0, ARRAY_SIZE(tokens));
        tcase_add_loop_test(cases, test_token_unreadable, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_hint, 0, TOLD_WAYS);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
