/*
 * Words by their keys: an open hash table. Owns the words, their keys, and what a key is made of.
 */
#include "core/words.h"

#include <stdint.h>

#include "util/alloc.h"

struct word *word_new(enum word_answer answer, const char *code, const char *message) {
        struct word *w = xnew0(struct word, 1);

        w->answer = answer;
        w->code = xstrdup(code);
        w->message = xstrdup(message);
        return w;
}

struct word *word_free(struct word *w) {
        if (!w)
                return NULL;
        free(w->code);
        free(w->message);
        free(w);
        return NULL;
}

struct slot {
        uint64_t hash;
        char *key; /* NULL: free */
        struct word *word;
};

/* The size is a power of two, and more than half of the slots are free. */
struct words {
        struct slot *slots;
        size_t size;
        size_t n;
};

struct words *words_new(void) {
        struct words *w = xnew0(struct words, 1);

        w->size = 16;
        w->slots = xnew0(struct slot, w->size);
        return w;
}

struct words *words_free(struct words *w) {
        if (!w)
                return NULL;
        for (size_t i = 0; i < w->size; i++) {
                free(w->slots[i].key);
                word_free(w->slots[i].word);
        }
        free(w->slots);
        free(w);
        return NULL;
}

/* The slot of that key, or the free one where it belongs. */
static struct slot *find_slot(struct slot *slots, size_t size, uint64_t hash, const char *key) {
        for (size_t i = hash;; i++) {
                struct slot *s = &slots[i & (size - 1)];

                if (!s->key || (s->hash == hash && str_equal(s->key, key)))
                        return s;
        }
}

static void grow(struct words *w) {
        struct slot *larger = xnew0(struct slot, w->size * 2);

        for (size_t i = 0; i < w->size; i++)
                if (w->slots[i].key)
                        *find_slot(larger, w->size * 2, w->slots[i].hash, w->slots[i].key) = w->slots[i];
        free(w->slots);
        w->slots = larger;
        w->size *= 2;
}

void words_put(struct words *w, const char *key, struct word *word) {
        uint64_t hash = hash_str(HASH_INIT, key);
        struct slot *s = find_slot(w->slots, w->size, hash, key);

        if (s->key) {
                word_free(s->word);
                s->word = word;
                return;
        }
        *s = (struct slot){ hash, xstrdup(key), word };
        if (++w->n * 2 >= w->size)
                grow(w);
}

const struct word *words_find(const struct words *w, const char *key) {
        return w ? find_slot(w->slots, w->size, hash_str(HASH_INIT, key), key)->word : NULL;
}

/* With its length before it, so that no two lists of strings give one key. */
static void add_part(struct text *t, const char *s) {
        text_addf(t, "%zu:", strlen(s));
        text_add(t, s);
}

bool word_is_of_type(const struct traits *target) {
        static const char of_type[] = "sysfs:mdev_type/";

        return target->creatable || str_startswith(traits_origin(target, "attributes.migration_version"), of_type) ||
               str_startswith(traits_origin(target, "tokens.migration_version"), of_type);
}

bool word_asks_type(const struct device *target) {
        return word_is_of_type(target->traits) && target->parent && target->traits->mdev_type;
}

bool word_key_version(const struct device *target, const char *token, struct text *t) {
        t->length = 0;
        if (!token || !*token || !(target->address || word_asks_type(target)))
                return false;
        if (word_asks_type(target)) {
                text_add(t, "version of type ");
                add_part(t, target->parent);
                add_part(t, target->traits->mdev_type);
        } else {
                text_add(t, "version of device ");
                add_part(t, target->address);
        }
        add_part(t, token);
        return true;
}

void word_key_check(const char *check, const char *source_class, const char *target_class, struct text *t) {
        t->length = 0;
        text_add(t, "check ");
        add_part(t, check);
        add_part(t, source_class);
        add_part(t, target_class);
}

void open_questions_done(struct open_questions *o) {
        for (size_t i = 0; i < o->n; i++) {
                free(o->v[i].check);
                free(o->v[i].token);
                free(o->v[i].key);
                device_unref(o->v[i].source);
                device_unref(o->v[i].target);
        }
        free(o->v);
        *o = (struct open_questions){};
}
