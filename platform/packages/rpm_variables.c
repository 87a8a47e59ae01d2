#include "platform/packages/rpm_variables.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/distro.h"
#include "platform/fs.h"

#define NAME_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
#define NAME_MAX_BYTES 64
#define VALUE_MAX 1024

/* The first line of the file of this name. NULL: there is none. */
static char *read_variable(const Host *host, const char *name)
{
        static const char *const folders[] = { "/etc/dnf/vars", "/etc/yum/vars", "/etc/zypp/vars.d" };
        size_t i, length;

        for (i = 0; i < ELEMENTSOF(folders); i++) {
                _cleanup_free_ char *path = text_format("%s/%s", folders[i], name), *text = NULL;

                if (fs_read(host, path, VALUE_MAX, &text, &length, NULL) < 0 || !text)
                        continue;
                text[strcspn(text, "\n")] = '\0';
                text_trim(text);
                return TAKE_PTR(text);
        }
        return NULL;
}

static char *major_of(const char *version)
{
        return text_copy_n(version, strcspn(version, "."));
}

static char *minor_of(const char *version)
{
        const char *dot = strchr(version, '.');

        return text_copy(dot ? dot + 1 : "");
}

static char *built_in(const Distro *distro, const char *name, size_t release)
{
        if (text_equal(name, "arch") || text_equal(name, "basearch"))
                return text_copy(distro->architecture);
        if (text_equal(name, "releasever"))
                return release == 0 ? text_copy(distro->version) : major_of(distro->version);
        if (text_equal(name, "releasever_major"))
                return major_of(distro->version);
        return text_equal(name, "releasever_minor") ? minor_of(distro->version) : NULL;
}

/* NULL: not known. */
static char *value_of(const Host *host, const Distro *distro, const char *name, size_t release)
{
        char *value = read_variable(host, name);

        return value ? value : built_in(distro, name, release);
}

/* $NAME or ${NAME} at the start of text: how long it is, and its name; 0: neither. */
static size_t read_name(const char *text, char name[NAME_MAX_BYTES])
{
        bool braces = text[1] == '{';
        const char *start = text + (braces ? 2 : 1);
        size_t length = strspn(start, NAME_BYTES);

        if (length == 0 || length >= NAME_MAX_BYTES || (braces && start[length] != '}'))
                return 0;
        memcpy(name, start, length);
        name[length] = '\0';
        return (size_t)(start - text) + length + (braces ? 1 : 0);
}

char *rpm_variables_expand(const Host *host, const char *text, size_t length, size_t release)
{
        _cleanup_free_ char *copy = text_copy_n(text, length);
        _cleanup_(text_clear) Text expanded = { 0 };
        char name[NAME_MAX_BYTES];
        Distro distro = { 0 };
        const char *p;
        size_t n;

        if (!strchr(copy, '$'))
                return TAKE_PTR(copy);
        if (distro_read(host, &distro, NULL) < 0)
                distro = (Distro){ 0 };
        for (p = copy; *p; p += n) {
                _cleanup_free_ char *value = NULL;

                n = *p == '$' ? read_name(p, name) : 0;
                value = n > 0 ? value_of(host, &distro, name, release) : NULL;
                if (n == 0)
                        n = 1;
                if (value)
                        text_append(&expanded, "%s", value);
                else
                        text_append_bytes(&expanded, p, n);
        }
        return text_take(&expanded);
}
