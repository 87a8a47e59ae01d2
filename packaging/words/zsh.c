#include "packaging/words/words.h"

/* Inside single quotes, where a quote ends them; brackets and colons mean something to _arguments. */
static void quoted(FILE *file, const char *text, const char *special)
{
        for (; *text; text++) {
                const char one[] = { *text, '\0' };

                if (*text == '\'')
                        fputs("'\\''", file);
                else
                        words_escaped(file, one, special);
        }
}

static const char *action_of(CommandValue value)
{
        switch (value) {
        case VALUE_FILE:
                return "_files";
        case VALUE_FOLDER:
                return "_files -/";
        case VALUE_REASON:
                return "($names)";
        case VALUE_NONE:
        case VALUE_OTHER:
        default:
                return " ";
        }
}

static void option(FILE *file, const CommandOption *row)
{
        fprintf(file, " \\\n                        '--%s%s[", row->name, row->value_name ? "=" : "");
        quoted(file, row->help, "[]:\\");
        fputc(']', file);
        if (row->value_name)
                fprintf(file, ":%s:%s", row->value_name, action_of(row->value));
        fputc('\'', file);
}

/* Double quotes, as the names are a variable's. */
static void word(FILE *file, const Command *command)
{
        const char *label = command->words;

        fprintf(file, " \\\n                        \"%s:", command->max_words > 1 ? "*" : "1");
        for (; *label; label++)
                if (*label >= 'A' && *label <= 'Z')
                        fputc(*label, file);
        fprintf(file, ":%s\"", action_of(command->word));
}

static void command_options(FILE *file, const Command *command)
{
        size_t i;

        fprintf(file, "                %s)\n                        _arguments -s", command->name);
        for (i = 0; i < words_n_options(command); i++)
                option(file, &command->options[i]);
        if (command->words)
                word(file, command);
        fputs("\n                        ;;\n", file);
}

static void print_name(FILE *file, const char *name)
{
        fprintf(file, " %s", name);
}

void words_zsh(FILE *file)
{
        const Command *command;

        fputs("#compdef mde-linux\n# zsh completion for mde-linux(8), made of its table of commands\n\n"
              "_mde_linux()\n{\n        local -a commands\n        local names='",
              file);
        words_each_name(file, print_name);
        fputs("'\n\n        commands=(\n", file);
        for (command = command_table; command->name; command++)
                if (command->caller == CALLER_PERSON) {
                        fprintf(file, "                '%s:", command->name);
                        quoted(file, command->help, ":\\");
                        fputs("'\n", file);
                }
        fputs("        )\n"
              "        if (( CURRENT == 2 )); then\n"
              "                _describe -t commands command commands\n"
              "                compadd -- --help --version\n"
              "                return\n"
              "        fi\n"
              "        shift words\n"
              "        (( CURRENT-- ))\n"
              "        case $words[1] in\n",
              file);
        for (command = command_table; command->name; command++)
                if (command->caller == CALLER_PERSON)
                        command_options(file, command);
        fputs("        esac\n}\n\n_mde_linux \"$@\"\n", file);
}
