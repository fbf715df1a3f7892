/*
 * One device or creatable from and to JSON, as in a descriptor (and with its places on this host, for the reader).
 */
#include "core/device-json.h"

#include "core/descriptor-json.h"
#include "core/json-emit.h"
#include "core/parts-json.h"
#include "util/alloc.h"

#define DEVICE_BYTES_MAX (1024 * 1024)
#define DEVICE_DEPTH_MAX 16

/* <subsystem>:<name>, neither of them empty; or where only_kind is fine, "mdev:" or "pci:". */
static bool address_valid(const char *s, bool only_kind) {
        const char *colon = strchr(s, ':');

        if (only_kind && (str_equal(s, "mdev:") || str_equal(s, "pci:")))
                return true;
        return colon && colon > s && colon[1];
}

static int address_from_json(const struct json_place *p, struct json_object *o, const char *key, bool only_kind,
                             char **ret) {
        struct json_place at = json_place_key(p, key);
        _cleanup_free_ char *address = NULL;
        int r;

        r = json_member_string(p, o, key, &address);
        if (r < 0 || !address)
                return r;
        if (!address_valid(address, only_kind))
                return json_place_fail(&at, "expected an address, such as \"pci:0000:3b:00.2\"");
        *ret = take_ptr(address);
        return 0;
}

/* model and version may be null, which is as if they were missing. */
static int model_from_json(const struct json_place *p, struct json_object *o, struct traits *t) {
        struct json_place model_at = json_place_key(p, "model"), version_at = json_place_key(p, "version");
        struct json_object *v;
        int r;

        if (json_object_object_get_ex(o, "model", &v) && v) {
                r = json_string_at(&model_at, v, &t->model);
                if (r < 0)
                        return r;
                if (!*t->model)
                        return json_place_fail(&model_at, "empty");
        }
        if (json_object_object_get_ex(o, "version", &v) && v) {
                r = json_number_at(&version_at, v, &t->version);
                if (r < 0)
                        return r;
                t->has_version = true;
        }
        return 0;
}

static int in_use_from_json(const struct json_place *p, struct json_object *o, enum tri *ret) {
        struct json_place at = json_place_key(p, "inUse");
        _cleanup_free_ char *word = NULL;
        int r;

        r = json_member_string(p, o, "inUse", &word);
        if (r < 0 || !word)
                return r;
        if (str_equal(word, "yes"))
                *ret = TRI_YES;
        else if (str_equal(word, "no"))
                *ret = TRI_NO;
        else if (str_equal(word, "unknown"))
                *ret = TRI_UNKNOWN;
        else
                return json_place_fail(&at, "expected \"yes\", \"no\" or \"unknown\"");
        return 0;
}

static int param_list_from_json(const struct json_place *p, struct json_object *o, bool *ret) {
        struct json_place at = json_place_key(p, "paramList");
        _cleanup_free_ char *word = NULL;
        int r;

        r = json_member_string(p, o, "paramList", &word);
        if (r < 0 || !word)
                return r;
        if (!str_equal(word, "writable"))
                return json_place_fail(&at, "expected \"writable\"");
        *ret = true;
        return 0;
}

static int numa_node_from_json(const struct json_place *p, struct json_object *o, struct device *d) {
        struct json_place at = json_place_key(p, "numaNode");
        struct json_object *v;
        int64_t i;

        if (!json_object_object_get_ex(o, "numaNode", &v))
                return 0;
        i = json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : INT64_MAX;
        if (i < -1 || i > INT32_MAX)
                return json_place_fail(&at, "expected an integer from -1 to %d", INT32_MAX);
        d->has_numa_node = true;
        d->numa_node = (int)i;
        return 0;
}

/* Strings of the traits that may hold anything. */
static int words_from_json(const struct json_place *p, struct json_object *o, struct traits *t) {
        const struct {
                const char *key;
                char **ret;
        } words[] = {
                { "pool", &t->pool },
                { "driver", &t->driver },
                { "mdevType", &t->mdev_type },
                { "softwareVersion", &t->software_version },
                { "boundDriver", &t->bound_driver },
        };
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
                r = json_member_string(p, o, words[i].key, words[i].ret);
                if (r < 0)
                        return r;
        }
        return json_member_strings(p, o, "attributes", &t->attributes);
}

