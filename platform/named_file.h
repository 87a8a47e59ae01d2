/*
 * named_file: what a person names on a command line: a path as that person's own shell takes it, not one below
 * Host.root, or "-", the standard input. It is named in messages, escaped.
 */
#pragma once

#include "platform/base/secret.h"
#include "platform/json.h"

/*
 * All bytes; a pipe or a terminal is read to its end. *ret is zero-initialised by the caller and owned by it
 * afterwards. ERROR_INPUT: more than max bytes, so that it is no WHAT ("onboarding package"); ERROR_MISSING: there is
 * none; errors of reading.
 */
int named_file_read(const char *path, size_t max, const char *what, Secret *ret, Error *err) _must_check_;

/* The same of one JSON document, no member twice, of no more than JSON_SIZE_MAX bytes. */
int named_file_read_json(const char *path, Json **ret, Error *err) _must_check_;
