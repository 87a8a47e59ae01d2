/*
 * The log is the one mutable state of the program that is static: passing it to every function
 * would buy nothing, as a process has one log file and one journal.
 */
#include "platform/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "platform/base/text.h"

#define SINKS_MAX 2
#define LINE_MAX_BYTES 4095

static struct {
        int fd;
        char *path;
        LogSink *sinks[SINKS_MAX];
        size_t n_sinks;
} the_log = { .fd = -1 };

static int open_file(const char *path)
{
        return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
}

/* False: another process has rotated it already, or somebody moved it away. */
static bool is_still_in_place(const struct stat *ours)
{
        struct stat st;

        return lstat(the_log.path, &st) == 0 && st.st_dev == ours->st_dev && st.st_ino == ours->st_ino;
}

static void rotate(const struct stat *ours)
{
        _cleanup_free_ char *old = text_format("%s.1", the_log.path);
        int fd;

        if (is_still_in_place(ours) && rename(the_log.path, old) < 0)
                return;
        fd = open_file(the_log.path);
        if (fd < 0)
                return;
        close(the_log.fd);
        the_log.fd = fd;
}

int log_open(const char *path, Error *err)
{
        int fd = open_file(path);

        if (fd < 0)
                return error_errno(err, errno, "open the log %s", path);
        log_close();
        the_log.fd = fd;
        the_log.path = text_copy(path);
        return 0;
}

void log_close(void)
{
        if (the_log.fd >= 0)
                close(the_log.fd);
        the_log.fd = -1;
        free(the_log.path);
        the_log.path = NULL;
}

void log_add_sink(LogSink *sink)
{
        size_t i;

        for (i = 0; i < the_log.n_sinks; i++)
                if (the_log.sinks[i] == sink)
                        return;
        if (the_log.n_sinks < SINKS_MAX)
                the_log.sinks[the_log.n_sinks++] = sink;
}

static void write_file(LogLevel level, const char *line)
{
        static const char *const names[] = { "Error", "Warning", "Information", "Debug" };
        struct timespec now;
        struct tm tm;
        struct stat st;
        char when[40];

        if (the_log.fd < 0)
                return;
        if (fstat(the_log.fd, &st) == 0 && st.st_size > LOG_FILE_MAX)
                rotate(&st);
        clock_gettime(CLOCK_REALTIME, &now);
        gmtime_r(&now.tv_sec, &tm);
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
        /* one write a line: enable and the worker share the file */
        dprintf(the_log.fd, "[%s.%03ldZ][%s] [%d] %s\n", when, now.tv_nsec / 1000000, names[level], (int)getpid(),
                line);
}

void log_line(LogLevel level, const char *format, ...)
{
        _cleanup_free_ char *line = NULL;
        va_list ap;
        size_t i;
        int saved = errno;

        va_start(ap, format);
        line = text_hide_logins(text_format_list(format, ap)); /* whole: what is cut may be cut inside a login */
        va_end(ap);
        for (i = 0; line[i] && i < LINE_MAX_BYTES; i++)
                if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
                        line[i] = ' ';
        line[i] = '\0';
        write_file(level, line);
        for (i = 0; i < the_log.n_sinks; i++)
                the_log.sinks[i](level, line);
        errno = saved;
}
