/*
 * package_work: the parts of installing a package, for the steps that do. In this order: prepare, download, transact;
 * then commit and clean, or end, which is both.
 */
#pragma once

#include "agent/mission.h"
#include "agent/steps/package_choice.h"

/* Folders for what is downloaded and for what scripts need; in the undo journal. */
int package_prepare(Mission *mission, Failure *failure);

/*
 * One start of the package manager instead of two, where nothing has to be known of the list before: reads the list of
 * run->source and fetches the package. *ret_tried false: not here. What came of it other than TROUBLE_NONE is no
 * verdict about the package.
 */
int package_download_early(Mission *mission, const PackageRun *run, bool *ret_tried, PackageResult *ret,
                           Failure *failure);

/* Killable. Reads all package lists anew where that may help. What a manager cannot do apart the transaction does.
 * choice gets a version where nobody asked for one and it could be told. */
int package_download(Mission *mission, PackageChoice *choice, Failure *failure);

/* Never signalled. Downloads once more what the lists name by then. Mission.flush is set where what was installed is
 * not on the disk yet. */
int package_transact(Mission *mission, const PackageChoice *choice, Failure *failure);

/* Waits for that, and forgets the journal. */
int package_commit(Mission *mission, Failure *failure);
int package_end(Mission *mission, Failure *failure);

/* The same as package_end() of what an earlier step installed, if it did and is not ended: when it is on the disk, or
 * once it is. A crash before has the transaction done again. */
int package_settle(Mission *mission, bool wait, Failure *failure);

/* Removes what package_prepare() made. */
int package_clean(const Host *host, Error *err) _must_check_;
