#include "platform/named_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "platform/base/text.h"

#define SHOWN_MAX 200
#define ABOVE_STANDARD 3 /* no descriptor of ours is one of those that are closed */

static char *show(const char *path)
{
        return text_equal(path, "-") ? text_copy("the standard input") : text_escape(path, SHOWN_MAX);
}

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

static int cannot_read(const char *shown, int number, Error *err)
{
        Error why;

        if (!*shown)
                error_set(&why, ERROR_MISSING, "a file has to be named, and its name is empty");
        else if (number == ENOENT)
                error_set(&why, ERROR_MISSING, "there is no file %s", shown);
        else
                error_errno(&why, number, "%s cannot be read", shown);
        return error_set(err, why.kind, "%s; name one that can be read, or - for the standard input", why.text);
}

int named_file_read(const char *path, size_t max, const char *what, Secret *ret, Error *err)
{
        bool is_stdin = text_equal(path, "-");
        _cleanup_free_ char *shown = show(path);
        _cleanup_close_ int fd = open_named(path, is_stdin);
        _cleanup_secret_ Secret bytes = { 0 };
        size_t length = 0;

        if (fd < 0)
                return cannot_read(shown, errno, err);
        secret_allocate(&bytes, max + 1);
        if (read_all(fd, &bytes, &length) < 0)
                return cannot_read(shown, errno, err);
        if (length > max)
                return error_set(err, ERROR_INPUT, "%s holds more than %zu bytes, and is no %s", shown, max, what);
        secret_allocate(ret, length);
        memcpy(ret->data, bytes.data, length);
        return 0;
}

int named_file_read_json(const char *path, Json **ret, Error *err)
{
        _cleanup_free_ char *shown = show(path);
        _cleanup_secret_ Secret bytes = { 0 };

        if (named_file_read(path, JSON_SIZE_MAX, "JSON document", &bytes, err) < 0)
                return -1;
        return json_parse_unique((const char *)bytes.data, bytes.length, ret, err) < 0 ? error_prefix(err, "%s", shown)
                                                                                       : 0;
}
