#include "tests/unit/scratch.h"

#include "handler/status.h"
#include "platform/json.h"

#define NOW 1767323045 /* 2026-01-02T03:04:05Z */
#define FOLDER "/ext/status"

static bool is_status_word(const char *word, bool row)
{
        return word && (strcmp(word, "transitioning") == 0 || strcmp(word, "success") == 0 ||
                        strcmp(word, "error") == 0 || (row && strcmp(word, "warning") == 0));
}

static void check_message(Json *owner)
{
        Json *message = json_member(owner, "formattedMessage");

        assert_string_equal(json_string(message, "lang"), "en-US");
        assert_non_null(json_string(message, "message"));
        assert_true(*json_string(message, "message"));
}

static void check_rows(Json *rows)
{
        size_t i;

        assert_true(json_object_is_type(rows, json_type_array));
        for (i = 0; i < (size_t)json_object_array_length(rows); i++) {
                Json *row = json_object_array_get_idx(rows, i);

                assert_non_null(json_string(row, "name"));
                assert_true(*json_string(row, "name"));
                assert_true(is_status_word(json_string(row, "status"), true));
                assert_true(json_object_is_type(json_member(row, "code"), json_type_int));
                check_message(row);
        }
}

/* Reads it as the guest agent does, and asks for what the agent asks for. Caller frees *ret_document. */
static Json *read_as_agent(const char *text, Json **ret_document)
{
        Json *entry, *status;
        Error err;

        assert_true(strlen(text) < STATUS_SIZE_MAX);
        assert_int_equal(*text, '[');
        if (json_parse_unique(text, strlen(text), ret_document, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(json_object_array_length(*ret_document), 1);
        entry = json_object_array_get_idx(*ret_document, 0);
        assert_non_null(strstr(text, "\"version\":1.0,"));
        assert_string_equal(json_string(entry, "timestampUTC"), "2026-01-02T03:04:05Z");
        status = json_member(entry, "status");
        assert_string_equal(json_string(status, "name"), "MDE.Linux");
        assert_true(is_status_word(json_string(status, "status"), false));
        assert_true(json_object_is_type(json_member(status, "code"), json_type_int));
        check_message(status);
        check_rows(json_member(status, "substatus"));
        return status;
}

static Json *format(const Outcome *outcome, const char *operation, Json **ret_document)
{
        _cleanup_free_ char *text = status_format(outcome, operation, NOW);

        return read_as_agent(text, ret_document);
}

static const char *message_of(Json *owner)
{
        return json_string(json_member(owner, "formattedMessage"), "message");
}

static int code_of(Json *owner)
{
        return json_object_get_int(json_member(owner, "code"));
}

static Json *row_of(Json *status, size_t i)
{
        return json_object_array_get_idx(json_member(status, "substatus"), i);
}

static size_t count_rows(Json *status)
{
        return (size_t)json_object_array_length(json_member(status, "substatus"));
}

static void work_in_progress_says_what_is_done_now(void **state)
{
        _cleanup_json_ Json *document = NULL, *other = NULL;
        Outcome outcome = { .verdict = VERDICT_WORKING };
        Json *status;

        outcome_say(&outcome, "waiting %d s for apt", 40);
        outcome_row(&outcome, "package", ROW_WORKING, "refreshing");
        status = format(&outcome, "Enable", &document);
        assert_string_equal(json_string(status, "operation"), "Enable");
        assert_string_equal(json_string(status, "status"), "transitioning");
        assert_int_equal(code_of(status), 1);
        assert_string_equal(message_of(status), "Configuration In Progress: waiting 40 s for apt");
        assert_string_equal(json_string(row_of(status, 0), "status"), "transitioning");
        outcome_say(&outcome, "%s", "");
        assert_string_equal(message_of(format(&outcome, "Enable", &other)), "Configuration In Progress");
}

static void success_tells_the_message_and_each_stage(void **state)
{
        _cleanup_json_ Json *document = NULL, *other = NULL;
        Outcome outcome = { .verdict = VERDICT_SUCCEEDED };
        Json *status;

        outcome_say(&outcome, "onboarded to tenant 1");
        outcome_row(&outcome, "package", ROW_SUCCESS, "mdatp 101 is installed");
        outcome_row(&outcome, "cloud", ROW_WARNING, "not proven yet");
        status = format(&outcome, "Update", &document);
        assert_string_equal(json_string(status, "operation"), "Update");
        assert_string_equal(json_string(status, "status"), "success");
        assert_int_equal(code_of(status), 0);
        assert_string_equal(message_of(status), "onboarded to tenant 1");
        assert_string_equal(json_string(status, "configurationAppliedTime"), "2026-01-02T03:04:05Z");
        assert_int_equal(count_rows(status), 2);
        assert_string_equal(json_string(row_of(status, 0), "name"), "package");
        assert_string_equal(json_string(row_of(status, 1), "status"), "warning");
        assert_string_equal(message_of(row_of(status, 1)), "not proven yet");
        *outcome.message = '\0';
        assert_string_equal(message_of(format(&outcome, NULL, &other)), "Enable succeeded");
}

/* Word 17 of the message, as fleet reports read it. */
static int installer_code_of(const char *message)
{
        int i;

        for (i = 0; i < 16; i++) {
                message = strchr(message, ' ');
                assert_non_null(message);
                message++;
        }
        return atoi(message);
}

static void an_error_carries_the_reasons_codes_and_class(void **state)
{
        static const Verdict verdicts[] = { VERDICT_REFUSED, VERDICT_FAILED };
        size_t i, id;

        for (i = 0; i < ELEMENTSOF(verdicts); i++)
                for (id = REASON_NONE + 1; id < _REASON_MAX; id++) {
                        _cleanup_json_ Json *document = NULL;
                        const Reason *reason = reason_get((ReasonId)id);
                        Outcome outcome = { .verdict = verdicts[i] };
                        Json *status, *first;

                        failure_set(&outcome.failure, (ReasonId)id, "found %d", 17);
                        outcome_row(&outcome, "package", ROW_ERROR, "it broke");
                        status = format(&outcome, "Enable", &document);
                        assert_string_equal(json_string(status, "status"), "error");
                        assert_int_equal(code_of(status), reason->azure_code);
                        assert_non_null(strstr(message_of(status), "found 17"));
                        assert_int_equal(installer_code_of(message_of(status)), reason->installer_code);
                        assert_null(json_member(status, "configurationAppliedTime"));
                        first = row_of(status, 0);
                        assert_string_equal(json_string(first, "name"), "ErrorClarification");
                        assert_string_equal(json_string(first, "status"), "error");
                        assert_int_equal(code_of(first), reason->user ? reason->azure_code : -reason->azure_code);
                        assert_true(text_starts_with(message_of(first), reason->id));
                        assert_string_equal(json_string(row_of(status, 1), "name"), "package");
                        assert_int_equal(code_of(row_of(status, 1)), reason->azure_code);
                }
}

static void foreign_bytes_never_break_the_document(void **state)
{
        _cleanup_json_ Json *document = NULL;
        Outcome outcome = { .verdict = VERDICT_FAILED };
        Json *status;

        failure_set(&outcome.failure, REASON_INTERNAL,
                    "a\xff\xc3"
                    "b\x01\x1b[31m\n\"quoted\\\" \xe2\x82\xac \xed\xa0\x80 \xf4\x90\x80\x80");
        outcome_row(&outcome, "\xfe\"name\"", ROW_WARNING, "\xe2\x82");
        outcome_row(&outcome, "empty", ROW_SUCCESS, "%s", "");
        outcome_row(&outcome, "", ROW_SUCCESS, "%s", "\x01");
        status = format(&outcome,
                        "En\xff"
                        "able",
                        &document);
        assert_non_null(strstr(message_of(status), "a??b  [31m \"quoted\\\" \xe2\x82\xac"));
        assert_string_equal(json_string(row_of(status, 1), "name"), "?\"name\"");
        assert_string_equal(message_of(row_of(status, 1)), "??");
        assert_string_equal(message_of(row_of(status, 2)), "-");
}

static void fill(Outcome *outcome, const char *unit)
{
        char name[16], text[OUTCOME_TEXT_MAX];
        size_t i, length = 0;

        while (length + strlen(unit) < sizeof(text)) {
                memcpy(text + length, unit, strlen(unit) + 1);
                length += strlen(unit);
        }
        for (i = 0; i < OUTCOME_ROWS_MAX; i++) {
                snprintf(name, sizeof(name), "row %zu", i);
                outcome_row(outcome, name, ROW_ERROR, "%s", text);
        }
        snprintf(outcome->message, sizeof(outcome->message), "%s", text);
        failure_set(&outcome->failure, REASON_INTERNAL, "%s", text); /* cut anywhere */
}

static void however_much_is_said_it_stays_small_and_keeps_every_row(void **state)
{
        static const char *const units[] = { "x", "\"", "\\", "\xf0\x9f\x98\x80", "\x01", "\xff", "</script>" };
        static const Verdict verdicts[] = { VERDICT_WORKING, VERDICT_SUCCEEDED, VERDICT_REFUSED, VERDICT_FAILED };
        size_t i, j;

        for (i = 0; i < ELEMENTSOF(units); i++)
                for (j = 0; j < ELEMENTSOF(verdicts); j++) {
                        _cleanup_json_ Json *document = NULL;
                        Outcome outcome = { .verdict = verdicts[j] };
                        Json *status;

                        fill(&outcome, units[i]);
                        status = format(&outcome, "Enable", &document);
                        assert_true(count_rows(status) >= OUTCOME_ROWS_MAX);
                }
}

static const Environment environment = { .status_folder = (char *)FOLDER };

static void the_file_is_replaced_and_readable(void **state)
{
        _cleanup_free_ char *text = NULL, *full = NULL, *path = status_path(&environment, 3);
        Outcome outcome = { .verdict = VERDICT_WORKING };
        Scratch *scratch = *state;
        mode_t before = umask(0077);
        struct stat st;
        Error err;
        int r;

        assert_string_equal(path, FOLDER "/3.status");
        scratch_write(scratch, path,
                      "an old success, longer than what comes after it"
                      "                                  ");
        outcome_say(&outcome, "new");
        r = status_write(&scratch->host, &environment, 3, "Enable", &outcome, &err);
        umask(before);
        assert_int_equal(r, 0);
        text = scratch_read(scratch, path);
        assert_non_null(strstr(text, "Configuration In Progress: new"));
        assert_int_equal(text[strlen(text) - 1], ']');
        full = text_format("%s%s", scratch->root, path);
        assert_int_equal(stat(full, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0644);
}

static void a_folder_that_is_gone_is_not_made_again(void **state)
{
        _cleanup_free_ char *full = NULL;
        const Outcome outcome = { .verdict = VERDICT_WORKING };
        Scratch *scratch = *state;
        Error err;

        assert_int_equal(status_write(&scratch->host, &environment, 3, "Enable", &outcome, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
        full = text_format("%s/ext", scratch->root);
        assert_int_equal(access(full, F_OK), -1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(work_in_progress_says_what_is_done_now),
                cmocka_unit_test(success_tells_the_message_and_each_stage),
                cmocka_unit_test(an_error_carries_the_reasons_codes_and_class),
                cmocka_unit_test(foreign_bytes_never_break_the_document),
                cmocka_unit_test(however_much_is_said_it_stays_small_and_keeps_every_row),
                TEST(the_file_is_replaced_and_readable),
                TEST(a_folder_that_is_gone_is_not_made_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
