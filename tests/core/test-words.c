/*
 * Words and their keys: what is another question has another key, and what is the same has the same.
 */
#include <check.h>

#include "core/side.h"
#include "core/words.h"
#include "util/alloc.h"

#include "random-document.h"

START_TEST(test_words) {
        _cleanup_(words_free_cleanup) struct words *words = words_new();

        ck_assert_ptr_null(words_find(NULL, "a"));
        ck_assert_ptr_null(words_find(words, "a"));
        for (int i = 0; i < 1000; i++) {
                _cleanup_free_ char *key = xasprintf("key %d", i);

                words_put(words, key, word_new(WORD_NO, key, NULL));
        }
        words_put(words, "key 7", word_new(WORD_YES, NULL, "seven"));
        for (int i = 0; i < 1000; i++) {
                _cleanup_free_ char *key = xasprintf("key %d", i);
                const struct word *w = words_find(words, key);

                ck_assert_ptr_nonnull(w);
                ck_assert_int_eq(w->answer, i == 7 ? WORD_YES : WORD_NO);
                ck_assert_str_eq(i == 7 ? w->message : w->code, i == 7 ? "seven" : key);
        }
        ck_assert_ptr_null(words_find(words, "key 1000"));
}
END_TEST

static struct device *make_device(bool creatable, const char *address, const char *type) {
        struct device *d = device_new(creatable);

        *(creatable ? &d->parent : &d->address) = xstrdup(address);
        d->traits->mdev_type = xstrdup(type);
        return d;
}

/* Strings that could run into one another do not. */
START_TEST(test_keys_are_apart) {
        static const struct {
                bool creatable;
                const char *address, *type, *token;
        } v[] = { { false, "a", NULL, "b" },     { false, "a1:b", NULL, "b" }, { false, "a", NULL, "1:b1:b" },
                  { true, "a", "b", "c" },       { true, "a", "b1", ":c" },    { true, "a1:b", "", "c" },
                  { false, "a", "ignored", "c" } };
        _cleanup_(words_free_cleanup) struct words *words = words_new();
        _cleanup_text_ struct text key = {};

        for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
                _cleanup_(device_unref_cleanup) struct device *d = make_device(v[i].creatable, v[i].address, v[i].type);

                ck_assert(word_key_version(d, v[i].token, &key));
                ck_assert_ptr_null(words_find(words, key.data));
                words_put(words, key.data, word_new(WORD_YES, NULL, NULL));
        }
        word_key_check("a", "b", "c", &key);
        words_put(words, key.data, word_new(WORD_YES, NULL, NULL));
        word_key_check("a", "b1:c", "", &key);
        ck_assert_ptr_null(words_find(words, key.data));
        word_key_check("a", "c", "b", &key);
        ck_assert_ptr_null(words_find(words, key.data));
}
END_TEST

START_TEST(test_nobody_to_ask) {
        _cleanup_(device_unref_cleanup) struct device *d = make_device(false, NULL, NULL);
        _cleanup_(device_unref_cleanup) struct device *there = make_device(false, "pci:0000:01:00.0", NULL);
        _cleanup_text_ struct text key = {};

        ck_assert(!word_key_version(d, "x", &key));
        ck_assert(!word_key_version(there, "", &key));
        ck_assert(!word_key_version(there, NULL, &key));
        ck_assert(word_key_version(there, "x", &key));
}
END_TEST

/* A device without an attribute of its own: its type is asked, once for all of that type. */
START_TEST(test_a_device_speaks_for_its_type) {
        static const char *const keys[] = { "attributes.migration_version", "tokens.migration_version" };
        _cleanup_(device_unref_cleanup) struct device *type = make_device(true, "pci:0", "t-1");
        _cleanup_text_ struct text key = {}, of_type = {};

        ck_assert(word_key_version(type, "x", &of_type));
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
                _cleanup_(device_unref_cleanup) struct device *d = make_device(false, "mdev:1", "t-1");

                ck_assert(word_key_version(d, "x", &key));
                ck_assert_str_ne(key.data, of_type.data);
                entries_set(&d->traits->origins, keys[i], "sysfs:mdev_type/migration_version");
                ck_assert(word_is_of_type(d->traits));
                ck_assert(!word_asks_type(d)); /* of which parent is not known */
                d->parent = xstrdup("pci:0");
                ck_assert(word_asks_type(d));
                ck_assert(word_key_version(d, "x", &key));
                ck_assert_str_eq(key.data, of_type.data);
        }
}
END_TEST

static char *class_text(struct device *d) {
        const struct models none = {};
        struct side side;
        char *text;

        side_init(&side, d, &none, NULL);
        side_describe(&side);
        text = take_ptr(side.class_text);
        side_done(&side);
        return text;
}

/* The text of a class is that of its traits: no more, no less, but for what changes while it stays the same. */
START_TEST(test_class_text) {
        size_t n_equal = 0;

        random_state = 7;
        for (int i = 0; i < 2000; i++) {
                _cleanup_(device_unref_cleanup) struct device *a = random_device(roll(2), 1), *b = NULL;
                _cleanup_free_ char *x = class_text(a), *y = NULL, *z = NULL;
                bool equal;

                b = device_copy(a);
                b->traits->in_use = TRI_YES;
                b->traits->group_blocked = !b->traits->group_blocked;
                free(b->address);
                b->address = xstrdup("elsewhere:1");
                free(b->reserved_by);
                b->reserved_by = xstrdup("somebody");
                y = class_text(b);
                ck_assert_str_eq(x, y);

                device_unref(take_ptr(b));
                b = roll(2) ? device_copy(a) : random_device(a->traits->creatable, 1);
                entries_set(&b->traits->params, "p", roll(2) ? "1" : "2");
                entries_set(&a->traits->params, "p", roll(2) ? "1" : "2");
                a->traits->in_use = b->traits->in_use = TRI_NO;
                a->traits->group_blocked = b->traits->group_blocked = false;
                free(x);
                x = class_text(a);
                z = class_text(b);
                equal = traits_equal(a->traits, b->traits);
                n_equal += equal;
                ck_assert_msg(equal == str_equal(x, z), "%s\n%s", x, z);
        }
        ck_assert_uint_gt(n_equal, 100);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("words");
        TCase *cases = tcase_create("words");
        SRunner *runner;
        int failed;

        tcase_set_timeout(cases, 120);
        tcase_add_test(cases, test_words);
        tcase_add_test(cases, test_keys_are_apart);
        tcase_add_test(cases, test_nobody_to_ask);
        tcase_add_test(cases, test_a_device_speaks_for_its_type);
        tcase_add_test(cases, test_class_text);
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
