/*
 * The arguments tell more than the executable, which is an interpreter wherever a script runs, and more than comm,
 * which is cut off at 15 bytes.
 */
#include "platform/process_program.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define ARGUMENTS_MAX (16 * 1024) /* of which only the first few are looked at */
#define ANCESTORS_MAX 32

static const char *file_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static bool is_one_of(const char *name, const char *const *names)
{
        for (; *names; names++)
                if (text_equal(name, *names))
                        return true;
        return false;
}

static bool is_interpreter(const char *program)
{
        static const char *const names[] = {
                "sh", "bash", "dash", "ksh", "env", "perl", "ruby", "platform-python", NULL
        };
        const char *name = file_name(program);

        return is_one_of(name, names) || text_starts_with(name, "python");
}

/* The program itself follows, as words: sh -ec, python3 -Bc, perl -e. */
static bool announces_words(const char *interpreter, const char *option)
{
        const char *name = file_name(interpreter);

        return option[0] == '-' && option[1] != '-' &&
               strchr(option, text_equal(name, "perl") || text_equal(name, "ruby") ? 'e' : 'c');
}

const char *process_program_find(const char *arguments, size_t length)
{
        const char *argument, *end = arguments + length;

        for (argument = arguments; argument < end && *argument; argument += strlen(argument) + 1) {
                if (argument == arguments ? !is_interpreter(argument) : *argument != '-' && !is_interpreter(argument))
                        return argument;
                if (argument != arguments && announces_words(arguments, argument))
                        return NULL;
        }
        return NULL;
}

bool process_program_name(const Host *host, ProcessIdentity *process)
{
        _cleanup_free_ char *path = text_format("/proc/%d/cmdline", (int)process->pid), *arguments = NULL,
                            *shown = NULL;
        const char *program;
        size_t length = 0;

        /* without arguments it is of the kernel, or just ends */
        if (fs_read(host, path, ARGUMENTS_MAX, &arguments, &length, NULL) < 0 || length == 0 ||
            !is_interpreter(arguments))
                return true;
        program = process_program_find(arguments, length);
        if (!program || !*file_name(program))
                return false;
        shown = text_escape(file_name(program), sizeof(process->name) - 8);
        snprintf(process->name, sizeof(process->name), "%s", shown);
        return true;
}

bool process_program_find_starter(const Host *host, const ProcessIdentity *process, ProcessIdentity *ret)
{
        static const char *const passing[] = { "sudo",   "su",      "doas", "nice", "ionice", "timeout", "flock",
                                               "setsid", "systemd", "sh",   "bash", "dash",   NULL };
        ProcessIdentity ancestor = *process;
        int level;

        for (level = 0; level < ANCESTORS_MAX && ancestor.parent > 1; level++) {
                if (!process_identify(host, ancestor.parent, &ancestor))
                        return false;
                if (!process_program_name(host, &ancestor) || is_one_of(ancestor.name, passing))
                        continue;
                *ret = ancestor;
                return true;
        }
        return false;
}
