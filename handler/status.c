/*
 * One document without a message makes some guest agents drop the status of the whole machine, and one that is not
 * UTF-8 or not JSON replaces our answer by their own error: so each text is cleaned, none is empty, and the size is
 * bounded by cutting the rows, never the message.
 */
#include "handler/status.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "handler/plain_text.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"

#define PROGRESS "Configuration In Progress"
#define MESSAGE_MAX 2000

/* A NULL from json-c means that memory is out. */
static Json *solid(Json *json)
{
        if (!json)
                abort();
        return json;
}

static void add(Json *object, const char *member, Json *value)
{
        json_object_object_add(object, member, solid(value));
}

static void add_text(Json *object, const char *member, const char *text, size_t max)
{
        _cleanup_free_ char *clean = plain_text(text, max);

        add(object, member, json_object_new_string(clean));
}

static void add_message(Json *object, const char *text, size_t max)
{
        Json *message = solid(json_object_new_object());

        add_text(message, "lang", "en-US", max);
        add_text(message, "message", text_is_empty(text) ? "-" : text, max);
        add(object, "formattedMessage", message);
}

static int error_code(const Outcome *outcome)
{
        return reason_get(outcome->failure.reason)->azure_code;
}

static bool is_error(const Outcome *outcome)
{
        return outcome->verdict == VERDICT_REFUSED || outcome->verdict == VERDICT_FAILED;
}

static const char *level_name(RowLevel level)
{
        switch (level) {
        case ROW_SUCCESS:
                return "success";
        case ROW_WARNING:
                return "warning";
        case ROW_WORKING:
                return "transitioning";
        case ROW_ERROR:
        default:
                return "error";
        }
}

static int level_code(const Outcome *outcome, RowLevel level)
{
        switch (level) {
        case ROW_SUCCESS:
        case ROW_WARNING:
                return 0;
        case ROW_WORKING:
                return 1;
        case ROW_ERROR:
        default:
                return is_error(outcome) ? error_code(outcome) : 1;
        }
}

static Json *new_row(Json *rows)
{
        Json *row = solid(json_object_new_object());

        json_object_array_add(rows, row);
        return row;
}

static void fill_row(Json *row, const char *name, const char *status, int code, const char *text, size_t max)
{
        add_text(row, "name", text_is_empty(name) ? "-" : name, sizeof(((OutcomeRow *)0)->name));
        add(row, "status", json_object_new_string(status));
        add(row, "code", json_object_new_int(code));
        add_message(row, text, max);
}

/* Azure reads the class out of this row's code: above zero the customer can mend it, below it is the platform or we. */
static void add_clarification(Json *rows, const Failure *failure)
{
        const Reason *reason = reason_get(failure->reason);
        _cleanup_free_ char *text = text_format("%s: %s", reason->id, reason->what);

        fill_row(new_row(rows), "ErrorClarification", "error", reason->user ? reason->azure_code : -reason->azure_code,
                 text, OUTCOME_TEXT_MAX);
}

static Json *make_rows(const Outcome *outcome, size_t max)
{
        Json *rows = solid(json_object_new_array());
        size_t i;

        if (is_error(outcome))
                add_clarification(rows, &outcome->failure);
        for (i = 0; i < outcome->n_rows && i < OUTCOME_ROWS_MAX; i++) {
                const OutcomeRow *row = &outcome->rows[i];

                fill_row(new_row(rows), row->name, level_name(row->level), level_code(outcome, row->level), row->text,
                         max);
        }
        return rows;
}

static char *working_message(const Outcome *outcome)
{
        return *outcome->message ? text_format(PROGRESS ": %s", outcome->message) : text_copy(PROGRESS);
}

static char *success_message(const Outcome *outcome, const char *operation)
{
        return *outcome->message ? text_copy(outcome->message) : text_format("%s succeeded", operation);
}

static char *error_message(const Outcome *outcome)
{
        char text[FAILURE_TEXT_MAX];

        return text_copy(failure_message(&outcome->failure, text));
}

static void add_verdict(Json *status, const Outcome *outcome, const char *operation)
{
        _cleanup_free_ char *message = NULL;
        const char *word = "error";
        int code;

        switch (outcome->verdict) {
        case VERDICT_WORKING:
                word = "transitioning";
                code = 1;
                message = working_message(outcome);
                break;
        case VERDICT_SUCCEEDED:
                word = "success";
                code = 0;
                message = success_message(outcome, operation);
                break;
        case VERDICT_REFUSED:
        case VERDICT_FAILED:
        default:
                code = error_code(outcome);
                message = error_message(outcome);
        }
        add(status, "status", json_object_new_string(word));
        add(status, "code", json_object_new_int(code));
        add_message(status, message, MESSAGE_MAX);
}

