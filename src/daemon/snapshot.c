/*
 * Snapshots and the models that they share. A document owns its models, so they are only lent to it.
 */
#include "daemon/snapshot.h"

#include "util/alloc.h"

struct model_set *model_set_new(struct document *document) {
        struct model_set *m = xnew0(struct model_set, 1);

        m->n_refs = 1;
        m->document = document;
        return m;
}

struct model_set *model_set_ref(struct model_set *m) {
        if (m)
                __atomic_add_fetch(&m->n_refs, 1, __ATOMIC_RELAXED);
        return m;
}

struct model_set *model_set_unref(struct model_set *m) {
        if (!m || __atomic_sub_fetch(&m->n_refs, 1, __ATOMIC_ACQ_REL) > 0)
                return NULL;
        document_free(m->document);
        free(m);
        return NULL;
}

struct snapshot *snapshot_new(struct document *document, struct model_set *models, uint64_t generation) {
        struct snapshot *s = xnew0(struct snapshot, 1);

        s->n_refs = 1;
        s->generation = generation;
        s->models = model_set_ref(models);
        document->has_models = true;
        document->models = models->document->models;
        s->inventory = inventory_new(document);
        return s;
}

struct snapshot *snapshot_ref(struct snapshot *s) {
        __atomic_add_fetch(&s->n_refs, 1, __ATOMIC_RELAXED);
        return s;
}

struct snapshot *snapshot_unref(struct snapshot *s) {
        if (!s || __atomic_sub_fetch(&s->n_refs, 1, __ATOMIC_ACQ_REL) > 0)
                return NULL;
        s->inventory->document->models = (struct models){}; /* they were lent */
        inventory_unref(s->inventory);
        model_set_unref(s->models);
        free(s);
        return NULL;
}
