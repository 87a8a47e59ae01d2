/*
 * mission_run: carries out a request on this machine: look, plan, act, look again.
 *
 * The caller holds the mission lock. Everything that is told while it runs goes through Mission.on_progress.
 */
#pragma once

#include "agent/mission.h"

/* The second look, as this request needs it. */
void mission_look(const Host *host, const Request *request, Facts *ret);

/* Runs to a terminal outcome, always. */
void mission_run(Mission *mission, Outcome *outcome);
