/*
 * flush: what was written to some folders gets onto the disk, while the caller does something else.
 *
 * Each file system by itself (syncfs): everybody else's data need not be waited for.
 */
#pragma once

#include "platform/host.h"

typedef struct Flush Flush;

/* places: paths on host; "" and what is not there are left out, each file system counts once. Never NULL; not for use
 * in two threads. The process may end, or fork and run programs, meanwhile. */
Flush *flush_start(const Host *host, const char *const *places, size_t n_places);

/* All of it is, or could not be written. */
bool flush_is_done(const Flush *flush);

/* Waits until all of it is on the disk, or could not be written: that is logged. NULL is fine. Frees. */
void flush_end(Flush *flush);
