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
 * A reader that is silent for two seconds is ended: for one key all waiting on the helper together, and on devlink,
 * takes less; and a file leaves something for who holds what, which is asked last.
 */
#define READER_TIMEOUT (2 * SECOND)
#define KEY_TIMEOUT SECOND
_Static_assert(KEY_TIMEOUT + DEVLINK_PATIENCE_MSEC * 1000 < READER_TIMEOUT, "nothing is left for files");
#define FILE_TIMEOUT (SECOND * 6 / 10)
/* A device that did not answer is left alone for so long, as the daemon does it. */
#define SILENT_FOR (60 * SECOND)
#define SILENT_MAX 1024

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
        debugfs_memory_done(&h->debugfs);
        if (h->connected)
                close(h->connection);
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
        h->helper.none = h->helper.slow = false;
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

uint64_t host_now(void) {
        struct timespec t;

        clock_gettime(CLOCK_BOOTTIME, &t);
        return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec / 1000;
}

void host_begin(struct host *h) {
        h->helper.waited_usec = 0;
}

/* What is left of the time for a key. */
static uint64_t time_left(const struct host *h) {
        return KEY_TIMEOUT - MIN(h->helper.waited_usec, KEY_TIMEOUT);
}

/* What helper_ask() and the like said as one errno. Nobody will be asked again in this request who is not there. */
static int judge_answer(struct host *h, int r, int error, char **field) {
        if (r >= 0 && error) {
                free(take_ptr(*field));
                return -error;
        }
        if (r >= 0 || r == -ETIMEDOUT)
                return r;
        h->helper.none = true;
        return -ENOTCONN;
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
        uint64_t now = host_now();
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

bool host_has_debugfs(const struct host *h) {
        return h->kernel.vfio_debugfs != TRI_NO && host_now() >= h->helper.no_debugfs_until;
}

void host_no_debugfs(struct host *h) {
        h->helper.no_debugfs_until = host_now() + SILENT_FOR;
}

static void disconnect(struct host *h) {
        if (h->connected)
                close(h->connection);
        h->connected = h->holders_asked = false;
}

/* On the connection that there is, as to start a helper costs much more than the question; else on a new one. */
static int ask_holders(struct host *h) {
        _cleanup_text_ struct text request = {};
        int r = -ENOTCONN;

        helper_add(&request, "who-holds");
        if (h->connected)
                r = helper_send(h->connection, &request);
        if (r < 0) {
                disconnect(h);
                r = helper_connect(&h->connection);
                h->connected = r >= 0;
                if (r >= 0)
                        r = helper_send(h->connection, &request);
        }
        if (r < 0) {
                disconnect(h);
                return judge_answer(h, r, 0, NULL);
        }
        h->holders_asked = true;
        h->holders_since = host_now();
        return 0;
}

/*
 * Waits for the answer, whose walk ended no earlier than when it had not come yet: its age counts from there. One that
 * comes too late for this key is there for another: on a busy machine the helper takes its time to start, and is not to
 * be started over and over.
 */
static int receive_holders(struct host *h, struct inuse *ret) {
        _cleanup_free_ char *field = NULL;
        size_t length;
        int error = 0, r;

        do {
                uint64_t begin = host_now();

                r = helper_receive(h->connection, MIN(SECOND / 10, time_left(h)), &error, &field, &length);
                h->helper.waited_usec += host_now() - begin;
                if (r == -ETIMEDOUT)
                        h->holders_since = host_now();
        } while (r == -ETIMEDOUT && time_left(h) > 0 && !h->helper.slow);
        if (r == -ETIMEDOUT) {
                h->helper.slow = true;
                return r;
        }
        if (r < 0)
                disconnect(h);
        h->holders_asked = false;
        r = judge_answer(h, r, error, &field);
        if (r >= 0)
                r = holders_parse(field, length, ret);
        if (r >= 0)
                h->inuse_until = h->holders_since + SECOND;
        return r;
}

static void read_inuse(struct host *h, struct inuse *ret) {
        int r = h->sysfs.fake || h->helper.none ? -ENOTCONN : h->holders_asked ? 0 : ask_holders(h);

        if (r >= 0)
                r = receive_holders(h, ret);
        /* One that had come long ago. */
        if (r >= 0 && host_now() >= h->inuse_until) {
                inuse_done(ret);
                r = ask_holders(h);
                if (r >= 0)
                        r = receive_holders(h, ret);
        }
        if (r >= 0)
                return;
        holders_read(&h->sysfs, ret);
        h->inuse_until = h->sysfs.fake ? UINT64_MAX : host_now() + (r == -ETIMEDOUT ? SECOND / 10 : SECOND);
}

const struct inuse *host_inuse(struct host *h) {
        if (host_now() >= h->inuse_until) {
                inuse_done(&h->inuse);
                read_inuse(h, &h->inuse);
        }
        return &h->inuse;
}

/* One that has answered, so that what it is silent about next is a driver's doing, not that it is yet to start. */
static bool have_helper(struct host *h) {
        if (!h->connected || h->holders_asked) {
                inuse_done(&h->inuse);
                read_inuse(h, &h->inuse);
        }
        return h->connected && !h->holders_asked;
}

/* A driver can keep it for ever: the next question gets another. */
static int exchange(struct host *h, const struct text *request, int *ret_error, char **ret_field, size_t *ret_length) {
        uint64_t begin = host_now();
        int r = helper_send(h->connection, request);

        if (r >= 0)
                r = helper_receive(h->connection, MIN(FILE_TIMEOUT, time_left(h)), ret_error, ret_field, ret_length);
        h->helper.waited_usec += host_now() - begin;
        if (r < 0)
                disconnect(h);
        return r;
}

int host_ask(struct host *h, const char *address, const struct text *request, char **ret_field, size_t *ret_length) {
        const struct silence *s = find_silence(h, address, host_now());
        uint64_t begin;
        int error = 0, r = -ENOTCONN;

        if (h->sysfs.fake || h->helper.none)
                return -ENOTCONN;
        if (s && s->until > host_now())
                return -ETIMEDOUT;
        for (int i = 0; i < 2 && r < 0 && r != -ETIMEDOUT; i++) { /* again if it has ended since */
                if (!have_helper(h))
                        return h->helper.none ? -ENOTCONN : -ETIMEDOUT;
                if (time_left(h) == 0)
                        return -ETIMEDOUT;
                begin = host_now();
                r = exchange(h, request, &error, ret_field, ret_length);
        }
        r = judge_answer(h, r, error, ret_field);
        if (r == -ETIMEDOUT && host_now() - begin >= FILE_TIMEOUT) /* not what others had left of the key's time */
                note_silence(h, address);
        return r;
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
