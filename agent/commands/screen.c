#include "agent/commands/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/commands/command.h"
#include "platform/base/text.h"

#define WIDTH_MIN 40 /* a narrower terminal is told lines of this width */
#define WIDTH_MAX 120
#define WIDTH_USUAL 80
#define HEIGHT_USUAL 24
#define SHOWN_AS (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

static const char *const colours[] = {
        [SCREEN_PLAIN] = "",       [SCREEN_GOOD] = "\033[32m",    [SCREEN_WARNING] = "\033[33m",
        [SCREEN_BAD] = "\033[31m", [SCREEN_UNKNOWN] = "\033[36m", [SCREEN_STRONG] = "\033[1m",
};

/* A serial console tells no size: 0. */
static unsigned find_width(int fd)
{
        struct winsize size = { 0 };

        if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
                return WIDTH_USUAL;
        return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}

static unsigned find_height(int fd)
{
        struct winsize size = { 0 };

        return ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 ? HEIGHT_USUAL : size.ws_row;
}

Screen screen_of(FILE *file)
{
        const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
        Screen screen = { .file = file, .terminal = isatty(fileno(file)) };

        screen.dumb = text_is_empty(term) || text_equal(term, "dumb");
        screen.colour = screen.terminal && !screen.dumb && text_is_empty(no_colour);
        screen.width = screen.terminal ? find_width(fileno(file)) : 0;
        screen.height = screen.terminal ? find_height(fileno(file)) : 0;
        return screen;
}

/* Columns of UTF-8 text, one a character. */
static unsigned columns(const char *text, size_t length)
{
        unsigned n = 0;
        size_t i;

        for (i = 0; i < length; i++)
                n += ((unsigned char)text[i] & 0xc0) != 0x80;
        return n;
}

/* In UTF-8, those of 0x80 to 0x9f are control characters too. */
static bool is_high_control(const unsigned char *p)
{
        return p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;
}

/* Recorded facts are somebody else's words: no character of them may steer a terminal, or begin a line that looks like
 * one of ours. */
static void make_harmless(char *text)
{
        unsigned char *p;

        for (p = (unsigned char *)text; *p; p++)
                if (*p == '\n' || *p == '\t')
                        *p = ' ';
                else if (*p < 0x20 || *p == 0x7f)
                        *p = '?';
                else if (is_high_control(p))
                        p[0] = p[1] = '?';
}

/* Words as they fit, from column `at` on. */
static void wrap(const Screen *screen, unsigned at, unsigned indent, const char *text)
{
        while (*text) {
                size_t blanks = strspn(text, " "), word = strcspn(text + blanks, " ");
                unsigned wide = columns(text, blanks + word);

                if (screen->width && at + wide >= screen->width && at > indent) {
                        fprintf(screen->file, "\n%*s", (int)indent, "");
                        at = indent;
                        text += blanks;
                        wide -= (unsigned)blanks;
                        blanks = 0;
                }
                fwrite(text, 1, blanks + word, screen->file);
                at += wide;
                text += blanks + word;
        }
}

static void put(const Screen *screen, ScreenLevel level, unsigned at, unsigned indent, const char *text)
{
        bool coloured = screen->colour && *colours[level];

        if (coloured)
                fputs(colours[level], screen->file);
        wrap(screen, at, indent, text);
        fputs(coloured ? "\033[0m\n" : "\n", screen->file);
}

void screen_say(const Screen *screen, ScreenLevel level, unsigned indent, const char *format, ...)
{
        _cleanup_free_ char *text = NULL;
        va_list ap;

        va_start(ap, format);
        text = text_format_list(format, ap);
        va_end(ap);
        make_harmless(text);
        put(screen, level, 0, indent, text);
}

void screen_row(const Screen *screen, ScreenLevel level, unsigned name_width, const char *name, const char *format, ...)
{
        _cleanup_free_ char *text = NULL, *head = text_copy(name);
        unsigned wide = columns(name, strlen(name));
        va_list ap;

        va_start(ap, format);
        text = text_format_list(format, ap);
        va_end(ap);
        make_harmless(text);
        make_harmless(head);
        fprintf(screen->file, "%s:%*s", head, wide < name_width ? (int)(name_width - wide + 1) : 1, "");
        put(screen, level, (wide < name_width ? name_width : wide) + 2, name_width + 2, text);
}

/* A buffer that could not be written before is gone with some C libraries, so that writing the rest goes well; why it
 * could not is then seen by writing once more. */
static int why_not_written(FILE *file)
{
        if (fflush(file) != 0)
                return errno;
        if (!ferror(file))
                return 0;
        return write(fileno(file), "\n", 1) < 0 ? errno : EIO;
}

int screen_end_file(FILE *file)
{
        int errnum = why_not_written(file);

        if (errnum)
                fprintf(stderr,
                        "mde-linux: what there is to say could not be written to the standard output: %s. Have it "
                        "written elsewhere.\n",
                        strerror(errnum));
        return errnum ? COMMAND_FAILED : COMMAND_DONE;
}

int screen_end(const Screen *screen)
{
        return screen_end_file(screen->file);
}

Json *screen_document(const char *name, int version)
{
        Json *document = json_object_new_object();
        _cleanup_free_ char *schema = text_format("mde-linux.%s", name);

        json_object_object_add(document, "schema", json_object_new_string(schema));
        json_object_object_add(document, "version", json_object_new_int(version));
        return document;
}

/* json-c escapes the control characters below 0x20 only; others stand within strings, where \\u says the same. */
static void print_json(FILE *file, const char *text)
{
        const unsigned char *p;

        for (p = (const unsigned char *)text; *p; p++)
                if (*p == 0x7f)
                        fputs("\\u007f", file);
                else if (is_high_control(p))
                        fprintf(file, "\\u%04x", *++p);
                else
                        fputc(*p, file);
        fputc('\n', file);
}

int screen_print_document(Json *document)
{
        _cleanup_json_ Json *owned = document;
        Screen screen = { .file = stdout };

        print_json(stdout, json_object_to_json_string_ext(owned, SHOWN_AS));
        return screen_end(&screen);
}
