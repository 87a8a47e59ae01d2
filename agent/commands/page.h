/*
 * page: text on a terminal's one screen. What does not fit one has scrolled its own beginning away, which is what
 * people look for first; what is piped, and what fits, is left as it is.
 */
#pragma once

#include "agent/commands/screen.h"

/* Text that is collected first: the screen to write to, with the properties of the terminal's own. */
typedef struct Page {
        Screen screen;
        char *text; /* after page_end(); owned */
        size_t length;
} Page;

void page_begin(Page *page, const Screen *screen);
void page_end(Page *page);
void page_clear(Page *page);
#define _cleanup_page_ _cleanup_(page_clear)

/* Ended. It can be read without scrolling, or the screen is no terminal. */
bool page_fits(const Page *page, const Screen *screen);

/*
 * Pages, all ended, in their order. Where they do not fit together those of a rank are shown first, each as far as
 * there is room (rank 1 has it before the others, each at least a line), then as many of the others as fit whole; the
 * last line says how many were left out, and where they are to be had: "mde-linux status --json".
 */
void page_show_all(const Screen *screen, const Page *pages, const unsigned char *ranks, size_t n, const char *more);
