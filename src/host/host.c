/*
 * Everything that is known of the host besides its devices. Owns the root, the model files and one request's findings.
 */
#include "host/host.h"

#include <string.h>
#include <time.h>

#include "core/descriptor-json.h"
#include "host/census.h"
#include "host/helper.h"
#include "host/holders.h"
#include "host/probe.h"
#include "util/alloc.h"

#define SECOND UINT64_C(1000000)
/*
 * A reader that is silent for two seconds is ended: for one key all waiting on the helper together takes less, and a
 * file leaves something for who holds what, which is asked last.
 */
#define KEY_TIMEOUT (SECOND * 12 / 10)
#define FILE_TIMEOUT (SECOND * 6 / 10)
/* Who did not answer is left alone for so long: a device as the daemon does it; the helper, so that a busy machine does
 * not get busier. */
#define SILENT_FOR (60 * SECOND)
#define SILENT_MAX 1024
#define SLOW_FOR (5 * SECOND)

int host_open(struct host *h, const char *root) {
        int r;

        *h = (struct host){};
        r = sysfs_init(&h->sysfs, root);
        if (r < 0)
                return r;
        places_init(&h->places, &h->sysfs);
        kernel_read(&h->sysfs, &h->kernel);
        return 0;
}

void host_done(struct host *h) {
        host_forget(h);
        inuse_done(&h->inuse);
        devlink_memory_done(&h->devlink);
        entries_done(&h->debugfs);
        for (size_t i = 0; i < h->helper.n_silent; i++)
                free(h->helper.silent[i].address);
        free(h->helper.silent);
        modelstore_done(&h->store);
        kernel_done(&h->kernel);
        sysfs_done(&h->sysfs);
}

void host_forget(struct host *h) {
        places_forget(&h->places);
        aliases_done(&h->aliases);
        h->aliases_read = false;
        h->helper.none = false;
        if (h->sysfs.fake)
                h->inuse_until = 0;
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

static uint64_t now_usec(void) {
        struct timespec t;

        clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec / 1000;
}

void host_begin(struct host *h) {
        h->helper.waited_usec = 0;
}

/* 0: the answer is there; -ENOTCONN: nobody could be asked, nor will be in this request; else as helper_ask(). */
static int ask(struct host *h, const struct text *request, uint64_t timeout, char **ret_field, size_t *ret_length) {
        uint64_t begin = now_usec();
        int error, r;

        if (h->sysfs.fake || h->helper.none)
                return -ENOTCONN;
        if (h->helper.waited_usec >= KEY_TIMEOUT)
                return -ETIMEDOUT;
        r = helper_ask(request, MIN(timeout, KEY_TIMEOUT - h->helper.waited_usec), &error, ret_field, ret_length);
        h->helper.waited_usec += now_usec() - begin;
        if (r >= 0 && error) {
                free(take_ptr(*ret_field));
                return -error;
        }
        if (r < 0 && r != -ETIMEDOUT) {
                h->helper.none = true;
                return -ENOTCONN;
        }
        return r;
}

/* The entry of a device; it, or one whose time is over, or NULL. */
static struct silence *find_silence(struct host *h, const char *address, uint64_t now) {
        struct silence *free_one = NULL;

        for (size_t i = 0; i < h->helper.n_silent; i++) {
                struct silence *s = &h->helper.silent[i];

                if (strcmp(s->address, address) == 0)
                        return s;
                if (s->until <= now)
                        free_one = s;
        }
        return free_one;
}

static void note_silence(struct host *h, const char *address) {
        uint64_t now = now_usec();
        struct silence *s = find_silence(h, address, now);

        if (!s && h->helper.n_silent < SILENT_MAX) {
                array_append(h->helper.silent, h->helper.n_silent, (struct silence){});
                s = &h->helper.silent[h->helper.n_silent - 1];
        }
        if (!s)
                return;
        free(s->address);
        *s = (struct silence){ .address = xstrdup(address), .until = now + SILENT_FOR };
}

int host_ask(struct host *h, const char *address, const struct text *request, char **ret_field, size_t *ret_length) {
        uint64_t now = now_usec();
        const struct silence *s = find_silence(h, address, now);
        int r;

        if (s && s->until > now)
                return -ETIMEDOUT;
        r = ask(h, request, FILE_TIMEOUT, ret_field, ret_length);
        if (r == -ETIMEDOUT && now_usec() - now >= FILE_TIMEOUT) /* not what others had left of the key's time */
                note_silence(h, address);
        return r;
}

bool host_has_debugfs(const struct host *h) {
        return h->kernel.vfio_debugfs != TRI_NO && now_usec() >= h->helper.no_debugfs_until;
}

void host_no_debugfs(struct host *h) {
        h->helper.no_debugfs_until = now_usec() + SILENT_FOR;
}

static void read_inuse(struct host *h, uint64_t now, struct inuse *ret) {
        _cleanup_text_ struct text request = {};
        _cleanup_free_ char *field = NULL;
        size_t length;
        int r;

        helper_add(&request, "who-holds");
        r = now < h->helper.no_holders_until ? -EBUSY : ask(h, &request, KEY_TIMEOUT, &field, &length);
        if (r == -ETIMEDOUT)
                h->helper.no_holders_until = now + SLOW_FOR;
        if (r < 0 || holders_parse(field, length, ret) < 0)
                holders_read(&h->sysfs, ret);
}

const struct inuse *host_inuse(struct host *h) {
        uint64_t now = now_usec();

        if (now >= h->inuse_until) {
                inuse_done(&h->inuse);
                read_inuse(h, now, &h->inuse);
                h->inuse_until = h->sysfs.fake ? UINT64_MAX : now + SECOND;
        }
        return &h->inuse;
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
