/*
 * explain: what a reason, a row of the status or a code means, and what to do; all ids without a word. Looks at nothing
 * of this machine.
 */
#pragma once

#include "agent/commands/command_line.h"

/* COMMAND_USAGE: there is no such word; what may have been meant is said. */
int command_explain(const CommandLine *line);
