/*
 * trusted_folder: a folder of which root alone decides what it is.
 *
 * It and every folder above it belongs to root, is writable by nobody else, and is no link. The way is walked with
 * descriptors from the top, each step without following links, so that what was checked is what is used.
 */
#pragma once

#include "platform/host.h"

/*
 * Opens the deepest folder that there is on the way to path (absolute, without "." and ".."). *ret_missing is what is
 * missing below it: points into path, "" when nothing is. ERROR_TRUST names the folder and what is wrong with it.
 */
int trusted_folder_open(const Host *host, const char *path, int *ret_fd, const char **ret_missing,
                        Error *err) _must_check_;

/* Called with each folder's path before it is made: to remember it. */
typedef int TrustedFolderMaking(const Host *host, const char *path, Error *err);

/* The same, and makes what is missing (0755, root's). making may be NULL. */
int trusted_folder_make(const Host *host, const char *path, TrustedFolderMaking *making, int *ret_fd,
                        Error *err) _must_check_;
