/*
 * sensor_start: a sensor that was started a moment ago, by a boot or by whoever installed it. Until it answers nobody
 * knows its licence, its tenant and whether its build has expired, by which it is decided what is to be done.
 */
#pragma once

#include "agent/mission.h"

/*
 * After a look: while the sensor's process is young and does not answer, for 15 s at most and no longer than the
 * mission's deadline, which are no failure: a plan is made without it then. 1: there was something to wait for, and the
 * machine is to be looked at again; 0: nothing; -1 with the reason for a stop.
 */
int sensor_start_wait(Mission *mission, Failure *failure);
