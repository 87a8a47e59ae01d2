/*
 * The arguments tell more than the executable, which is an interpreter here. They also outlive the folder: an
 * extension is removed while what it had started goes on.
 */
#include "platform/process_extension.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/process_program.h"

#define FOLDER "/var/lib/waagent/"
#define ARGUMENTS_MAX (16 * 1024) /* of which only the first few are looked at */
#define LINK_MAX 1024
#define ANCESTORS_MAX 32
#define DELETED " (deleted)"

static bool copy_escaped(char *ret, size_t size, const char *text, size_t length)
{
        _cleanup_free_ char *copy = text_copy_n(text, length), *shown = NULL;

        if (length == 0 || length >= size)
                return false;
        shown = text_escape(copy, size - 8);
        snprintf(ret, size, "%s", shown);
        return true;
}

bool process_extension_parse(const char *path, ProcessExtension *ret)
{
        _cleanup_free_ char *copy = text_copy(path);
        ProcessExtension extension = *ret;
        char *folder, *end, *dash, *program;

        if (!text_starts_with(path, FOLDER))
                return false;
        if (text_ends_with(copy, DELETED))
                copy[strlen(copy) - strlen(DELETED)] = '\0';
        folder = copy + strlen(FOLDER);
        end = strchr(folder, '/');
        program = strrchr(folder, '/');
        if (!end)
                return false;
        *end = '\0';
        dash = strrchr(folder, '-');
        /* without a publisher it is the guest agent's own folder */
        if (!dash || !memchr(folder, '.', (size_t)(dash - folder)) || dash[1] == '\0' ||
            dash[1 + strspn(dash + 1, "0123456789.")] ||
            !copy_escaped(extension.name, sizeof(extension.name), folder, (size_t)(dash - folder)) ||
            !copy_escaped(extension.version, sizeof(extension.version), dash + 1, strlen(dash + 1)) ||
            !copy_escaped(extension.program, sizeof(extension.program), program + 1, strlen(program + 1)))
                return false;
        *ret = extension;
        return true;
}

static char *read_proc(const Host *host, pid_t pid, const char *name, size_t *ret_length)
{
        _cleanup_free_ char *path = text_format("/proc/%d/%s", (int)pid, name);
        char *data;

        return fs_read(host, path, ARGUMENTS_MAX, &data, ret_length, NULL) < 0 ? NULL : data;
}

static char *read_folder(const Host *host, pid_t pid)
{
        _cleanup_free_ char *path = text_format("/proc/%d/cwd", (int)pid), *target = text_allocate(LINK_MAX + 1);
        _cleanup_close_ int fd = host_open(host, path, O_PATH | O_NOFOLLOW);
        ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", target, LINK_MAX);

        if (n <= 0)
                return NULL;
        if (text_ends_with(target, DELETED))
                target[n - (ssize_t)strlen(DELETED)] = '\0';
        return TAKE_PTR(target);
}

static bool read_program(const Host *host, pid_t pid, ProcessExtension *extension)
{
        size_t length = 0;
        _cleanup_free_ char *arguments = read_proc(host, pid, "cmdline", &length), *folder = NULL, *whole = NULL;
        const char *program = arguments ? process_program_find(arguments, length) : NULL;

        if (!program || *program == '/')
                return program && process_extension_parse(program, extension);
        if (program == arguments && !strchr(program, '/')) /* found in PATH */
                return false;
        folder = read_folder(host, pid);
        if (!folder || !text_starts_with(folder, FOLDER))
                return false;
        whole = text_format("%s/%s", folder, program);
        return process_extension_parse(whole, extension);
}

static bool identify(const Host *host, pid_t pid, ProcessExtension *extension, ProcessExtension *ret)
{
        ProcessIdentity identity;

        if (!process_identify(host, pid, &identity))
                return false;
        extension->pid = pid;
        extension->start_time = identity.start_time;
        extension->age_s = identity.age_s;
        *ret = *extension;
        return true;
}

bool process_extension_read(const Host *host, pid_t pid, ProcessExtension *ret)
{
        ProcessExtension extension = { 0 };

        return read_program(host, pid, &extension) && identify(host, pid, &extension, ret);
}

/* What had started it is gone: it still works where the guest agent starts an extension. */
static bool read_orphan(const Host *host, pid_t pid, ProcessExtension *ret)
{
        _cleanup_free_ char *folder = read_folder(host, pid), *whole = NULL;
        ProcessExtension extension = { 0 };

        if (!folder)
                return false;
        whole = text_format("%s/?", folder);
        if (!process_extension_parse(whole, &extension))
                return false;
        extension.program[0] = '\0';
        return identify(host, pid, &extension, ret);
}

bool process_extension_find(const Host *host, pid_t pid, ProcessExtension *ret)
{
        ProcessIdentity identity = { .parent = pid };
        int level;

        for (level = 0; level < ANCESTORS_MAX && identity.parent > 1; level++) {
                if (process_extension_read(host, identity.parent, ret))
                        return true;
                if (!process_identify(host, identity.parent, &identity))
                        break;
        }
        return read_orphan(host, pid, ret);
}
