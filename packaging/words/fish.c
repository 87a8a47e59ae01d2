#include "packaging/words/words.h"

#define SEEN(name) "complete -c mde-linux -n '__fish_seen_subcommand_from " name "'"

static void quoted(FILE *file, const char *text)
{
        fputc('\'', file);
        words_escaped(file, text, "'\\");
        fputc('\'', file);
}

static void option(FILE *file, const Command *command, const CommandOption *row)
{
        fprintf(file, SEEN("%s") " -l %s -d ", command->name, row->name);
        quoted(file, row->help);
        if (row->value == VALUE_FILE)
                fputs(" -r -F", file);
        else if (row->value == VALUE_FOLDER)
                fputs(" -x -a '(__fish_complete_directories)'", file);
        else if (row->value_name)
                fputs(" -x", file);
        fputc('\n', file);
}

static void print_name(FILE *file, const char *name)
{
        fprintf(file, " %s", name);
}

static void word(FILE *file, const Command *command)
{
        if (command->word == VALUE_FILE)
                fprintf(file, SEEN("%s") " -F\n", command->name);
        if (command->word == VALUE_FOLDER)
                fprintf(file, SEEN("%s") " -a '(__fish_complete_directories)'\n", command->name);
        if (command->word != VALUE_REASON)
                return;
        fprintf(file, SEEN("%s") " -a '", command->name);
        words_each_name(file, print_name);
        fputs("'\n", file);
}

void words_fish(FILE *file)
{
        const Command *command;
        size_t i;

        fputs("# fish completion for mde-linux(8), made of its table of commands\n\n"
              "complete -c mde-linux -f\n"
              "complete -c mde-linux -n __fish_use_subcommand -l help -d 'print all commands'\n"
              "complete -c mde-linux -n __fish_use_subcommand -l version -d 'print the version'\n",
              file);
        for (command = command_table; command->name; command++) {
                if (command->caller != CALLER_PERSON)
                        continue;
                fprintf(file, "\ncomplete -c mde-linux -n __fish_use_subcommand -a %s -d ", command->name);
                quoted(file, command->help);
                fputc('\n', file);
                for (i = 0; i < words_n_options(command); i++)
                        option(file, command, &command->options[i]);
                word(file, command);
        }
}
