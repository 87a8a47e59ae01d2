/*
 * package_choice: which version of the sensor's package is to be installed, and how, by what the sources offer.
 */
#pragma once

#include "agent/mission.h"

typedef struct PackageChoice {
        char version[PACKAGE_VERSION_MAX]; /* as the sources write it; "": the candidate */
        PackageAction action;
        bool newest; /* version was found, not asked for: where the lists change, another one takes its place */
} PackageChoice;

/* The newest of a package that is not there: package_choice_make() asks nobody. */
bool package_choice_is_plain(const Mission *mission);
/* For people: "the repository has: 3, 2, 1", or of many "the newest there: 9, 8, 7, 6, 5 (and 4 older)". Pure; caller
 * frees. */
char *package_choice_versions(const PackageOffers *offers);

/* After the repository step: its lists are fresh. -1: there is none that would do what is asked. */
int package_choice_make(Mission *mission, PackageChoice *ret, Failure *failure);

/* The package manager found nothing: -1 where its own configuration keeps it from taking what our source has. */
int package_choice_fail_kept(Mission *mission, Failure *failure);

/* A package manager that would take any source's, signed or not, is told the version that ours has. */
int package_choice_bind(Mission *mission, PackageChoice *choice, Failure *failure);
