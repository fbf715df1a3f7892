/*
 * What an answer leaves open: whom to ask next, so that the answer gets better or can be relied on.
 *
 * First what the places that were chosen hang on; then one member of each class, and where drivers of a class said no
 * or nothing, as many more as have been asked so far, so that few rounds do. Whoever asks judges again with the words.
 */
#include "core/answering.h"

#include <errno.h>

#include "util/alloc.h"
#include "util/strv.h"

/* So many are kept while looking for the most promising ones. */
#define WANTED_MAX (4 * OPEN_QUESTIONS_MAX)

/* A question that is not listed yet. */
struct wanted {
        uint64_t cost; /* 0 for what is placed */
        size_t source;
        size_t class;
        size_t position;
        enum word_kind kind;
};

/* In the order in which they were found where they cost the same. */
struct wants {
        struct wanted *v;
        size_t n;
};

/* What drivers of a family said of one token. */
struct family {
        size_t n_settled; /* yes, or they cannot be asked */
        size_t n_in_vain;
        size_t n_wanted;
};

static int compare_wanted(const void *x, const void *y) {
        const struct wanted *a = x, *b = y;

        if (a->cost != b->cost)
                return a->cost < b->cost ? -1 : 1;
        if (a->source != b->source)
                return a->source < b->source ? -1 : 1;
        if (a->kind != b->kind)
                return a->kind < b->kind ? -1 : 1;
        return (a->position > b->position) - (a->position < b->position);
}

static void keep_best(struct wants *w) {
        qsort(w->v, w->n, sizeof(*w->v), compare_wanted);
        w->n = MIN(w->n, OPEN_QUESTIONS_MAX);
}

static void want(struct wants *w, struct wanted wanted) {
        if (w->n == WANTED_MAX)
                keep_best(w);
        w->v[w->n++] = wanted;
}

static void want_placed(const struct answering *a, struct wants *w) {
        for (size_t i = 0; i < a->n_sources; i++) {
                const struct assign_place *p = &a->places[i];
                unsigned open = p->class == ASSIGN_NONE ? 0 : answering_judgement(a, i, p->class)->findings.open;

                for (unsigned kind = 0; open >> kind; kind++)
                        if (open & 1u << kind)
                                want(w, (struct wanted){ 0, a->twins[i], p->class, p->position, kind });
        }
}

/* Nothing more is to be known of the places of this source and those like it. */
static bool source_done(const struct answering *a, size_t source) {
        for (size_t i = source; i < a->n_sources; i++) {
                const struct assign_place *p = &a->places[i];
                const struct judgement *j;

                if (a->twins[i] != source)
                        continue;
                j = p->class == ASSIGN_NONE ? NULL : answering_judgement(a, i, p->class);
                if (!j || j->verdict > VERDICT_NEEDS_CONFIGURATION || j->findings.open)
                        return false;
        }
        return true;
}

static void count_families(const struct answering *a, size_t token, struct family *families) {
        memset(families, 0, sizeof(*families) * a->question->target->n_classes);
        for (size_t i = 0; token != SIZE_MAX && i < a->n_classes; i++) {
                const struct candidates *c = &a->classes[i];
                unsigned said = c->said ? c->said[token] : 0;

                if (said == WORD_YES + 1 || said == WORD_NOT_ASKED + 1)
                        families[c->family].n_settled += c->n_members;
                else if (said)
                        families[c->family].n_in_vain += c->n_members;
        }
}

/* How many of a family are to be asked in one round. */
static size_t family_limit(const struct family *f, bool done) {
        if (f->n_in_vain == 0)
                return f->n_settled > 0 ? 0 : 1;
        return done ? 0 : f->n_in_vain + (f->n_settled > 0 ? 0 : 1);
}

/* One source and all classes. */
static void want_others(const struct answering *a, size_t source, struct family *families, struct wants *w) {
        bool done = source_done(a, source);

        count_families(a, a->token_of[source], families);
        for (size_t i = 0; i < a->n_classes; i++) {
                const struct candidates *c = &a->classes[i];
                const struct judgement *j = answering_judgement(a, source, i);
                struct family *f = &families[c->family];
                struct wanted one = { judgement_cost(j) + 1, source, i, c->members[0], WORD_CHECK };

                if (j->verdict == VERDICT_INCOMPATIBLE)
                        continue;
                if (j->findings.open & 1u << WORD_CHECK)
                        want(w, one);
                if (!(j->findings.open & 1u << WORD_MIGRATION_VERSION))
                        continue;
                one.kind = WORD_MIGRATION_VERSION;
                for (size_t k = 0; k < c->n_members && f->n_wanted < family_limit(f, done); k++, f->n_wanted++) {
                        one.position = c->members[k];
                        want(w, one);
                }
        }
}

/* Each key once; listed is where they are remembered. */
static void list_question(const struct answering *a, const struct wanted *w, const char *check, struct words *listed,
                          struct open_questions *ret, size_t *n_bytes) {
        struct device *source = a->question->source->devices[w->source];
        const struct device *target = inventory_at(a->question->target, w->position);
        const char *token = check ? NULL : a->tokens[a->token_of[w->source]];
        _cleanup_text_ struct text key = {};

        if (check)
                word_key_check(check, a->sources[w->source].class_text, a->classes[w->class].side->class_text, &key);
        else if (!word_key_version(target, token, &key))
                return;
        if (ret->n == OPEN_QUESTIONS_MAX || key.length > OPEN_QUESTIONS_BYTES_MAX - *n_bytes)
                return;
        if (words_find(a->context.words, key.data) || words_find(listed, key.data))
                return;
        words_put(listed, key.data, word_new(WORD_NOT_ASKED, NULL, NULL));
        *n_bytes += key.length;
        array_append(ret->v, ret->n,
                     ((struct open_question){ .kind = w->kind,
                                              .check = xstrdup(check),
                                              .token = xstrdup(token),
                                              .key = text_take(&key),
                                              .source = device_ref(source),
                                              .target = device_ref((struct device *)target) }));
}

static void list(const struct answering *a, const struct wants *w, struct open_questions *ret) {
        _cleanup_(words_free_cleanup) struct words *listed = words_new();
        size_t n_bytes = 0;

        for (size_t i = 0; i < w->n; i++) {
                const struct model *m = a->classes[w->v[i].class].side->info;

                if (w->v[i].kind == WORD_MIGRATION_VERSION)
                        list_question(a, &w->v[i], NULL, listed, ret, &n_bytes);
                for (char *const *c = m && w->v[i].kind == WORD_CHECK ? m->checks : NULL; c && *c; c++)
                        list_question(a, &w->v[i], *c, listed, ret, &n_bytes);
        }
}

int answering_open(const struct answering *a, struct open_questions *ret) {
        _cleanup_free_ struct family *families = xnew0(struct family, a->question->target->n_classes);
        _cleanup_free_ struct wanted *v = xnew0(struct wanted, WANTED_MAX);
        struct wants w = { .v = v };

        want_placed(a, &w);
        for (size_t i = 0; i < a->n_sources; i++) {
                if (answering_cancelled(a))
                        return -ECANCELED;
                if (a->twins[i] == i)
                        want_others(a, i, families, &w);
        }
        qsort(w.v, w.n, sizeof(*w.v), compare_wanted);
        list(a, &w, ret);
        return 0;
}
