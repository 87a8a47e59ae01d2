#include "platform/distro.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define KEY "microsoft.asc"
#define KEY_2025 "microsoft-2025.asc"

const char *const distro_repository_keys[] = {
        "BC528686B50D79E339D3721CEB3E94ADBE1229CF", /* keys/microsoft.asc */
        "AA86F75E427A19DD33346403EE4D7792F748182B", /* keys/microsoft-2025.asc: repositories made since spring 2025 */
        NULL,
};

static const DistroSupport supported[] = {
        { "debian", "11", "debian/11", DISTRO_APT, KEY, true },
        { "debian", "12", "debian/12", DISTRO_APT, KEY, true },
        { "debian", "13", "debian/13", DISTRO_APT, KEY_2025, true },
        { "ubuntu", "18.04", "ubuntu/18.04", DISTRO_APT, KEY, false },
        { "ubuntu", "20.04", "ubuntu/20.04", DISTRO_APT, KEY, true },
        { "ubuntu", "22.04", "ubuntu/22.04", DISTRO_APT, KEY, true },
        { "ubuntu", "24.04", "ubuntu/24.04", DISTRO_APT, KEY, true },
};

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

const DistroSupport *distro_support(const Distro *distro)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(supported); i++)
                if (text_equal(supported[i].id, distro->id) && text_equal(supported[i].version, distro->version))
                        return &supported[i];
        return NULL;
}

const char *distro_debian_architecture(const Distro *distro)
{
        if (text_equal(distro->architecture, "x86_64"))
                return "amd64";
        return text_equal(distro->architecture, "aarch64") ? "arm64" : NULL;
}

char *distro_supported_names(void)
{
        _cleanup_(text_clear) Text names = { 0 };
        const char *id = "";
        size_t i;

        for (i = 0; i < ELEMENTSOF(supported); i++) {
                bool same = text_equal(id, supported[i].id);

                text_append(&names, "%s%s %s", i == 0 ? "" : same ? "," : "; ", same ? "" : supported[i].id, supported[i].version);
                id = supported[i].id;
        }
        return text_take(&names);
}
