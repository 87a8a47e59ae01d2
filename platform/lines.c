#include "platform/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void lines_init(Lines *lines, int fd)
{
        lines->fd = fd;
        lines->start = lines->end = 0;
        lines->skipping = false;
}

/* Moves what is left of a line to the front and reads behind it. */
static bool fill(Lines *lines)
{
        ssize_t n;

        if (lines->end - lines->start == sizeof(lines->buffer)) {
                lines->skipping = true;
                lines->start = lines->end;
        }
        memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
        lines->end -= lines->start;
        lines->start = 0;
        do
                n = read(lines->fd, lines->buffer + lines->end, sizeof(lines->buffer) - lines->end);
        while (n < 0 && errno == EINTR);
        if (n > 0)
                lines->end += (size_t)n;
        return n > 0;
}

bool lines_next(Lines *lines, const char **ret_line, size_t *ret_length)
{
        for (;;) {
                const char *line = lines->buffer + lines->start;
                size_t left = lines->end - lines->start, length;
                const char *newline = memchr(line, '\n', left);
                bool more = newline || fill(lines), skipped = lines->skipping;

                if (!newline && more)
                        continue;
                if (!more && left == 0)
                        return false;
                line = lines->buffer + lines->start;
                length = newline ? (size_t)(newline - line) : lines->end - lines->start;
                lines->start += length + (newline != NULL);
                lines->skipping = false;
                if (skipped)
                        continue;
                *ret_line = line;
                *ret_length = length;
                return true;
        }
}
