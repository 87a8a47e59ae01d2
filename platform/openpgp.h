/*
 * openpgp: take one pinned key out of a key file (RFC 4880 packets, armored or binary).
 *
 * Pure. Only the primary key, its user ids and its own certifications of them go out; every other
 * key, subkey, user attribute and foreign signature is left behind, so nothing can be smuggled in.
 * Signatures are not verified: the fingerprint pins the key, and what verifies with it needs no name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/base/error.h"

#define OPENPGP_FINGERPRINT_HEX (40 + 1)
#define OPENPGP_FILE_MAX (256 * 1024)
#define OPENPGP_KEYS_MAX 16

/* One primary key found in a file. */
typedef struct OpenpgpKey {
        char fingerprint[OPENPGP_FINGERPRINT_HEX]; /* upper case, version 4 */
        const unsigned char *packets;              /* borrowed from OpenpgpFile: the stripped transferable key */
        size_t length;
        bool revoked; /* the file holds a revocation that names the key itself as its issuer */
} OpenpgpKey;

typedef struct OpenpgpFile {
        OpenpgpKey keys[OPENPGP_KEYS_MAX];
        size_t n_keys;
        bool skipped; /* it holds other keys as well, secret ones or of other versions: another reader may take them */
        unsigned char *bytes; /* owned */
} OpenpgpFile;

void openpgp_file_clear(OpenpgpFile *file);

/*
 * Reads armored (any number of blocks, CRC24 checked when present) or binary key material. Keys of other
 * versions than 4 and secret keys are passed over (skipped).
 * ERROR_INPUT: HTML, damaged packets, a length past the end, a packet of partial or unknown length, no key at all,
 * more keys than fit; the text says what the bytes look like ("an HTML page").
 */
int openpgp_read(const void *data, size_t length, OpenpgpFile *ret, Error *err) _must_check_;

/*
 * *ret NULL: not among them. Fingerprint in any case, blanks skipped. ERROR_TRUST: it is there and revoked, by any
 * of its copies in the file.
 */
int openpgp_find(const OpenpgpFile *file, const char *fingerprint, const OpenpgpKey **ret, Error *err) _must_check_;
