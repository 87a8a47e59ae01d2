/*
 * The arguments tell more than the executable, which is an interpreter wherever a script runs, and more than comm,
 * which is cut off at 15 bytes, and which a program may change: what uses libzypp 17.3x is "Zypp-main".
 */
#include "platform/process_program.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"

#define ARGUMENTS_MAX (16 * 1024) /* of which only the first few are looked at */
#define ANCESTORS_MAX 32
#define COMM_LENGTH 15
#define DELETED " (deleted)"

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

static void set_name(ProcessIdentity *process, const char *name)
{
        _cleanup_free_ char *shown = text_escape(name, sizeof(process->name) - 8);

        snprintf(process->name, sizeof(process->name), "%s", shown);
}

static bool is_called(const ProcessIdentity *process, const char *path)
{
        return strncmp(process->name, file_name(path), COMM_LENGTH) == 0 || text_starts_with(path, process->name);
}

/* By the file it runs, where it goes by neither its own name nor that it was called by (a box of many programs). */
static void name_by_file(const Host *host, ProcessIdentity *process, const char *called)
{
        _cleanup_free_ char *path = text_format("/proc/%d", (int)process->pid);
        _cleanup_close_ int folder = host_open(host, path, O_RDONLY | O_DIRECTORY);
        char exe[PATH_MAX];
        ssize_t n = folder < 0 ? -1 : readlinkat(folder, "exe", exe, sizeof(exe) - 1);

        if (n <= 0 || is_called(process, called))
                return;
        exe[n] = '\0';
        if (text_ends_with(exe, DELETED))
                exe[n - (ssize_t)strlen(DELETED)] = '\0';
        if (*file_name(exe) && !is_called(process, exe))
                set_name(process, file_name(exe));
}

bool process_program_name(const Host *host, ProcessIdentity *process)
{
        _cleanup_free_ char *path = text_format("/proc/%d/cmdline", (int)process->pid), *arguments = NULL;
        const char *program;
        size_t length = 0;

        /* without arguments it is of the kernel, or just ends */
        if (fs_read(host, path, ARGUMENTS_MAX, &arguments, &length, NULL) < 0 || length == 0)
                return true;
        if (!is_interpreter(arguments)) {
                name_by_file(host, process, arguments);
                return true;
        }
        program = process_program_find(arguments, length);
        if (!program || !*file_name(program))
                return false;
        set_name(process, file_name(program));
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
