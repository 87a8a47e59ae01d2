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

/* The text of the note "fips"; "" none. */
static const char *told_of_fips(Tri fips, Tri portable, Tri host_openssl, const char *version, Plan *plan)
{
        Request request = { 0 };
        Facts facts = { .extension = { .portable = portable, .host_openssl = host_openssl },
                        .machine = { .fitness = { .fips = fips } } };

        snprintf(facts.extension.openssl, sizeof(facts.extension.openssl), "%s", version);
        *plan = (Plan){ 0 };
        judge_extension(&request, &facts, plan);
        assert_int_equal(plan->refusal.reason, REASON_NONE);
        if (plan->n_notes == 0)
                return "";
        assert_string_equal(plan->notes[0].name, "fips");
        assert_int_equal(plan->notes[0].level, PLAN_INFORMATION);
        return plan->notes[0].text;
}

static void in_fips_mode_it_is_told_whose_cryptography_was_used(void **state)
{
        Plan plan;

        assert_non_null(strstr(told_of_fips(TRI_YES, TRI_YES, TRI_YES, "OpenSSL 3.0.7 1 Nov 2022", &plan),
                               "judged by /usr/bin/openssl (OpenSSL 3.0.7 1 Nov 2022), "));
        assert_non_null(
                strstr(told_of_fips(TRI_YES, TRI_YES, TRI_YES, "", &plan), "/usr/bin/openssl (of unknown version)"));
        assert_non_null(strstr(told_of_fips(TRI_YES, TRI_NO, TRI_NO, "", &plan), "this machine's own OpenSSL library"));
}

static void without_fips_mode_or_knowledge_of_it_nothing_is_told(void **state)
{
        Plan plan;

        assert_string_equal(told_of_fips(TRI_NO, TRI_YES, TRI_NO, "", &plan), "");
        assert_string_equal(told_of_fips(TRI_UNKNOWN, TRI_YES, TRI_NO, "", &plan), "");
        assert_string_equal(told_of_fips(TRI_NOT_ASKED, TRI_NO, TRI_NO, "", &plan), "");
        assert_string_equal(told_of_fips(TRI_YES, TRI_NOT_ASKED, TRI_NOT_ASKED, "", &plan), "");
}

static void a_mode_that_could_not_be_read_is_a_warning_of_a_build_with_its_own_library(void **state)
{
        Request request = { 0 };
        Facts facts = { .extension = { .portable = TRI_YES, .host_openssl = TRI_UNKNOWN },
                        .machine = { .fitness = { .fips = TRI_UNKNOWN } } };
        Plan plan = { 0 };

        judge_extension(&request, &facts, &plan);
        assert_int_equal(plan.n_notes, 1);
        assert_string_equal(plan.notes[0].name, "fips");
        assert_int_equal(plan.notes[0].level, PLAN_WARNING);
        assert_non_null(strstr(plan.notes[0].text, "could not be read (/proc/sys/crypto/fips_enabled)"));
        assert_non_null(strstr(plan.notes[0].text, "by the OpenSSL that comes with mde-linux"));
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_string_equal(told_of_fips(TRI_UNKNOWN, TRI_NO, TRI_UNKNOWN, "", &plan), "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_portable_build_of_more_than_half_a_year_is_told),
                cmocka_unit_test(what_the_distribution_corrects_is_not_ours_to_tell),
                cmocka_unit_test(of_an_unknown_date_or_a_clock_that_is_behind_nothing_is_told),
                cmocka_unit_test(in_fips_mode_it_is_told_whose_cryptography_was_used),
                cmocka_unit_test(without_fips_mode_or_knowledge_of_it_nothing_is_told),
                cmocka_unit_test(a_mode_that_could_not_be_read_is_a_warning_of_a_build_with_its_own_library),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
