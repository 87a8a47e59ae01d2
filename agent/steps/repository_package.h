/*
 * repository_package: distributions that configure the sensor's repository by a package of their own
 * (DistroSupport.repository_package): it is installed from the sources that the machine has, by their keys.
 *
 * It belongs to the distribution: a run that fails later does not take it back, and says that it is there.
 */
#pragma once

#include "agent/mission.h"

/* Is the source of this id one that such a package configures here? */
bool repository_package_brings(const Mission *mission, const char *id);

/* The enabled source that the package configures; the package is installed first where there is none. One that is
 * disabled is somebody's wish: a failure that names its file. */
int repository_package_find(Mission *mission, PackageSource *ret, Failure *failure) _must_check_;
