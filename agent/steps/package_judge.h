/*
 * package_judge: who signed a package that the manager has downloaded, by the pinned keys that are found on this
 * machine and nothing else.
 */
#pragma once

#include "agent/reasons.h"
#include "platform/packages/manager.h"

typedef struct PackageJudgeAsked {
        const Host *host;
        const PackageManager *manager; /* whose packages carry their signature */
        const char *version;           /* "": any */
        const char *file;              /* this one; NULL: what was downloaded */
        const char *keyring;           /* in its folder pinned keys are looked for as well; or "" */
        const char *key_files;         /* PackageSource.key_files of a packaged source; else NULL */
        bool only_look;                /* is one there? Whoever signed it. */
        bool *ret_sole;                /* where it was judged well: by the one pinned key that is here; may be NULL */
} PackageJudgeAsked;

/* *ret_missing: -1 is for nothing being there to judge. */
int package_judge(const PackageJudgeAsked *asked, bool *ret_missing, Failure *failure);
