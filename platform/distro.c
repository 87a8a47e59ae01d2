/*
 * What a distribution tells about itself is spread over several files: os-release everywhere since 2012, older ones of
 * their own, and those that know more than it.
 */
#include "platform/distro.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"

#define RELEASE_MAX 65536

static void keep(char *buffer, size_t size, const char *text)
{
        _cleanup_free_ char *shown = text_escape(text, size - 8);

        snprintf(buffer, size, "%s", shown);
}

/* --- os-release -------------------------------------------------------------------------------------- */

/* As a shell would: within double quotes a backslash takes the meaning from " $ ` and itself. */
static char *unquote(char *value)
{
        size_t length = strlen(value), from, to = 0;
        bool quoted = length >= 2 && (value[0] == '"' || value[0] == '\'') && value[length - 1] == value[0];
        bool escapes = quoted && value[0] == '"';

        if (!quoted)
                return value;
        for (from = 1; from < length - 1; from++) {
                if (escapes && value[from] == '\\' && from + 1 < length - 1 && strchr("\"$`\\", value[from + 1]))
                        from++;
                value[to++] = value[from];
        }
        value[to] = '\0';
        return value;
}

/* One line NAME=value. */
static void take_member(const char *line, const char *name, char *buffer, size_t size)
{
        _cleanup_free_ char *value = NULL;
        size_t length = strlen(name);

        if (strncmp(line, name, length) != 0 || line[length] != '=')
                return;
        value = text_copy(line + length + 1);
        keep(buffer, size, text_trim(unquote(text_trim(value))));
}

static void parse_os_release(const char *text, size_t length, Distro *distro)
{
        const char *cursor = text, *line;
        size_t n;

        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);

                take_member(copy, "ID", distro->id, sizeof(distro->id));
                take_member(copy, "VERSION_ID", distro->version, sizeof(distro->version));
                take_member(copy, "VERSION_CODENAME", distro->codename, sizeof(distro->codename));
                take_member(copy, "PRETTY_NAME", distro->name, sizeof(distro->name));
                take_member(copy, "ID_LIKE", distro->like, sizeof(distro->like));
                take_member(copy, "PLATFORM_ID", distro->platform, sizeof(distro->platform));
                take_member(copy, "UBUNTU_CODENAME", distro->ubuntu_codename, sizeof(distro->ubuntu_codename));
        }
}

/* --- release files ----------------------------------------------------------------------------------- */

static const char *id_by_name(const char *line)
{
        static const struct {
                const char *name, *id;
        } names[] = {
                { "CentOS", "centos" },
                { "Red Hat Enterprise Linux", "rhel" },
                { "Oracle Linux", "ol" },
                { "Enterprise Linux Enterprise Linux", "ol" },
                { "Scientific Linux", "scientific" },
                { "Fedora", "fedora" },
                { "Amazon Linux", "amzn" },
                { "SUSE Linux Enterprise", "sles" },
                { "openSUSE", "opensuse" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(names); i++)
                if (text_starts_with(line, names[i].name))
                        return names[i].id;
        return "";
}

/* Where a number begins a word; NULL: nowhere. */
static const char *find_version(const char *line)
{
        const char *word;

        for (word = strchr(line, ' '); word; word = strchr(word + 1, ' '))
                if (word[1] >= '0' && word[1] <= '9')
                        return word + 1;
        return NULL;
}

/* "CentOS Linux release 7.9.2009 (Core)": 7.9, which is how os-release would have it. */
static void parse_release(char *text, Distro *distro)
{
        const char *version;
        char shown[sizeof(distro->version)] = "";
        size_t length;

        text[strcspn(text, "\n")] = '\0';
        text_trim(text);
        version = find_version(text);
        if (version) {
                length = strspn(version, "0123456789");
                if (version[length] == '.')
                        length += 1 + strspn(version + length + 1, "0123456789");
                snprintf(shown, sizeof(shown), "%.*s", (int)length, version);
        }
        if (!*distro->id) {
                keep(distro->id, sizeof(distro->id), id_by_name(text));
                keep(distro->name, sizeof(distro->name), text);
                keep(distro->version, sizeof(distro->version), shown);
        } else if (text_starts_with(shown, distro->version) && shown[strlen(distro->version)] == '.') {
                keep(distro->version, sizeof(distro->version), shown);
        }
}

/* Those of the derived come first: they keep Red Hat's as well. One that cannot be read is as good as none. */
static void read_release(const Host *host, Distro *distro)
{
        static const char *const files[] = { "/etc/oracle-release", "/etc/centos-release", "/etc/redhat-release",
                                             "/etc/system-release", "/etc/SuSE-release" };
        size_t i, length = 0;

        for (i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_free_ char *text = NULL;

                if (fs_read(host, files[i], RELEASE_MAX, &text, &length, NULL) < 0 || !text)
                        continue;
                parse_release(text, distro);
                return;
        }
}

static void read_debian_version(const Host *host, Distro *distro)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        if (fs_read(host, "/etc/debian_version", RELEASE_MAX, &text, &length, NULL) < 0 || !text)
                return;
        text[strcspn(text, "\n")] = '\0';
        keep(distro->debian_version, sizeof(distro->debian_version), text_trim(text));
}

