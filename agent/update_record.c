#include "agent/update_record.h"

#include <stdio.h>
#include <string.h>

#include "agent/state_record.h"
#include "platform/crypto.h"

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

static const StateRecord file = { STATE_FOLDER "/update.json", 1, fields, sizeof(UpdateRecord) };

void update_record_read(const Host *host, UpdateRecord *ret)
{
        state_record_read(host, &file, ret);
}

int update_record_write(const Host *host, const UpdateRecord *record, Error *err)
{
        return state_record_write(host, &file, record, err);
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
