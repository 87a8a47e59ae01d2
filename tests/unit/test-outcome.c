#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/judge.h"
#include "agent/outcome.h"
#include "platform/base/text.h"

static void a_row_of_the_same_name_is_replaced(void **state)
{
        Outcome outcome = { 0 };

        outcome_row(&outcome, "package", ROW_WORKING, "downloading");
        outcome_row(&outcome, "service", ROW_WORKING, "starting");
        outcome_row(&outcome, "package", ROW_SUCCESS, "version %d", 101);
        assert_int_equal(outcome.n_rows, 2);
        assert_string_equal(outcome.rows[0].name, "package");
        assert_int_equal(outcome.rows[0].level, ROW_SUCCESS);
        assert_string_equal(outcome.rows[0].text, "version 101");
        assert_string_equal(outcome.rows[1].text, "starting");
}

static void a_long_name_is_found_again(void **state)
{
        static const char name[] = "a name that is longer than what a row can hold of it";
        Outcome outcome = { 0 };

        outcome_row(&outcome, name, ROW_WORKING, "one");
        outcome_row(&outcome, name, ROW_WORKING, "two");
        assert_int_equal(outcome.n_rows, 1);
        assert_string_equal(outcome.rows[0].text, "two");
}

static void the_last_row_is_replaced_when_all_are_taken(void **state)
{
        Outcome outcome = { 0 };
        char name[16];
        int i;

        for (i = 0; i < OUTCOME_ROWS_MAX + 3; i++) {
                snprintf(name, sizeof(name), "%d", i);
                outcome_row(&outcome, name, ROW_WARNING, "text %d", i);
        }
        assert_int_equal(outcome.n_rows, OUTCOME_ROWS_MAX);
        assert_string_equal(outcome.rows[0].text, "text 0");
        assert_string_equal(outcome.rows[OUTCOME_ROWS_MAX - 1].name, "50");
        assert_string_equal(outcome.rows[OUTCOME_ROWS_MAX - 1].text, "text 50");
}

static void what_is_too_long_is_cut_between_characters(void **state)
{
        _cleanup_(text_clear) Text text = { 0 };
        Outcome outcome = { 0 };
        size_t shift;

        for (shift = 0; shift < 4; shift++) {
                text.length = 0;
                text_append(&text, "%.*s", (int)shift, "xxx");
                while (text.length < 2 * OUTCOME_TEXT_MAX)
                        text_append(&text, "\xf0\x9f\x98\x80");
                outcome_say(&outcome, "%s", text.data);
                assert_true(text_is_utf8(outcome.message, strlen(outcome.message)));
                assert_true(text_ends_with(outcome.message, "..."));
                assert_true(strlen(outcome.message) > OUTCOME_TEXT_MAX - 10);
        }
}

static void what_just_fits_is_not_cut(void **state)
{
        Outcome outcome = { 0 };
        char text[OUTCOME_TEXT_MAX];

        memset(text, 'x', sizeof(text));
        text[sizeof(text) - 1] = '\0';
        outcome_say(&outcome, "%s", text);
        assert_string_equal(outcome.message, text);
}

static void what_was_taken_back_says_so(void **state)
{
        Outcome outcome = { 0 };
        int i;

        outcome_row(&outcome, "repository-added", ROW_SUCCESS, "/etc/x configures it");
        outcome_row(&outcome, "repository-key-added", ROW_SUCCESS, "the key was added");
        outcome_row(&outcome, "package-source", ROW_SUCCESS, "from there");
        outcome_row(&outcome, "repository-package", ROW_SUCCESS, "x was installed; it stays");
        for (i = 0; i < 2; i++)
                outcome_taken_back(&outcome);
        assert_string_equal(outcome.rows[0].text, "/etc/x configures it; it was taken back");
        assert_true(text_starts_with(outcome.rows[1].text, "the key was added; it was taken back"));
        assert_string_equal(outcome.rows[2].text, "from there");
        assert_string_equal(outcome.rows[3].text, "x was installed; it stays");
}

static void what_is_told_has_no_login_and_no_token(void **state)
{
        static const char seed[] = "https://bob:s3cr3t@m.test/x?sig=s3cr3t eve:s3cr3t@proxy:80";
        static const char shown[] = "https://***@m.test/x?*** ***@proxy:80";
        Outcome outcome = { 0 };
        Plan plan = { 0 };

        outcome_say(&outcome, "%s", seed);
        outcome_row(&outcome, "package", ROW_WORKING, "%s", seed);
        failure_set(&outcome.failure, REASON_REPOSITORY_UNREACHABLE, "%s", seed);
        judge_note(&plan, "package", PLAN_WARNING, "%s", seed);
        judge_refuse(&plan, REASON_HELD, "%s", seed);
        assert_string_equal(outcome.message, shown);
        assert_string_equal(outcome.rows[0].text, shown);
        assert_string_equal(outcome.failure.found, shown);
        assert_string_equal(plan.notes[0].text, shown);
        assert_string_equal(plan.refusal.found, shown);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_row_of_the_same_name_is_replaced),
                cmocka_unit_test(a_long_name_is_found_again),
                cmocka_unit_test(the_last_row_is_replaced_when_all_are_taken),
                cmocka_unit_test(what_is_too_long_is_cut_between_characters),
                cmocka_unit_test(what_just_fits_is_not_cut),
                cmocka_unit_test(what_was_taken_back_says_so),
                cmocka_unit_test(what_is_told_has_no_login_and_no_token),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
