/*
 * predecessor: the handler that this extension had before ours. Its enable starts mde_installer.sh in the background,
 * which adds the repository, installs and onboards; neither its disable nor an update of the extension ends that.
 */
#pragma once

#include "agent/mission.h"

/*
 * Until no such installer is at work any more; it is never signalled, and told while it lasts. One that is older than
 * its own handler lets it become is not waited for: should it hold the package manager's locks, they are. -1 with
 * REASON_PACKAGE_MANAGER_LOCKED at the mission's deadline, or with the reason for a stop.
 */
int predecessor_wait(Mission *mission, Failure *failure);
