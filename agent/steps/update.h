/*
 * update: the step that autoUpdate takes, in its parts.
 *
 * A new version is a guest until it was seen at work: licensed in the same tenant, its unit enabled and active. Else
 * the version before it, which was downloaded before, is put back, and the new one is not tried again.
 */
#pragma once

#include "agent/mission.h"

/*
 * Which version to go to: newer than the one that is installed and than the last that did not come up, and what is
 * installed is still offered, as the way back. "": none. Refreshes the source, with what that changes in the undo
 * journal. -1: that cannot be known now, or there is no way back.
 */
int update_find(Mission *mission, char version[PACKAGE_VERSION_MAX], Failure *failure);

/*
 * Once mission->facts.update.record.after is installed: waits for it to come up, and else goes back. downloaded: what
 * it needs for that is there. -1: neither of both is at work, or a stop: the record stays, the next run comes to it
 * again.
 */
int update_gate(Mission *mission, bool downloaded, Failure *failure);

/* Forgets the update that was begun. */
int update_end(Mission *mission, Failure *failure);
