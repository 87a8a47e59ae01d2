/*
 * journal: structured entries in the system journal, over libsystemd. Silent where there is no journal.
 */
#pragma once

#include "platform/base/log.h"

/* A LogSink. Fields: SYSLOG_IDENTIFIER=mde-linux, and those of journal_set_context. */
void journal_sink(LogLevel level, const char *line);

/* MDE_SEQUENCE and MDE_VERB of later entries; borrowed. */
void journal_set_context(const char *verb, int sequence);

/* The next entry is one of note: MESSAGE_ID (32 hex digits) and MDE_REASON ("" or NULL: none). Borrowed until then. */
void journal_mark_next(const char *message_id, const char *reason);
