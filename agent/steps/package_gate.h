/*
 * package_gate: what was downloaded from the vendor's own place is judged once more, by pinned keys alone: the package
 * manager would also believe whatever else its database of keys holds.
 */
#pragma once

#include "agent/mission.h"

/*
 * Every package of the sensor (of this version; "": of any) that the manager has downloaded and not installed yet. A
 * site's own repository, one that the distribution's package configures and managers whose packages carry no signature
 * are let pass. -1: one is not signed by a pinned key, or none is found where this manager keeps them.
 */
int package_gate(Mission *mission, const char *version, Failure *failure);
