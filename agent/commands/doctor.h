/*
 * doctor: why this machine is not (shown as) onboarded, and what to do about it; the most likely cause first.
 */
#pragma once

#include "agent/commands/command_line.h"

/* COMMAND_DONE: nothing wrong was found; COMMAND_NOT_AS_ASKED: causes were; COMMAND_UNKNOWN: none, but the answer as a
 * whole could not be seen. */
int command_doctor(const CommandLine *line);
