#include "platform/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static ErrorKind kind_of_errno(int errnum)
{
        switch (errnum) {
        case EACCES:
        case EPERM:
                return ERROR_DENIED;
        case ENOENT:
        case ENOTDIR:
                return ERROR_MISSING;
        case EAGAIN:
        case EBUSY:
        case ETXTBSY:
                return ERROR_BUSY;
        case ENOSPC:
        case EDQUOT:
                return ERROR_SPACE;
        case ETIMEDOUT:
                return ERROR_TIMEOUT;
        default:
                return ERROR_IO;
        }
}

/* Text for one line of a log or a status: whatever would break it becomes a blank. */
static void flatten(char *text)
{
        for (; *text; text++)
                if ((unsigned char)*text < 0x20 || *text == 0x7f)
                        *text = ' ';
}

int error_set(Error *err, ErrorKind kind, const char *format, ...)
{
        va_list ap;

        if (!err)
                return -1;
        err->kind = kind;
        err->errnum = 0;
        va_start(ap, format);
        vsnprintf(err->text, sizeof(err->text), format, ap);
        va_end(ap);
        flatten(err->text);
        return -1;
}

int error_errno(Error *err, int errnum, const char *format, ...)
{
        char words[ERROR_TEXT_MAX / 2];
        va_list ap;

        va_start(ap, format);
        vsnprintf(words, sizeof(words), format, ap);
        va_end(ap);
        error_set(err, kind_of_errno(errnum), "%s: %s", words, strerror(errnum));
        if (err)
                err->errnum = errnum;
        return -1;
}

int error_prefix(Error *err, const char *format, ...)
{
        char words[ERROR_TEXT_MAX / 2], text[ERROR_TEXT_MAX];
        va_list ap;

        if (!err)
                return -1;
        va_start(ap, format);
        vsnprintf(words, sizeof(words), format, ap);
        va_end(ap);
        snprintf(text, sizeof(text), "%s", err->text);
        snprintf(err->text, sizeof(err->text), "%.*s: %.*s", (int)sizeof(words) - 1, words,
                 (int)(sizeof(err->text) - sizeof(words) - 3), text);
        flatten(err->text);
        return -1;
}

const char *error_kind_name(ErrorKind kind)
{
        static const char *const names[_ERROR_KIND_MAX] = {
                [ERROR_NONE] = "none",       [ERROR_INPUT] = "input",     [ERROR_TRUST] = "trust",
                [ERROR_DENIED] = "denied",   [ERROR_MISSING] = "missing", [ERROR_BUSY] = "busy",
                [ERROR_NETWORK] = "network", [ERROR_TIMEOUT] = "timeout", [ERROR_STOPPED] = "stopped",
                [ERROR_COMMAND] = "command", [ERROR_SPACE] = "space",     [ERROR_IO] = "io",
        };

        return kind < _ERROR_KIND_MAX ? names[kind] : "unknown";
}
