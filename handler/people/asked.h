/*
 * asked: what the extension asks of this machine, compared with what is so. Read only: nothing is logged or told.
 */
#pragma once

#include "agent/answers/standing.h"
#include "handler/session.h"

/*
 * What is asked; the settings borrow from the session, and both are the caller's to clear in any case. False: nothing
 * is, or it is not known; failure->reason: why it could not be read, NONE: none is there, or it is not ours to read.
 */
bool asked_read(const Host *host, const Extension *extension, Session *session, Settings *settings, Failure *failure);

/* As enable sees it, without doing anything; *facts is filled by a first look in any case. */
void asked_look(const Host *host, const Extension *extension, Facts *facts, Asked *ret);
