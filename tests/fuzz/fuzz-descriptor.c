/*
 * Any bytes as a descriptor, a host document, a device or a creatable: refused with a place, or read, written and read
 * again as the same.
 */
#include <stdint.h>
#include <stdio.h>

#include "core/descriptor-json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact, const char *what) {
        if (fact)
                return;
        fprintf(stderr, "%s\n", what);
        abort();
}

static bool list_equal(struct device *const *a, size_t n_a, struct device *const *b, size_t n_b) {
        if (n_a != n_b)
                return false;
        for (size_t i = 0; i < n_a; i++)
                if (!device_equal(a[i], b[i]))
                        return false;
        return true;
}

static void try_document(const char *data, size_t size, enum document_kind kind) {
        _cleanup_(document_free_cleanup) struct document *d = NULL, *again = NULL;
        _cleanup_text_ struct text first = {}, second = {};
        struct json_error error = { "" };

        if (document_parse(data, size, kind, &d, &error) < 0) {
                require(error.message[0] && !d, "refused without a reason");
                return;
        }
        document_format(d, &first);
        require(document_parse(first.data, first.length, DOCUMENT_HOST, &again, &error) == 0, error.message);
        require(list_equal(d->devices, d->n_devices, again->devices, again->n_devices), "devices differ");
        require(list_equal(d->creatables, d->n_creatables, again->creatables, again->n_creatables),
                "creatables differ");
        document_format(again, &second);
        require(str_equal(first.data, second.data), "texts differ");
}

static void try_device(const char *data, size_t size, bool creatable) {
        _cleanup_(device_unref_cleanup) struct device *d = NULL, *again = NULL, *copy = NULL;
        _cleanup_(traits_table_free_cleanup) struct traits_table *table = NULL;
        _cleanup_text_ struct text text = {};
        struct json_error error = { "" };

        if (device_parse(data, size, creatable, &d, &error) < 0) {
                require(error.message[0] && !d, "refused without a reason");
                return;
        }
        device_format(d, &text);
        require(device_parse(text.data, text.length, creatable, &again, &error) == 0, error.message);
        copy = device_copy(d);
        require(device_equal(d, again) && device_equal(d, copy), "devices differ");
        table = traits_table_new();
        traits_table_intern(table, d);
        traits_table_intern(table, again);
        require(d->traits == again->traits, "equal traits are not shared");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        try_document((const char *)data, size, DOCUMENT_SOURCE);
        try_document((const char *)data, size, DOCUMENT_HOST);
        try_device((const char *)data, size, false);
        try_device((const char *)data, size, true);
        return 0;
}
