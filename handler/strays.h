/*
 * strays: what a run leaves behind in its unit: downloads and questions to the sensor, which nobody waits for any more,
 * and what hooks of the package manager's put into the background.
 */
#pragma once

#include "platform/host.h"

/* Kills what else runs in this unit, but nothing where a transaction is left: what that started goes on. The caller
 * has the mission lock, or nobody has. whose: for the log ("the worker"). */
void strays_end(const Host *host, const char *unit, const char *whose);
