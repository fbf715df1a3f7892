#include "daemon/matter.h"

#include <assert.h>

#include "util/alloc.h"
#include "util/strv.h"

static void matter_free(struct matter *m) {
        free(m->key);
        free(m->check);
        free(m->token);
        free(m->what);
        device_unref(m->source);
        device_unref(m->target);
        word_free(m->word);
        free(m);
}

static struct matter **bucket_of(struct matters *t, uint64_t hash) {
        return &t->buckets[hash % MATTER_BUCKETS];
}

/* What a known one costs, about. */
static size_t weight(const struct matter *m) {
        return sizeof(*m) + strlen(m->key) + (m->word->message ? strlen(m->word->message) : 0);
}

static void known_remove(struct matters *t, struct matter *m) {
        *(m->newer ? &m->newer->older : &t->newest) = m->older;
        *(m->older ? &m->older->newer : &t->oldest) = m->newer;
        m->newer = m->older = NULL;
        t->n_known--;
        t->n_bytes -= weight(m);
}

static void known_add(struct matters *t, struct matter *m) {
        m->older = t->newest;
        *(t->newest ? &t->newest->newer : &t->oldest) = m;
        t->newest = m;
        t->n_known++;
        t->n_bytes += weight(m);
}

static void chain_remove(struct matters *t, struct matter *m) {
        struct matter **at = bucket_of(t, m->hash);

        while (*at != m)
                at = &(*at)->chain;
        *at = m->chain;
        m->chain = NULL;
}

void matters_done(struct matters *t) {
        for (size_t i = 0; i < MATTER_BUCKETS; i++)
                while (t->buckets[i]) {
                        struct matter *m = t->buckets[i];

                        t->buckets[i] = m->chain;
                        matter_free(m);
                }
        *t = (struct matters){};
}

struct matter *matters_find(struct matters *t, const char *key) {
        uint64_t hash = hash_str(HASH_INIT, key);
        struct matter *m = *bucket_of(t, hash);

        while (m && (m->hash != hash || !str_equal(m->key, key)))
                m = m->chain;
        if (m && m->state == MATTER_KNOWN) {
                known_remove(t, m);
                known_add(t, m);
        }
        return m;
}

struct matter *matters_add(struct matters *t, const struct open_question *q) {
        struct matter *m = xnew0(struct matter, 1), **bucket;
        const struct device *d = q->target;

        m->key = xstrdup(q->key);
        m->kind = q->kind;
        m->check = xstrdup(q->check);
        m->token = xstrdup(q->token);
        if (q->kind == WORD_MIGRATION_VERSION)
                m->what = word_asks_type(d) ? xasprintf("%s/%s", d->parent ? d->parent : "",
                                                        d->traits->mdev_type ? d->traits->mdev_type : "")
                                            : xstrdup(d->address ? d->address : "");
        else if (q->source)
                m->source = device_ref(q->source);
        m->target = device_ref(q->target);
        m->hash = hash_str(HASH_INIT, q->key);
        bucket = bucket_of(t, m->hash);
        m->chain = *bucket;
        *bucket = m;
        return m;
}

void matters_know(struct matters *t, struct matter *m, struct word *word, uint64_t until) {
        assert(m->state != MATTER_KNOWN && !m->wants);
        if (m->kind == WORD_FACTS && !m->stale) { /* who wanted them keeps them */
                chain_remove(t, m);
                m->stale = true;
        }
        if (m->stale) {
                word_free(word);
                matter_free(m);
                return;
        }
        m->source = device_unref(m->source);
        if (m->kind == WORD_CHECK)
                m->target = device_unref(m->target);
        free(take_ptr(m->token));
        m->word = word;
        m->until = until;
        m->state = MATTER_KNOWN;
        known_add(t, m);
        while (t->n_known > t->max_known || t->n_bytes > t->max_bytes)
                matters_forget(t, t->oldest);
}

void matters_forget(struct matters *t, struct matter *m) {
        if (!m->stale)
                chain_remove(t, m);
        m->stale = true;
        if (m->state == MATTER_RUNNING || m->wants)
                return;
        if (m->state == MATTER_KNOWN)
                known_remove(t, m);
        matter_free(m);
}

void matters_forget_all(struct matters *t, enum word_kind kind) {
        for (size_t i = 0; i < MATTER_BUCKETS; i++)
                for (struct matter *m = t->buckets[i], *next; m; m = next) {
                        next = m->chain;
                        if (m->kind == kind && m->state != MATTER_QUEUED)
                                matters_forget(t, m);
                }
}

/* A device that went and came again is another object, even where it looks like the one that was asked. */
bool matter_holds(const struct matter *m, const struct open_question *q, uint64_t now) {
        if (m->state == MATTER_KNOWN && now >= m->until)
                return false;
        return m->kind != WORD_MIGRATION_VERSION || m->target == q->target;
}
