/* What becomes of what was told when the settings cannot be read any more. */
#include "tests/unit/scratch.h"

#include "agent/guest/extension_status.h"
#include "agent/history.h"
#include "handler/no_look.h"
#include "handler/status.h"
#include "platform/fs.h"

#define FOLDER "/ext/status"
#define PATH FOLDER "/3.status"

static Session machine(const Scratch *s, bool met)
{
        Session session = { .host = s->host,
                            .environment = { .status_folder = (char *)FOLDER, .events_folder = (char *)"/ext/events" },
                            .sequence = 3,
                            .operation = "Enable" };
        HistoryRecord record = { .verdict = met ? VERDICT_SUCCEEDED : VERDICT_FAILED };
        Error err;

        assert_int_equal(state_prepare(&s->host, &err), 0);
        assert_int_equal(fs_make_folder(&s->host, FOLDER, 0755, &err), 0);
        if (met)
                history_fulfil(&record, "digest", false);
        assert_int_equal(history_write(&s->host, 3, &record, &err), 0);
        return session;
}

static void stands(const Session *session, Verdict verdict, ReasonId reason)
{
        const Outcome outcome = { .verdict = verdict, .failure = { .reason = reason } };

        assert_int_equal(session_write_status(session, &outcome, NULL), 0);
}

static void assert_told(const Session *session, ReasonId why, bool is_told)
{
        _cleanup_free_ ExtensionStatus *status = text_allocate(sizeof(*status));
        Failure failure = { 0 };

        failure_set(&failure, why, "Line 3.");
        assert_int_equal(no_look_tell(session, &failure), is_told);
        extension_status_read(&session->host, PATH, status);
        assert_string_equal(status->status, is_told ? "success" : "error");
        assert_int_equal(status->n_rows > 0 && text_equal(status->rows[status->n_rows - 1].name, "daily-look"),
                         is_told);
}

static void an_error_that_enable_told_stays_one(void **state)
{
        const Session session = machine(*state, true);

        stands(&session, VERDICT_REFUSED, REASON_SETTINGS_INVALID);
        assert_told(&session, REASON_SETTINGS_INVALID, false);
        stands(&session, VERDICT_FAILED, REASON_WORKER_DIED);
        assert_told(&session, REASON_CONFIGURATION_UNTRUSTED, false);
}

static void a_success_that_stands_nowhere_is_told_again(void **state)
{
        const Session session = machine(*state, true);

        assert_told(&session, REASON_SETTINGS_INVALID, true);
        stands(&session, VERDICT_WORKING, REASON_NONE);
        assert_told(&session, REASON_SETTINGS_INVALID, true);
        scratch_write(*state, PATH, "[");
        assert_told(&session, REASON_SETTINGS_INVALID, true);
}

static void a_success_gets_a_row(void **state)
{
        const Session session = machine(*state, true);

        stands(&session, VERDICT_SUCCEEDED, REASON_NONE);
        assert_told(&session, REASON_SETTINGS_INVALID, true);
}

/* Told by who had not looked whether the machine had been met. */
static void a_site_file_that_is_not_accepted_ends_no_success(void **state)
{
        const Session session = machine(*state, true);

        stands(&session, VERDICT_REFUSED, REASON_CONFIGURATION_UNTRUSTED);
        assert_told(&session, REASON_CONFIGURATION_UNTRUSTED, true);
}

static void a_machine_that_was_never_met_is_told_nothing_good(void **state)
{
        const Session session = machine(*state, false);

        stands(&session, VERDICT_FAILED, REASON_WORKER_DIED);
        assert_told(&session, REASON_CONFIGURATION_UNTRUSTED, false);
        stands(&session, VERDICT_REFUSED, REASON_CONFIGURATION_UNTRUSTED);
        assert_told(&session, REASON_CONFIGURATION_UNTRUSTED, false);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(an_error_that_enable_told_stays_one, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_success_that_stands_nowhere_is_told_again, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_success_gets_a_row, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_site_file_that_is_not_accepted_ends_no_success, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_machine_that_was_never_met_is_told_nothing_good, scratch_open,
                                                scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
