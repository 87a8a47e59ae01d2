/*
 * screen: text for a person: wrapped to the width of the terminal and coloured there; plain lines, each whole, when
 * it is piped. Colours say nothing that the words do not; none with NO_COLOR set, TERM unset or "dumb".
 *
 * What stands in foreign text is escaped by the caller (text_escape); of control characters that are left, line
 * feeds and tabs become blanks, others "?"; in documents they are written as \u00XX.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "platform/base/cleanup.h"
#include "platform/json.h"

typedef enum ScreenLevel {
        SCREEN_PLAIN,
        SCREEN_GOOD,
        SCREEN_WARNING,
        SCREEN_BAD,
        SCREEN_UNKNOWN, /* could not be seen */
        SCREEN_STRONG,  /* headings */
} ScreenLevel;

typedef struct Screen {
        FILE *file;
        bool terminal;
        bool colour;
        bool dumb;       /* a terminal that understands nothing but lines */
        unsigned width;  /* columns; 0: lines are not wrapped */
        unsigned height; /* lines; 0: no terminal */
} Screen;

Screen screen_of(FILE *file);

/* One paragraph; lines after the first are indented by so many blanks. */
void screen_say(const Screen *screen, ScreenLevel level, unsigned indent, const char *format, ...) _printf_(4, 5);

/* "NAME: TEXT" with the text in a column of its own, name_width wide (without the colon); the level colours the text.
 */
void screen_row(const Screen *screen, ScreenLevel level, unsigned name_width, const char *name, const char *format, ...)
        _printf_(5, 6);

/* Writes out what was said; the exit code: COMMAND_DONE, or COMMAND_FAILED when it cannot be written, and why is said
 * on stderr. */
int screen_end(const Screen *screen);

/* The same for what was printed without one: stdout. */
int screen_end_file(FILE *file);

/*
 * The document of a command, named and numbered: {"schema": "mde-linux.NAME", "version": 1, ...}. A member may come
 * to it any time; its number changes when one goes or means something else.
 */
Json *screen_document(const char *name, int version);

/* Prints it as the only thing on stdout; takes it. As screen_end(). */
int screen_print_document(Json *document);