static int traits_from_json(const struct json_place *p, struct json_object *o, struct traits *t) {
        int r;

        r = words_from_json(p, o, t);
        if (r < 0)
                return r;
        r = model_from_json(p, o, t);
        if (r < 0)
                return r;
        r = entries_from_json(p, o, "params", ENTRIES_PARAMS, &t->params);
        if (r < 0)
                return r;
        r = json_member_tri(p, o, "paramsComplete", &t->params_complete);
        if (r < 0)
                return r;
        r = entries_from_json(p, o, "facts", ENTRIES_STRINGS, &t->facts);
        if (r < 0)
                return r;
        r = migration_from_json(p, o, "migration", false, &t->migration, &t->has_migration);
        if (r < 0)
                return r;
        r = entries_from_json(p, o, "tokens", ENTRIES_STRINGS, &t->tokens);
        if (r < 0)
                return r;
        r = entries_from_json(p, o, "origin", ENTRIES_STRINGS, &t->origins);
        if (r < 0)
                return r;
        r = param_infos_from_json(p, o, "paramInfo", &t->param_info);
        if (r < 0)
                return r;
        r = param_list_from_json(p, o, &t->param_list_writable);
        return r < 0 ? r : in_use_from_json(p, o, &t->in_use);
}

/* What a creatable has and a device has not, or the other way round. */
static int kind_from_json(const struct json_place *p, struct json_object *o, struct device *d) {
        struct json_place id_at = json_place_key(p, "id");
        uint64_t available = 0;
        int r;

        if (d->traits->creatable) {
                r = json_member_uint(p, o, "available", UINT32_MAX, &available, NULL);
                if (r < 0)
                        return r;
                d->available = (uint32_t)available;
                return json_member_bool(p, o, "independent", &d->traits->independent);
        }
        r = json_member_string(p, o, "id", &d->id);
        if (r < 0)
                return r;
        if (!d->id)
                return json_place_fail(&id_at, "missing");
        return address_from_json(p, o, "address", false, &d->address);
}

/* Without these nobody could say what is to be created. */
static int creatable_check(const struct json_place *p, const struct device *d) {
        struct json_place parent_at = json_place_key(p, "parent"), type_at = json_place_key(p, "mdevType");

        if (!d->parent)
                return json_place_fail(&parent_at, "missing");
        return d->traits->mdev_type ? 0 : json_place_fail(&type_at, "missing");
}

/* Where it is on this host; no part of a document. */
static int host_places_from_json(const struct json_place *p, struct json_object *o, struct device *d) {
        int r;

        r = json_member_string(p, o, "sysfsPath", &d->sysfs_path);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "bus", &d->bus);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "vfioDevice", &d->vfio_device);
        return r < 0 ? r : json_member_string(p, o, "iommuGroup", &d->iommu_group);
}

int device_from_json(const struct json_place *p, struct json_object *o, bool creatable, bool host_places,
                     struct device **ret) {
        _cleanup_(device_unref_cleanup) struct device *d = device_new(creatable);
        int r;

        r = json_object_at(p, o);
        if (r < 0)
                return r;
        r = kind_from_json(p, o, d);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "guest", &d->guest);
        if (r < 0)
                return r;
        r = address_from_json(p, o, "pin", true, &d->pin);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "parent", &d->parent);
        if (r < 0)
                return r;
        r = traits_from_json(p, o, d->traits);
        if (r < 0)
                return r;
        r = creatable ? creatable_check(p, d) : 0;
        if (r < 0)
                return r;
        r = json_member_string(p, o, "reservedBy", &d->reserved_by);
        if (r < 0)
                return r;
        r = json_member_string(p, o, "variantDriver", &d->variant_driver);
        if (r < 0)
                return r;
        r = json_member_strings(p, o, "groupBlockedBy", &d->group_blocked_by);
        if (r < 0)
                return r;
        d->traits->group_blocked = strv_length(d->group_blocked_by) > 0;
        r = numa_node_from_json(p, o, d);
        if (r < 0)
                return r;
        r = host_places ? host_places_from_json(p, o, d) : 0;
        if (r < 0)
                return r;
        *ret = take_ptr(d);
        return 0;
}

