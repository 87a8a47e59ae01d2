/*
 * locks: who holds the package manager's locks. Only looks: taking them is the package manager's own business.
 */
#pragma once

#include "platform/process_extension.h"

typedef struct LockHolder {
        const char *path; /* the lock file */
        ProcessIdentity
                process; /* pid 0: held by a process we cannot see (another pid namespace); of a script, its name */
        ProcessExtension origin; /* the VM extension that started it; pid 0: none */
        ProcessIdentity starter; /* who else started it: "unattended-upgrade", "sshd"; pid 0: none that says more */
} LockHolder;

/*
 * Is any of these files (NULL-terminated, absolute) locked with fcntl? A missing file is not locked. *ret_held tells;
 * *ret_holder is filled then.
 */
int locks_look(const Host *host, const char *const *paths, bool *ret_held, LockHolder *ret_holder,
               Error *err) _must_check_;

/*
 * The same of files that name the process that holds them: alive, and not younger than the file, so that a number given
 * to another process since is no holder.
 */
int locks_look_pid_files(const Host *host, const char *const *paths, bool *ret_held, LockHolder *ret_holder,
                         Error *err) _must_check_;

/*
 * "apt-get (pid 812, apt-daily.service, for 40 s) holds /var/lib/dpkg/lock-frontend"; before "holds", of one that
 * an extension started: "run by mde_installer.sh of extension version 1.0.0.0 (pid 790, ...),", of another's: "run by
 * AnsiballZ_apt.py (pid 790),". Caller frees.
 */
char *locks_describe(const LockHolder *holder);
