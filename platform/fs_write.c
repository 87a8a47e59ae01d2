#include "platform/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "platform/base/text.h"

#define TRIES_MAX 100
#define TAIL 6

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

int fs_write_bytes(int fd, const void *data, size_t length)
{
        const char *bytes = data;

        while (length > 0) {
                ssize_t n = write(fd, bytes, length);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -1;
                bytes += n;
                length -= (size_t)n;
        }
        return 0;
}

/* What a new file is to hold: the bytes, or what fd reads. */
typedef struct Content {
        const void *data; /* NULL: fd */
        size_t length;
        int fd;
        mode_t mode;
        bool sync;
} Content;

static int copy_bytes(int from, int to, const char *shown, Error *err)
{
        char block[65536];
        ssize_t n;

        while ((n = read(from, block, sizeof(block))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return error_errno(err, errno, "read for %s", shown);
                if (fs_write_bytes(to, block, (size_t)n) < 0)
                        return error_errno(err, errno, "write %s", shown);
        }
        return 0;
}

static int fill(int fd, const char *shown, const Content *content, Error *err)
{
        if (fchmod(fd, content->mode) < 0)
                return error_errno(err, errno, "set the mode of %s", shown);
        if (!content->data && copy_bytes(content->fd, fd, shown, err) < 0)
                return -1;
        if (content->data && fs_write_bytes(fd, content->data, content->length) < 0)
                return error_errno(err, errno, "write %s", shown);
        if (content->sync && fsync(fd) < 0)
                return error_errno(err, errno, "sync %s", shown);
        return 0;
}

/* Six letters that nobody has used a moment ago. Whoever guesses them only makes us try others. */
static void make_tail(char tail[TAIL + 1])
{
        struct timespec now = { 0 };
        uint64_t bits;
        size_t i;

        clock_gettime(CLOCK_REALTIME, &now);
        bits = ((uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec) ^ ((uint64_t)getpid() << 34);
        for (i = 0; i < TAIL; i++, bits /= sizeof(letters) - 1)
                tail[i] = letters[bits % (sizeof(letters) - 1)];
        tail[TAIL] = '\0';
}

/* A writer has its file locked as long as it is at work; one that nobody has locked, nobody will ever finish. */
static bool is_ours_alone(int fd)
{
        struct stat st;

        return (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) && fstat(fd, &st) == 0 && st.st_nlink > 0;
}

bool fs_is_temporary(const char *name, const char *prefix)
{
        const char *tail = name + strlen(prefix);

        return text_starts_with(name, prefix) && strlen(tail) == TAIL && strspn(tail, letters) == TAIL;
}

static int remove_leftover(int folder, const char *name)
{
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

        if (fd < 0 && errno != ELOOP)
                return errno == ENOENT ? 0 : -1;
        if (fd >= 0 && !is_ours_alone(fd))
                return 0;
        return unlinkat(folder, name, 0) < 0 && errno != ENOENT ? -1 : 0;
}

static int remove_leftovers(int folder, const char *name, const char *shown, Error *err)
{
        _cleanup_free_ char *prefix = text_format(".%s" FS_TEMPORARY, name);
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (fs_list_at(folder, &names, err) < 0)
                return -1;
        for (i = 0; names[i]; i++)
                if (fs_is_temporary(names[i], prefix) && remove_leftover(folder, names[i]) < 0)
                        return error_errno(err, errno, "remove %s beside %s", names[i], shown);
        return 0;
}

/* Hidden, so that apt and others that read whole folders pass it over. */
static int create_beside(int folder, const char *name, char **ret_name)
{
        char tail[TAIL + 1];
        unsigned i;

        for (i = 0; i < TRIES_MAX; i++) {
                _cleanup_free_ char *temporary = NULL;
                int fd;

                make_tail(tail);
                temporary = text_format(".%s" FS_TEMPORARY "%s", name, tail);
                fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
                if (fd < 0 && errno != EEXIST)
                        return -1;
                if (fd < 0)
                        continue;
                if (is_ours_alone(fd)) {
                        *ret_name = TAKE_PTR(temporary);
                        return fd;
                }
                close(fd); /* somebody who cleans up was quicker */
        }
        return -1;
}

/* shown: the file, for people. */
static int replace(int folder, const char *name, const char *shown, const Content *content, Error *err)
{
        _cleanup_free_ char *temporary = NULL;
        _cleanup_close_ int fd = -1;

        (void)remove_leftovers(folder, name, shown, NULL); /* what stays is in nobody's way */
        fd = create_beside(folder, name, &temporary);
        if (fd < 0)
                return error_errno(err, errno, "create a file beside %s", shown);
        if (fill(fd, shown, content, err) < 0) {
                unlinkat(folder, temporary, 0);
                return -1;
        }
        if (renameat(folder, temporary, folder, name) < 0) {
                int saved = errno;

                unlinkat(folder, temporary, 0);
                return error_errno(err, saved, "put %s in place", shown);
        }
        if (content->sync && fsync(folder) < 0)
                return error_errno(err, errno, "sync the folder of %s", shown);
        return 0;
}

/* Its folder; -1: errno. name: of the file in it. */
static int open_folder(const Host *host, const char *path, const char **ret_name)
{
        _cleanup_free_ char *full = host_path(host, path);

        *strrchr(full, '/') = '\0';
        *ret_name = strrchr(path, '/') + 1;
        return open(*full ? full : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int replace_at_path(const Host *host, const char *path, const Content *content, Error *err)
{
        const char *name;
        _cleanup_close_ int folder = open_folder(host, path, &name);

        if (folder < 0)
                return error_errno(err, errno, "create a file beside %s", path);
        return replace(folder, name, path, content, err);
}

int fs_remove_leftovers(const Host *host, const char *path, Error *err)
{
        const char *name;
        _cleanup_close_ int folder = open_folder(host, path, &name);

        if (folder < 0)
                return errno == ENOENT || errno == ENOTDIR ? 0
                                                           : error_errno(err, errno, "look for files beside %s", path);
        return remove_leftovers(folder, name, path, err);
}

int fs_write(const Host *host, const char *path, const void *data, size_t length, mode_t mode, Error *err)
{
        const Content content = { .data = data ? data : "", .length = length, .mode = mode, .sync = true };

        return replace_at_path(host, path, &content, err);
}

int fs_write_at(int folder, const char *name, const void *data, size_t length, mode_t mode, Error *err)
{
        const Content content = { .data = data ? data : "", .length = length, .mode = mode, .sync = true };

        return replace(folder, name, name, &content, err);
}

int fs_write_volatile(const Host *host, const char *path, const void *data, size_t length, mode_t mode, Error *err)
{
        const Content content = { .data = data ? data : "", .length = length, .mode = mode };

        return replace_at_path(host, path, &content, err);
}

int fs_copy(const Host *host, const char *from, const char *path, mode_t mode, Error *err)
{
        _cleanup_free_ char *source = host_path(host, from);
        _cleanup_close_ int fd = open(source, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return error_errno(err, errno, "open %s", from);
        return fs_copy_from(host, fd, path, mode, err);
}

int fs_copy_from(const Host *host, int fd, const char *path, mode_t mode, Error *err)
{
        return replace_at_path(host, path, &(Content){ .fd = fd, .mode = mode, .sync = true }, err);
}