int device_parse(const char *text, size_t n, bool creatable, struct device **ret_device, struct json_error *ret_error) {
        static const struct json_limits limits = { DEVICE_BYTES_MAX, DEVICE_DEPTH_MAX };
        _cleanup_(json_object_cleanup) struct json_object *o = NULL;
        struct json_place root = json_place_root(ret_error);
        int r;

        r = json_tree_parse(text, n, &limits, &o, ret_error);
        return r < 0 ? r : device_from_json(&root, o, creatable, true, ret_device);
}

static void in_use_to_json(const struct traits *t, struct text *text) {
        if (t->in_use == TRI_YES)
                json_emit_member(text, "inUse", "yes");
        else if (t->in_use == TRI_NO && !t->creatable)
                json_emit_member(text, "inUse", "no");
        else if (t->in_use == TRI_UNKNOWN && t->creatable)
                json_emit_member(text, "inUse", "unknown");
}

/* Without the closing brace. lasting: without what comes and goes while the device stays the same. */
static void device_to_json(const struct device *d, bool lasting, struct text *t) {
        const struct traits *traits = d->traits;

        text_add(t, "{");
        json_emit_member(t, "id", d->id);
        json_emit_member(t, "address", d->address);
        json_emit_member(t, "guest", lasting ? NULL : d->guest);
        json_emit_member(t, "pin", lasting ? NULL : d->pin);
        json_emit_member(t, "pool", traits->pool);
        json_emit_member(t, "driver", traits->driver);
        json_emit_member(t, "parent", d->parent);
        json_emit_member(t, "mdevType", traits->mdev_type);
        if (traits->creatable && !lasting)
                json_emit_uint(t, "available", d->available);
        if (traits->creatable)
                json_emit_bool(t, "independent", traits->independent);
        json_emit_member(t, "model", traits->model);
        if (traits->has_version)
                json_emit_uint(t, "version", traits->version);
        json_emit_member(t, "softwareVersion", traits->software_version);
        entries_to_json(&traits->params, "params", ENTRIES_PARAMS, t);
        json_emit_tri(t, "paramsComplete", traits->params_complete);
        entries_to_json(&traits->facts, "facts", ENTRIES_STRINGS, t);
        if (traits->has_migration)
                migration_to_json(&traits->migration, t);
        entries_to_json(&traits->tokens, "tokens", ENTRIES_STRINGS, t);
        entries_to_json(&traits->origins, "origin", ENTRIES_STRINGS, t);
        param_infos_to_json(&traits->param_info, "paramInfo", t);
        json_emit_member(t, "paramList", traits->param_list_writable ? "writable" : NULL);
        if (!lasting)
                in_use_to_json(traits, t);
        json_emit_member(t, "reservedBy", lasting ? NULL : d->reserved_by);
        json_emit_member(t, "boundDriver", traits->bound_driver);
        json_emit_member(t, "variantDriver", lasting ? NULL : d->variant_driver);
        json_emit_strings(t, "groupBlockedBy", lasting ? NULL : d->group_blocked_by);
        if (d->has_numa_node && !lasting) {
                json_emit_key(t, "numaNode");
                text_addf(t, "%d", d->numa_node);
        }
        json_emit_strings(t, "attributes", traits->attributes);
}

void document_format_device(const struct device *d, struct text *t) {
        device_to_json(d, false, t);
        text_add(t, "}");
}

void device_format_lasting(const struct device *d, struct text *t) {
        device_to_json(d, true, t);
        text_add(t, "}");
}

void device_format(const struct device *d, struct text *t) {
        device_to_json(d, false, t);
        json_emit_member(t, "sysfsPath", d->sysfs_path);
        json_emit_member(t, "bus", d->bus);
        json_emit_member(t, "vfioDevice", d->vfio_device);
        json_emit_member(t, "iommuGroup", d->iommu_group);
        text_add(t, "}");
}
