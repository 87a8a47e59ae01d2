/*
 * hold: changes of this machine are put on hold, and go on again. Looking and telling go on.
 *
 * FACTS_HOLD_FILE (agent/hold.h) is the administrator's: no verb of the extension removes it.
 */
#pragma once

#include "agent/commands/command_line.h"

/* The words are the reason. Returns the exit code. */
int command_hold(const CommandLine *line);
int command_unhold(const CommandLine *line);
