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

typedef struct Session {
        Host host;
        Configuration configuration;
        Failure configuration_failure; /* told by the verbs that change something */
        Environment environment;
        int sequence;
        const char *operation; /* "Enable": as the status file shows it */
} Session;

void session_clear(Session *session);

/* From the guest agent's environment. On failure no status can be written: the caller says it on stderr. */
int session_open(Session *session, const char *operation, Error *err) _must_check_;

/* For a known request (worker, conclude). */
int session_open_at(Session *session, const char *operation, const char *base, int sequence, Error *err) _must_check_;

/* Status file, log, journal and, when terminal, a telemetry event. BASE gone: the log only. */
void session_tell(const Session *session, const Outcome *outcome);

/* A telemetry event and a journal entry that can be searched for: something that protects this machine was changed. */
void session_announce(const Session *session, const char *text);

/* Terminal by this failure; returns the exit code for it. */
int session_fail(const Session *session, Outcome *outcome, Verdict verdict, const Failure *failure);

void session_remember(const Session *session, const Request *request, const Outcome *outcome);

char *session_installer_log(const Session *session);
