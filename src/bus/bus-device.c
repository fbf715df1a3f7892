/*
 * The interface org.vfio.Migration1.Device. Properties are of the latest snapshot; reading one touches nothing.
 */
#include "bus/bus-device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bus/bus-auth.h"
#include "bus/bus-call.h"
#include "bus/bus-error.h"
#include "util/alloc.h"

#define OBJECTS_MAX 10000u
/* That many one user but root may have in GetManagedObjects, whose answer is made on the loop. */
#define OBJECTS_PER_SECOND 20000u

/* What a property is: one of these per row, which says where it comes from. */
struct property {
        const char *name;
        const char *(*text)(const struct device *d, char *buffer); /* s */
        const struct entries *(*entries)(const struct device *d);  /* a{ss}; what is null is not in it */
};

#define TEXT_BUFFER 32

static const char *text_of(const char *s) {
        return s ? s : "";
}

#define TEXT(name, expression)                                          \
        static const char *name(const struct device *d, char *buffer) { \
                return text_of(expression);                             \
        }

TEXT(text_id, d->address)
TEXT(text_bus, d->bus)
TEXT(text_driver, d->traits->driver)
TEXT(text_parent, d->parent)
TEXT(text_mdev_type, d->traits->mdev_type)
TEXT(text_vfio_device, d->vfio_device)
TEXT(text_iommu_group, d->iommu_group)
TEXT(text_pool, d->traits->pool)
TEXT(text_model, d->traits->model)
TEXT(text_software_version, d->traits->software_version)

static const char *text_model_version(const struct device *d, char *buffer) {
        if (!d->traits->has_version)
                return "";
        snprintf(buffer, TEXT_BUFFER, "%" PRIu32, d->traits->version);
        return buffer;
}

static const char *text_in_use(const struct device *d, char *buffer) {
        return d->traits->in_use == TRI_YES ? "yes" : d->traits->in_use == TRI_NO ? "no" : "unknown";
}

static const struct entries *entries_params(const struct device *d) {
        return &d->traits->params;
}

static const struct entries *entries_facts(const struct device *d) {
        return &d->traits->facts;
}

static const struct entries *entries_origins(const struct device *d) {
        return &d->traits->origins;
}

static const struct property properties[] = {
        { "Id", text_id, NULL },
        { "Bus", text_bus, NULL },
        { "Driver", text_driver, NULL },
        { "Parent", text_parent, NULL },
        { "MdevType", text_mdev_type, NULL },
        { "VfioDevice", text_vfio_device, NULL },
        { "IommuGroup", text_iommu_group, NULL },
        { "Pool", text_pool, NULL },
        { "Model", text_model, NULL },
        { "ModelVersion", text_model_version, NULL },
        { "SoftwareVersion", text_software_version, NULL },
        { "InUse", text_in_use, NULL },
        { "Params", NULL, entries_params },
        { "Facts", NULL, entries_facts },
        { "Origins", NULL, entries_origins },
};

static const struct property *property_find(const char *name) {
        for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
                if (str_equal(properties[i].name, name))
                        return &properties[i];
        return NULL;
}

static int property_get(sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
                        void *userdata, sd_bus_error *error) {
        const struct property *p = property_find(name);
        const struct found *found = userdata;
        const struct entries *e;
        char buffer[TEXT_BUFFER];
        int r;

        if (!p)
                return -ENOENT;
        if (p->text)
                return sd_bus_message_append(reply, "s", p->text(found->viewed.device, buffer));
        e = p->entries(found->viewed.device);
        r = sd_bus_message_open_container(reply, 'a', "{ss}");
        for (size_t i = 0; i < e->n && r >= 0; i++)
                if (e->v[i].value)
                        r = sd_bus_message_append(reply, "{ss}", e->v[i].name, e->v[i].value);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int property_sysfs_path(sd_bus *bus, const char *path, const char *interface, const char *name,
                               sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const struct found *found = userdata;
        _cleanup_free_ char *full = found->viewed.device->sysfs_path
                                            ? xasprintf("/%s", found->viewed.device->sysfs_path)
                                            : NULL;

        return sd_bus_message_append(reply, "s", full ? full : "");
}

static int property_numa_node(sd_bus *bus, const char *path, const char *interface, const char *name,
                              sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const struct found *found = userdata;

        return sd_bus_message_append(
                reply, "i", (int32_t)(found->viewed.device->has_numa_node ? found->viewed.device->numa_node : -1));
}

static int property_reservation(sd_bus *bus, const char *path, const char *interface, const char *name,
                                sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "o", "/");
}

static int property_snapshot_time(sd_bus *bus, const char *path, const char *interface, const char *name,
                                  sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const struct found *found = userdata;

        return sd_bus_message_append(reply, "t", found->viewed.taken_at);
}

char **bus_device_changes(const struct device *old, const struct device *new) {
        char **names = NULL;
        size_t n = 0;

        for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
                const struct property *p = &properties[i];
                char a[TEXT_BUFFER], b[TEXT_BUFFER];

                if (p->text ? str_equal(p->text(old, a), p->text(new, b))
                            : entries_equal(p->entries(old), p->entries(new)))
                        continue;
                array_append(names, n, (char *)p->name);
        }
        if (!str_equal(old->sysfs_path, new->sysfs_path))
                array_append(names, n, (char *)"SysfsPath");
        if (old->has_numa_node != new->has_numa_node || old->numa_node != new->numa_node)
                array_append(names, n, (char *)"NumaNode");
        array_append(names, n, NULL);
        return names;
}

