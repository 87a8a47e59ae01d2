/*
 * fs_digest: the SHA-256 of a file of any size.
 */
#pragma once

#include "platform/crypto.h"
#include "platform/host.h"

/* Hex is upper case. Bytes read over: ERROR_INPUT when there are more than max. */
int fs_sha256_hex(const Host *host, const char *path, int64_t max, char hex[CRYPTO_SHA256_HEX],
                  Error *err) _must_check_;
