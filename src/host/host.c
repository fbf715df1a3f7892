/*
 * Everything that is known of the host besides its devices. Owns the root, the model files and one request's findings.
 */
#include "host/host.h"

#include <string.h>

#include "core/descriptor-json.h"
#include "host/census.h"
#include "host/probe.h"
#include "util/alloc.h"

/* A reader that is silent for two seconds is ended: to wait for the helper and for devlink takes less. */
#define READER_USEC 2000000
_Static_assert(HELPER_KEY_USEC + DEVLINK_PATIENCE_MSEC * 1000 < READER_USEC, "nothing is left for files");

int host_open(struct host *h, const char *root) {
        int r;

        *h = (struct host){};
        r = sysfs_init(&h->sysfs, root);
        if (r < 0)
                return r;
        places_init(&h->places, &h->sysfs);
        helper_link_init(&h->helper, &h->sysfs);
        kernel_read(&h->sysfs, &h->kernel);
        return 0;
}

void host_done(struct host *h) {
        host_forget(h);
        helper_link_done(&h->helper);
        devlink_memory_done(&h->devlink);
        debugfs_memory_done(&h->debugfs);
        modelstore_done(&h->store);
        kernel_done(&h->kernel);
        sysfs_done(&h->sysfs);
}

void host_forget(struct host *h) {
        places_forget(&h->places);
        aliases_done(&h->aliases);
        h->aliases_read = false;
        helper_link_forget(&h->helper);
        h->devlink.request++;
        h->cheap = false;
}

/* Takes the store if all went well; else only its warnings. */
static int store_take(struct host *h, struct modelstore *store, int r) {
        if (r < 0) {
                strv_free(h->store.warnings);
                h->store.warnings = take_ptr(store->warnings);
                modelstore_done(store);
                return r;
        }
        modelstore_done(&h->store);
        h->store = *store;
        return 0;
}

int host_reload(struct host *h) {
        struct modelstore store;
        int r = modelstore_read(&h->sysfs, &store);

        kernel_done(&h->kernel);
        kernel_read(&h->sysfs, &h->kernel);
        return store_take(h, &store, r);
}

int host_load(struct host *h, const char *store_text, size_t length) {
        struct modelstore store;
        int r = modelstore_load(store_text, length, &store);

        return store_take(h, &store, r);
}

int host_init(struct host *h, const char *root) {
        int r = host_open(h, root);

        if (r >= 0)
                host_reload(h);
        return r;
}

const struct aliases *host_aliases(struct host *h) {
        if (!h->aliases_read)
                aliases_read(&h->sysfs, h->kernel.release, &h->aliases);
        h->aliases_read = true;
        return &h->aliases;
}

const struct devlink *host_devlink(struct host *h, const char *instance, bool ports) {
        if (h->cheap)
                return devlink_memory_recall(&h->devlink, &h->sysfs, instance, ports, h->cheap_since);
        return devlink_memory_get(&h->devlink, &h->sysfs, instance, ports);
}

static void describe_key(struct host *h, const char *key, struct document *d) {
        struct device **creatables, *device;
        size_t n;

        if (str_startswith(key, PROBE_PARENT_PREFIX)) {
                if (probe_parent(h, key, &creatables, &n) < 0)
                        return;
                for (size_t i = 0; i < n; i++)
                        document_take(d, creatables[i]);
                free(creatables);
        } else if (probe_device(h, key, &device) >= 0)
                document_take(d, device);
}

struct document *host_describe(struct host *h) {
        _cleanup_names_ struct names keys = {};
        struct document *d = document_new();

        host_forget(h);
        kernel_describe(&h->kernel, d);
        census_list(h, &keys);
        for (size_t i = 0; i < keys.n; i++)
                describe_key(h, keys.v[i], d);
        return d;
}

static void format_devices(struct device *const *devices, size_t n, struct text *t) {
        for (size_t i = 0; i < n; i++) {
                text_add(t, i ? ",\n" : "");
                document_format_device(devices[i], t);
        }
}

void host_format(struct host *h, struct text *t) {
        _cleanup_(document_free_cleanup) struct document *d = host_describe(h);

        document_format_head(d, t);
        text_add(t, "\"devices\":[");
        format_devices(d->devices, d->n_devices, t);
        text_add(t, "],\n\"models\":");
        document_format_models(&h->store.models, t);
        text_add(t, ",\n\"creatable\":[");
        format_devices(d->creatables, d->n_creatables, t);
        text_add(t, "]}\n");
}

void host_format_head(const struct host *h, struct text *t) {
        _cleanup_(document_free_cleanup) struct document *d = document_new();

        kernel_describe(&h->kernel, d);
        document_format(d, t);
}

static void format_models(const struct models *models, struct text *t) {
        _cleanup_(document_free_cleanup) struct document *d = document_new();

        document_format_head(d, t);
        text_add(t, "\"devices\":[],\"models\":");
        document_format_models(models, t);
        text_add(t, "}");
}

void host_format_models(const struct host *h, struct text *t) {
        format_models(&h->store.models, t);
}

void host_format_model(const struct host *h, size_t i, struct text *t) {
        format_models(&(struct models){ .v = &h->store.models.v[i], .n = 1 }, t);
}
