/* How an outcome is told to Azure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "handler/shown.h"

static Outcome ended(Verdict verdict, ReasonId reason)
{
        Outcome outcome = { .verdict = verdict };

        if (reason)
                failure_set(&outcome.failure, reason, "Found this.");
        outcome_row(&outcome, "service", ROW_ERROR, "it failed");
        return outcome;
}

static const OutcomeRow *row(const Outcome *outcome, const char *name)
{
        size_t i;

        for (i = 0; i < outcome->n_rows; i++)
                if (strcmp(outcome->rows[i].name, name) == 0)
                        return &outcome->rows[i];
        return NULL;
}

static void what_never_succeeded_is_shown_as_it_is(void **state)
{
        Telling telling = { 0 };
        Outcome failed = ended(VERDICT_FAILED, REASON_SERVICE_FAILED), shown;

        assert_int_equal(shown_make(&failed, &telling, &shown), SHOWN_AS_IT_IS);
        assert_memory_equal(&failed, &shown, sizeof(shown));
        failed.verdict = VERDICT_REFUSED;
        assert_int_equal(shown_make(&failed, &telling, &shown), SHOWN_AS_IT_IS);
        assert_memory_equal(&failed, &shown, sizeof(shown));
}

static void drift_is_told_below_a_success(void **state)
{
        Telling telling = { .fulfilled = true };
        Outcome failed = ended(VERDICT_FAILED, REASON_SERVICE_FAILED), shown;

        assert_int_equal(shown_make(&failed, &telling, &shown), SHOWN_AS_DRIFT);
        assert_int_equal(shown.verdict, VERDICT_SUCCEEDED);
        assert_non_null(strstr(shown.message, "(service-failed)"));
        assert_int_equal(row(&shown, "drift")->level, ROW_WARNING);
        assert_non_null(strstr(row(&shown, "drift")->text, "Found this."));
        assert_non_null(strstr(row(&shown, "drift")->text, reason_get(REASON_SERVICE_FAILED)->remedy));
        assert_int_equal(row(&shown, "service")->level, ROW_WARNING);
        failed.verdict = VERDICT_REFUSED;
        assert_int_equal(shown_make(&failed, &telling, &shown), SHOWN_AS_DRIFT);
}

static void drift_is_an_error_for_who_wants_it_red(void **state)
{
        Telling telling = { .fulfilled = true, .drift_as_error = true, .refusal_as_report = true };
        Outcome refused = ended(VERDICT_REFUSED, REASON_SENSOR_REMOVED), shown;

        assert_int_equal(shown_make(&refused, &telling, &shown), SHOWN_AS_IT_IS);
        assert_int_equal(shown.verdict, VERDICT_REFUSED);
        assert_int_equal(row(&shown, "drift")->level, ROW_ERROR);
}

static void a_run_that_was_stopped_is_no_drift(void **state)
{
        Telling telling = { .fulfilled = true };
        Outcome stopped = ended(VERDICT_FAILED, REASON_STOPPED), superseded = ended(VERDICT_FAILED, REASON_SUPERSEDED);

        assert_int_equal(shown_as(&stopped, &telling), SHOWN_AS_IT_IS);
        assert_int_equal(shown_as(&superseded, &telling), SHOWN_AS_IT_IS);
}

static void a_refusal_can_be_a_report_and_a_failure_cannot(void **state)
{
        Telling telling = { .refusal_as_report = true };
        Outcome refused = ended(VERDICT_REFUSED, REASON_CONFLICT), shown;

        assert_int_equal(shown_make(&refused, &telling, &shown), SHOWN_AS_REFUSAL);
        assert_int_equal(shown.verdict, VERDICT_SUCCEEDED);
        assert_int_equal(strncmp(shown.message, "Not onboarded: ", 15), 0);
        assert_int_equal(row(&shown, "refusal")->level, ROW_WARNING);
        assert_null(row(&shown, "drift"));
        refused.verdict = VERDICT_FAILED;
        assert_int_equal(shown_make(&refused, &telling, &shown), SHOWN_AS_IT_IS);
}

static void progress_and_success_are_shown_as_they_are(void **state)
{
        Telling telling = { .fulfilled = true, .refusal_as_report = true };
        Outcome working = ended(VERDICT_WORKING, REASON_NONE), well = ended(VERDICT_SUCCEEDED, REASON_NONE);

        assert_int_equal(shown_as(&working, &telling), SHOWN_AS_IT_IS);
        assert_int_equal(shown_as(&well, &telling), SHOWN_AS_IT_IS);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_never_succeeded_is_shown_as_it_is),
                cmocka_unit_test(drift_is_told_below_a_success),
                cmocka_unit_test(drift_is_an_error_for_who_wants_it_red),
                cmocka_unit_test(a_run_that_was_stopped_is_no_drift),
                cmocka_unit_test(a_refusal_can_be_a_report_and_a_failure_cannot),
                cmocka_unit_test(progress_and_success_are_shown_as_they_are),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
