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

/* Whether it judges, or lets pass. */
bool package_gate_applies(const Mission *mission);

typedef struct PackageGateAsked {
        const Host *host;
        const PackageManager *manager; /* whose packages carry their signature */
        const char *version;           /* "": any */
        const char *file;              /* this one; NULL: what was downloaded */
        const char *keyring;           /* in its folder pinned keys are looked for as well; or "" */
        const char *key_files;         /* PackageSource.key_files of a packaged source; else NULL */
        bool only_look;                /* is one there? Whoever signed it. */
} PackageGateAsked;

/* The same outside of a mission, and whatever the source. *ret_missing: -1 is for nothing being there to judge. */
int package_gate_judge(const PackageGateAsked *asked, bool *ret_missing, Failure *failure);
