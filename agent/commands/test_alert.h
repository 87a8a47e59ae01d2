/*
 * test-alert: whether the sensor finds what it has to, by the industry's test file; and how its other half is tested.
 */
#pragma once

#include "agent/commands/command_line.h"

/* COMMAND_NOT_AS_ASKED: not found within the time; COMMAND_UNKNOWN: there is no sensor that could find anything. */
int command_test_alert(const CommandLine *line);
