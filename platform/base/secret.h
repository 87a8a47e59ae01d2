/*
 * secret: bytes that must not outlive their use nor reach a core dump.
 *
 * Kept in pages of their own: locked if the limit allows, left out of core dumps, wiped when freed.
 * There is no way to print one. data is followed by a NUL that length does not count.
 */
#pragma once

#include <stddef.h>

#include "platform/base/cleanup.h"

typedef struct Secret {
        unsigned char *data;
        size_t length;
        size_t mapped; /* bytes of the mapping */
} Secret;

void secret_allocate(Secret *secret, size_t length); /* zeroed; aborts when memory is out */
void secret_clear(Secret *secret);
void secret_wipe(void *bytes, size_t length); /* not optimised away */

#define _cleanup_secret_ _cleanup_(secret_clear)
