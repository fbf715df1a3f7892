/*
 * The keys of a view in a sorted array: they are many, and rarely change.
 */
#include "daemon/view-table.h"

#include "util/alloc.h"
#include "util/strv.h"

bool key_is_parent(const char *name) {
        return str_startswith(name, KEY_PARENT);
}

/* The position of a name, or where it belongs. */
static size_t view_table_position(const struct view_table *t, const char *name, bool *ret_found) {
        size_t low = 0, high = t->n;

        *ret_found = false;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int c = strcmp(t->v[middle]->name, name);

                if (c == 0) {
                        *ret_found = true;
                        return middle;
                }
                if (c < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

struct view_key *view_table_find(const struct view_table *t, const char *name) {
        bool found;
        size_t i = view_table_position(t, name, &found);

        return found ? t->v[i] : NULL;
}

struct view_key *view_table_get(struct view_table *t, const char *name) {
        bool found;
        size_t i = view_table_position(t, name, &found);
        struct view_key *k;

        if (found)
                return t->v[i];
        k = xnew0(struct view_key, 1);
        k->name = xstrdup(name);
        array_append(t->v, t->n, k);
        memmove(&t->v[i + 1], &t->v[i], (t->n - 1 - i) * sizeof(*t->v));
        t->v[i] = k;
        return k;
}

void view_key_set(struct view_key *k, struct device **devices, size_t n) {
        for (size_t i = 0; i < k->n_devices; i++)
                device_unref(k->devices[i]);
        free(k->devices);
        k->devices = devices;
        k->n_devices = n;
}

static void view_key_free(struct view_key *k) {
        view_key_set(k, NULL, 0);
        device_unref(k->raw);
        entries_done(&k->facts);
        entries_done(&k->fact_origins);
        free(k->name);
        free(k);
}

void view_table_remove(struct view_table *t, struct view_key *k) {
        bool found;
        size_t i = view_table_position(t, k->name, &found);

        if (!found)
                return;
        t->n--;
        memmove(&t->v[i], &t->v[i + 1], (t->n - i) * sizeof(*t->v));
        view_key_free(k);
}

void view_table_done(struct view_table *t) {
        for (size_t i = 0; i < t->n; i++)
                view_key_free(t->v[i]);
        free(t->v);
        *t = (struct view_table){};
}
