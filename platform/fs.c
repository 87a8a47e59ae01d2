#include "platform/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/host_open.h"

static int read_all(int fd, const char *path, size_t max, char **ret_data, size_t *ret_length, Error *err)
{
        _cleanup_(text_clear) Text text = { 0 };
        char block[16384];
        ssize_t n;

        while ((n = read(fd, block, sizeof(block))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return error_errno(err, errno, "read %s", path);
                if (text.length + (size_t)n > max)
                        return error_set(err, ERROR_INPUT, "%s is larger than %zu bytes", path, max);
                text_append_bytes(&text, block, (size_t)n);
        }
        *ret_length = text.length;
        *ret_data = text_take(&text);
        return 0;
}

int fs_read(const Host *host, const char *path, size_t max, char **ret_data, size_t *ret_length, Error *err)
{
        _cleanup_close_ int fd = host_open(host, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
        struct stat st;

        if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
                *ret_data = NULL;
                *ret_length = 0;
                return 0;
        }
        if (fd < 0 && errno != ENXIO)
                return error_errno(err, errno, "open %s", path);
        if (fd >= 0 && fstat(fd, &st) < 0)
                return error_errno(err, errno, "look at %s", path);
        if (fd < 0 || !S_ISREG(st.st_mode))
                return error_set(err, ERROR_INPUT, "%s is no regular file", path);
        return read_all(fd, path, max, ret_data, ret_length, err);
}

static char *folder_of(const char *path)
{
        const char *slash = strrchr(path, '/');

        if (!slash || slash == path)
                return text_copy("/");
        return text_copy_n(path, (size_t)(slash - path));
}

static int sync_folder_of(const char *full, Error *err)
{
        _cleanup_free_ char *folder = folder_of(full);
        _cleanup_close_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0 || fsync(fd) < 0)
                return error_errno(err, errno, "sync the folder %s", folder);
        return 0;
}

int fs_make_folder(const Host *host, const char *path, mode_t mode, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);
        char *slash;

        if (mkdir(full, mode) == 0)
                return chmod(full, mode) < 0 ? error_errno(err, errno, "set the mode of %s", path) : 0;
        if (errno == EEXIST)
                return fs_is_folder(host, path)
                               ? 0
                               : error_set(err, ERROR_INPUT, "%s is in the way: it is no folder", path);
        if (errno != ENOENT)
                return error_errno(err, errno, "make the folder %s", path);
        for (slash = strchr(full + strlen(host->root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                if (mkdir(full, 0755) < 0 && errno != EEXIST)
                        return error_errno(err, errno, "make the folder %s", full);
                *slash = '/';
        }
        if (mkdir(full, mode) < 0 || chmod(full, mode) < 0)
                return error_errno(err, errno, "make the folder %s", path);
        return 0;
}

int fs_give(const Host *host, const char *path, uid_t uid, gid_t gid, mode_t mode, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);
        _cleanup_close_ int fd = open(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0)
                return error_errno(err, errno, "open %s", path);
        if (!S_ISREG(st.st_mode))
                return error_set(err, ERROR_TRUST, "%s is no regular file any more", path);
        /* in this order: a change of owner takes bits of the mode away */
        if (fchown(fd, uid, gid) < 0 || fchmod(fd, mode) < 0)
                return error_errno(err, errno, "set owner and mode of %s", path);
        return 0;
}

int fs_remove(const Host *host, const char *path, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);
        int errnum = unlink(full) < 0 ? errno : 0;

        if (errnum == 0 || errnum == ENOENT || errnum == ENOTDIR)
                return 0;
        if (errnum == EROFS && !fs_exists(host, path)) /* the kernel asks for the right to write before it looks */
                return 0;
        return error_errno(err, errnum, "remove %s", path);
}

int fs_remove_durably(const Host *host, const char *path, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);

        if (!fs_exists(host, path))
                return 0;
        return fs_remove(host, path, err) < 0 ? -1 : sync_folder_of(full, err);
}

int fs_move(const Host *host, const char *from, const char *to, Error *err)
{
        _cleanup_free_ char *source = host_path(host, from), *target = host_path(host, to);

        if (rename(source, target) < 0)
                return error_errno(err, errno, "rename %s to %s", from, to);
        return sync_folder_of(target, err);
}

bool fs_exists(const Host *host, const char *path)
{
        struct stat st;

        return host_lstat(host, path, &st) == 0;
}

bool fs_is_folder(const Host *host, const char *path)
{
        struct stat st;

        return host_stat(host, path, &st) == 0 && S_ISDIR(st.st_mode);
}

int fs_check_trusted(const Host *host, const char *path, Error *err)
{
        struct stat st;

        if (host_lstat(host, path, &st) < 0)
                return error_errno(err, errno, "look at %s", path);
        if (!S_ISREG(st.st_mode))
                return error_set(err, ERROR_TRUST, "%s is no regular file", path);
        if (st.st_uid != 0)
                return error_set(err, ERROR_TRUST, "%s belongs to user %u, not to root", path, (unsigned)st.st_uid);
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return error_set(err, ERROR_TRUST, "%s has mode %04o: others than root may write it", path,
                                 (unsigned)(st.st_mode & 07777));
        return 0;
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static DIR *open_folder(const Host *host, const char *path)
{
        _cleanup_close_ int fd = host_open(host, path, O_RDONLY | O_DIRECTORY);
        DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

        if (dir)
                TAKE_FD(fd);
        return dir;
}

/* Takes dir; NULL: no names. */
static char **read_names(DIR *dir)
{
        struct dirent *entry;
        char **names = text_allocate(sizeof(char *));
        size_t n = 0;

        while (dir && (entry = readdir(dir))) {
                if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, ".."))
                        continue;
                names = realloc(names, (n + 2) * sizeof(char *));
                if (!names)
                        abort();
                names[n++] = text_copy(entry->d_name);
                names[n] = NULL;
        }
        if (dir)
                closedir(dir);
        qsort(names, n, sizeof(char *), compare_names);
        return names;
}

int fs_list(const Host *host, const char *path, char ***ret_names, Error *err)
{
        DIR *dir = open_folder(host, path);

        if (!dir && errno != ENOENT && errno != ENOTDIR)
                return error_errno(err, errno, "read the folder %s", path);
        *ret_names = read_names(dir);
        return 0;
}

int fs_list_at(int folder, char ***ret_names, Error *err)
{
        _cleanup_close_ int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

        if (!dir)
                return error_errno(err, errno, "read a folder");
        TAKE_FD(fd);
        *ret_names = read_names(dir);
        return 0;
}

void fs_names_free(char **names)
{
        char **name;

        for (name = names; name && *name; name++)
                free(*name);
        free(names);
}
