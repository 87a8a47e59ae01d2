/*
 * settings_files: which N.settings of a handler's config folder counts.
 */
#pragma once

#include <time.h>

#include "platform/host.h"

/* "12" of "12.settings": decimal digits of an int; nothing else is one. */
bool settings_files_number(const char *text, int *ret);

/* The one that was modified last (sequence numbers may go backwards), of two of the same instant the higher number. -1:
 * there is none. */
int settings_files_newest(const Host *host, const char *folder, int *ret_sequence, struct timespec *ret_written,
                          Error *err) _must_check_;
