/*
 * gzip: bytes packed as a gzip file (RFC 1952) in memory, over zlib. Pure: without a time and a name in it.
 */
#pragma once

#include "platform/base/error.h"
#include "platform/base/text.h"

#define GZIP_SIZE_MAX (64 * 1024 * 1024) /* bytes in */

/* Into *ret, which the caller has empty and clears. ERROR_MISSING: the machine has no zlib (libz.so.1). */
int gzip_bytes(const void *from, size_t length, Text *ret, Error *err) _must_check_;
