/*
 * command_line: what a person wrote behind a command, read by the conventions of GNU: "--name VALUE" and
 * "--name=VALUE", in any order with words, until "--"; unique abbreviations of options; -h is --help.
 */
#pragma once

#include "agent/commands/command.h"
#include "agent/configuration.h"
#include "platform/host.h"

typedef struct CommandLine {
        const Command *command;
        const char *values[COMMAND_OPTIONS_MAX]; /* NULL: not given; "": given, takes no value */
        char **words;                            /* borrowed from argv; n_words of them, within the command's bounds */
        int n_words;
} CommandLine;

/* argv[0] is the command's name; argv is reordered. -1: wrong use, which was said on stderr. */
int command_line_read(const Command *command, int argc, char *argv[], CommandLine *ret) _must_check_;

/* NULL: not given; "" for one that takes no value. The command has an option of that name. */
const char *command_line_option(const CommandLine *line, const char *name);

/* Says on stderr how the command is used, after "mde-linux NAME: ..."; returns COMMAND_USAGE. */
int command_line_refuse(const CommandLine *line, const char *format, ...) _printf_(2, 3);

/*
 * The machine that --root names, if it does, in place of the running one that host is: host->root is borrowed from
 * *ret_root, which the caller frees. Returns 0, or the exit code after what is wrong was said on stderr.
 */
int command_line_root(const CommandLine *line, char **ret_root, Host *host) _must_check_;

/*
 * Where the command looks: the running machine as its site's configuration has it, or what --root names, as above. What
 * is wrong with either is said on stderr; returns 0, or the exit code. A site's configuration that only root may read
 * is left out (configuration->hidden is for the answer to say).
 */
int command_line_host(const CommandLine *line, Configuration *configuration, char **ret_root, Host *host) _must_check_;

/* The same for a command whose answer it is that the site's configuration does not count (configuration->unread). */
int command_line_look(const CommandLine *line, Configuration *configuration, char **ret_root, Host *host) _must_check_;