static int method_describe(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct found *found = userdata;
        char *ids[] = { found->viewed.device->address, NULL };
        uint64_t flags;
        int r;

        r = sd_bus_message_read(m, "t", &flags);
        if (r < 0)
                return r;
        if (flags & ~(uint64_t)DESCRIBE_FLAGS_ALL)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "flags: unknown bits 0x%" PRIx64,
                                         flags & ~(uint64_t)DESCRIBE_FLAGS_ALL);
        return call_describe(found->service, m, ids, flags, false, error);
}

#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define LARGE (SD_BUS_VTABLE_PROPERTY_EXPLICIT | SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION)

static const sd_bus_vtable device_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_ARGS("t", flags), SD_BUS_RESULT("s", descriptor), method_describe,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Id", "s", property_get, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("SysfsPath", "s", property_sysfs_path, 0, CHANGES),
        SD_BUS_PROPERTY("Bus", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("Driver", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("Parent", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("MdevType", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("VfioDevice", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("IommuGroup", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("Pool", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("NumaNode", "i", property_numa_node, 0, CHANGES),
        SD_BUS_PROPERTY("Model", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("ModelVersion", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("SoftwareVersion", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("Params", "a{ss}", property_get, 0, LARGE),
        SD_BUS_PROPERTY("Facts", "a{ss}", property_get, 0, LARGE),
        SD_BUS_PROPERTY("Origins", "a{ss}", property_get, 0, LARGE),
        SD_BUS_PROPERTY("InUse", "s", property_get, 0, CHANGES),
        SD_BUS_PROPERTY("Reservation", "o", property_reservation, 0, CHANGES),
        SD_BUS_PROPERTY("SnapshotTime", "t", property_snapshot_time, 0, 0),
        SD_BUS_VTABLE_END,
};

static int device_find(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
                       sd_bus_error *error) {
        _cleanup_free_ char *id = NULL;
        struct service *s = userdata;
        int r;

        r = sd_bus_path_decode(path, SERVICE_DEVICES, &id);
        if (r <= 0 || !hostview_find(manager_view(s->manager), id, &s->found.viewed))
                return 0;
        *ret_found = &s->found;
        return 1;
}

/* Spends what a user may have in this second; false if that is more than is left. */
static bool objects_spend(struct service *s, uid_t uid, size_t n) {
        struct spent *oldest = &s->spent[0], *mine = NULL;
        uint64_t now = 0;

        sd_event_now(s->event, CLOCK_MONOTONIC, &now);
        for (size_t i = 0; i < ARRAY_SIZE(s->spent); i++) {
                if (s->spent[i].since < oldest->since)
                        oldest = &s->spent[i];
                if (s->spent[i].since && s->spent[i].uid == uid)
                        mine = &s->spent[i];
        }
        if (!mine || now >= mine->since + 1000000) {
                mine = mine ? mine : oldest;
                *mine = (struct spent){ .uid = uid, .since = now };
        }
        mine->n += n;
        return mine->n <= OBJECTS_PER_SECOND;
}

/* Whether all objects may be told to him who asks. */
static int objects_allowed(struct service *s, sd_bus_message *m, size_t n, sd_bus_error *error) {
        uid_t uid;
        int r;

        if (n > OBJECTS_MAX)
                return sd_bus_error_setf(error, ERROR_LIMIT_EXCEEDED,
                                         "%zu devices are more than a message holds; ListDevices names them", n);
        r = auth_uid(s->auth, m, &uid, error);
        if (r < 0 || uid == 0 || objects_spend(s, uid, n))
                return r;
        return sd_bus_error_setf(error, ERROR_LIMIT_EXCEEDED, "uid %u has had too many objects in the last second",
                                 (unsigned)uid);
}

static int devices_enumerate(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes, sd_bus_error *error) {
        sd_bus_message *m = sd_bus_get_current_message(bus);
        struct service *s = userdata;
        struct viewed viewed;
        size_t n = hostview_count(manager_view(s->manager)), i = 0, k = 0;
        char **nodes;
        int r = 0;

        if (m && sd_bus_message_is_method_call(m, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"))
                r = objects_allowed(s, m, n, error);
        if (r < 0)
                return r;
        nodes = xnew0(char *, n + 1);
        while (k < n && hostview_next(manager_view(s->manager), &i, &viewed) && r >= 0) {
                r = sd_bus_path_encode(SERVICE_DEVICES, viewed.device->address, &nodes[k]);
                if (r >= 0)
                        k++;
        }
        if (r < 0) {
                strv_free(nodes);
                return r;
        }
        *ret_nodes = nodes;
        return 0;
}

int bus_device_add(struct service *s) {
        int r;

        r = sd_bus_add_fallback_vtable(s->bus, NULL, SERVICE_DEVICES, SERVICE_DEVICE, device_vtable, device_find, s);
        if (r >= 0)
                r = sd_bus_add_node_enumerator(s->bus, NULL, SERVICE_DEVICES, devices_enumerate, s);
        return r < 0 ? r : sd_bus_add_object_manager(s->bus, NULL, SERVICE_PATH);
}
