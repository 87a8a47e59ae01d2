/*
 * progress: what a mission does now, on a terminal while it does it. Written to stderr; a pipe or a file gets nothing.
 * A terminal that takes nothing is not waited for (outlet.h), as the mission holds locks: it is told what is over
 * later, and of what is at work then.
 *
 * A terminal that can rewrite a line has one that is rewritten, and a line that stays for each stage that is over. It
 * is written when it changed, at most four times a second, so that a slow serial console keeps up. While something is
 * fetched whose size is known the line is a bar, with percent and sizes; else it is the words of what is done, with the
 * seconds of the stage.
 *
 * A terminal of lines (Screen.dumb) is written to when there is something to tell, each time a line with the stage's
 * name, wrapped and bounded:
 *   - a stage that is over: one line, as above; there is no other when it took less than 2 s;
 *   - a stage that is at work for 2 s: the words of what it does then;
 *   - when they have become others (progress_is_same), 10 s after the stage's line before at the earliest: the seconds
 *     of the stage, and those words;
 *   - 60 s after the stage's line before, whatever it is: the seconds, and the words as they are, or percent and sizes
 *     of what is fetched.
 * So an hour of waiting for a lock is 60 lines, each with who holds it.
 *
 * Time comes from outside: now_ms is deadline_now_ms(), more than 0 and never less than before. Who tells nothing for a
 * while calls progress_tell() all the same (Host.on_wait).
 */
#pragma once

#include "agent/commands/outlet.h"
#include "agent/commands/screen.h"
#include "agent/outcome.h"

#define PROGRESS_LINE_MAX 512

typedef struct Progress {
        Screen screen;
        Outlet outlet;                      /* where it is a terminal */
        int64_t drawn_ms;                   /* when the line was written last; 0: it is not there */
        char drawn[PROGRESS_LINE_MAX];      /* what it says */
        int64_t begun_ms[OUTCOME_ROWS_MAX]; /* of the row's stage; 0: not seen at work */
        bool over[OUTCOME_ROWS_MAX];        /* and told */
        int64_t said_ms;             /* on a terminal of lines: when it was told last what is at work; 0: never */
        size_t said_row;             /* of which row */
        char said[OUTCOME_TEXT_MAX]; /* its words then */
} Progress;

void progress_begin(Progress *progress, FILE *file);

void progress_tell(Progress *progress, const Outcome *outcome, int64_t now_ms);

/* A line that stays, between those of the stages. */
void progress_note(Progress *progress, const char *text);

/* The line goes away; what is over by now is told. This waits for the terminal: no lock may be held any more. */
void progress_end(Progress *progress, const Outcome *outcome, int64_t now_ms);

/* Words that differ in nothing but what is counted: seconds, percent, megabytes. A pid is not. Pure. */
bool progress_is_same(const char *a, const char *b);

/* "repository: fetching the list  12 s" as it fits into so many columns, without control characters; seconds under 2
 * are not told. Caller frees. Pure. */
char *progress_line(const char *name, const char *text, int64_t elapsed_ms, unsigned width);

/*
 * "package [#####.....]  43 %  69 of 160 MiB  12 s", the same for bytes: total is more than 0, and done at most that.
 * Where there are too few columns the sizes go first, then the bar, then the seconds, and last the name is cut.
 */
char *progress_bar(const char *name, int64_t done, int64_t total, int64_t elapsed_ms, unsigned width);
