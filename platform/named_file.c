#include "platform/named_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define SHOWN_MAX 200
#define ABOVE_STANDARD 3 /* no descriptor of ours is one of those that are closed */

static int open_named(const char *path, bool is_stdin)
{
        return is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, ABOVE_STANDARD)
                        : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* Up to the end, or all that there is room for. */
static int read_all(int fd, const Secret *bytes, size_t *ret_length)
{
        size_t length = 0;

        while (length < bytes->length) {
                ssize_t n = read(fd, bytes->data + length, bytes->length - length);

                if (n < 0 && errno != EINTR)
                        return -1;
                if (n == 0)
                        break;
                if (n > 0)
                        length += (size_t)n;
        }
        *ret_length = length;
        return 0;
}

int named_file_read(const char *path, size_t max, const char *what, Secret *ret, Error *err)
{
        bool is_stdin = text_equal(path, "-");
        _cleanup_free_ char *shown = is_stdin ? text_copy("the standard input") : text_escape(path, SHOWN_MAX);
        _cleanup_close_ int fd = open_named(path, is_stdin);
        _cleanup_secret_ Secret bytes = { 0 };
        size_t length = 0;

        if (fd < 0)
                return error_errno(err, errno, "read %s", shown);
        secret_allocate(&bytes, max + 1);
        if (read_all(fd, &bytes, &length) < 0)
                return error_errno(err, errno, "read %s", shown);
        if (length > max)
                return error_set(err, ERROR_INPUT, "%s holds more than %zu bytes, and is no %s", shown, max, what);
        secret_allocate(ret, length);
        memcpy(ret->data, bytes.data, length);
        return 0;
}

int named_file_read_json(const char *path, Json **ret, Error *err)
{
        const Host here = { .root = "" };
        _cleanup_free_ char *shown = text_escape(path, SHOWN_MAX);
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        if (fs_read(&here, path, JSON_SIZE_MAX, &text, &length, err) < 0)
                return -1;
        if (!text)
                return error_set(err, ERROR_MISSING, "there is no file %s", shown);
        return json_parse_unique(text, length, ret, err) < 0 ? error_prefix(err, "%s", shown) : 0;
}
