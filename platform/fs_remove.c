/*
 * Each folder is entered by its descriptor and never through a link; a folder that is not on the device of the one that
 * it stands in is somebody's mount.
 */
#include "platform/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "platform/base/text.h"

static int remove_at(int folder, const char *name, const dev_t *device, Error *err);

/* Takes fd. */
static int remove_entries(int fd, dev_t device, Error *err)
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
                        r = remove_at(dirfd(dir), entry->d_name, &device, err);
        closedir(dir);
        return r;
}

static int open_folder(int folder, const char *name, const dev_t *device, int *ret_fd, dev_t *ret_device, Error *err)
{
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        _cleanup_free_ char *shown = text_escape(name, 300);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0)
                return error_errno(err, errno, "open the folder %s", shown);
        if (device && st.st_dev != *device)
                return error_set(err, ERROR_TRUST,
                                 "%s is another file system, mounted there: nothing in it was removed; unmount it",
                                 shown);
        *ret_fd = TAKE_FD(fd);
        *ret_device = st.st_dev;
        return 0;
}

/* device: of the folder; NULL: whatever it is. */
static int remove_at(int folder, const char *name, const dev_t *device, Error *err)
{
        dev_t inside = 0;
        int fd = -1;

        if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
                return 0;
        if (errno != EISDIR && errno != EPERM)
                return error_errno(err, errno, "remove %s", name);
        if (open_folder(folder, name, device, &fd, &inside, err) < 0 || remove_entries(fd, inside, err) < 0)
                return -1;
        if (unlinkat(folder, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return error_errno(err, errno, "remove the folder %s", name);
        return 0;
}

int fs_remove_at(int folder, const char *name, Error *err)
{
        struct stat st;

        if (fstat(folder, &st) < 0)
                return error_errno(err, errno, "look at the folder of %s", name);
        return remove_at(folder, name, &st.st_dev, err);
}

int fs_remove_tree(const Host *host, const char *path, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);

        if (remove_at(AT_FDCWD, full, NULL, err) < 0)
                return error_prefix(err, "%s", path);
        return 0;
}
