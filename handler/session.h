/*
 * session: what every verb of the extension starts from: the machine, the site's configuration, the folders the guest
 * agent gave us, the sequence number, an open log; and the one way to tell an outcome.
 */
#pragma once

#include "agent/configuration.h"
#include "agent/history.h"
#include "agent/outcome.h"
#include "handler/environment.h"
#include "handler/settings.h"
#include "handler/shown.h"

typedef struct Session {
        Host host;
        Configuration configuration;
        Failure configuration_failure; /* told by the verbs that change something; REASON_CRYPTO_REFUSED: before all */
        Environment environment;
        int sequence;
        const char *operation; /* "Enable": as the status file shows it */
        HistoryRecord history; /* of this sequence; empty before session_recall() */
        Telling telling;       /* likewise: before it, everything is told as it is */
} Session;

void session_clear(Session *session);

/* From the guest agent's environment. On failure no status can be written: the caller says it on stderr. */
int session_open(Session *session, const char *operation, Error *err) _must_check_;

/* For a known request (worker, conclude). */
int session_open_at(Session *session, const char *operation, const char *base, int sequence, Error *err) _must_check_;

/* The same for who only looks: nothing is written, no log is opened. */
int session_see(Session *session, const char *base, int sequence, Error *err) _must_check_;

/* A first look at the machine, with what is known of this request's history. */
void session_first_look(const Session *session, const Request *request, Deadline deadline, Facts *ret);

/* What earlier runs of this request came to, and how this one is to be told. */
void session_recall(Session *session, const Request *request);

/* As it will be told. Returns ret. */
const Outcome *session_show(const Session *session, const Outcome *outcome, Outcome *ret);

/* What is asked under this session's sequence number: see settings_read. The settings borrow from the session. */
int session_read_settings(const Session *session, Settings *ret, Failure *failure) _must_check_;

/* Status file, log, journal and, when terminal, a telemetry event; drift and reported refusals have the latter two only
 * when they are new. BASE gone: the log only. -1: the status is not written, the rest is. */
int session_tell(const Session *session, const Outcome *outcome);

/* The status file alone. */
int session_write_status(const Session *session, const Outcome *outcome, Error *err) _must_check_;

/* What a later look finds: written where it differs from what stands there, with an event when a row's level changed.
 * known: this verdict, for this reason, was told. Rows of the run that told it are put into outcome. */
void session_tell_again(const Session *session, Outcome *outcome, bool known);

/* A telemetry event and a journal entry that can be searched for: something that protects this machine was changed. */
void session_announce(const Session *session, const char *text);

/* The same for what is not as asked and is going to be repaired. */
void session_warn(const Session *session, const char *text);

/* Terminal by this failure; returns the exit code for it. */
int session_fail(const Session *session, Outcome *outcome, Verdict verdict, const Failure *failure);

/* The same for our own files: no space is something to say, all else is told as it is. */
int session_fail_ours(const Session *session, Outcome *outcome, ReasonId reason, const Error *err);

/* History, and that this request ended last; -1: it could not be written, which is logged. notes: of the second look
 * (plan_leave_second_notes), NULL: the old ones.
 */
int session_remember(const Session *session, const Request *request, const Outcome *outcome, const Plan *notes);

/* The tenant of the onboarding package that this very request was met with, when its package had to be fetched; "". */
const char *session_fulfilled_org(const Session *session, const Request *request);

/* Of the one that this very request was last tried with, and has not been met yet; "". */
const char *session_unmet_org(const Session *session, const Request *request);

/* This very request was met, and its package could never be had: it is still to be compared some day. */
bool session_is_blind(const Session *session, const Request *request);

/* What was told of where the package came from stays told while it is not fetched again. */
void session_carry_notes(const Session *session, const Request *request, Plan *notes);

char *session_installer_log(const Session *session);
