/*
 * update_record: what autoUpdate remembers of this machine: when it looked last, what it was in the middle of, what it
 * shall not try again.
 *
 * STATE/update.json, schema 1, no secrets; on disk (fsync) before what it tells is done. Absent: nothing is remembered.
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/host.h"
#include "platform/packages/package.h"

typedef struct UpdateRecord {
        int64_t looked;    /* the day of the last look for a newer version (or from which days are counted): days since
                              1970, UTC; 0: none */
        bool due;          /* the daily look found a newer version: the next run takes it */
        Tri opted_out;     /* the Azure tag, when it was asked last */
        char trouble[256]; /* why the last look or update came to nothing; "" when it did not */

        /* an update was begun, and its outcome was not seen yet; "" none */
        char before[PACKAGE_VERSION_MAX];
        char after[PACKAGE_VERSION_MAX];

        /* the last one that did not come up; "" none */
        char skipped[PACKAGE_VERSION_MAX];
        int64_t skipped_s; /* when, since 1970 */
        char skipped_why[256];
} UpdateRecord;

/* Never fails: what cannot be read is not remembered. */
void update_record_read(const Host *host, UpdateRecord *ret);

/* Writes only what has changed. */
int update_record_write(const Host *host, const UpdateRecord *record, Error *err) _must_check_;

/*
 * The day on which a machine looks, at most today's: every machine has one of its own in each week, by its machine id.
 * Pure, both.
 */
int64_t update_record_last_day(const char *machine_id, int64_t now_s);

/* That day has come since the last look. Where nothing was looked for yet, only on that very day. */
bool update_record_is_due(const UpdateRecord *record, const char *machine_id, int64_t now_s);
