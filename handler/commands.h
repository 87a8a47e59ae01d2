/*
 * commands: one function a verb; each returns the exit code.
 *
 * Framework verbs are called by the guest agent with the extension's folder as working folder; internal ones by our
 * units. Those of people take words; more of them are in agent/commands.
 */
#pragma once

#include "agent/commands/command_line.h"

int command_install(void);
int command_enable(void);
int command_update(void);
int command_disable(void);
int command_uninstall(void);

int command_worker(void);
int command_conclude(void);
int command_recheck(void);

int command_check(const CommandLine *line);
int command_plan(const CommandLine *line);
int command_status(const CommandLine *line);
int command_onboard(const CommandLine *line);
int command_offboard(const CommandLine *line);
int command_collect(const CommandLine *line);
int command_generalize(const CommandLine *line);
