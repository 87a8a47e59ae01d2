/*
 * fs_take: a copy of somebody else's file, to be judged and used in its place.
 *
 * The file may be exchanged or written to at any time: only the copy counts.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "platform/host.h"

/*
 * Regular files only, never through a link at the end of the path; at most max bytes. The copy is new, root's, with
 * this mode; nothing of it stays on failure. ERROR_INPUT: what it is instead, or its size; ERROR_MISSING, ERROR_SPACE,
 * ERROR_STOPPED.
 */
int fs_take(const Host *host, const char *from, const char *to, int64_t max, mode_t mode, Error *err) _must_check_;
