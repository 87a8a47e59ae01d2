/*
 * commands: one function a verb; each returns the exit code.
 *
 * Framework verbs are called by the guest agent with the extension's folder as working folder; internal ones by our
 * units. Commands of people: handler/people/commands.h, agent/commands.
 */
#pragma once

int command_install(void);
int command_enable(void);
int command_update(void);
int command_disable(void);
int command_uninstall(void);

int command_worker(void);
int command_conclude(void);
int command_recheck(void);
