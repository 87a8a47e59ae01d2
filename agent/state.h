/*
 * state: /var/lib/mde-linux: what outlives a run: the mission lock, the undo journal, history.
 *
 * 0700, root's. Holds no secret. Shared by the extension, the packages and people's commands.
 */
#pragma once

#include "platform/host.h"

#define STATE_FOLDER "/var/lib/mde-linux"
#define STATE_LOCK STATE_FOLDER "/lock"
#define STATE_CACHE                                                                                                    \
        "/var/cache/mde-linux" /* downloaded packages, while a run lasts: the downloader's own user must reach it */

/* Makes the folder. */
int state_prepare(const Host *host, Error *err) _must_check_;

/*
 * The mission lock (flock): whoever holds it, and nobody else, changes the machine and writes status.
 * *ret_fd is -1 when somebody else holds it; closing it lets go. Children never inherit it.
 */
int state_lock_try(const Host *host, int *ret_fd, Error *err) _must_check_;

/* The same, waiting until the deadline (ERROR_BUSY) or a stop (ERROR_STOPPED). */
int state_lock_wait(const Host *host, Deadline deadline, int *ret_fd, Error *err) _must_check_;

/* This boot's id, "" when the kernel does not tell. */
void state_boot_id(const Host *host, char boot[37]);
