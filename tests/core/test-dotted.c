/*
 * Dotted versions: every way of comparing, both ways round.
 */
#include <check.h>

#include "core/dotted.h"
#include "util/macro.h"

static const struct {
        const char *a, *b;
        enum order order;
} pairs[] = {
        { "1", "1", ORDER_SAME },
        { "1", "1.0.0", ORDER_SAME },
        { "01.002", "1.2", ORDER_SAME },
        { "1.9", "1.10", ORDER_BEFORE },
        { "28.41.1000", "28.5.1", ORDER_AFTER },
        { "99999999999999999999998", "99999999999999999999999", ORDER_BEFORE },
        { "6.12.96", "6.12.96-rc1", ORDER_NONE },
        { "6.12.96-rc1", "6.12.96-rc1", ORDER_SAME },
        { "6.13", "6.12.96-rc1", ORDER_AFTER },
        { "", "", ORDER_SAME },
        { "", "0", ORDER_NONE },
        { "1.", "1.0", ORDER_NONE },
        { "1.", "1.", ORDER_SAME },
        { "0", "0.0.0.0", ORDER_SAME },
        { "-1", "1", ORDER_NONE },
        { "a.2", "a.10", ORDER_BEFORE },
};

static const struct {
        const char *source, *target;
        enum semver fits;
} semvers[] = {
        { "1.4.0", "1.4.0", SEMVER_FITS },       { "1.4.9", "1.4.0", SEMVER_FITS },
        { "1.4.0", "1.10.0", SEMVER_FITS },      { "1.10.0", "1.4.0", SEMVER_DIFFERS },
        { "1.4.0", "2.4.0", SEMVER_DIFFERS },    { "2.0.0", "1.9.0", SEMVER_DIFFERS },
        { "1.4", "1.4.0", SEMVER_MALFORMED },    { "1.4.0", "1.4.0.0", SEMVER_MALFORMED },
        { "1.4.x", "1.4.0", SEMVER_MALFORMED },  { "", "1.4.0", SEMVER_MALFORMED },
        { "1.4.", "1.4.0", SEMVER_MALFORMED },   { "01.04.0", "1.4.0", SEMVER_FITS },
        { "1.4.0", "-1.4.0", SEMVER_MALFORMED },
};

START_TEST(test_compare) {
        enum order back = pairs[_i].order == ORDER_NONE ? ORDER_NONE : (enum order) - (int)pairs[_i].order;

        ck_assert_int_eq(dotted_compare(pairs[_i].a, pairs[_i].b), pairs[_i].order);
        ck_assert_int_eq(dotted_compare(pairs[_i].b, pairs[_i].a), back);
}
END_TEST

START_TEST(test_semver) {
        ck_assert_int_eq(semver_fits(semvers[_i].source, semvers[_i].target), semvers[_i].fits);
}
END_TEST

int main(void) {
        Suite *suite = suite_create("dotted");
        TCase *cases = tcase_create("dotted");
        SRunner *runner;
        int failed;

        tcase_add_loop_test(cases, test_compare, 0, ARRAY_SIZE(pairs));
        tcase_add_loop_test(cases, test_semver, 0, ARRAY_SIZE(semvers));
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
