#include "agent/guest/extension_status.h"

#include <string.h>
#include <time.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"

#define FILE_MAX (256 * 1024)
#define CLARIFICATION "ErrorClarification" /* its text begins with the reason's id and a colon */

static void take(const char *value, char *ret, size_t size)
{
        _cleanup_free_ char *shown = text_escape(value ? value : "", size - 8);

        snprintf(ret, size, "%s", shown);
}

static const char *message_of(Json *status)
{
        return json_string(json_member(status, "formattedMessage"), "message");
}

/* 0: no such time. */
static int64_t read_time(const char *text)
{
        struct tm tm = { 0 };

        if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
                   &tm.tm_sec) != 6 ||
            tm.tm_year < 1970)
                return 0;
        tm.tm_year -= 1900;
        tm.tm_mon -= 1;
        return (int64_t)timegm(&tm);
}

static ReasonId read_reason(const char *text)
{
        _cleanup_free_ char *id = text_copy_n(text, strcspn(text, ":"));

        return reason_find(id);
}

static void read_rows(Json *rows, ExtensionStatus *status)
{
        size_t n = json_object_is_type(rows, json_type_array) ? (size_t)json_object_array_length(rows) : 0, i;

        for (i = 0; i < n && status->n_rows < EXTENSION_ROWS_MAX; i++) {
                Json *json = json_object_array_get_idx(rows, i);
                ExtensionRow *row = &status->rows[status->n_rows++];

                take(json_string(json, "name"), row->name, sizeof(row->name));
                take(json_string(json, "status"), row->status, sizeof(row->status));
                take(message_of(json), row->text, sizeof(row->text));
                if (text_equal(row->name, CLARIFICATION))
                        status->reason = read_reason(row->text);
        }
}

bool extension_status_parse(const char *text, size_t length, ExtensionStatus *ret)
{
        _cleanup_json_ Json *document = NULL;
        Json *entry, *status;

        if (json_parse(text, length, &document, NULL) < 0)
                return false;
        entry = json_object_is_type(document, json_type_array) && json_object_array_length(document) > 0
                        ? json_object_array_get_idx(document, 0)
                        : document;
        status = json_member(entry, "status");
        if (!json_object_is_type(status, json_type_object) || !json_string(status, "status"))
                return false;
        take(json_string(status, "operation"), ret->operation, sizeof(ret->operation));
        take(json_string(status, "status"), ret->status, sizeof(ret->status));
        take(message_of(status), ret->message, sizeof(ret->message));
        take(json_string(entry, "timestampUTC"), ret->time, sizeof(ret->time));
        ret->code = json_object_get_int64(json_member(status, "code"));
        ret->told_s = read_time(ret->time);
        read_rows(json_member(status, "substatus"), ret);
        return true;
}

void extension_status_read(const Host *host, const char *path, ExtensionStatus *ret)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        Error err = { 0 };

        *ret = (ExtensionStatus){ .present = TRI_UNKNOWN, .damaged = TRI_UNKNOWN };
        if (fs_read(host, path, FILE_MAX, &text, &length, &err) < 0) {
                take(err.text, ret->trouble, sizeof(ret->trouble));
                if (err.kind == ERROR_INPUT) /* too large, or no file */
                        ret->present = ret->damaged = TRI_YES;
                return;
        }
        ret->present = tri(text != NULL);
        if (!text)
                return;
        ret->damaged = tri(!extension_status_parse(text, length, ret));
        if (ret->damaged == TRI_NO)
                return;
        error_set(&err, ERROR_INPUT, "%s holds no status", path);
        take(err.text, ret->trouble, sizeof(ret->trouble));
}
