/*
 * hand_over: what looking alone cannot end goes to the worker; and what is known well enough to need no worker.
 *
 * For who holds the mission lock.
 */
#pragma once

#include "agent/queue.h"
#include "handler/session.h"

/* "In progress", and what is done now. */
void hand_over_say(const Session *session, const char *what);

/* Tells that the worker starts, and starts it. seen: see queue_hand_over. */
int hand_over_start(const Session *session, const QueueEntry *entry, const char *seen, Error *err) _must_check_;

/* A run was cut off, by a power cut perhaps, and what it had begun is still to be put right: it looks as if it were
 * done. */
bool hand_over_is_owed(const Session *session, const Facts *facts);

/* The daemon is still starting (boot), all else is as it was when this very request succeeded. */
bool hand_over_can_wait(const Session *session, const Facts *facts);

/* The same settings on the same machine end the same way: no worker, no network, no package manager. plan: of facts. */
bool hand_over_is_useless(const Session *session, const Request *request, const Facts *facts, const Plan *plan);
