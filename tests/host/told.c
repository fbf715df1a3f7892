/*
 * What a fake host is read as. Owns nothing but the text of the last few uuids.
 */
#include "told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/descriptor-json.h"

void told_open(struct testhost *t, int way, struct host *h) {
        ck_assert_int_eq(host_init(h, testhost_root(t)), 0);
        h->sysfs.by_hand = way == 1;
}

struct document *told(struct testhost *t, int way) {
        _cleanup_host_ struct host h;
        _cleanup_text_ struct text text = {};
        struct document *d, *parsed;
        struct json_error e = {};

        told_open(t, way, &h);
        d = host_describe(&h);
        /* Whatever was read: it is a host document that others can read. */
        host_format(&h, &text);
        ck_assert_msg(document_parse(text.data, text.length, DOCUMENT_HOST, &parsed, &e) == 0, "%s", e.message);
        ck_assert_uint_eq(parsed->n_devices, d->n_devices);
        document_free(parsed);
        return d;
}

const struct device *told_device(const struct document *d, const char *address) {
        for (size_t i = 0; i < d->n_devices; i++)
                if (strcmp(d->devices[i]->address, address) == 0)
                        return d->devices[i];
        return NULL;
}

const struct device *told_creatable(const struct document *d, const char *parent, const char *type) {
        for (size_t i = 0; i < d->n_creatables; i++)
                if (str_equal(d->creatables[i]->parent, parent) && str_equal(d->creatables[i]->traits->mdev_type, type))
                        return d->creatables[i];
        return NULL;
}

const struct traits *told_traits(const struct document *d, const char *address) {
        const struct device *device = told_device(d, address);

        ck_assert_msg(device != NULL, "%s is not there", address);
        return device->traits;
}

const char *told_param(const struct document *d, const char *address, const char *name) {
        return entries_get(&told_traits(d, address)->params, name);
}

const char *told_fact(const struct document *d, const char *address, const char *name) {
        return entries_get(&told_traits(d, address)->facts, name);
}

const char *told_origin(const struct document *d, const char *address, const char *key) {
        return traits_origin(told_traits(d, address), key);
}

int told_run(Suite *suite) {
        SRunner *runner = srunner_create(suite);
        int failed;

        srunner_run_all(runner, CK_NORMAL);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

const char *uuid(unsigned n) {
        static char text[4][40];
        static unsigned next;
        char *s = text[next++ % 4];

        snprintf(s, sizeof(text[0]), "%08x-0000-4000-8000-000000000000", n);
        return s;
}