/* --- the machine ------------------------------------------------------------------------------------- */

/* By an ELF header's first bytes, in the order of the machine, as is e_machine. */
static const char *made_for(const unsigned char *header)
{
        bool wide = header[EI_CLASS] == ELFCLASS64;
        unsigned machine = header[18] | (unsigned)header[19] << 8;

        if (memcmp(header, ELFMAG, SELFMAG) != 0 || header[EI_DATA] != ELFDATA2LSB)
                return "";
        switch (machine) {
        case EM_X86_64:
                return wide ? "x86_64" : "x32";
        case EM_386:
                return "i686";
        case EM_AARCH64:
                return wide ? "aarch64" : "ilp32";
        case EM_ARM:
                return "armv7l";
        default:
                return "";
        }
}

/* A kernel of 64 bits may run a system of 32: there, no package of 64 bits can be installed. */
static void look_at_programs(const Host *host, Distro *distro)
{
        _cleanup_close_ int fd = host_open(host, "/bin/sh", O_RDONLY | O_NONBLOCK);
        unsigned char header[20];

        if (fd >= 0 && read(fd, header, sizeof(header)) == (ssize_t)sizeof(header))
                snprintf(distro->programs, sizeof(distro->programs), "%s", made_for(header));
}

/* What gives no ID is "linux": os-release(5). */
static int read_files(const Host *host, Distro *distro, Error *err)
{
        static const char *const files[] = { "/etc/os-release", "/usr/lib/os-release" };
        _cleanup_free_ char *text = NULL;
        size_t length = 0, i;

        for (i = 0; i < ELEMENTSOF(files) && !text; i++)
                if (fs_read(host, files[i], RELEASE_MAX, &text, &length, err) < 0)
                        return -1;
        if (text)
                parse_os_release(text, length, distro);
        if (!strchr(distro->version, '.'))
                read_release(host, distro);
        if (!text && !*distro->name)
                return error_set(err, ERROR_MISSING, "/etc/os-release is missing");
        if (!*distro->id)
                snprintf(distro->id, sizeof(distro->id), "linux");
        if (!*distro->name)
                snprintf(distro->name, sizeof(distro->name), "%s %s", distro->id, distro->version);
        read_debian_version(host, distro);
        return 0;
}

int distro_read(const Host *host, Distro *ret, Error *err)
{
        Distro distro = { 0 };
        struct utsname system;

        if (read_files(host, &distro, err) < 0)
                return -1;
        if (uname(&system) < 0)
                return error_errno(err, errno, "ask for the kernel's name");
        snprintf(distro.architecture, sizeof(distro.architecture), "%.15s", system.machine);
        snprintf(distro.kernel, sizeof(distro.kernel), "%.63s", system.release);
        look_at_programs(host, &distro);
        *ret = distro;
        return 0;
}

bool distro_key_is_pinned(const Host *host, const char *fingerprint)
{
        const char *const *lists[] = { distro_repository_keys, host->repository_keys };
        size_t i, j;

        for (i = 0; i < ELEMENTSOF(lists); i++)
                for (j = 0; lists[i] && lists[i][j]; j++)
                        if (text_equal_nocase(lists[i][j], fingerprint))
                                return true;
        return false;
}
