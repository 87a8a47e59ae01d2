/*
 * state_holder: who holds the mission lock.
 *
 * Foreign format (Linux, /proc/locks): "N: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE START END" a line; what waits for
 * a lock has "->" behind the number.
 */
#pragma once

#include "agent/state.h"
#include "platform/process.h"

/* False: nobody that can be seen (another pid namespace), or nobody any more. */
bool state_find_holder(const Host *host, ProcessIdentity *ret);

/* The pid of the first of these lines that is a flock on this inode; 0: none. Pure. The device is not compared: what
 * the kernel shows there is not what stat says on every file system. */
pid_t state_holder_pid(const char *locks, size_t length, uint64_t inode);
