#include "platform/fs_take.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define PIECE (256 * 1024)

static int open_source(const char *path, const char *shown, int64_t max, int *ret_fd, Error *err)
{
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        struct stat st;

        if (fd < 0 && errno == ELOOP)
                return error_set(err, ERROR_INPUT, "%s is a symbolic link", shown);
        if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
                return error_set(err, ERROR_MISSING, "%s does not exist", shown);
        if (fd < 0 || fstat(fd, &st) < 0)
                return error_errno(err, errno, "open %s", shown);
        if (!S_ISREG(st.st_mode))
                return error_set(err, ERROR_INPUT, "%s is no regular file", shown);
        if (st.st_size > max)
                return error_set(err, ERROR_INPUT, "%s has %lld bytes, more than %lld", shown, (long long)st.st_size,
                                 (long long)max);
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int copy(const Host *host, int from, int to, const char *shown, int64_t max, Error *err)
{
        _cleanup_free_ char *piece = text_allocate(PIECE);
        int64_t total = 0;

        for (;;) {
                ssize_t n = read(from, piece, PIECE);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return error_errno(err, errno, "read %s", shown);
                if (n == 0)
                        return 0;
                total += n;
                if (total > max) /* it grows */
                        return error_set(err, ERROR_INPUT, "%s has more than %lld bytes", shown, (long long)max);
                if (fs_write_bytes(to, piece, (size_t)n) < 0)
                        return error_errno(err, errno, "copy %s", shown);
                if (host_stopping(host))
                        return error_set(err, ERROR_STOPPED, "asked to stop while copying %s", shown);
        }
}

int fs_take(const Host *host, const char *from, const char *to, int64_t max, mode_t mode, Error *err)
{
        _cleanup_free_ char *source = host_path(host, from), *target = host_path(host, to),
                            *shown = text_escape(from, 200);
        _cleanup_close_ int in = -1, out = -1;

        if (open_source(source, shown, max, &in, err) < 0)
                return -1;
        if (unlink(target) < 0 && errno != ENOENT)
                return error_errno(err, errno, "remove %s", to);
        out = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (out < 0)
                return error_errno(err, errno, "make %s", to);
        if (copy(host, in, out, shown, max, err) < 0) {
                unlink(target);
                return -1;
        }
        return fchmod(out, mode) < 0 || fdatasync(out) < 0 ? error_errno(err, errno, "keep %s", to) : 0;
}
