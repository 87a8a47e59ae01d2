/*
 * update_gate: a new version is a guest until it was seen at work: licensed in the same tenant, its unit enabled and
 * active. Else the version before it, which was downloaded before, is put back, and the new one is not tried again.
 */
#pragma once

#include "agent/mission.h"

/*
 * Once mission->facts.update.record.after is installed: waits for it to come up, and else goes back. downloaded: what
 * it needs for that is there. 0: one of both is at work, and the update is to be forgotten. -1: neither is, or a stop:
 * the record stays, the next run comes to it again.
 */
int update_gate(Mission *mission, bool downloaded, Failure *failure);
