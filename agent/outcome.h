/*
 * outcome: what came of a request: a verdict, one message, a row per stage. How it is shown
 * (status file, terminal, JSON) is the caller's business.
 */
#pragma once

#include <stdint.h>

#include "agent/reasons.h"

typedef enum Verdict {
        VERDICT_WORKING, /* not terminal */
        VERDICT_SUCCEEDED,
        VERDICT_REFUSED, /* nothing was changed */
        VERDICT_FAILED,
} Verdict;

typedef enum RowLevel { ROW_SUCCESS, ROW_WARNING, ROW_ERROR, ROW_WORKING } RowLevel;

#define OUTCOME_ROWS_MAX 48
#define OUTCOME_TEXT_MAX 1024

typedef struct OutcomeRow {
        char name[40]; /* of the stage: "repository", "package", "service" ... */
        RowLevel level;
        char text[OUTCOME_TEXT_MAX];
        int64_t done, total; /* bytes of what it fetches at this moment; total 0: not known, or nothing is fetched */
} OutcomeRow;

typedef struct Outcome {
        Verdict verdict;
        Failure failure;                /* REFUSED and FAILED */
        char message[OUTCOME_TEXT_MAX]; /* WORKING: what is done now; SUCCEEDED: what is so */
        OutcomeRow rows[OUTCOME_ROWS_MAX];
        size_t n_rows;
} Outcome;

/* Sets the row of that name, adding it when there is none; the last one is replaced when all are taken. */
void outcome_row(Outcome *outcome, const char *name, RowLevel level, const char *format, ...) _printf_(4, 5);

/* How far that row is with what it fetches, until it is set again; its text says the same in words. No such row:
 * nothing is done. For who looks on: in no document, and worth no telling of its own. */
void outcome_far(Outcome *outcome, const char *name, int64_t done, int64_t total);

/* There is a row of that name, and its stage is over: a step may tell its own end. */
bool outcome_is_told(const Outcome *outcome, const char *name);

/* What was done before the commit point is as it was before: rows that tell of it say so. */
void outcome_taken_back(Outcome *outcome);

void outcome_say(Outcome *outcome, const char *format, ...) _printf_(2, 3);
