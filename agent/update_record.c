#include "agent/update_record.h"

#include <stdio.h>
#include <string.h>

#include "agent/state.h"
#include "platform/base/text.h"
#include "platform/crypto.h"
#include "platform/fs.h"
#include "platform/json_record.h"

#define FILE_NAME STATE_FOLDER "/update.json"
#define SIZE_MAX_BYTES (64 * 1024)
#define SCHEMA 1
#define DAY_S 86400
#define DAYS_A_WEEK 7

static const char *const tri_words[] = { [TRI_UNKNOWN] = "unknown", [TRI_NO] = "no", [TRI_YES] = "yes" };

static const JsonField fields[] = {
        JSON_INTEGER(UpdateRecord, looked, "looked"),
        JSON_BOOL(UpdateRecord, due, "due"),
        JSON_WORD(UpdateRecord, opted_out, "optedOut", tri_words),
        JSON_TEXT(UpdateRecord, trouble, "trouble"),
        JSON_TEXT(UpdateRecord, before, "before"),
        JSON_TEXT(UpdateRecord, after, "after"),
        JSON_TEXT(UpdateRecord, skipped, "skipped"),
        JSON_INTEGER(UpdateRecord, skipped_s, "skippedAt"),
        JSON_TEXT(UpdateRecord, skipped_why, "skippedWhy"),
        { 0 },
};

void update_record_read(const Host *host, UpdateRecord *ret)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_json_ Json *json = NULL;
        UpdateRecord record = { 0 };
        size_t length = 0;

        *ret = record;
        if (fs_read(host, FILE_NAME, SIZE_MAX_BYTES, &text, &length, NULL) < 0 || !text ||
            json_parse(text, length, &json, NULL) < 0 || json_object_get_int(json_member(json, "schema")) != SCHEMA ||
            json_record_read(fields, json, &record, NULL) < 0)
                return;
        *ret = record;
}

int update_record_write(const Host *host, const UpdateRecord *record, Error *err)
{
        _cleanup_json_ Json *json = json_record_make(fields, record);
        _cleanup_free_ char *before = NULL;
        const char *text;
        size_t length = 0;

        json_object_object_add(json, "schema", json_object_new_int(SCHEMA));
        text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY);
        if (fs_read(host, FILE_NAME, SIZE_MAX_BYTES, &before, &length, NULL) == 0 && text_equal(before, text))
                return 0;
        return fs_write(host, FILE_NAME, text, strlen(text), 0600, err);
}

static int64_t day_of_week(const char *machine_id)
{
        char digest[CRYPTO_SHA256_HEX];
        unsigned number = 0;

        crypto_sha256_hex(machine_id, strlen(machine_id), digest);
        return sscanf(digest + 8, "%8x", &number) == 1 ? (int64_t)(number % DAYS_A_WEEK) : 0;
}

int64_t update_record_last_day(const char *machine_id, int64_t now_s)
{
        int64_t today = now_s / DAY_S;

        return today - (today + DAYS_A_WEEK - day_of_week(machine_id)) % DAYS_A_WEEK;
}

bool update_record_is_due(const UpdateRecord *record, const char *machine_id, int64_t now_s)
{
        int64_t today = now_s / DAY_S, last = update_record_last_day(machine_id, now_s);

        if (record->looked == 0 || record->looked > today) /* a clock that was ahead */
                return last == today;
        return record->looked < last;
}
