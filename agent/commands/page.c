#include "agent/commands/page.h"

#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"

#define HEIGHT_MIN 10 /* a lower terminal is not one to fit anything on */
#define PAGES_MAX 32
#define KEPT_FREE 2 /* for the command itself, and for what is typed next */
#define RANKED_MIN 2

void page_begin(Page *page, const Screen *screen)
{
        *page = (Page){ .screen = *screen };
        page->screen.file = open_memstream(&page->text, &page->length);
        if (!page->screen.file)
                abort();
}

void page_end(Page *page)
{
        if (ferror(page->screen.file) || fclose(page->screen.file) != 0)
                abort(); /* memory is out */
        page->screen.file = NULL;
}

void page_clear(Page *page)
{
        if (page->screen.file)
                fclose(page->screen.file);
        free(page->text);
        *page = (Page){ 0 };
}

static size_t count_lines(const Page *page)
{
        size_t n = 0, i;

        for (i = 0; i < page->length; i++)
                n += page->text[i] == '\n';
        return n;
}

static size_t room_of(const Screen *screen)
{
        return screen->height >= HEIGHT_MIN ? screen->height - KEPT_FREE : SIZE_MAX;
}

bool page_fits(const Page *page, const Screen *screen)
{
        return count_lines(page) <= room_of(screen);
}

/* The beginning; where it ends, a last line that says so, and the colour of the block. */
static void show_lines(const Screen *screen, const Page *page, size_t lines)
{
        const char *end = page->text, *stop = page->text + page->length;
        size_t whole = count_lines(page), i;

        if (lines >= whole) {
                fwrite(page->text, 1, page->length, screen->file);
                return;
        }
        for (i = 0; i + 1 < lines; i++)
                end = (const char *)memchr(end, '\n', (size_t)(stop - end)) + 1;
        fwrite(page->text, 1, (size_t)(end - page->text), screen->file);
        fprintf(screen->file, "%s  ...\n", screen->colour ? "\033[0m" : "");
}

/* What those that come after it by rank have to be left. */
static size_t reserve(const Page *pages, const unsigned char *ranks, size_t n, unsigned rank)
{
        size_t kept = 0, i, lines;

        for (i = 0; i < n; i++) {
                lines = count_lines(&pages[i]);
                if (ranks[i] > rank)
                        kept += lines < RANKED_MIN ? lines : RANKED_MIN;
        }
        return kept;
}

/* Lines of each page, by rank; what is left of room is returned. */
static size_t share_by_rank(const Page *pages, const unsigned char *ranks, size_t n, size_t room, size_t *share)
{
        unsigned rank;
        size_t i, kept, lines;

        for (rank = 1; rank <= n; rank++)
                for (i = 0; i < n; i++) {
                        if (ranks[i] != rank)
                                continue;
                        kept = reserve(pages, ranks, n, rank);
                        lines = count_lines(&pages[i]);
                        share[i] = lines <= room - kept ? lines : room - kept;
                        room -= share[i];
                }
        return room;
}

/* How many lines the pages have that are not shown. */
static size_t share(const Page *pages, const unsigned char *ranks, size_t n, size_t room, size_t *ret)
{
        size_t i, lines, left = 0;

        room = share_by_rank(pages, ranks, n, room, ret);
        for (i = 0; i < n; i++) {
                lines = count_lines(&pages[i]);
                if (ranks[i] == 0 && lines <= room) {
                        ret[i] = lines;
                        room -= lines;
                }
                left += lines - ret[i] + (ret[i] > 0 && ret[i] < lines); /* one tells that it is cut */
        }
        return left;
}

void page_show_all(const Screen *screen, const Page *pages, const unsigned char *ranks, size_t n, const char *more)
{
        size_t shares[PAGES_MAX] = { 0 }, total = 0, room = room_of(screen), left, i;
        int ranked;

        for (i = 0; i < n; i++)
                total += count_lines(&pages[i]);
        if (total <= room || n > PAGES_MAX) {
                for (i = 0; i < n; i++)
                        fwrite(pages[i].text, 1, pages[i].length, screen->file);
                return;
        }
        left = share(pages, ranks, n, room - 1, shares);
        for (ranked = 1; ranked >= 0; ranked--)
                for (i = 0; i < n; i++)
                        if ((ranks[i] > 0) == ranked && shares[i] > 0)
                                show_lines(screen, &pages[i], shares[i]);
        screen_say(screen, SCREEN_STRONG, 0, "(%zu more lines: %s)", left, more);
}
