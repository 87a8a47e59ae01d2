#include "platform/trusted_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/base/text.h"

#define NAME_SIZE 256

typedef struct Walk {
        const char *path, *rest; /* rest: what is still to go, within path */
        char name[NAME_SIZE];    /* of the next folder */
        int fd;                  /* of the folder reached */
} Walk;

/* How far the walk has come, for messages and for the journal; caller frees. */
static char *reached(const Walk *walk)
{
        size_t length = (size_t)(walk->rest - walk->path);

        while (length > 1 && walk->path[length - 1] == '/')
                length--;
        return text_copy_n(walk->path, length);
}

static int check(const Walk *walk, Error *err)
{
        _cleanup_free_ char *path = reached(walk);
        struct stat st;

        if (fstat(walk->fd, &st) < 0)
                return error_errno(err, errno, "look at %s", path);
        if (st.st_uid != 0)
                return error_set(err, ERROR_TRUST, "%s belongs to user %u, not to root", path, (unsigned)st.st_uid);
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return error_set(err, ERROR_TRUST, "%s has mode %04o: others than root may write to it", path,
                                 (unsigned)(st.st_mode & 07777));
        return 0;
}

static int begin(const Host *host, const char *path, Walk *walk, Error *err)
{
        _cleanup_free_ char *top = host_path(host, "/");

        *walk = (Walk){ .path = path, .rest = path };
        walk->fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (walk->fd < 0)
                return error_errno(err, errno, "open /");
        walk->rest += strspn(walk->rest, "/");
        return check(walk, err);
}

/* False: the end is reached. */
static bool take_name(Walk *walk, size_t *ret_length)
{
        *ret_length = strcspn(walk->rest, "/");
        snprintf(walk->name, sizeof(walk->name), "%.*s", (int)*ret_length, walk->rest);
        return *ret_length > 0;
}

/* What stands there instead of a folder. */
static int fail_open(const Walk *walk, int errnum, Error *err)
{
        _cleanup_free_ char *above = reached(walk), *target = NULL;
        const char *slash = text_equal(above, "/") ? "" : "/";
        struct stat st = { 0 };
        char link[512] = "";

        if (fstatat(walk->fd, walk->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)) {
                if (readlinkat(walk->fd, walk->name, link, sizeof(link) - 1) < 0)
                        link[0] = '\0';
                target = text_escape(link, 200);
                return error_set(err, ERROR_TRUST, "%s%s%s is a link to %s", above, slash, walk->name, target);
        }
        if (errnum == ENOTDIR)
                return error_set(err, ERROR_TRUST, "%s%s%s is no folder", above, slash, walk->name);
        return error_errno(err, errnum, "open %s%s%s", above, slash, walk->name);
}

/* One folder further: 1; 0 when it is not there. */
static int step(Walk *walk, size_t length, Error *err)
{
        int fd;

        if (length >= NAME_SIZE)
                return error_set(err, ERROR_INPUT, "%s has a name that is too long", walk->path);
        fd = openat(walk->fd, walk->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT)
                return 0;
        if (fd < 0)
                return fail_open(walk, errno, err);
        close(walk->fd);
        walk->fd = fd;
        walk->rest += length;
        walk->rest += strspn(walk->rest, "/");
        return check(walk, err) < 0 ? -1 : 1;
}

static int make(const Host *host, const Walk *walk, size_t length, TrustedFolderMaking *making, Error *err)
{
        _cleanup_free_ char *path = text_copy_n(walk->path, (size_t)(walk->rest - walk->path) + length);

        if (making && making(host, path, err) < 0)
                return -1;
        if (mkdirat(walk->fd, walk->name, 0755) < 0)
                return errno == EEXIST ? 0 : error_errno(err, errno, "make the folder %s", path);
        if (fchmodat(walk->fd, walk->name, 0755, 0) < 0)
                return error_errno(err, errno, "set the mode of %s", path);
        if (fsync(walk->fd) < 0)
                return error_errno(err, errno, "sync the folder above %s", path);
        return 0;
}

int trusted_folder_open(const Host *host, const char *path, int *ret_fd, const char **ret_missing, Error *err)
{
        size_t length;
        Walk walk;
        int r = begin(host, path, &walk, err);

        while (r == 0 && take_name(&walk, &length)) {
                r = step(&walk, length, err);
                if (r == 0)
                        break;
                r = r < 0 ? -1 : 0;
        }
        if (r < 0) {
                cleanup_close(&walk.fd);
                return -1;
        }
        *ret_fd = walk.fd;
        *ret_missing = walk.rest;
        return 0;
}

int trusted_folder_make(const Host *host, const char *path, TrustedFolderMaking *making, int *ret_fd, Error *err)
{
        _cleanup_close_ int fd = -1;
        Walk walk = { .path = path };
        size_t length;
        int r;

        if (trusted_folder_open(host, path, &fd, &walk.rest, err) < 0)
                return -1;
        walk.fd = TAKE_FD(fd);
        while (take_name(&walk, &length)) {
                r = make(host, &walk, length, making, err) < 0 ? -1 : step(&walk, length, err);
                if (r == 1)
                        continue;
                cleanup_close(&walk.fd);
                return r < 0 ? -1 : error_set(err, ERROR_IO, "%s vanished as it was made", path);
        }
        *ret_fd = walk.fd;
        return 0;
}
