#include "platform/distro.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "platform/base/text.h"
#include "platform/fs.h"

/* One line NAME=value, value in double or single quotes or none; escapes do not occur in the members we read. */
static void take_member(char *line, const char *name, char *buffer, size_t size)
{
        size_t length = strlen(name), end;
        char *value;

        if (strncmp(line, name, length) != 0 || line[length] != '=')
                return;
        value = text_trim(line + length + 1);
        end = strlen(value);
        if (end >= 2 && (value[0] == '"' || value[0] == '\'') && value[end - 1] == value[0]) {
                value[end - 1] = '\0';
                value++;
        }
        snprintf(buffer, size, "%s", value);
}

static void parse(const char *text, size_t length, Distro *distro)
{
        const char *cursor = text, *line;
        size_t n;

        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);

                take_member(copy, "ID", distro->id, sizeof(distro->id));
                take_member(copy, "VERSION_ID", distro->version, sizeof(distro->version));
                take_member(copy, "VERSION_CODENAME", distro->codename, sizeof(distro->codename));
                take_member(copy, "PRETTY_NAME", distro->name, sizeof(distro->name));
        }
}

int distro_read(const Host *host, Distro *ret, Error *err)
{
        static const char *const files[] = { "/etc/os-release", "/usr/lib/os-release" };
        _cleanup_free_ char *text = NULL, *name = NULL;
        Distro distro = { 0 };
        struct utsname system;
        size_t length = 0, i;

        for (i = 0; i < ELEMENTSOF(files) && !text; i++)
                if (fs_read(host, files[i], 65536, &text, &length, err) < 0)
                        return -1;
        if (!text)
                return error_set(err, ERROR_MISSING, "/etc/os-release is missing");
        parse(text, length, &distro);
        name = text_escape(distro.name, sizeof(distro.name) - 8);
        snprintf(distro.name, sizeof(distro.name), "%s", *name ? name : distro.id);
        if (uname(&system) < 0)
                return error_errno(err, errno, "ask for the kernel's name");
        snprintf(distro.architecture, sizeof(distro.architecture), "%.15s", system.machine);
        snprintf(distro.kernel, sizeof(distro.kernel), "%.63s", system.release);
        *ret = distro;
        return 0;
}
