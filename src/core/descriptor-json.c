/*
 * Descriptors and host documents from and to JSON. (One device: device-json.c.)
 *
 * Both kinds are one schema and differ in their limits only.
 */
#include "core/descriptor-json.h"

#include <errno.h>

#include "core/device-json.h"
#include "core/json-emit.h"
#include "core/parts-json.h"
#include "util/alloc.h"

static const struct {
        struct json_limits json;
        size_t max_devices;
} document_limits[] = {
        [DOCUMENT_SOURCE] = { { 1024 * 1024, 16 }, 256 },
        [DOCUMENT_HOST] = { { 64 * 1024 * 1024, 16 }, 65536 },
};

static int schema_from_json(const struct json_place *p, struct json_object *o) {
        struct json_place at = json_place_key(p, "schema");
        _cleanup_free_ char *schema = NULL;
        int r;

        r = json_member_string(p, o, "schema", &schema);
        if (r < 0)
                return r;
        if (!schema)
                return json_place_fail(&at, "missing");
        return str_equal(schema, DESCRIPTOR_SCHEMA) ? 0 : json_place_fail(&at, "not " DESCRIPTOR_SCHEMA);
}

static int host_from_json(const struct json_place *p, struct json_object *o, struct document *d) {
        struct json_place at = json_place_key(p, "host");
        struct json_object *v = NULL;
        int r;

        r = json_member_object(p, o, "host", &v);
        if (r < 0 || !v)
                return r;
        r = json_member_string(&at, v, "name", &d->host_name);
        if (r < 0)
                return r;
        r = json_member_string(&at, v, "machineId", &d->machine_id);
        if (r < 0)
                return r;
        r = json_member_string(&at, v, "kernel", &d->kernel);
        return r < 0 ? r : json_member_tri(&at, v, "iommuDirtyTracking", &d->iommu_dirty_tracking);
}

static int vm_from_json(const struct json_place *p, struct json_object *o, struct document *d) {
        struct json_place at = json_place_key(p, "vm");
        struct json_object *v = NULL;
        uint64_t devices = 0;
        int r;

        r = json_member_object(p, o, "vm", &v);
        if (r < 0 || !v)
                return r;
        r = json_member_string(&at, v, "name", &d->vm_name);
        if (r < 0)
                return r;
        r = json_member_string(&at, v, "uuid", &d->vm_uuid);
        if (r < 0)
                return r;
        r = json_member_tri(&at, v, "viommu", &d->viommu);
        if (r < 0)
                return r;
        r = json_member_uint(&at, v, "vfioDevices", UINT32_MAX, &devices, NULL);
        if (r < 0)
                return r;
        d->vfio_devices = (uint32_t)devices;
        return 0;
}

static int devices_from_json(const struct json_place *p, struct json_object *o, bool creatable, size_t max,
                             struct document *d) {
        const char *key = creatable ? "creatable" : "devices";
        struct json_place at = json_place_key(p, key);
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_list(p, o, key, &v);
        if (r < 0)
                return r;
        if (!v)
                return creatable ? 0 : json_place_fail(&at, "missing");
        n = json_object_array_length(v);
        if (n > max)
                return json_place_fail_limit(&at, max, creatable ? "creatable devices" : "devices");
        for (size_t i = 0; i < n; i++) {
                struct json_place element = json_place_index(&at, i);
                struct device *device;

                r = device_from_json(&element, json_object_array_get_idx(v, i), creatable, false, &device);
                if (r < 0)
                        return r;
                document_take(d, device);
        }
        return 0;
}

static int models_from_json(const struct json_place *p, struct json_object *o, struct document *d) {
        struct json_place at = json_place_key(p, "models");
        _cleanup_free_ struct json_member *members = NULL;
        struct json_object *v = NULL;
        size_t n;
        int r;

        r = json_member_object(p, o, "models", &v);
        if (r < 0 || !v)
                return r;
        d->has_models = true;
        members = json_members(v, &n);
        for (size_t i = 0; i < n; i++) {
                struct json_place member = json_place_key(&at, members[i].key);
                _cleanup_(model_free_cleanup) struct model *m = model_new();

                if (!*members[i].key)
                        return json_place_fail(&member, "an empty model");
                r = json_object_at(&member, members[i].value);
                if (r < 0)
                        return r;
                r = model_body_from_json(&member, members[i].value, m);
                if (r < 0)
                        return r;
                m->name = xstrdup(members[i].key);
                if (models_take(&d->models, m) == 0)
                        m = NULL;
        }
        return 0;
}

/* What must be unique: a device's id, its address, or a creatable's parent and type. */
struct unique {
        const char *a, *b;
        size_t index;
};

static int unique_compare(const struct unique *a, const struct unique *b) {
        int r = str_compare(a->a, b->a);

        return r ? r : str_compare(a->b, b->b);
}

static int unique_order(const void *a, const void *b) {
        const struct unique *ua = a, *ub = b;
        int r = unique_compare(ua, ub);

        return r ? r : ua->index < ub->index ? -1 : ua->index > ub->index;
}

/* The index of the first that repeats one before it, or SIZE_MAX. */
static size_t unique_find_duplicate(struct unique *v, size_t n) {
        size_t found = SIZE_MAX;

        qsort(v, n, sizeof(*v), unique_order);
        for (size_t i = 1; i < n; i++)
                if (unique_compare(&v[i - 1], &v[i]) == 0)
                        found = MIN(found, v[i].index);
        return found;
}

