/*
 * words: what is made of the program's tables while it is built: the manual page of reasons, completions of shells.
 *
 * Runs on the machine that builds, whatever the program is built for; each writes one whole file.
 */
#pragma once

#include <stdio.h>

#include "agent/commands/command.h"

void words_reasons(FILE *file); /* mde-linux-reasons(7), roff with the man macros */
void words_bash(FILE *file);
void words_zsh(FILE *file);
void words_fish(FILE *file);

/* Calls for each name that 'explain' knows. */
void words_each_name(FILE *file, void (*print)(FILE *file, const char *name));

/* Text with a backslash before each of these characters. */
void words_escaped(FILE *file, const char *text, const char *special);

/* Options before the end of the list. */
size_t words_n_options(const Command *command);
