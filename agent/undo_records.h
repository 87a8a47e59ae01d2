/*
 * undo_records: the undo journal as it lies on the disk, for those who write it and who roll back by it.
 */
#pragma once

#include "agent/state.h"
#include "platform/json.h"

#define UNDO_FOLDER STATE_FOLDER "/undo"
#define UNDO_SAVED_MAX (4 * 1024 * 1024)

Json *undo_record_new(const char *kind, const char *path); /* caller frees */

/* Makes STATE/undo where there is none. On disk when it returns. */
int undo_record_append(const Host *host, Json *record, Error *err) _must_check_;

/* For rolling back: the package manager's keys, by what undo_keys_open() and undo_keys_close() wrote. */
int undo_keys_roll_back(const Host *host, Json *records, Error *err) _must_check_;

/* The boot that it was written in, and whether that is this one. */
void undo_record_add_boot(const Host *host, Json *record);
bool undo_record_is_of_this_boot(const Host *host, Json *record);

/* One line a record; a torn one (power cut or full disk while writing it) is no record: its change was not made. */
int undo_records_read(const Host *host, Json **ret, Error *err) _must_check_;
