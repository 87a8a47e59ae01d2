/*
 * temporary: a temporary folder of our own (TMPDIR) for what a package manager runs, where /tmp cannot be used.
 *
 * Scripts of packages put programs of theirs there and run them. The folder is root's, 0700, on a file system that may
 * execute; it is there while a run lasts.
 */
#pragma once

#include "agent/facts.h"

/* NULL: /tmp will do. Pure. */
const char *temporary_choose(const Facts *facts);

/* Makes it, journalled. NULL: nothing to do. */
int temporary_prepare(const Host *host, const char *folder, Error *err) _must_check_;

/* Of any run. */
int temporary_remove(const Host *host, Error *err) _must_check_;

/* The one that a run which was cut off had made; NULL: none. */
const char *temporary_left(const Host *host);
