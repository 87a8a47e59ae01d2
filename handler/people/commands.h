/*
 * commands: those of people that need settings, or what the extension keeps; each returns the exit code. The others are
 * in agent/commands.
 */
#pragma once

#include "agent/commands/command_line.h"

int command_check(const CommandLine *line);
int command_plan(const CommandLine *line);
int command_status(const CommandLine *line);
int command_doctor(const CommandLine *line);
int command_onboard(const CommandLine *line);
int command_offboard(const CommandLine *line);
int command_collect(const CommandLine *line);
int command_generalize(const CommandLine *line);
