/*
 * Named values, sorted by name. Owns the names and the values.
 *
 * Adding in ascending order is the fast way: it appends.
 */
#include "core/entries.h"

#include "util/alloc.h"
#include "util/strv.h"

void entries_done(struct entries *e) {
        for (size_t i = 0; i < e->n; i++) {
                free(e->v[i].name);
                free(e->v[i].value);
        }
        free(e->v);
        *e = (struct entries){};
}

/* The position of the first entry whose name is not before name. */
static size_t entries_lower(const struct entries *e, const char *name) {
        size_t low = 0, high = e->n;

        if (high > 0 && strcmp(e->v[high - 1].name, name) < 0)
                return high;
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(e->v[middle].name, name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

const struct entry *entries_find(const struct entries *e, const char *name) {
        size_t i = entries_lower(e, name);

        return i < e->n && strcmp(e->v[i].name, name) == 0 ? &e->v[i] : NULL;
}

const char *entries_get(const struct entries *e, const char *name) {
        const struct entry *entry = entries_find(e, name);

        return entry ? entry->value : NULL;
}

void entries_set(struct entries *e, const char *name, const char *value) {
        size_t i = entries_lower(e, name);
        char *copy = xstrdup(value);
        struct entry new;

        if (i < e->n && strcmp(e->v[i].name, name) == 0) {
                free(e->v[i].value);
                e->v[i].value = copy;
                return;
        }
        new = (struct entry){ .name = xstrdup(name), .value = copy };
        array_append(e->v, e->n, new);
        if (i < e->n - 1) {
                memmove(&e->v[i + 1], &e->v[i], (e->n - 1 - i) * sizeof(new));
                e->v[i] = new;
        }
}

void entries_remove(struct entries *e, const char *name) {
        size_t i = entries_lower(e, name);

        if (i == e->n || strcmp(e->v[i].name, name) != 0)
                return;
        free(e->v[i].name);
        free(e->v[i].value);
        memmove(&e->v[i], &e->v[i + 1], (e->n - 1 - i) * sizeof(e->v[i]));
        e->n--;
}

void entries_copy(struct entries *to, const struct entries *from) {
        for (size_t i = 0; i < from->n; i++)
                entries_set(to, from->v[i].name, from->v[i].value);
}

bool entries_equal(const struct entries *a, const struct entries *b) {
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (strcmp(a->v[i].name, b->v[i].name) != 0 || !str_equal(a->v[i].value, b->v[i].value))
                        return false;
        return true;
}

uint64_t entries_hash(uint64_t h, const struct entries *e) {
        h = hash_bytes(h, &e->n, sizeof(e->n));
        for (size_t i = 0; i < e->n; i++)
                h = hash_str(hash_str(h, e->v[i].name), e->v[i].value);
        return h;
}
