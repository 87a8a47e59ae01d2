/*
 * Each folder is entered by its descriptor and never through a link; one that is not on the mount of the folder that it
 * stands in is somebody's. Its device does not tell: that of a bind mount may be the same, that of a subvolume of btrfs
 * is another.
 */
#include "platform/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/base/text.h"

typedef struct Place {
        int mount; /* its id; -1: not told, as by kernels before 3.15 */
        dev_t device;
} Place;

static int remove_at(int folder, const char *name, const Place *above, Error *err);

static int mount_of(int fd)
{
        char path[40], text[256], *line; /* pos and flags come first, both short */
        _cleanup_close_ int info = -1;
        ssize_t length;
        int id;

        snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
        info = open(path, O_RDONLY | O_CLOEXEC);
        length = info < 0 ? 0 : read(info, text, sizeof(text) - 1);
        text[length > 0 ? length : 0] = '\0';
        line = strstr(text, "\nmnt_id:");
        return line && sscanf(line, " mnt_id: %9d", &id) == 1 ? id : -1;
}

static int place_of(int fd, Place *ret)
{
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -1;
        *ret = (Place){ mount_of(fd), st.st_dev };
        return 0;
}

static bool is_same(const Place *a, const Place *b)
{
        return a->mount >= 0 && b->mount >= 0 ? a->mount == b->mount : a->device == b->device;
}

/* Takes fd. */
static int remove_entries(int fd, const Place *here, Error *err)
{
        DIR *dir = fdopendir(fd);
        struct dirent *entry;
        int r = 0;

        if (!dir) {
                close(fd);
                return error_errno(err, errno, "read a folder");
        }
        while (r == 0 && (entry = readdir(dir)))
                if (!text_equal(entry->d_name, ".") && !text_equal(entry->d_name, ".."))
                        r = remove_at(dirfd(dir), entry->d_name, here, err);
        closedir(dir);
        return r;
}

static int open_folder(int folder, const char *name, const Place *above, int *ret_fd, Place *ret_place, Error *err)
{
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        _cleanup_free_ char *shown = text_escape(name, 300);

        if (fd < 0 || place_of(fd, ret_place) < 0)
                return error_errno(err, errno, "open the folder %s", shown);
        if (above && !is_same(ret_place, above))
                return error_set(err, ERROR_TRUST,
                                 "%s is another file system, mounted there: nothing in it was removed; unmount it",
                                 shown);
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* above: of the folder; NULL: whatever it is. */
static int remove_at(int folder, const char *name, const Place *above, Error *err)
{
        Place inside;
        int fd = -1;

        if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
                return 0;
        if (errno != EISDIR && errno != EPERM)
                return error_errno(err, errno, "remove %s", name);
        if (open_folder(folder, name, above, &fd, &inside, err) < 0 || remove_entries(fd, &inside, err) < 0)
                return -1;
        if (unlinkat(folder, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return error_errno(err, errno, "remove the folder %s", name);
        return 0;
}

int fs_remove_at(int folder, const char *name, Error *err)
{
        Place here;

        if (place_of(folder, &here) < 0)
                return error_errno(err, errno, "look at the folder of %s", name);
        return remove_at(folder, name, &here, err);
}

int fs_remove_tree(const Host *host, const char *path, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);

        if (remove_at(AT_FDCWD, full, NULL, err) < 0)
                return error_prefix(err, "%s", path);
        return 0;
}
