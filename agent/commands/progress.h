/*
 * progress: what a mission does now, on a terminal while it does it: one line that is rewritten, and a line that stays
 * for each stage that is over. A terminal that understands nothing but lines gets one line a stage. Anything else, a
 * pipe or a file, gets nothing.
 *
 * Written to stderr; at most four times a second, so that a slow serial console keeps up. No size of a download is
 * known here, so there is no bar: the seconds of the stage stand for it.
 */
#pragma once

#include "agent/commands/screen.h"
#include "agent/outcome.h"

typedef struct Progress {
        Screen screen;
        int64_t drawn_ms;                   /* when the line was written last; 0: it is not there */
        int64_t begun_ms[OUTCOME_ROWS_MAX]; /* of the row's stage; 0: not seen at work */
        bool over[OUTCOME_ROWS_MAX];        /* and told */
} Progress;

void progress_begin(Progress *progress, FILE *file);

void progress_tell(Progress *progress, const Outcome *outcome);

/* A line that stays, between those of the stages. */
void progress_note(Progress *progress, const char *text);

/* The line goes away; what is over by now is told. */
void progress_end(Progress *progress, const Outcome *outcome);

/* "repository: fetching the list  12 s" as it fits into so many columns, without control characters; seconds under 2
 * are not told. Caller frees. Pure. */
char *progress_line(const char *name, const char *text, int64_t elapsed_ms, unsigned width);
