/*
 * update: the step that autoUpdate takes. What becomes of a new version once it is installed: update_gate.h.
 */
#pragma once

#include "agent/mission.h"

/*
 * Which version to go to: newer than the one that is installed and than the last that did not come up, and what is
 * installed is still offered, as the way back. "": none. Refreshes the source, with what that changes in the undo
 * journal. -1: that cannot be known now, or there is no way back.
 */
int update_find(Mission *mission, char version[PACKAGE_VERSION_MAX], Failure *failure);
