/*
 * tar: an archive of small files, in memory. Pure.
 *
 * Format: ustar (POSIX.1-1988). Every file is 0600 of user and group 0 without names: the same files make the same
 * bytes on every machine.
 */
#pragma once

#include "platform/base/error.h"
#include "platform/base/text.h"

#define TAR_NAME_MAX 99
#define TAR_FILE_MAX (16 * 1024 * 1024)

/* Appends one file. ERROR_INPUT: no name, one that is too long, begins with "/" or has "..", or too much data. */
int tar_add(Text *archive, const char *name, const void *data, size_t length, int64_t time_s, Error *err) _must_check_;

/* Ends the archive, once. */
void tar_end(Text *archive);
