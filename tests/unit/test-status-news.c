#include "tests/unit/scratch.h"

#include "agent/answers/status_rows.h"
#include "handler/status.h"
#include "handler/status_news.h"
#include "platform/fs.h"

#define FOLDER "/ext/status"

static const Environment environment = { .status_folder = (char *)FOLDER };

static Outcome found(RowLevel cloud, const char *text)
{
        Outcome outcome = { .verdict = VERDICT_SUCCEEDED, .message = "Onboarded." };

        outcome_row(&outcome, "health", ROW_SUCCESS, "healthy true");
        outcome_row(&outcome, "cloud", cloud, "%s", text);
        return outcome;
}

static void tell(const Scratch *s, const Outcome *outcome)
{
        Error err;

        assert_int_equal(fs_make_folder(&s->host, FOLDER, 0755, &err), 0);
        assert_int_equal(status_write(&s->host, &environment, 3, "Enable", outcome, &err), 0);
}

static StatusNews news(const Scratch *s, const Outcome *outcome)
{
        StatusNews ret;

        status_news_find(&s->host, &environment, 3, "Enable", outcome, &ret);
        return ret;
}

static void what_was_told_is_no_news_in_whatever_order(void **state)
{
        const Scratch *s = *state;
        Outcome outcome = { .verdict = VERDICT_SUCCEEDED, .message = "Onboarded." };
        _cleanup_(status_news_clear) StatusNews same = { 0 };

        outcome_row(&outcome, "cloud", ROW_WARNING, "not proven");
        outcome_row(&outcome, "health", ROW_SUCCESS, "healthy true");
        tell(s, &outcome);
        outcome = found(ROW_WARNING, "not proven");
        same = news(s, &outcome);
        assert_false(same.differs || same.verdict || same.worse);
        assert_string_equal(same.rows, "");
}

static void a_number_differs_and_is_no_event(void **state)
{
        const Scratch *s = *state;
        Outcome outcome = found(ROW_WARNING, "in 5 days");
        _cleanup_(status_news_clear) StatusNews other = { 0 };

        tell(s, &outcome);
        outcome = found(ROW_WARNING, "in 4 days");
        other = news(s, &outcome);
        assert_true(other.differs);
        assert_false(other.verdict || other.worse);
        assert_string_equal(other.rows, "");
}

static void a_row_that_becomes_well_or_ill_is_named(void **state)
{
        const Scratch *s = *state;
        Outcome outcome = found(ROW_WARNING, "not proven");
        _cleanup_(status_news_clear) StatusNews well = { 0 }, ill = { 0 }, over = { 0 };

        tell(s, &outcome);
        outcome = found(ROW_SUCCESS, "proven");
        well = news(s, &outcome);
        assert_true(well.differs && !well.worse && !well.verdict);
        assert_string_equal(well.rows, "cloud is success now, was warning: proven");
        tell(s, &outcome);
        outcome_row(&outcome, "expiry", ROW_WARNING, "in 5 days");
        ill = news(s, &outcome);
        assert_true(ill.differs && ill.worse && !ill.verdict);
        assert_string_equal(ill.rows, "expiry is warning now: in 5 days");
        tell(s, &outcome);
        outcome = found(ROW_SUCCESS, "proven");
        over = news(s, &outcome);
        assert_true(over.differs && !over.worse && !over.verdict);
        assert_string_equal(over.rows, "expiry: the warning is over.");
}

static void another_verdict_and_no_file_are_news(void **state)
{
        const Scratch *s = *state;
        Outcome outcome = { .verdict = VERDICT_WORKING };
        _cleanup_(status_news_clear) StatusNews none = { 0 }, ended = { 0 };

        tell(s, &outcome);
        outcome = found(ROW_SUCCESS, "proven");
        ended = news(s, &outcome);
        assert_true(ended.differs && ended.verdict);
        status_news_find(&s->host, &environment, 4, "Enable", &outcome, &none);
        assert_true(none.differs && none.verdict);
}

