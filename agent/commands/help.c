#include "agent/commands/help.h"

#include <string.h>

#include "agent/commands/screen.h"
#include "platform/base/text.h"

#define WORD_SHOWN_MAX 80

static void print_people(FILE *file)
{
        const Command *command;

        for (command = command_table; command->name; command++)
                if (command->caller == CALLER_PERSON)
                        fprintf(file, "  %-10s  %s\n", command->name, command->help);
}

/* Names only: nobody calls them by hand. */
static void print_others(FILE *file, CommandCaller caller, const char *whose)
{
        const Command *command;

        fprintf(file, "%s:", whose);
        for (command = command_table; command->name; command++)
                if (command->caller == caller)
                        fprintf(file, " %s", command->name);
        fputc('\n', file);
}

int command_help(FILE *file)
{
        fputs("Usage: mde-linux COMMAND [OPTION...]\n"
              "Onboards this machine to Microsoft Defender for Endpoint.\n\n",
              file);
        print_people(file);
        fputc('\n', file);
        print_others(file, CALLER_GUEST_AGENT, "Called by the guest agent");
        print_others(file, CALLER_UNIT, "Called by our units");
        fputs("'mde-linux COMMAND --help' says more; also --version. Packages: man mde-linux.\n", file);
        return screen_end_file(file);
}

int command_help_one(const Command *command)
{
        size_t i;

        printf("Usage: mde-linux %s%s%s%s\n%s\n", command->name, command->options[0].name ? " [OPTION...]" : "",
               command->words ? " " : "", command->words ? command->words : "", command->help);
        for (i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
                const CommandOption *option = &command->options[i];
                _cleanup_free_ char *shown = text_format("--%s%s%s", option->name, option->value_name ? " " : "",
                                                         option->value_name ? option->value_name : "");

                printf("%s  %-18s  %s\n", i ? "" : "\n", shown, option->help);
        }
        if (!command->anybody)
                puts("\nOnly root can run it.");
        return screen_end_file(stdout);
}

static bool asks_for_help(const char *word)
{
        return text_equal(word, "--help") || text_equal(word, "-h") || text_equal(word, "help");
}

static int refuse_word(const char *word)
{
        _cleanup_free_ char *shown = text_escape(word, WORD_SHOWN_MAX);

        fprintf(stderr, "mde-linux: there is no command '%s'\n", shown);
        command_help(stderr);
        return COMMAND_USAGE;
}

static bool has_option(const Command *command, const char *name, size_t length)
{
        size_t i;

        for (i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
                if (strncmp(command->options[i].name, name, length) == 0)
                        return true;
        return false;
}

/* "--root=DIR", or shortened; command NULL: any has it. */
static bool is_option_of(const Command *command, const char *word)
{
        const char *name = word + 2;
        size_t length = text_starts_with(word, "--") ? strcspn(name, "=") : 0;
        const Command *any;

        if (length == 0 || command)
                return length > 0 && has_option(command, name, length);
        for (any = command_table; any->name; any++)
                if (has_option(any, name, length))
                        return true;
        return false;
}

/* The first of the words that is a command: what was meant. */
static int refuse_option(int n_words, char *const *words)
{
        _cleanup_free_ char *shown = text_escape(words[0], WORD_SHOWN_MAX);
        const Command *command = NULL;
        const char *called;
        int i;

        for (i = 1; i < n_words && !command; i++)
                command = command_find(words[i]);
        called = command ? command->name : "COMMAND";
        if (text_equal(words[0], "--version"))
                fprintf(stderr, "mde-linux: --version stands alone: mde-linux --version\n");
        else if (is_option_of(command, words[0]))
                fprintf(stderr, "mde-linux: options stand behind the command: mde-linux %s %s\n", called, shown);
        else
                fprintf(stderr, "mde-linux: there is no option '%s'%s%s; 'mde-linux %s --help' tells which there are\n",
                        shown, command ? " of " : "", command ? called : "", called);
        return COMMAND_USAGE;
}

int command_help_without(int n_words, char *const *words)
{
        const Command *command = n_words >= 2 ? command_find(words[1]) : NULL;

        if (n_words == 0) {
                command_help(stderr);
                return COMMAND_USAGE;
        }
        if (asks_for_help(words[0]))
                return command ? command_help_one(command) : n_words > 1 ? refuse_word(words[1]) : command_help(stdout);
        return *words[0] == '-' ? refuse_option(n_words, words) : refuse_word(words[0]);
}
