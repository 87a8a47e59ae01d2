/*
 * deb_index: is a package listed by a repository's index that one of our keys signed?
 *
 * Foreign formats: InRelease (clearsigned, "SHA256:" with lines "DIGEST SIZE PATH") and Packages (stanzas with
 * "SHA256: DIGEST") of a Debian archive, as they lie in apt's folder (HOST_PATH_dists_SUITE_InRelease, slashes are
 * underscores) or, fetched by hand, under their own names InRelease and Packages.
 */
#pragma once

#include "platform/crypto.h"
#include "platform/host.h"
#include "platform/packages/package_file.h"

typedef struct DebIndexSearch {
        const char *folder;
        const char *architecture; /* "amd64" */
        const char *keyring;
        const char *work;
        const char *digest; /* SHA-256 of the package, upper case hex */
} DebIndexSearch;

/*
 * *ret_found: one does; signer names it. why: what was wrong with the last index that was looked at, if any was; no
 * error. -1 only for a stop, a full disk, or a machine that lacks the program.
 */
int deb_index_lists(const Host *host, const DebIndexSearch *search, bool *ret_found,
                    char signer[PACKAGE_FILE_SIGNER_MAX], Error *why, Error *err) _must_check_;

/* Pure: the SHA-256 that a Release file has for path; false: none. Upper case. */
bool deb_release_digest(const char *text, size_t length, const char *path, char digest[CRYPTO_SHA256_HEX]);

/* Pure: the n-th path in it that is a list of packages for this architecture, from 0. Caller frees; NULL: no more. */
char *deb_release_list(const char *text, size_t length, const char *architecture, size_t n);
