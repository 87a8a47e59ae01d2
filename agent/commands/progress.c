#include "agent/commands/progress.h"

#include <string.h>

#include "platform/base/deadline.h"
#include "platform/base/text.h"

#define LEAST_MS 250
#define NAME_WIDTH 20
#define CLEAR "\r\033[K"
#define TOLD_FROM_MS 2000

void progress_begin(Progress *progress, FILE *file)
{
        *progress = (Progress){ .screen = screen_of(file) };
}

static bool is_rewritten(const Progress *progress)
{
        return progress->screen.terminal && !progress->screen.dumb;
}

static void clear_line(Progress *progress)
{
        if (progress->drawn_ms)
                fputs(CLEAR, progress->screen.file);
        progress->drawn_ms = 0;
}

/* Cut after so many columns, never inside a character. */
static char *fit(const char *text, unsigned width)
{
        size_t length = 0;
        unsigned columns = 0;

        for (; text[length]; length++) {
                columns += ((unsigned char)text[length] & 0xc0) != 0x80;
                if (columns > width)
                        break;
        }
        return text_copy_n(text, length);
}

static void make_plain(char *text)
{
        for (; *text; text++)
                if ((unsigned char)*text < 0x20 || *text == 0x7f)
                        *text = ' ';
}

char *progress_line(const char *name, const char *text, int64_t elapsed_ms, unsigned width)
{
        _cleanup_free_ char *end =
                elapsed_ms >= TOLD_FROM_MS ? text_format("  %lld s", (long long)elapsed_ms / 1000) : text_copy("");
        _cleanup_free_ char *whole = text_format("%s%s%s", name, *name ? ": " : "", text), *fitting = NULL;
        unsigned room = width > strlen(end) + 1 ? width - (unsigned)strlen(end) - 1 : 1; /* the last column wraps */

        make_plain(whole);
        fitting = fit(whole, room);
        return text_format("%s%s", fitting, end);
}

static void tell_over(Progress *progress, const OutcomeRow *row, int64_t took_ms)
{
        static const char *const ends[] = {
                [ROW_SUCCESS] = "done", [ROW_WARNING] = "done, see below", [ROW_ERROR] = "failed"
        };

        clear_line(progress);
        fprintf(progress->screen.file, "%-*s %s %lld.%lld s\n", NAME_WIDTH, row->name, ends[row->level],
                (long long)took_ms / 1000, (long long)took_ms % 1000 / 100);
}

/* The row that is at work now; NULL: none. */
static const OutcomeRow *follow(Progress *progress, const Outcome *outcome, int64_t now)
{
        const OutcomeRow *at_work = NULL;
        size_t i;

        for (i = 0; i < outcome->n_rows; i++) {
                const OutcomeRow *row = &outcome->rows[i];

                if (row->level == ROW_WORKING) {
                        if (!progress->begun_ms[i] || progress->over[i])
                                progress->begun_ms[i] = now;
                        progress->over[i] = false;
                        at_work = row;
                } else if (progress->begun_ms[i] && !progress->over[i]) {
                        progress->over[i] = true;
                        tell_over(progress, row, now - progress->begun_ms[i]);
                }
        }
        return at_work;
}

static void draw(Progress *progress, const char *name, const char *text, int64_t elapsed_ms, int64_t now)
{
        _cleanup_free_ char *line = progress_line(name, text, elapsed_ms, progress->screen.width);

        fprintf(progress->screen.file, CLEAR "%s", line);
        fflush(progress->screen.file);
        progress->drawn_ms = now;
}

void progress_tell(Progress *progress, const Outcome *outcome)
{
        int64_t now = deadline_now_ms();
        const OutcomeRow *row;

        if (!progress->screen.terminal)
                return;
        row = follow(progress, outcome, now);
        if (row && is_rewritten(progress) && now - progress->drawn_ms >= LEAST_MS)
                draw(progress, row->name, row->text, now - progress->begun_ms[row - outcome->rows], now);
        fflush(progress->screen.file);
}

void progress_note(Progress *progress, const char *text)
{
        if (!progress->screen.terminal)
                return;
        clear_line(progress);
        screen_say(&progress->screen, SCREEN_STRONG, 0, "%s", text);
        fflush(progress->screen.file);
}

void progress_end(Progress *progress, const Outcome *outcome)
{
        if (!progress->screen.terminal)
                return;
        follow(progress, outcome, deadline_now_ms());
        clear_line(progress);
        fflush(progress->screen.file);
}
