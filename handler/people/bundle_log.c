#include "handler/people/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/host_open.h"

#define LINE_MAX_BYTES 5000

/* '0' stands for a digit. NULL: it is not so. */
static const char *take_shape(const char *text, const char *end, const char *shape)
{
        for (; *shape; shape++, text++)
                if (text == end || (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape))
                        return NULL;
        return text;
}

static const char *take_level(const char *text, const char *end)
{
        static const char *const levels[] = { "Error", "Warning", "Information", "Debug" };
        const char *rest = NULL;
        size_t i;

        for (i = 0; i < ELEMENTSOF(levels) && !rest; i++)
                rest = take_shape(text, end, levels[i]);
        return rest;
}

static bool is_plain(const char *text, const char *end)
{
        const char *p;

        for (p = text; p < end; p++)
                if ((unsigned char)*p < 0x20 || *p == 0x7f)
                        return false;
        return text_is_utf8(text, (size_t)(end - text));
}

bool bundle_is_log_line(const char *line, size_t length)
{
        const char *end = line + length, *p = take_shape(line, end, "[0000-00-00 00:00:00.000Z][");

        p = p ? take_level(p, end) : NULL;
        p = p ? take_shape(p, end, "] [0") : NULL;
        while (p && p < end && *p >= '0' && *p <= '9')
                p++;
        p = p ? take_shape(p, end, "] ") : NULL;
        return p && length <= LINE_MAX_BYTES && is_plain(p, end);
}

/* The end of a file that may be larger than what is wanted; "" when it cannot be read. Never through a link. */
static char *read_tail(const Host *host, const char *path)
{
        _cleanup_free_ char *data = text_allocate(BUNDLE_LOG_MAX + 1);
        _cleanup_close_ int fd = host_open(host, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        size_t length = 0;
        struct stat st;
        ssize_t n = 1;

        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return text_copy("");
        if (st.st_size > (off_t)BUNDLE_LOG_MAX && lseek(fd, st.st_size - (off_t)BUNDLE_LOG_MAX, SEEK_SET) < 0)
                return text_copy("");
        while (length < BUNDLE_LOG_MAX && n != 0) {
                n = read(fd, data + length, BUNDLE_LOG_MAX - length);
                if (n < 0 && errno != EINTR)
                        break;
                length += n > 0 ? (size_t)n : 0;
        }
        data[length] = '\0';
        return TAKE_PTR(data);
}

void bundle_add_log(const Host *host, const char *path, const char *name, const char *what, Bundle *bundle)
{
        _cleanup_free_ char *data = read_tail(host, path);
        const char *cursor = data, *end = data + strlen(data), *line;
        _cleanup_(text_clear) Text kept = { 0 };
        size_t length, others = 0;

        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);

                if (bundle_is_log_line(line, length))
                        text_append(&kept, "%s\n", text_hide_logins(copy));
                else
                        others++;
        }
        if (others > 0)
                bundle_omit(bundle, name, "%zu lines of it have not the shape of ours", others);
        if (kept.length > 0)
                bundle_add_text(bundle, name, what, text_take(&kept));
}
