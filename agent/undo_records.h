/*
 * undo_records: the undo journal as it lies on the disk, for those who write it and who roll back by it.
 */
#pragma once

#include "agent/state.h"
#include "platform/json.h"

#define UNDO_FOLDER STATE_FOLDER "/undo"
#define UNDO_SAVED_MAX (4 * 1024 * 1024)

/* One line a record; a torn one (power cut or full disk while writing it) is no record: its change was not made. */
int undo_records_read(const Host *host, Json **ret, Error *err) _must_check_;
