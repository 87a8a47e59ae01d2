/* What outlives a run: the lock and the history. */
#include "tests/unit/scratch.h"

#include "agent/history.h"
#include "agent/state.h"
#include "platform/fs.h"

static const Host *prepared(Scratch *s)
{
        assert_int_equal(state_prepare(&s->host, NULL), 0);
        return &s->host;
}

static void one_at_a_time_has_the_lock(void **state)
{
        const Host *host = prepared(*state);
        int first = -1, second = -1;
        Error err = { 0 };

        assert_int_equal(state_lock_try(host, &first, &err), 0);
        assert_true(first >= 0);
        assert_int_equal(state_lock_try(host, &second, &err), 0);
        assert_int_equal(second, -1);
        assert_int_equal(state_lock_wait(host, deadline_in(1), &second, &err), -1);
        assert_int_equal(err.kind, ERROR_BUSY);
        close(first);
        assert_int_equal(state_lock_wait(host, deadline_in(1000), &second, &err), 0);
        assert_true(second >= 0);
        close(second);
}

static void history_tells_what_came_of_a_sequence(void **state)
{
        Scratch *s = *state;
        const Host *host = prepared(s);
        HistoryRecord record = { .digest = "ABC", .verdict = VERDICT_REFUSED, .tenant = "t", .boot = "b" }, read;

        history_read(host, 7, &read);
        assert_string_equal(read.digest, "");
        failure_set(&record.failure, REASON_TENANT_OTHER, "The \"sensor\" is in tenant \\ x.");
        assert_int_equal(history_write(host, 7, &record, NULL), 0);
        history_read(host, 7, &read);
        assert_string_equal(read.digest, "ABC");
        assert_int_equal(read.verdict, VERDICT_REFUSED);
        assert_int_equal(read.failure.reason, REASON_TENANT_OTHER);
        assert_string_equal(read.failure.found, record.failure.found);
        assert_string_equal(read.boot, "b");
}

static void history_remembers_what_the_sensor_refused(void **state)
{
        const Host *host = prepared(*state);
        HistoryRecord record = { .digest = "ABC", .verdict = VERDICT_SUCCEEDED }, read;
        int i;

        refused_add(&record.refused, "GROUP", "it is \"managed\"");
        refused_add(&record.refused, "GROUP", "again");
        assert_int_equal(history_write(host, 7, &record, NULL), 0);
        history_read(host, 7, &read);
        assert_int_equal(read.refused.n, 1);
        assert_string_equal(refused_find(&read.refused, "GROUP"), "it is \"managed\"");
        assert_null(refused_find(&read.refused, "AzureResourceId"));
        for (i = 0; i < 2 * REFUSED_MAX; i++) {
                _cleanup_free_ char *what = text_format("setting-%d", i);

                refused_add(&read.refused, what, "no");
        }
        assert_int_equal(read.refused.n, REFUSED_MAX);
}

static void history_is_written_only_when_it_changes(void **state)
{
        Scratch *s = *state;
        const Host *host = prepared(s);
        _cleanup_free_ char *path = text_format("%s" STATE_FOLDER "/history/7.json", s->root);
        HistoryRecord record = { .digest = "ABC", .verdict = VERDICT_SUCCEEDED };
        struct stat before, after;

        assert_int_equal(history_write(host, 7, &record, NULL), 0);
        assert_int_equal(stat(path, &before), 0);
        assert_int_equal(history_write(host, 7, &record, NULL), 0);
        assert_int_equal(stat(path, &after), 0);
        assert_int_equal(before.st_ino, after.st_ino);
        record.verdict = VERDICT_FAILED;
        assert_int_equal(history_write(host, 7, &record, NULL), 0);
        assert_int_equal(stat(path, &after), 0);
        assert_int_not_equal(before.st_ino, after.st_ino);
}

