#include "tests/unit/scratch.h"

#include "agent/guest/extension_status.h"
#include "handler/status.h"
#include "handler/status_note.h"
#include "platform/fs.h"

#define FOLDER "/ext/status"
#define PATH FOLDER "/3.status"

static const Environment environment = { .status_folder = (char *)FOLDER };

static void tell(const Scratch *s, Verdict verdict)
{
        Outcome outcome = { .verdict = verdict, .message = "Onboarded.", .failure = { .reason = REASON_HELD } };
        Error err;

        outcome_row(&outcome, "health", ROW_SUCCESS, "healthy true");
        assert_int_equal(fs_make_folder(&s->host, FOLDER, 0755, &err), 0);
        assert_int_equal(status_write(&s->host, &environment, 3, "Enable", &outcome, &err), 0);
}

static bool note(const Scratch *s, const char *text)
{
        bool is_new = false;
        Error err;

        assert_int_equal(status_note_put(&s->host, &environment, 3, "daily-look", text, &is_new, &err), 0);
        return is_new;
}

static ExtensionStatus read_back(const Scratch *s)
{
        ExtensionStatus status;

        extension_status_read(&s->host, PATH, &status);
        assert_int_equal(status.damaged, TRI_NO);
        return status;
}

static void a_note_stands_beside_the_success_and_is_new_once(void **state)
{
        const Scratch *s = *state;
        ExtensionStatus before, after;

        tell(s, VERDICT_SUCCEEDED);
        before = read_back(s);
        assert_true(note(s, "It cannot\nbe made."));
        assert_false(note(s, "It cannot\nbe made."));
        after = read_back(s);
        assert_string_equal(after.status, "success");
        assert_string_equal(after.message, before.message);
        assert_string_equal(after.time, before.time);
        assert_int_equal(after.n_rows, before.n_rows + 1);
        assert_string_equal(after.rows[after.n_rows - 1].status, "warning");
        assert_string_equal(after.rows[after.n_rows - 1].text, "It cannot be made.");
        assert_true(note(s, "For another reason."));
        assert_int_equal(read_back(s).n_rows, before.n_rows + 1);
}

static void a_failure_and_a_run_are_left_alone(void **state)
{
        static const Verdict verdicts[] = { VERDICT_WORKING, VERDICT_REFUSED, VERDICT_FAILED };
        const Scratch *s = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(verdicts); i++) {
                _cleanup_free_ char *before = NULL, *after = NULL;

                tell(s, verdicts[i]);
                before = scratch_read(s, PATH);
                assert_false(note(s, "words"));
                after = scratch_read(s, PATH);
                assert_string_equal(before, after);
        }
}

static void nothing_is_made_of_no_status_at_all(void **state)
{
        static const char *const damaged[] = { "", "[", "{}", "[]", "[{\"status\":{\"status\":\"success\"}}]" };
        const Scratch *s = *state;
        size_t i;

        assert_false(note(s, "words"));
        for (i = 0; i < ELEMENTSOF(damaged); i++) {
                scratch_write(s, PATH, damaged[i]);
                assert_false(note(s, "words"));
        }
}

static void the_guest_agent_s_own_number_stays_as_it_stood(void **state)
{
        const Scratch *s = *state;
        _cleanup_free_ char *text = NULL;

        tell(s, VERDICT_SUCCEEDED);
        assert_true(note(s, "words"));
        text = scratch_read(s, PATH);
        assert_non_null(strstr(text, "\"version\":1.0,"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_note_stands_beside_the_success_and_is_new_once, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_failure_and_a_run_are_left_alone, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(nothing_is_made_of_no_status_at_all, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(the_guest_agent_s_own_number_stays_as_it_stood, scratch_open,
                                                scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
