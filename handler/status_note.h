/*
 * status_note: a row beside a success that was told already, which stands: what is found out about it later, when
 * nothing anew can be said of the machine itself. The time of the file stays that of what it told then.
 */
#pragma once

#include "handler/environment.h"

/*
 * A warning, in place of one of that name. *ret_new false: it stood there in the same words, or there is no success
 * that it could stand beside (no file, another verdict, no room): nothing was written.
 */
int status_note_put(const Host *host, const Environment *environment, int sequence, const char *name, const char *text,
                    bool *ret_new, Error *err) _must_check_;
