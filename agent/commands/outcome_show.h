/*
 * outcome_show: what came of a mission, for a person and as JSON.
 *
 * The verdict first, then what, why and what to do of a failure, then a row a stage; on a terminal, where stages were
 * seen as they went (progress.h), only those that are no plain success. remedy stands in place of the
 * reason's own words of what to do, where those speak to somebody else; NULL: they fit.
 */
#pragma once

#include "agent/commands/screen.h"
#include "agent/outcome.h"

void outcome_show(const Screen *screen, const Outcome *outcome, const char *remedy);

/* Adds to the document: "verdict" (succeeded, refused, failed), "message", "reason" and "code" (null and 0 without a
 * failure), "found" and "remedy" of a failure, "rows": [{"name", "level", "text"}]. */
void outcome_put(Json *document, const Outcome *outcome, const char *remedy);
