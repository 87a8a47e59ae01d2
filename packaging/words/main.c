/*
 * words KIND: writes one of the generated files on stdout.
 */
#include <string.h>

#include "agent/answers/explain.h"
#include "packaging/words/words.h"
#include "platform/base/text.h"

void words_escaped(FILE *file, const char *text, const char *special)
{
        for (; *text; text++) {
                if (strchr(special, *text))
                        fputc('\\', file);
                fputc(*text, file);
        }
}

size_t words_n_options(const Command *command)
{
        size_t n = 0;

        while (n < COMMAND_OPTIONS_MAX && command->options[n].name)
                n++;
        return n;
}

void words_each_name(FILE *file, void (*print)(FILE *file, const char *name))
{
        const char *name;
        int i;

        for (i = 0; (name = explain_name_at(i)); i++)
                if (*name)
                        print(file, name);
}

int main(int argc, char *argv[])
{
        static const struct {
                const char *name;
                void (*write)(FILE *file);
        } kinds[] = {
                { "reasons", words_reasons },
                { "bash", words_bash },
                { "zsh", words_zsh },
                { "fish", words_fish },
        };
        size_t i;

        for (i = 0; argc == 2 && i < ELEMENTSOF(kinds); i++)
                if (text_equal(kinds[i].name, argv[1])) {
                        kinds[i].write(stdout);
                        return fflush(stdout) != 0 || ferror(stdout);
                }
        fputs("Usage: words reasons|bash|zsh|fish\n", stderr);
        return 2;
}
