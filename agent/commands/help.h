/*
 * help: what the program and its commands take, from the table of commands.
 */
#pragma once

#include <stdio.h>

#include "agent/commands/command.h"

/* All commands: those of people first, a line each; fits a screen of 80x24. Returns the exit code. */
int command_help(FILE *file);

/* The words after "mde-linux" are no command: asks for help, or is refused on stderr. Returns the exit code. */
int command_help_without(int n_words, char *const *words);

/* One command with its options, on stdout. Returns the exit code. */
int command_help_one(const Command *command);
