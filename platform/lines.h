/*
 * lines: the lines of a file of any size, read piece by piece into a buffer of fixed size.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define LINES_BUFFER 16384 /* a line that does not fit is left out */

typedef struct Lines {
        int fd; /* borrowed */
        size_t start, end;
        bool skipping; /* the rest of a line that did not fit */
        char buffer[LINES_BUFFER];
} Lines;

void lines_init(Lines *lines, int fd);

/* Without its newline, not terminated, valid until the next call. False: the end, or it cannot be read on. */
bool lines_next(Lines *lines, const char **ret_line, size_t *ret_length);
