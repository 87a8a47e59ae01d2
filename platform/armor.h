/*
 * armor: the text form of OpenPGP key material. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/base/error.h"

/* A line of it begins an armored block, of whatever kind. */
bool armor_is_present(const void *data, size_t length);

/*
 * The packets of all public key blocks, one after the other; what stands outside the blocks and their
 * headers are ignored. *ret belongs to the caller. ERROR_INPUT: another kind of block, no blank line after
 * the headers, wrong base64, a wrong CRC24 where there is one, no end.
 */
int armor_read(const void *data, size_t length, unsigned char **ret, size_t *ret_length, Error *err) _must_check_;

/* One public key block with these packets: base64 in lines of 64, and the CRC24. Caller frees. */
char *armor_write(const void *packets, size_t length);
