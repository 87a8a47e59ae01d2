/*
 * The innermost name that we know counts: a container in a container is the one a person has to look at.
 */
#include "platform/container.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/cleanup.h"
#include "platform/base/text.h"

#define ID_DIGITS 64
#define ID_SHOWN 12

/* Prefix of a control group's name, and what makes such containers. Plain ids have the name of the folder above. */
static const struct {
        const char *prefix;
        const char *kind;
} makers[] = {
        { "docker-", "docker" }, { "cri-containerd-", "containerd" }, { "crio-", "cri-o" },
        { "libpod-", "podman" }, { "nerdctl-", "containerd" },        { "", NULL },
};

static bool starts_with_id(const char *name)
{
        return strspn(name, "0123456789abcdef") == ID_DIGITS && (name[ID_DIGITS] == '\0' || name[ID_DIGITS] == '.');
}

static const char *kind_of_parent(const char *parent)
{
        if (strstr(parent, "kubepods") || text_starts_with(parent, "pod"))
                return "kubernetes";
        if (text_starts_with(parent, "docker"))
                return "docker";
        return text_starts_with(parent, "libpod") ? "podman" : "container";
}

static bool take_id(const char *name, const char *parent, char *ret, size_t size)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(makers); i++) {
                const char *id = name + strlen(makers[i].prefix);

                if (!text_starts_with(name, makers[i].prefix) || !starts_with_id(id))
                        continue;
                snprintf(ret, size, "%s %.*s", makers[i].kind ? makers[i].kind : kind_of_parent(parent), ID_SHOWN, id);
                return true;
        }
        return false;
}

static bool take_between(const char *name, const char *prefix, const char *suffix, const char *kind, char *ret,
                         size_t size)
{
        _cleanup_free_ char *middle = NULL, *shown = NULL;
        size_t length = strlen(name);

        if (!text_starts_with(name, prefix) || !text_ends_with(name, suffix) ||
            length <= strlen(prefix) + strlen(suffix))
                return false;
        middle = text_copy_n(name + strlen(prefix), length - strlen(prefix) - strlen(suffix));
        shown = text_escape(middle, size > 32 ? size - 32 : 0);
        snprintf(ret, size, "%s %s", kind, shown);
        return true;
}

static bool take_name(const char *name, const char *parent, char *ret, size_t size)
{
        if (text_equal(parent, "lxc") || text_equal(parent, "lxc.payload"))
                return take_between(name, "", "", "lxc", ret, size);
        return take_id(name, parent, ret, size) || take_between(name, "lxc.payload.", "", "lxc", ret, size) ||
               take_between(name, "systemd-nspawn@", ".service", "nspawn", ret, size) ||
               take_between(name, "machine-", ".scope", "machine", ret, size);
}

static bool take_path(char *path, char *ret, size_t size)
{
        const char *parent = "";
        char *save = NULL, *name;
        bool found = false;

        for (name = strtok_r(path, "/", &save); name; name = strtok_r(NULL, "/", &save)) {
                found = take_name(name, parent, ret, size) || found;
                parent = name;
        }
        return found;
}

bool container_name(const char *cgroups, char *ret, size_t size)
{
        const char *cursor = cgroups, *line;
        size_t length;

        *ret = '\0';
        while (text_next_line(&cursor, cgroups + strlen(cgroups), &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);
                char *path = strchr(copy, '/');

                if (path && take_path(path, ret, size))
                        return true;
        }
        return false;
}