static void history_keeps_that_a_request_was_met_once(void **state)
{
        const Host *host = prepared(*state);
        HistoryRecord record = { .digest = "B", .verdict = VERDICT_FAILED }, read;

        history_fulfil(&record, "A", false);
        history_fulfil(&record, "A-without-its-package", true);
        record.failure.reason = REASON_SERVICE_FAILED;
        assert_int_equal(history_write(host, 7, &record, NULL), 0);
        history_read(host, 7, &read);
        assert_true(history_is_fulfilled(&read, "A"));
        assert_true(history_is_fulfilled(&read, "A-without-its-package"));
        assert_false(history_is_fulfilled(&read, "B"));
        assert_false(history_is_fulfilled(&read, ""));
        history_fulfil(&read, "B", false);
        assert_true(history_is_fulfilled(&read, "B"));
        assert_false(history_is_fulfilled(&read, "A"));
        assert_false(history_is_fulfilled(&read, "A-without-its-package"));
}

static void history_knows_whether_the_extension_ever_met_one(void **state)
{
        const Host *host = prepared(*state);
        HistoryRecord refused = { .digest = "A", .verdict = VERDICT_REFUSED }, met = { .digest = "B" };

        assert_false(history_is_any_met(host));
        history_fulfil(&met, "B", true);
        assert_int_equal(history_write(host, 0, &refused, NULL), 0);
        assert_int_equal(history_write(host, HISTORY_BY_HAND, &met, NULL), 0);
        assert_false(history_is_any_met(host));
        assert_int_equal(history_write(host, 12, &met, NULL), 0);
        assert_true(history_is_any_met(host));
}

static void history_knows_a_request_that_was_met_without_its_package_only(void **state)
{
        HistoryRecord record = { 0 };

        assert_false(history_is_blind(&record, ""));
        history_fulfil(&record, "A", true);
        assert_true(history_is_fulfilled(&record, "A"));
        assert_true(history_is_blind(&record, "A"));
        history_fulfil(&record, "A", false);
        assert_true(history_is_fulfilled(&record, "A"));
        assert_false(history_is_blind(&record, "A"));
        history_fulfil(&record, "A", true);
        assert_false(history_is_blind(&record, "A"));
}

static void history_keeps_what_the_second_look_had_to_tell(void **state)
{
        const Host *host = prepared(*state);
        HistoryRecord record = { .digest = "A" }, read;
        Plan plan = { .n_notes = 2,
                      .notes = { { "conflict", PLAN_WARNING, "clamonacc \"blocks\" file access" },
                                 { "memory", PLAN_INFORMATION, "2 GB" } } };
        size_t i;

        history_keep_notes(&record, &plan);
        assert_int_equal(history_write(host, 7, &record, NULL), 0);
        history_read(host, 7, &read);
        assert_int_equal(read.n_notes, 2);
        for (i = 0; i < read.n_notes; i++) {
                assert_int_equal(read.notes[i].level, plan.notes[i].level);
                assert_string_equal(read.notes[i].name, plan.notes[i].name);
                assert_string_equal(read.notes[i].text, plan.notes[i].text);
        }
}

static void history_of_another_schema_is_not_known(void **state)
{
        Scratch *s = *state;
        const Host *host = prepared(s);
        HistoryRecord read;

        scratch_write(s, STATE_FOLDER "/history/7.json",
                      "{\"schema\":2,\"request\":\"ABC\",\"verdict\":\"succeeded\"}");
        history_read(host, 7, &read);
        assert_string_equal(read.digest, "");
        assert_int_equal(read.verdict, VERDICT_WORKING);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(one_at_a_time_has_the_lock, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(history_tells_what_came_of_a_sequence, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(history_keeps_that_a_request_was_met_once, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(history_knows_whether_the_extension_ever_met_one, scratch_open,
                                                scratch_close),
                cmocka_unit_test(history_knows_a_request_that_was_met_without_its_package_only),
                cmocka_unit_test_setup_teardown(history_keeps_what_the_second_look_had_to_tell, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(history_remembers_what_the_sensor_refused, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(history_is_written_only_when_it_changes, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(history_of_another_schema_is_not_known, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
