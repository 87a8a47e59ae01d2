/*
 * package_gate: what was downloaded from the vendor's own place is judged once more, by pinned keys alone: the package
 * manager would also believe whatever else its database of keys holds. A source that a package of the distribution
 * configures (PackageSource.packaged: Azure Linux, Mariner) has the distribution's keys by design, which are not among
 * the pinned: there what lies in the files that its gpgkey names counts beside them, and nothing is fetched.
 */
#pragma once

#include "agent/mission.h"

/*
 * Every package of the sensor (of this version; "": of any) that the manager has downloaded and not installed yet. A
 * site's own repository and managers whose packages carry no signature are let pass. -1: one is not signed by such a
 * key, or none is found where this manager keeps them.
 */
int package_gate(Mission *mission, const char *version, Failure *failure);

/* Whether it judges what comes from this source, or lets it pass. */
bool package_gate_applies(const Mission *mission, const PackageSource *source);
