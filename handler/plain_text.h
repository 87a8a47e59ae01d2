/*
 * plain_text: words from anywhere, as the guest agent can take them: valid UTF-8, one line, bounded.
 */
#pragma once

#include <stddef.h>

/* Bytes that are not UTF-8 become "?", control characters a blank; cut at max characters (at least 3), the last three
 * "...". Caller frees. */
char *plain_text(const char *text, size_t max);
