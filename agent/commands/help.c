#include "agent/commands/help.h"

#include "agent/commands/screen.h"
#include "platform/base/text.h"

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
        fputs("'mde-linux COMMAND --help' says more; also --version. Manual: mde-linux(8).\n", file);
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
