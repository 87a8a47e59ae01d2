/*
 * update_ask: for the daily look alone: is it time to look for a newer version, does anything forbid it, and is there
 * one. Nobody else asks: an enable never looks for a newer version.
 */
#pragma once

#include "agent/facts.h"
#include "agent/request.h"

/*
 * After a second look. Fills facts->update.due; asks Azure for the tag only when the day has come. Remembers the day
 * from which days are counted.
 */
void update_ask(const Host *host, const Request *request, Facts *facts);

/*
 * When situation_may_update(): refreshes the source of the package and looks what it offers; what that changes on the
 * machine is put back. True: there is a newer version, and the next run is to take it. False: there is none, or none
 * that can be had now: facts->update is as that has to be told.
 */
bool update_is_there(const Host *host, const Request *request, const char *installer_log, Facts *facts);
