/*
 * redo: the transaction of a package manager whose database says installed before a package's scripts have run
 * (PackageManager.silent), done once more after it was cut off.
 */
#pragma once

#include "agent/undo.h"
#include "platform/packages/manager.h"

/*
 * What the database has of the sensor is had again, from the copy of a packageFile or from the source that the journal
 * names, and installed. With undo->pinned only what a pinned key signed is: ERROR_TRUST says what lies there instead
 * and what to do, and nothing was installed. Nothing in the database: nothing to do.
 */
int redo_run(const Host *host, const PackageManager *manager, const PackageRun *run, const UndoState *undo,
             PackageResult *ret, Error *err) _must_check_;
