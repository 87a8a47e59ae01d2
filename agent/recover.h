/*
 * recover: what a failure, a crash or a power cut left of a run, put right.
 */
#pragma once

#include "platform/packages/manager.h"

/*
 * A transaction that still runs is waited for; then what the run changed is kept when the package got installed, and
 * undone when not, and the folders that only a run needs go. repair: how a transaction that was cut off is completed
 * (its output goes to installer_log), again until its deadline while that fails in a way that time may mend; NULL: such
 * a state is left for the next run.
 *
 * ERROR_TRUST: what would complete it is not signed by a pinned key; the journal stays, the text says what to do.
 * -1 with *ret not TROUBLE_NONE: completing it failed, and the next run goes on with it (PackageManager.silent: else
 * the package's state tells what is left to do). ret NULL: it is tried once.
 */
int recover_run(const Host *host, const PackageRun *repair, const char *installer_log, PackageResult *ret,
                Error *err) _must_check_;
