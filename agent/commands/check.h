/*
 * check: what is so on this machine, as it is looked at before anything is planned. Nothing is changed.
 */
#pragma once

#include "agent/commands/command_line.h"

/* As lines NAME: VALUE for people, or as the document of facts_json.h. Returns the exit code. */
int command_check(const CommandLine *line);
