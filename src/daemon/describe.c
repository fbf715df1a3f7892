/*
 * One Describe. A host of any size is written piece by piece.
 */
#include "daemon/describe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>

#include "core/descriptor-json.h"
#include "core/json-emit.h"
#include "util/alloc.h"

#define PIECE_BYTES (256u * 1024)

/* Writes all but the last byte, which says whether a comma is due; the last one, too, at the end. */
static int flush(struct description *d, struct text *t, bool end) {
        size_t n = t->length - (end ? 0 : 1), done = 0;

        while (done < n) {
                ssize_t k = write(d->fd, t->data + done, n - done);

                if (k < 0 && errno != EINTR)
                        return -errno;
                done += k > 0 ? (size_t)k : 0;
        }
        t->data[0] = t->data[t->length - 1];
        t->length = end ? 0 : 1;
        t->data[t->length] = '\0';
        return 0;
}

static int piece_done(struct description *d, struct text *t, bool end) {
        if (atomic_load_explicit(&d->job.cancelled, memory_order_relaxed))
                return -ECANCELED;
        if (d->to_file)
                return t->length >= PIECE_BYTES || end ? flush(d, t, end) : 0;
        return t->length > d->max ? -EFBIG : 0;
}

static int devices_write(struct description *d, struct text *t, struct device *const *devices, size_t n,
                         const char *key) {
        int r = 0;

        json_emit_key(t, key);
        text_add(t, "[");
        for (size_t i = 0; i < n && r >= 0; i++) {
                json_emit_comma(t);
                document_format_device(devices[i], t);
                r = piece_done(d, t, false);
        }
        text_add(t, "]");
        return r;
}

static int document_write(struct description *d, struct text *t) {
        const struct document *doc = d->document;
        int r;

        document_format_head(doc, t);
        r = devices_write(d, t, doc->devices, doc->n_devices, "devices");
        if (r >= 0 && doc->has_models) {
                json_emit_key(t, "models");
                document_format_models(&doc->models, t);
                r = devices_write(d, t, doc->creatables, doc->n_creatables, "creatable");
        }
        text_add(t, "}");
        return r < 0 ? r : piece_done(d, t, true);
}

/* In a thread. */
static void description_run(struct job *job) {
        struct description *d = (struct description *)job;
        _cleanup_text_ struct text t = {};

        if (d->to_file) {
                d->fd = memfd_create("vfio-host", MFD_CLOEXEC | MFD_ALLOW_SEALING);
                if (d->fd < 0) {
                        d->result = -errno;
                        return;
                }
        }
        d->result = document_write(d, &t);
        if (d->result < 0)
                return;
        if (!d->to_file)
                d->text = text_take(&t);
        else if (fcntl(d->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
                d->result = -errno;
}

/* What the job writes, put together; false if a device is not there. */
static bool description_collect(struct description *d) {
        const struct document *host;
        struct document *doc;
        struct tm tm;
        time_t now = time(NULL);
        char created[sizeof("2026-11-20T09:00:00Z") + 16];

        d->snapshot = hostview_snapshot(d->view);
        host = d->snapshot->inventory->document;
        doc = d->document = document_new();
        if (gmtime_r(&now, &tm) && strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
                doc->created_at = xstrdup(created);
        doc->host_name = xstrdup(host->host_name);
        doc->machine_id = xstrdup(host->machine_id);
        doc->kernel = xstrdup(host->kernel);
        doc->iommu_dirty_tracking = host->iommu_dirty_tracking;
        for (char **id = d->ids; id && *id; id++) {
                struct viewed viewed;

                if (!hostview_find(d->view, *id, &viewed)) {
                        d->missing = *id;
                        return false;
                }
                document_take(doc,
                              strv_contains(d->late, *id) ? hostview_unread(d->view, *id) : device_ref(viewed.device));
        }
        for (size_t i = 0; !d->ids && i < host->n_devices; i++)
                document_take(doc, device_ref(host->devices[i]));
        if (d->flags & DESCRIBE_HOST) {
                doc->has_models = true;
                doc->models = host->models; /* borrowed */
                for (size_t i = 0; i < host->n_creatables; i++)
                        document_take(doc, device_ref(host->creatables[i]));
        }
        return true;
}

struct description *description_new(struct hostview *view, struct judges *judges, uid_t uid, char *const *ids,
                                    uint64_t flags, bool to_file, size_t max, void *userdata) {
        struct description *d = xnew0(struct description, 1);

        d->job = (struct job){ .kind = JOB_DESCRIPTION, .run = description_run, .uid = uid };
        d->view = view;
        d->judges = judges;
        d->userdata = userdata;
        d->flags = flags;
        d->ids = strv_length(ids) ? strv_copy(ids) : NULL;
        d->to_file = to_file;
        d->max = max;
        d->fd = -1;
        if (d->ids && hostview_refresh(view, d->ids, true, READ_DESCRIBE, d, &d->refresh) < 0)
                d->refresh = NULL;
        return d;
}

bool description_go_on(struct description *d) {
        if (d->job.expired)
                d->result = -ETIME;
        if (d->document)
                return true;
        if (d->refresh)
                d->late = refresh_take_late(d->refresh);
        d->refresh = refresh_free(d->refresh);
        if (!description_collect(d)) {
                d->result = -ENODEV;
                return true;
        }
        judges_submit(d->judges, &d->job);
        return false;
}

bool description_cancel(struct description *d) {
        d->abandoned = true;
        atomic_store(&d->job.cancelled, true);
        return d->job.judges != NULL;
}

struct description *description_free(struct description *d) {
        if (!d)
                return NULL;
        refresh_free(d->refresh);
        strv_free(d->ids);
        strv_free(d->late);
        if (d->document)
                d->document->models = (struct models){}; /* borrowed */
        document_free(d->document);
        snapshot_unref(d->snapshot);
        free(d->text);
        if (d->fd >= 0)
                close(d->fd);
        free(d);
        return NULL;
}