static char *format_within(const Outcome *outcome, const char *operation, int64_t now, size_t row_max)
{
        _cleanup_json_ Json *document = solid(json_object_new_array());
        Json *entry = solid(json_object_new_object()), *status = solid(json_object_new_object());
        char time_text[TEXT_TIME_MAX];

        text_time(now, time_text);
        json_object_array_add(document, entry);
        add(entry, "version", json_object_new_double_s(1.0, "1.0"));
        add(entry, "timestampUTC", json_object_new_string(time_text));
        add(entry, "status", status);
        add(status, "name", json_object_new_string(STATUS_NAME));
        add_text(status, "operation", operation, 60);
        if (outcome->verdict == VERDICT_SUCCEEDED)
                add(status, "configurationAppliedTime", json_object_new_string(time_text));
        add_verdict(status, outcome, operation);
        add(status, "substatus", make_rows(outcome, row_max));
        return text_copy(
                json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

char *status_format(const Outcome *outcome, const char *operation, int64_t now)
{
        static const size_t row_limits[] = { OUTCOME_TEXT_MAX, 400, 100 };
        size_t i;

        if (text_is_empty(operation))
                operation = "Enable";
        for (i = 0;; i++) {
                _cleanup_free_ char *text = format_within(outcome, operation, now, row_limits[i]);

                if (strlen(text) < STATUS_SIZE_MAX || i + 1 == ELEMENTSOF(row_limits))
                        return TAKE_PTR(text);
        }
}

char *status_path(const Environment *environment, int sequence)
{
        return text_format("%s/%d.status", environment->status_folder, sequence);
}

int status_write(const Host *host, const Environment *environment, int sequence, const char *operation,
                 const Outcome *outcome, Error *err)
{
        _cleanup_free_ char *path = status_path(environment, sequence);
        _cleanup_free_ char *text = status_format(outcome, operation, (int64_t)time(NULL));

        if (!fs_is_folder(host, environment->status_folder))
                return error_set(err, ERROR_MISSING, "the status folder %s is gone", environment->status_folder);
        return fs_write_volatile(host, path, text, strlen(text), 0644, err);
}

Json *status_read(const Host *host, const Environment *environment, int sequence)
{
        _cleanup_free_ char *path = status_path(environment, sequence), *text = NULL;
        _cleanup_json_ Json *json = NULL;
        size_t length;

        if (fs_read(host, path, 2 * STATUS_SIZE_MAX, &text, &length, NULL) < 0 || !text ||
            json_parse(text, length, &json, NULL) < 0 || !json_object_is_type(json, json_type_array))
                return NULL;
        return TAKE_PTR(json);
}

bool status_is_success(const Host *host, const Environment *environment, int sequence)
{
        _cleanup_json_ Json *json = status_read(host, environment, sequence);

        return status_told_success(status_told(json));
}

Json *status_told(Json *document)
{
        if (!json_object_is_type(document, json_type_array))
                return NULL;
        return json_member(json_object_array_get_idx(document, 0), "status");
}

Json *status_told_rows(Json *status)
{
        Json *rows = json_member(status, "substatus");

        return json_object_is_type(rows, json_type_array) ? rows : NULL;
}

size_t status_told_count(Json *rows)
{
        return rows ? (size_t)json_object_array_length(rows) : 0;
}

Json *status_told_row(Json *rows, const char *name)
{
        size_t i;

        for (i = 0; i < status_told_count(rows); i++) {
                Json *row = json_object_array_get_idx(rows, i);

                if (text_equal(json_string(row, "name"), name))
                        return row;
        }
        return NULL;
}

const char *status_told_level(Json *told)
{
        const char *word = json_string(told, "status");

        return word ? word : "";
}

const char *status_told_text(Json *told)
{
        const char *message = json_string(json_member(told, "formattedMessage"), "message");

        return message ? message : "";
}

bool status_told_success(Json *told)
{
        return text_equal(status_told_level(told), "success");
}

bool status_told_warn(Json *rows, const char *name, const char *text)
{
        _cleanup_free_ char *clean = plain_text(text, OUTCOME_TEXT_MAX);
        Json *row = status_told_row(rows, name);

        if (row && text_equal(status_told_text(row), clean))
                return false;
        fill_row(row ? row : new_row(rows), name, level_name(ROW_WARNING), 0, clean, OUTCOME_TEXT_MAX);
        return true;
}
