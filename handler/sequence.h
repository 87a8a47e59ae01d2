/*
 * sequence: which N.settings this run is about.
 */
#pragma once

#include "handler/environment.h"

/*
 * $ConfigSequenceNumber when it is a number; else the most recently modified N.settings (sequence numbers
 * may go backwards). 0 when there is no settings file at all: that means no settings.
 */
int sequence_find(const Host *host, const Environment *environment, int *ret_sequence, Error *err) _must_check_;
