/*
 * repository_fail: what the failure of a refresh comes from, where a date is to blame: this machine's clock, or the
 * repository's own.
 */
#pragma once

#include "agent/mission.h"

/* Returns -1. */
int repository_fail_refresh(const Mission *mission, const PackageResult *result, Failure *failure);