static int devices_check_unique(const struct json_place *p, const struct document *d, bool addresses) {
        _cleanup_free_ struct unique *v = xnew0(struct unique, d->n_devices);
        struct json_place list = json_place_key(p, "devices"), element, at;
        size_t n = 0, found;

        for (size_t i = 0; i < d->n_devices; i++) {
                const char *s = addresses ? d->devices[i]->address : d->devices[i]->id;

                if (s)
                        v[n++] = (struct unique){ .a = s, .index = i };
        }
        found = unique_find_duplicate(v, n);
        if (found == SIZE_MAX)
                return 0;
        element = json_place_index(&list, found);
        at = json_place_key(&element, addresses ? "address" : "id");
        return json_place_fail(&at, "a duplicate %s", addresses ? "address" : "device id");
}

static int creatables_check_unique(const struct json_place *p, const struct document *d) {
        _cleanup_free_ struct unique *v = xnew0(struct unique, d->n_creatables);
        struct json_place list = json_place_key(p, "creatable"), element;
        size_t found;

        for (size_t i = 0; i < d->n_creatables; i++)
                v[i] = (struct unique){ d->creatables[i]->parent, d->creatables[i]->traits->mdev_type, i };
        found = unique_find_duplicate(v, d->n_creatables);
        if (found == SIZE_MAX)
                return 0;
        element = json_place_index(&list, found);
        return json_place_fail(&element, "a duplicate (parent, mdevType)");
}

static int document_from_json(const struct json_place *p, struct json_object *o, size_t max_devices,
                              struct document *d) {
        int r;

        r = schema_from_json(p, o);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "createdAt", &d->created_at);
        if (r < 0)
                return r;
        r = host_from_json(p, o, d);
        if (r < 0)
                return r;
        r = vm_from_json(p, o, d);
        if (r < 0)
                return r;
        r = devices_from_json(p, o, false, max_devices, d);
        if (r < 0)
                return r;
        r = models_from_json(p, o, d);
        if (r < 0)
                return r;
        r = devices_from_json(p, o, true, max_devices, d);
        if (r < 0)
                return r;
        r = devices_check_unique(p, d, false);
        if (r < 0)
                return r;
        r = devices_check_unique(p, d, true);
        return r < 0 ? r : creatables_check_unique(p, d);
}

int document_parse(const char *text, size_t n, enum document_kind kind, struct document **ret_document,
                   struct json_error *ret_error) {
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        _cleanup_(json_object_cleanup) struct json_object *o = NULL;
        struct json_place root = json_place_root(ret_error);
        int r;

        r = json_tree_parse(text, n, &document_limits[kind].json, &o, ret_error);
        if (r < 0)
                return r;
        d = document_new();
        r = document_from_json(&root, o, document_limits[kind].max_devices, d);
        if (r < 0)
                return r;
        *ret_document = take_ptr(d);
        return 0;
}

void document_format_head(const struct document *d, struct text *t) {
        text_add(t, "{");
        json_emit_member(t, "schema", DESCRIPTOR_SCHEMA);
        json_emit_member(t, "createdAt", d->created_at);
        if (d->host_name || d->machine_id || d->kernel || d->iommu_dirty_tracking != TRI_UNKNOWN) {
                json_emit_key(t, "host");
                text_add(t, "{");
                json_emit_member(t, "name", d->host_name);
                json_emit_member(t, "machineId", d->machine_id);
                json_emit_member(t, "kernel", d->kernel);
                json_emit_tri(t, "iommuDirtyTracking", d->iommu_dirty_tracking);
                text_add(t, "}");
        }
        if (d->vm_name || d->vm_uuid || d->viommu != TRI_UNKNOWN || d->vfio_devices > 0) {
                json_emit_key(t, "vm");
                text_add(t, "{");
                json_emit_member(t, "name", d->vm_name);
                json_emit_member(t, "uuid", d->vm_uuid);
                json_emit_tri(t, "viommu", d->viommu);
                if (d->vfio_devices > 0)
                        json_emit_uint(t, "vfioDevices", d->vfio_devices);
                text_add(t, "}");
        }
        text_add(t, ",");
}

void document_format_models(const struct models *models, struct text *t) {
        text_add(t, "{");
        for (size_t i = 0; i < models->n; i++) {
                json_emit_key(t, models->v[i]->name);
                model_body_to_json(models->v[i], t);
        }
        text_add(t, "}");
}

static void devices_to_json(struct device *const *devices, size_t n, const char *key, struct text *t) {
        json_emit_key(t, key);
        text_add(t, "[");
        for (size_t i = 0; i < n; i++) {
                json_emit_comma(t);
                document_format_device(devices[i], t);
        }
        text_add(t, "]");
}

void document_format(const struct document *d, struct text *t) {
        document_format_head(d, t);
        devices_to_json(d->devices, d->n_devices, "devices", t);
        if (d->has_models) {
                json_emit_key(t, "models");
                document_format_models(&d->models, t);
        }
        if (d->has_models || d->n_creatables > 0)
                devices_to_json(d->creatables, d->n_creatables, "creatable", t);
        text_add(t, "}");
}
