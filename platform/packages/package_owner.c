/*
 * On merged-/usr systems the lists may name a file by its old place: /bin/x for /usr/bin/x.
 */
#include "platform/packages/package_owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/host_open.h"
#include "platform/lines.h"

#define DPKG_INFO "/var/lib/dpkg/info"
#define LIST ".list"

static void close_folder(DIR *dir)
{
        closedir(dir);
}
DEFINE_CLEANUP(DIR *, close_folder)

static bool names(const char *line, size_t length, const char *path)
{
        return strlen(path) == length && memcmp(line, path, length) == 0;
}

static bool is_listed(const char *line, size_t length, const char *path)
{
        return names(line, length, path) || (text_starts_with(path, "/usr/") && names(line, length, path + 4));
}

static void note_owner(PackageOwner *owner, const char *list)
{
        size_t length = strcspn(list, ":");
        _cleanup_free_ char *name = NULL, *shown = NULL;

        if (list[length] == '\0')
                length -= strlen(LIST);
        name = text_copy_n(list, length);
        shown = text_escape(name, sizeof(owner->package) - 8);
        snprintf(owner->package, sizeof(owner->package), "%s", shown);
}

static void read_list(const Host *host, const char *name, PackageOwner *owners, size_t n)
{
        _cleanup_free_ char *path = text_format(DPKG_INFO "/%s", name);
        _cleanup_close_ int fd = host_open(host, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
        const char *line;
        Lines lines;
        size_t length, i;

        if (fd < 0)
                return;
        lines_init(&lines, fd);
        while (lines_next(&lines, &line, &length))
                for (i = 0; i < n; i++)
                        if (is_listed(line, length, owners[i].path))
                                note_owner(&owners[i], name);
}

static DIR *open_folder(const Host *host)
{
        _cleanup_close_ int fd = host_open(host, DPKG_INFO, O_RDONLY | O_DIRECTORY);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);

        if (dir)
                TAKE_FD(fd);
        return dir;
}

void package_owner_find(const Host *host, Deadline deadline, PackageOwner *owners, size_t n)
{
        _cleanup_(close_folderp) DIR *dir = n > 0 ? open_folder(host) : NULL;
        struct dirent *entry;

        while (dir && !deadline_passed(deadline) && (entry = readdir(dir)))
                if (text_ends_with(entry->d_name, LIST))
                        read_list(host, entry->d_name, owners, n);
}
