/*
 * status: Outcome -> N.status, replaced atomically, always valid for the guest agent, below 100 KiB.
 *
 * Foreign format (guest agent): an array of one {"version","timestampUTC","status":{...}}; status and every
 * substatus carry formattedMessage{lang,message}; values transitioning, success, error (rows: also warning).
 */
#pragma once

#include "agent/outcome.h"
#include "handler/environment.h"
#include "platform/json.h"

#define STATUS_SIZE_MAX (100 * 1024)
#define STATUS_NAME "MDE.Linux"

/* The bytes of the file: for writing, and to have a terminal error ready for a signal handler. Caller frees. */
char *status_format(const Outcome *outcome, const char *operation, int64_t now);

/* STATUS/N.status. A status folder that is gone (BASE was deleted) is ERROR_MISSING: nobody reads it any more. */
int status_write(const Host *host, const Environment *environment, int sequence, const char *operation,
                 const Outcome *outcome, Error *err) _must_check_;

/* What stands in the file now: its document, an array; the caller's. NULL: nothing that can be read. */
Json *status_read(const Host *host, const Environment *environment, int sequence);

bool status_is_success(const Host *host, const Environment *environment, int sequence);

char *status_path(const Environment *environment, int sequence);

/* What a document tells; borrowed. NULL goes in, and comes out, for what is not there or of another kind. */
Json *status_told(Json *document);
Json *status_told_rows(Json *status);
size_t status_told_count(Json *rows);
Json *status_told_row(Json *rows, const char *name);

/* Of a status or a row: its level ("success") and its message; "": it tells none. */
const char *status_told_level(Json *told);
const char *status_told_text(Json *told);
bool status_told_success(Json *told);

/* Puts a warning among the rows, in place of one of that name. False: it stands there in the same words. */
bool status_told_warn(Json *rows, const char *name, const char *text);
