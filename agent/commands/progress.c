#include "agent/commands/progress.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "agent/commands/page.h"
#include "platform/base/text.h"

#define LEAST_MS 250
#define NAME_WIDTH 20
#define CLEAR "\r\033[K"
#define TOLD_FROM_MS 2000
#define BAR_LEAST 5
#define BAR_MOST 30
#define BAR_BESIDE 3 /* " [" and "]" */
#define FIRST_MS 2000
#define AGAIN_MS 10000
#define STILL_MS 60000
#define WORDS_MOST 320 /* columns, on a terminal of lines: some six of them */

void progress_begin(Progress *progress, FILE *file)
{
        *progress = (Progress){ .screen = screen_of(file), .outlet.fd = -1 };
        if (progress->screen.terminal)
                outlet_open(&progress->outlet, file);
}

static bool is_rewritten(const Progress *progress)
{
        return progress->screen.terminal && !progress->screen.dumb;
}

/* What stays: where a line was that does not. */
static void _printf_(2, 3) put(Progress *progress, const char *format, ...)
{
        _cleanup_free_ char *text = NULL, *whole = NULL;
        va_list ap;

        va_start(ap, format);
        text = text_format_list(format, ap);
        va_end(ap);
        whole = text_format("%s%s", progress->drawn_ms ? CLEAR : "", text);
        outlet_put(&progress->outlet, whole);
        progress->drawn_ms = 0;
        progress->drawn[0] = '\0';
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

/* Caller frees. */
static char *tell_elapsed(int64_t elapsed_ms)
{
        return elapsed_ms >= TOLD_FROM_MS ? text_format("  %lld s", (long long)elapsed_ms / 1000) : text_copy("");
}

/* Of so many columns; the last one wraps. */
static unsigned room_in(unsigned width, size_t taken)
{
        return width > taken + 1 ? width - (unsigned)taken - 1 : 0;
}

char *progress_line(const char *name, const char *text, int64_t elapsed_ms, unsigned width)
{
        _cleanup_free_ char *end = tell_elapsed(elapsed_ms), *fitting = NULL;
        _cleanup_free_ char *whole = text_format("%s%s%s", name, *name ? ": " : "", text);
        unsigned room = room_in(width, strlen(end));

        make_plain(whole);
        fitting = fit(whole, room ? room : 1);
        return text_format("%s%s", fitting, end);
}

/* Caller frees. */
static char *tell_sizes(int64_t done, int64_t total)
{
        static const char *const units[] = { "B", "KiB", "MiB" };
        int64_t unit = 1, least = 10 * 1024; /* under so many of a unit the one below it tells more */
        size_t i = 0;

        for (; i + 1 < ELEMENTSOF(units) && total / unit >= least; i++)
                unit *= 1024;
        return text_format("  %lld of %lld %s", (long long)(done / unit), (long long)(total / unit), units[i]);
}

/* Caller frees. */
static char *draw_bar(double part, unsigned width)
{
        unsigned i, full = (unsigned)(part * width);
        _cleanup_(text_clear) Text bar = { 0 };

        text_append(&bar, " [");
        for (i = 0; i < width; i++)
                text_append(&bar, "%c", i < full ? '#' : '.');
        text_append(&bar, "]");
        return text_take(&bar);
}

/* Parts of a line, those that matter most first: each gets its columns, or is taken away. */
static void keep_if_room(char *part, unsigned *room)
{
        size_t length = strlen(part);

        if (length > *room)
                part[0] = '\0';
        else
                *room -= (unsigned)length;
}

char *progress_bar(const char *name, int64_t done, int64_t total, int64_t elapsed_ms, unsigned width)
{
        int64_t come = done < 0 ? 0 : done > total ? total : done;
        double part = (double)come / (double)total;
        _cleanup_free_ char *percent = text_format("  %2d %%", (int)(part * 100)), *end = tell_elapsed(elapsed_ms);
        unsigned bar_width = BAR_LEAST, room = room_in(width, strlen(percent));
        _cleanup_free_ char *fitting = fit(name, room), *sizes = tell_sizes(come, total), *bar = NULL;

        room -= (unsigned)strlen(fitting);
        keep_if_room(end, &room);
        if (room < BAR_BESIDE + BAR_LEAST)
                return text_format("%s%s%s", fitting, percent, end);
        room -= BAR_BESIDE + BAR_LEAST;
        keep_if_room(sizes, &room);
        bar_width += room < BAR_MOST - BAR_LEAST ? room : BAR_MOST - BAR_LEAST;
        bar = draw_bar(part, bar_width);
        return text_format("%s%s%s%s%s", fitting, bar, percent, sizes, end);
}

static void tell_over(Progress *progress, const OutcomeRow *row, int64_t took_ms)
{
        static const char *const ends[] = {
                [ROW_SUCCESS] = "done", [ROW_WARNING] = "done, see below", [ROW_ERROR] = "failed"
        };

        put(progress, "%-*s %s %lld.%lld s\n", NAME_WIDTH, row->name, ends[row->level], (long long)took_ms / 1000,
            (long long)took_ms % 1000 / 100);
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

static void draw(Progress *progress, const OutcomeRow *row, int64_t elapsed_ms, int64_t now)
{
        unsigned width = progress->screen.width;
        _cleanup_free_ char *line = row->total > 0 ? progress_bar(row->name, row->done, row->total, elapsed_ms, width)
                                                   : progress_line(row->name, row->text, elapsed_ms, width);
        _cleanup_free_ char *whole = text_format(CLEAR "%s", line);

        if (text_equal(line, progress->drawn))
                return;
        outlet_put(&progress->outlet, whole);
        snprintf(progress->drawn, sizeof(progress->drawn), "%s", line);
        progress->drawn_ms = now;
}

/* ---- a terminal of lines -------------------------------------------------------------------------------------------
 */

/* Behind the digits of "12 s", "40 %" or "7 MB"; else the text itself. */
static const char *skip_count(const char *text)
{
        static const char *const units[] = { " s", " %", " MB" };
        const char *end = text + strspn(text, "0123456789");
        size_t i;

        for (i = 0; end > text && i < ELEMENTSOF(units); i++)
                if (text_starts_with(end, units[i]) && !isalnum((unsigned char)end[strlen(units[i])]))
                        return end;
        return text;
}

bool progress_is_same(const char *a, const char *b)
{
        for (;; a++, b++) {
                a = skip_count(a);
                b = skip_count(b);
                if (*a != *b)
                        return false;
                if (!*a)
                        return true;
        }
}

/* Of what is at work now, since it began. */
static bool is_said(const Progress *progress, size_t row)
{
        return progress->said_ms > 0 && progress->said_row == row && progress->said_ms >= progress->begun_ms[row];
}

static bool is_due(const Progress *progress, const OutcomeRow *row, size_t i, int64_t now)
{
        int64_t since = now - progress->said_ms;

        if (!is_said(progress, i))
                return now - progress->begun_ms[i] >= FIRST_MS;
        return since >= STILL_MS || (since >= AGAIN_MS && !progress_is_same(progress->said, row->text));
}

/* Caller frees. */
static char *tell_far(const OutcomeRow *row)
{
        _cleanup_free_ char *sizes = tell_sizes(row->done, row->total);

        return text_format("%d %%%s", (int)((double)row->done / (double)row->total * 100), sizes);
}

static void say(Progress *progress, const OutcomeRow *row, size_t i, int64_t now)
{
        bool first = !is_said(progress, i), same = !first && progress_is_same(progress->said, row->text);
        _cleanup_free_ char *words = same && row->total > 0 ? tell_far(row) : fit(row->text, WORDS_MOST);
        _cleanup_free_ char *elapsed =
                first ? text_copy("") : text_format("%lld s: ", (long long)(now - progress->begun_ms[i]) / 1000);
        _cleanup_page_ Page page = { 0 };

        page_begin(&page, &progress->screen);
        screen_say(&page.screen, SCREEN_PLAIN, NAME_WIDTH + 1, "%-*s %s%s", NAME_WIDTH, row->name, elapsed, words);
        page_end(&page);
        put(progress, "%s", page.text);
        snprintf(progress->said, sizeof(progress->said), "%s", row->text);
        progress->said_row = i;
        progress->said_ms = now;
}

/* --------------------------------------------------------------------------------------------------------------------
 */

void progress_tell(Progress *progress, const Outcome *outcome, int64_t now_ms)
{
        const OutcomeRow *row;
        size_t i;

        if (!progress->screen.terminal)
                return;
        row = follow(progress, outcome, now_ms);
        if (!outlet_is_free(&progress->outlet) || !row)
                return;
        i = (size_t)(row - outcome->rows);
        if (is_rewritten(progress) && now_ms - progress->drawn_ms >= LEAST_MS)
                draw(progress, row, now_ms - progress->begun_ms[i], now_ms);
        if (!is_rewritten(progress) && is_due(progress, row, i, now_ms))
                say(progress, row, i, now_ms);
}

void progress_note(Progress *progress, const char *text)
{
        _cleanup_page_ Page page = { 0 };

        if (!progress->screen.terminal)
                return;
        page_begin(&page, &progress->screen);
        screen_say(&page.screen, SCREEN_STRONG, 0, "%s", text);
        page_end(&page);
        put(progress, "%s", page.text);
}

void progress_end(Progress *progress, const Outcome *outcome, int64_t now_ms)
{
        if (!progress->screen.terminal)
                return;
        follow(progress, outcome, now_ms);
        put(progress, "%s", "");
        outlet_end(&progress->outlet, progress->screen.file);
}
