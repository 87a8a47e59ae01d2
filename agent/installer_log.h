/*
 * installer_log: the file that takes the package manager's output. A file, so that a transaction outlives us without
 * SIGPIPE.
 */
#pragma once

#include "platform/base/error.h"

#define INSTALLER_LOG_MAX (4 * 1024 * 1024) /* bytes; then it is rotated once, to NAME.1 */

/* Opens it for appending: the descriptor, or -1 with *err filled. */
int installer_log_open(const char *path, Error *err) _must_check_;
