#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/judge.h"
#include "platform/base/text.h"

#define BUILT_S INT64_C(1800000000) /* 2027-01-15 */
#define DAY_S (24 * 60 * 60)

static size_t notes(Tri portable, int64_t built_s, int64_t now_s, Plan *plan)
{
        Request request = { 0 };
        Facts facts = { .now_s = now_s, .extension = { .portable = portable, .built_s = built_s } };

        *plan = (Plan){ 0 };
        judge_extension(&request, &facts, plan);
        return plan->n_notes;
}

static void a_portable_build_of_more_than_half_a_year_is_told(void **state)
{
        Plan plan;

        assert_int_equal(notes(TRI_YES, BUILT_S, BUILT_S + 180 * DAY_S, &plan), 0);
        assert_int_equal(notes(TRI_YES, BUILT_S, BUILT_S + 181 * DAY_S, &plan), 1);
        assert_string_equal(plan.notes[0].name, "extension-old");
        assert_non_null(strstr(plan.notes[0].text, "181 days old (2027-01-15)"));
        assert_int_equal(plan.notes[0].level, PLAN_WARNING);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
}

static void what_the_distribution_corrects_is_not_ours_to_tell(void **state)
{
        Plan plan;

        assert_int_equal(notes(TRI_NO, BUILT_S, BUILT_S + 1000 * DAY_S, &plan), 0);
        assert_int_equal(notes(TRI_NOT_ASKED, BUILT_S, BUILT_S + 1000 * DAY_S, &plan), 0);
}

static void of_an_unknown_date_or_a_clock_that_is_behind_nothing_is_told(void **state)
{
        Plan plan;

        assert_int_equal(notes(TRI_YES, 0, BUILT_S, &plan), 0);
        assert_int_equal(notes(TRI_YES, BUILT_S, 0, &plan), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_portable_build_of_more_than_half_a_year_is_told),
                cmocka_unit_test(what_the_distribution_corrects_is_not_ours_to_tell),
                cmocka_unit_test(of_an_unknown_date_or_a_clock_that_is_behind_nothing_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