static void what_the_run_did_stays_told_and_what_a_judge_warned_of_does_not(void **state)
{
        const Scratch *s = *state;
        Outcome outcome = found(ROW_SUCCESS, "proven");
        _cleanup_(status_news_clear) StatusNews same = { 0 };

        outcome_row(&outcome, "package", ROW_SUCCESS, "done in 2.0 s");
        outcome_row(&outcome, "connectivity", ROW_WARNING, "one was not reached");
        tell(s, &outcome);
        outcome = found(ROW_SUCCESS, "proven");
        status_carry(&s->host, &environment, 3, &outcome);
        assert_int_equal(outcome.n_rows, 4);
        same = news(s, &outcome);
        assert_false(same.differs);
        outcome_row(&outcome, "managed-config", ROW_WARNING, "cannot be read");
        outcome_row(&outcome, "expiry", ROW_WARNING, "in 5 days");
        tell(s, &outcome);
        outcome = found(ROW_SUCCESS, "proven");
        status_carry(&s->host, &environment, 3, &outcome);
        assert_int_equal(outcome.n_rows, 4);
}

static size_t carried(const Scratch *s)
{
        Outcome outcome = found(ROW_SUCCESS, "proven");
        size_t n = outcome.n_rows;

        status_carry(&s->host, &environment, 3, &outcome);
        return outcome.n_rows - n;
}

static void what_the_run_did_to_the_files_of_others_stays_told(void **state)
{
        const Scratch *s = *state;
        Outcome outcome = found(ROW_SUCCESS, "proven");

        outcome_row(&outcome, "repository-other", ROW_WARNING, "a second source was set aside");
        outcome_row(&outcome, "package-repair", ROW_WARNING, "another's transaction was finished");
        outcome_row(&outcome, "clock", ROW_WARNING, "it is behind");
        tell(s, &outcome);
        assert_int_equal(carried(s), 3);
        /* a judge's as well: what it says now counts */
        outcome = found(ROW_SUCCESS, "proven");
        outcome_row(&outcome, "package-repair", ROW_WARNING, "still broken");
        status_carry(&s->host, &environment, 3, &outcome);
        assert_string_equal(outcome.rows[2].text, "still broken");
        assert_int_equal(outcome.n_rows, 5);
}

static void of_warnings_those_of_runs_stay_told(void **state)
{
        const Scratch *s = *state;
        const StatusRow *row;

        for (row = status_rows; row->name; row++) {
                Outcome outcome = found(ROW_SUCCESS, "proven");

                outcome_row(&outcome, row->name, ROW_WARNING, "told");
                tell(s, &outcome);
                if (carried(s) != (row->of_run ? 1 : 0))
                        fail_msg("%s", row->name);
        }
}

/* It was undone with the rest of that run. */
static void what_a_run_did_that_came_to_nothing_is_not_told_of_a_success(void **state)
{
        static const char *const softened[] = { "drift", "refusal" };
        const Scratch *s = *state;
        Outcome outcome = { .verdict = VERDICT_FAILED, .failure = { .reason = REASON_HELD } };
        size_t i;

        outcome_row(&outcome, "repository", ROW_SUCCESS, "done in 2.0 s");
        outcome_row(&outcome, "repository-added", ROW_WARNING, "it was taken back");
        tell(s, &outcome);
        assert_int_equal(carried(s), 0);
        outcome.verdict = VERDICT_WORKING;
        tell(s, &outcome);
        assert_int_equal(carried(s), 0);
        for (i = 0; i < ELEMENTSOF(softened); i++) {
                outcome = found(ROW_SUCCESS, "proven");
                outcome_row(&outcome, "repository", ROW_SUCCESS, "done in 2.0 s");
                tell(s, &outcome);
                assert_int_equal(carried(s), 1);
                outcome_row(&outcome, softened[i], ROW_WARNING, "held");
                tell(s, &outcome);
                assert_int_equal(carried(s), 0);
                /* while the trouble lasts, it is told as it was */
                outcome = (Outcome){ .verdict = VERDICT_REFUSED, .failure = { .reason = REASON_HELD } };
                status_carry(&s->host, &environment, 3, &outcome);
                assert_int_equal(outcome.n_rows, 1);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_was_told_is_no_news_in_whatever_order, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_number_differs_and_is_no_event, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_row_that_becomes_well_or_ill_is_named, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(another_verdict_and_no_file_are_news, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_the_run_did_stays_told_and_what_a_judge_warned_of_does_not,
                                                scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_the_run_did_to_the_files_of_others_stays_told, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(of_warnings_those_of_runs_stay_told, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_a_run_did_that_came_to_nothing_is_not_told_of_a_success,
                                                scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
