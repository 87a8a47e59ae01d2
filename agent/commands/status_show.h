/*
 * status_show: where this machine stands, for people on one screen and as the document mde-linux.status.
 */
#pragma once

#include "agent/commands/screen.h"
#include "agent/answers/standing.h"

typedef struct StatusView {
        const Facts *facts;
        const Extension *extension;
        const Asked *asked;
        const Standing *standing;
        bool live, root;
} StatusView;

/* On stdout. Both return the exit code: COMMAND_FAILED when it cannot be written, else status_code(). */
int status_show(const StatusView *view);
int status_show_json(const StatusView *view);

/* COMMAND_DONE as asked, COMMAND_NOT_AS_ASKED, COMMAND_UNKNOWN. */
int status_code(const Standing *standing);

/* "succeeded", "was refused" ...; of a run that has not ended, or whose record cannot be read: "did not end". */
const char *status_run_word(const ExtensionRun *run);

/* What could not be looked at, one sentence; "" nothing. Caller frees. */
char *status_unseen(const StatusView *view);

/* What work is going on now, as the status file tells it; "" not known. */
const char *status_now(const StatusView *view);
