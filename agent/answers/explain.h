/*
 * explain: what a word stands for that a person met in a status, a log, from the doctor or as an exit code: reasons,
 * rows of the status, causes of the doctor, exit codes. Pure; what the manual's pages and completions are made of as
 * well.
 */
#pragma once

#include "agent/answers/status_rows.h"
#include "agent/doctor/cause_words.h"
#include "agent/reasons.h"

typedef struct ExplainExit {
        int code; /* -1 ends the list */
        const char *what;
} ExplainExit;

/* Of the commands, and of the extension's own verbs, in ascending order. */
extern const ExplainExit explain_exits[];

#define EXPLAIN_NEAR_MAX 8

typedef struct Explanation {
        const Reason *reasons[_REASON_MAX];
        size_t n_reasons;
        const StatusRow *row;               /* NULL: none */
        const CauseWords *cause;            /* NULL: none */
        const ExplainExit *exit;            /* NULL: none */
        const char *near[EXPLAIN_NEAR_MAX]; /* nothing was found: ids and names that may have been meant; best first */
        size_t n_near;
} Explanation;

/*
 * word: an id of a reason or of a cause, or a name of a row, in any case, or the beginning of one alone; or a code:
 * Azure's, or that of mde_installer.sh. False: nothing; near may hold something then.
 */
bool explain_word(const char *word, Explanation *ret);

/* Names that are known, as they are gone through: of reasons, rows, causes; "" where it was there before, NULL behind
 * the last. */
const char *explain_name_at(int i);

/* What is found differs each time: who says it, a sentence. */
#define EXPLAIN_WHY "'mde-linux status' and 'mde-linux doctor' say what was found here."
#define EXPLAIN_CAUSE_WHY "'mde-linux doctor' says what it found here."

const char *explain_whose(const Reason *reason); /* who can mend it: a sentence */
const char *explain_retry(const Reason *reason); /* whether it is tried again: a sentence */
