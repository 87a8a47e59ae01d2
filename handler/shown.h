/*
 * shown: how an outcome is told to Azure. Pure.
 *
 * A failed extension blocks the others of its machine. So what turned bad after this very request had been met is
 * told as drift below a top-level success (not with driftAs: error), and with refusalAs: report a refusal is, too.
 * A run that was stopped or superseded tells nothing of the machine and is shown as it is.
 */
#pragma once

#include "agent/outcome.h"

typedef struct Telling {
        bool fulfilled; /* this very request was met before */
        bool drift_as_error;
        bool refusal_as_report;
        ReasonId before; /* how this very request ended last time; REASON_NONE: well, or not yet */
} Telling;

typedef enum ShownAs { SHOWN_AS_IT_IS, SHOWN_AS_DRIFT, SHOWN_AS_REFUSAL } ShownAs;

ShownAs shown_as(const Outcome *outcome, const Telling *telling);

/* What the status file shows; *ret may not be outcome. A row "drift" or "refusal" says what, why, what to do. */
ShownAs shown_make(const Outcome *outcome, const Telling *telling, Outcome *ret);
