/*
 * inflate: deflate data (RFC 1951, without any wrapper) into memory, over zlib. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "platform/base/error.h"

/*
 * Into exactly size bytes at to. ERROR_INPUT: damaged, not all of the input used, or another size: no more than size
 * bytes are ever written. ERROR_MISSING: the machine has no zlib (libz.so.1).
 */
int inflate_bytes(const void *from, size_t length, void *to, size_t size, Error *err) _must_check_;

/* As zip has it. ERROR_MISSING as above. */
int inflate_crc32(const void *bytes, size_t length, uint32_t *ret, Error *err) _must_check_;
