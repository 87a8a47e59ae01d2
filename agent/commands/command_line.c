#include "agent/commands/command_line.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/answers/advice.h"
#include "platform/base/text.h"
#include "platform/host_init.h"

static void say_how(const Command *command)
{
        fprintf(stderr, "Usage: mde-linux %s [OPTION...]%s%s\nTry 'mde-linux %s --help'.\n", command->name,
                command->words ? " " : "", command->words ? command->words : "", command->name);
}

int command_line_refuse(const CommandLine *line, const char *format, ...)
{
        va_list ap;

        fprintf(stderr, "mde-linux %s: ", line->command->name);
        va_start(ap, format);
        vfprintf(stderr, format, ap);
        va_end(ap);
        fputc('\n', stderr);
        say_how(line->command);
        return COMMAND_USAGE;
}

static size_t fill_options(const Command *command, struct option *options)
{
        size_t i;

        for (i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
                options[i] =
                        (struct option){ .name = command->options[i].name,
                                         .has_arg = command->options[i].value_name ? required_argument : no_argument };
        return i;
}

/* -h is the one letter there is. */
static int find_help(const Command *command)
{
        int i = 0;

        while (i < COMMAND_OPTIONS_MAX - 1 && !text_equal(command->options[i].name, "help"))
                i++; /* each has it */
        return i;
}

static int take_option(CommandLine *line, int index)
{
        const CommandOption *option = &line->command->options[index];

        if (line->values[index] && option->value_name)
                return command_line_refuse(line, "--%s is given twice", option->name);
        line->values[index] = option->value_name ? optarg : "";
        return 0;
}

static int take_words(CommandLine *line, int argc, char *argv[])
{
        const Command *command = line->command;

        line->words = argv + optind;
        line->n_words = argc - optind;
        if (command_line_option(line, "help") ||
            (line->n_words >= command->min_words && line->n_words <= command->max_words))
                return 0;
        if (line->n_words > command->max_words) {
                _cleanup_free_ char *shown = text_escape(line->words[command->max_words], 80);

                command_line_refuse(line, "it does not take '%s'", shown);
        } else {
                command_line_refuse(line, "%s is missing", command->words);
        }
        return -1;
}

int command_line_read(const Command *command, int argc, char *argv[], CommandLine *ret)
{
        struct option options[COMMAND_OPTIONS_MAX + 1] = { 0 };
        _cleanup_free_ char *called = text_format("mde-linux %s", command->name);
        int index = -1, found;

        *ret = (CommandLine){ .command = command };
        fill_options(command, options);
        argv[0] = called; /* how getopt's own messages begin */
        optind = 1;
        while ((found = getopt_long(argc, argv, "h", options, &index)) != -1) {
                if (found == '?')
                        say_how(command);
                if (found == '?' || take_option(ret, found == 'h' ? find_help(command) : index))
                        return -1;
        }
        return take_words(ret, argc, argv);
}

const char *command_line_option(const CommandLine *line, const char *name)
{
        size_t i;

        for (i = 0; i < COMMAND_OPTIONS_MAX && line->command->options[i].name; i++)
                if (strcmp(line->command->options[i].name, name) == 0)
                        return line->values[i];
        abort(); /* the table has it not: a mistake of ours */
}

static bool leads_to(const char *path, const struct stat *folder)
{
        struct stat found;

        return path && stat(path, &found) == 0 && found.st_dev == folder->st_dev && found.st_ino == folder->st_ino;
}

/*
 * "/" is the running machine. What /proc/PID/root leads to is called "/" in that process's namespace, and is another
 * folder here: that one is held open and named by its descriptor, for as long as we run.
 */
static int find_root(const CommandLine *line, char **ret)
{
        const char *given = command_has(line->command, "root") ? command_line_option(line, "root") : NULL;
        _cleanup_free_ char *path = NULL, *shown = NULL;
        _cleanup_close_ int fd = -1;
        struct stat st;

        if (!given)
                return 0;
        fd = open(given, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0) {
                const char *why = errno == ENOENT || errno == ENOTDIR ? "there is no such folder" : strerror(errno);

                shown = text_escape(given, 200);
                return command_line_refuse(line, "--root %s: %s", shown, why);
        }
        path = realpath(given, NULL);
        if (!leads_to(path, &st))
                *ret = text_format("/proc/self/fd/%d", TAKE_FD(fd));
        else if (!text_equal(path, "/"))
                *ret = TAKE_PTR(path);
        return 0;
}

int command_line_root(const CommandLine *line, char **ret_root, Host *host)
{
        int refused = find_root(line, ret_root);

        if (!refused && *ret_root) {
                host->root = *ret_root;
                host->image = true;
        }
        return refused;
}

int command_line_look(const CommandLine *line, Configuration *configuration, char **ret_root, Host *host)
{
        Failure failure = { 0 };
        int refused;

        host_init(host);
        refused = command_line_root(line, ret_root, host);
        if (refused)
                return refused;
        if (configuration_read(host, configuration, &failure) < 0) {
                configuration->hidden = configuration_is_hidden(host);
                if (!configuration->hidden)
                        configuration->unread = failure;
                return 0;
        }
        configuration_apply(configuration, host);
        return 0;
}

int command_line_host(const CommandLine *line, Configuration *configuration, char **ret_root, Host *host)
{
        const Failure *unread = &configuration->unread;
        int refused = command_line_look(line, configuration, ret_root, host);
        _cleanup_free_ char *words = NULL;
        char text[FAILURE_TEXT_MAX];

        if (refused || !unread->reason)
                return refused;
        words = advice_text(*ret_root, failure_explain(unread, text));
        fprintf(stderr, "mde-linux %s: %s\n", line->command->name, words);
        return reason_get(unread->reason)->azure_code;
}
