/*
 * What stands behind "--name " or among the words of a command decides about files and names; else its options are
 * offered.
 */
#include "packaging/words/words.h"

static const char *kind_of(CommandValue value)
{
        switch (value) {
        case VALUE_FILE:
                return "file";
        case VALUE_FOLDER:
                return "folder";
        case VALUE_REASON:
                return "name";
        case VALUE_NONE:
        case VALUE_OTHER:
        default:
                return "other";
        }
}

static void commands(FILE *file)
{
        const Command *command;

        fputs("        if [ \"$COMP_CWORD\" -eq 1 ]; then\n                words='", file);
        for (command = command_table; command->name; command++)
                if (command->caller == CALLER_PERSON)
                        fprintf(file, "%s ", command->name);
        fputs("--help --version'\n        else\n", file);
}

/* The value of an option, before all else. */
static void values(FILE *file)
{
        const Command *command;
        size_t i;

        fputs("                case \"${COMP_WORDS[1]} $before\" in\n", file);
        for (command = command_table; command->name; command++)
                for (i = 0; command->caller == CALLER_PERSON && i < words_n_options(command); i++)
                        if (command->options[i].value_name)
                                fprintf(file, "                        '%s --%s') kind=%s ;;\n", command->name,
                                        command->options[i].name, kind_of(command->options[i].value));
        fputs("                esac\n", file);
}

static void options(FILE *file)
{
        const Command *command;
        size_t i;

        fputs("                case \"${COMP_WORDS[1]}\" in\n", file);
        for (command = command_table; command->name; command++) {
                if (command->caller != CALLER_PERSON)
                        continue;
                fprintf(file, "                        %s) words='", command->name);
                for (i = 0; i < words_n_options(command); i++)
                        fprintf(file, "%s--%s", i ? " " : "", command->options[i].name);
                fputs("'", file);
                if (command->words)
                        fprintf(file, " among=%s", kind_of(command->word));
                fputs(" ;;\n", file);
        }
        fputs("                esac\n        fi\n", file);
}

static void print_name(FILE *file, const char *name)
{
        fprintf(file, "%s ", name);
}

void words_bash(FILE *file)
{
        fputs("# bash completion for mde-linux(8), made of its table of commands\n\n"
              "_mde_linux()\n{\n"
              "        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words= kind= among=\n\n",
              file);
        commands(file);
        values(file);
        options(file);
        fputs("        [ -n \"$kind\" ] || case \"$word\" in\n"
              "                -*) ;;\n"
              "                *) kind=$among ;;\n"
              "        esac\n"
              "        case \"$kind\" in\n"
              "                file | folder)\n"
              "                        compopt -o filenames 2>/dev/null\n"
              "                        if [ \"$kind\" = file ]; then words=-f; else words=-d; fi\n"
              "                        mapfile -t COMPREPLY < <(compgen \"$words\" -- \"$word\")\n"
              "                        return\n"
              "                        ;;\n"
              "                other)\n"
              "                        COMPREPLY=()\n"
              "                        return\n"
              "                        ;;\n"
              "                name)\n"
              "                        words='",
              file);
        words_each_name(file, print_name);
        fputs("'\n                        ;;\n"
              "        esac\n"
              "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
              "}\n\n"
              "complete -F _mde_linux mde-linux\n",
              file);
}
