/*
 * pinned_keys: the keys that packages may be signed with, out of keyrings that lie on this machine.
 */
#pragma once

#include "platform/host.h"

#define PINNED_KEYS_ARMORED "pinned.asc"

#define PINNED_KEYS_FILE_MAX 256

typedef struct PinnedKeys {
        size_t n;                           /* how many of the pinned ones were found, and are not revoked */
        char files[2][256];                 /* binary, armored: made in the folder given */
        char revoked[PINNED_KEYS_FILE_MAX]; /* a file that has one revoked, which is not used therefore, escaped; or ""
                                             */
} PinnedKeys;

/*
 * Looks into the folders where keyrings lie, and into keyrings, which is another of the machine's own; of what is found
 * there only keys with a pinned fingerprint are taken, each in all its copies that differ. A key that one of them has
 * revoked is not used. None found is no error.
 */
int pinned_keys_gather(const Host *host, const char *keyrings, const char *folder, PinnedKeys *ret,
                       Error *err) _must_check_;

/* The same with keyring ("": none), which comes before all others, and its folder; and besides all keys that lie in
 * these files (blanks between them), but for revoked ones. */
int pinned_keys_gather_of(const Host *host, const char *keyring, const char *files, const char *folder, PinnedKeys *ret,
                          Error *err) _must_check_;

/* The same with beside, which whoever brought a package may have filled (with the vendor's key file): a copy revoked
 * there counts for nothing when there is a good one. */
int pinned_keys_gather_beside(const Host *host, const char *beside, const char *folder, PinnedKeys *ret,
                              Error *err) _must_check_;
