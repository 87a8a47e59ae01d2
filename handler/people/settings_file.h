/*
 * settings_file: what a person names with --settings: a JSON object of public settings.
 */
#pragma once

#include "agent/commands/command_line.h"
#include "platform/json.h"

/* path NULL: an empty object. As named_file_read_json(); ERROR_INPUT: it is no object. */
int settings_file_read(const char *path, Json **ret, Error *err) _must_check_;

/* Says on stderr what is wrong with a setting in it; returns COMMAND_USAGE. */
int settings_file_refuse(const CommandLine *line, const Failure *failure);

/* Refuses that more than one of these (NULL: not given) is the standard input, which can be read once. names: as a
 * person is told of them. 0, or COMMAND_USAGE. */
int settings_file_refuse_twice(const CommandLine *line, const char *const *given, size_t n, const char *names);
