/*
 * status: Outcome -> N.status, replaced atomically, always valid for the guest agent, below 100 KiB.
 *
 * Foreign format (guest agent): an array of one {"version","timestampUTC","status":{...}}; status and every
 * substatus carry formattedMessage{lang,message}; values transitioning, success, error (rows: also warning).
 */
#pragma once

#include "agent/outcome.h"
#include "handler/environment.h"

#define STATUS_SIZE_MAX (100 * 1024)

/* The bytes of the file: for writing, and to have a terminal error ready for a signal handler. Caller frees. */
char *status_format(const Outcome *outcome, const char *operation, int64_t now);

/* STATUS/N.status. A status folder that is gone (BASE was deleted) is ERROR_MISSING: nobody reads it any more. */
int status_write(const Host *host, const Environment *environment, int sequence, const char *operation,
                 const Outcome *outcome, Error *err) _must_check_;

/* What stands in the file now is a top-level success. */
bool status_shows_success(const Host *host, const Environment *environment, int sequence);

char *status_path(const Environment *environment, int sequence);
