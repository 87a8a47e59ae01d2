/*
 * safe_folder: a folder that is reached only by ways that root laid, to remove or read in it as root.
 *
 * Others than root may own folders on the way, or write to them (/var/log of Ubuntu): then no link from there on is
 * followed. A link of root's in a folder that root alone may write to, with nothing but such folders above, is a way of
 * the distribution or of the administrator. Walked with descriptors: what was checked is what is used.
 */
#pragma once

#include "platform/host.h"

typedef struct SafeFolder {
        int fd;     /* owned; -1: there is none */
        char *path; /* owned; where it really is: absolute on the machine, without links */
} SafeFolder;

void safe_folder_close(SafeFolder *folder);

/* path: absolute, without "." and "..". ERROR_TRUST names the link that is not followed, or what is no folder. */
int safe_folder_open(const Host *host, const char *path, SafeFolder *ret, Error *err) _must_check_;
