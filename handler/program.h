/*
 * program: the copy of this binary that units run, and its removal.
 *
 * Not the extension's own folder, which the guest agent deletes under us; not /var or /run, which may be noexec.
 */
#pragma once

#include "agent/guest/places.h"
#include "platform/host.h"

/*
 * Copies the running binary there unless it is there already, and links to it when the name is free. It runs, or this
 * fails; a copy that does not run never takes the place of one that did.
 */
int program_install(const Host *host, Error *err) _must_check_;

/* A quick look: as large as the running binary, and executable. */
bool program_is_in_place(const Host *host);
int program_remove(const Host *host, Error *err) _must_check_;

/* A package has brought the program as well, and goes on to use STATE. */
bool program_is_packaged(const Host *host);
