/* What status says of the program itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/commands/status_words.h"
#include "platform/base/text.h"

#define BUILT_S INT64_C(1800000000) /* 2027-01-15 */
#define DAY_S (24 * 60 * 60)

/* Nothing was asked, and no run has told anything. Caller frees. */
static char *told(Tri portable, int64_t age_days)
{
        _cleanup_free_ Facts *facts = text_allocate(sizeof(*facts));
        const Extension extension = { 0 };
        const StatusView view = { .facts = facts, .extension = &extension };

        facts->look = LOOK_FIRST;
        facts->now_s = BUILT_S + age_days * DAY_S;
        facts->extension.portable = portable;
        facts->extension.built_s = BUILT_S;
        facts->machine.fitness.fips = TRI_YES; /* another note of the same judge */
        facts->extension.host_openssl = TRI_UNKNOWN;
        return status_old(&view);
}

static void a_build_of_more_than_half_a_year_is_told_without_any_run(void **state)
{
        _cleanup_free_ char *old = told(TRI_YES, 181);

        assert_non_null(strstr(old, "This build of mde-linux is 181 days old (2027-01-15)"));
        assert_non_null(strstr(old, "install the newest version"));
}

static void a_new_build_and_one_of_the_distribution_are_not(void **state)
{
        _cleanup_free_ char *new = told(TRI_YES, 180), *theirs = told(TRI_NO, 1000);

        assert_string_equal(new, "");
        assert_string_equal(theirs, "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_build_of_more_than_half_a_year_is_told_without_any_run),
                cmocka_unit_test(a_new_build_and_one_of_the_distribution_are_not),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
