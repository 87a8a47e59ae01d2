/*
 * no_look: what is asked cannot be read any more, so the machine cannot be compared with it: nothing is done, and what
 * was told of a machine that had been met stands, with a row that says how much that is worth.
 */
#pragma once

#include "handler/session.h"

/* Log, row, and an event when it is new. True: a success stands in the status file, of this sequence and met. False:
 * nothing is done: an error stands there, or this sequence was never met. */
bool no_look_tell(const Session *session, const Failure *failure);
