/*
 * host_openssl_words: what the openssl program answered, and why it failed, from what it wrote. Pure.
 *
 * Its stdout and stderr come as one: any line may be another's, as of a loader that misses a library to preload.
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

/* Do the words (a reason of the library too) say that an algorithm, a mode, a length of key is refused by rules? */
bool host_openssl_is_refusal(const char *said);

/* Of cms -decrypt that failed: it was the key of the content that could not be opened, and not the content. */
bool host_openssl_read_key_step(const char *output);

/* A line of it is "Verified OK". */
bool host_openssl_read_verified(const char *output);

/* The first line that begins with "OpenSSL ", up to "(", else the last one; escaped, of about max bytes. Caller frees.
 */
char *host_openssl_read_version(const char *output, size_t max);

/* Of a verification that failed: true, the signature was judged, and is not good; false, it could not be judged. */
bool host_openssl_read_verdict(const char *output);
