/*
 * kept: what an offboarding keeps of the onboarding file until the sensor has left (SENSOR_KEPT_FILE), when it was cut
 * off and the sensor has left all the same: nobody puts it back any more.
 *
 * For who holds the mission lock and has just looked.
 */
#pragma once

#include "agent/facts.h"

/* The sensor says that it has no licence, or another onboarding file has come. Not while changes are on hold. Pure. */
bool kept_is_needless(const Facts *facts);

/* Removes it if it is; that it cannot be is logged, and tried again by the next look. */
void kept_forget(const Host *host, const Facts *facts);
