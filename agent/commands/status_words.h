/*
 * status_words: what the screen and the document of status have in common. Pure.
 */
#pragma once

#include "agent/commands/status_show.h"

#define STATUS_OLD "extension-old"

/* COMMAND_DONE as asked, COMMAND_NOT_AS_ASKED, COMMAND_UNKNOWN. */
int status_code(const Standing *standing);

/* "succeeded", "was refused" ...; of a run that has not ended, or whose record cannot be read: "did not end". */
const char *status_run_word(const ExtensionRun *run);

/* What could not be looked at, one sentence; "" nothing. Caller frees. */
char *status_unseen(const StatusView *view);

/* That this program is old, in the words of a run's row "extension-old": no run is needed to know it. "" it is not.
 * Caller frees. */
char *status_old(const StatusView *view);

/* What work is going on now, as the status file tells it; "" not known. */
const char *status_now(const StatusView *view);

/* "3 hours". Caller frees. */
char *status_span(int64_t seconds);

/* "2026-01-02T03:04:05Z (3 hours ago)". Caller frees. */
char *status_moment(int64_t when_s, int64_t now_s);
