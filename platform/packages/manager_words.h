/*
 * manager_words: which package managers there are, and how they are spoken of. Pure data.
 */
#pragma once

#include <stdbool.h>

typedef enum PackageManagerId {
        MANAGER_NONE,
        MANAGER_APT,
        MANAGER_DNF, /* dnf 4 */
        MANAGER_DNF5,
        MANAGER_YUM, /* yum 3 */
        MANAGER_ZYPPER,
        MANAGER_TDNF,
        _MANAGER_MAX
} PackageManagerId;

typedef struct PackageManagerWords {
        const char *name;            /* "apt": also in facts as JSON */
        const char *programs[3];     /* absolute; all of them have to be there; NULL-terminated */
        PackageManagerId choices[4]; /* which ones do where it is the usual one, best first; MANAGER_NONE ends them */
        const char *database;        /* "dpkg" */
        const char *broken;          /* what that is when it is broken: "was interrupted" */
        const char *repair;          /* what a person does then: "Run 'dpkg --configure -a'." */
        bool mends; /* the manager itself can finish what is pending of others' packages (repairPackageManager) */
        const char *https[2]; /* the program by which it fetches by https, where that may be missing, and the package
                                 that brings it; or NULL */
        const char *scripts;  /* the folder below which it executes the scripts of packages; NULL: it hands them to a
                                 shell */
        const char *remounts; /* with scripts: the option by which it can be told to remount that folder itself */
        const char *back[2];  /* the command by which a person installs one version, an older one as well: what stands
                                 before the package's name, and between that and the version */
        const char *kept;     /* how a person sees, and takes back, what holds a package or hides it: a sentence; "" */
} PackageManagerWords;

const PackageManagerWords *package_manager_words(PackageManagerId id);

/* "apt-get install --allow-downgrades mdatp=1.0": PackageManagerWords.back. Caller frees. */
char *package_manager_way_back(PackageManagerId id, const char *package, const char *version);
