/*
 * host_openssl_words: why the openssl program failed, from what it wrote. Pure.
 *
 * Foreign format (1.0.2 to 3.x), any number of lines: "ID:error:CODE:LIBRARY:FUNCTION:REASON:FILE:LINE:DATA", and
 * sentences around them.
 */
#pragma once

#include <stdbool.h>

#include "platform/base/error.h"

#define HOST_OPENSSL_WORDS_MAX 256

/*
 * words: "FUNCTION: REASON (DATA)" of the first error, else the last line; escaped, "" when it said nothing.
 * Returns ERROR_DENIED: its rules refuse an algorithm, a mode, a length of key; ERROR_TRUST: the key does not open what
 * it was to open; ERROR_COMMAND: anything else.
 */
ErrorKind host_openssl_read_words(const char *output, char words[HOST_OPENSSL_WORDS_MAX]);

/* Of a verification that failed: true, the signature was judged, and is not good; false, it could not be judged. */
bool host_openssl_read_verdict(const char *output);
