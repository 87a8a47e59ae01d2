/*
 * host_openssl: decryption and signatures by this machine's own openssl program, instead of the library.
 *
 * In FIPS mode (/proc/sys/crypto/fips_enabled is 1) cryptography has to be that of a validated module, which is the
 * distribution's. A program that is linked with the machine's library (link=system) uses it anyway. One that brings its
 * own library (link=portable) asks /usr/bin/openssl there: crypto.c and cms.c do, nobody else has to know. That is
 * decided here and nowhere else, once for a Host (host_init).
 *
 * By it: the protected settings are opened; the onboarding package's signature and each link of its chain are judged,
 * with their digests. By other programs of the machine, always: OpenPGP (gpgv, sqv, rpm) and what package managers do.
 * By our own library also there: reading of structures (certificates, keys, CMS), digests that only name something
 * (fingerprints, pinned roots, requests, files), and TLS of our own downloads, whose contents are judged by the above.
 *
 * Keys, signatures and contents go through pipes, as /proc/self/fd/N: never argv, environment or a file. A program that
 * is missing or not root's alone is not run, and then nothing is opened or trusted.
 *
 * Foreign interface (openssl 1.0.2 to 3.x): "openssl cms|smime -decrypt", "openssl dgst -verify": exit status and the
 * words "Verified OK", "Verification failure"; lines "...:error:CODE:LIBRARY:FUNCTION:REASON:...".
 */
#pragma once

#include "platform/base/secret.h"
#include "platform/base/tri.h"
#include "platform/host.h"

#define HOST_OPENSSL_FIPS_FILE "/proc/sys/crypto/fips_enabled"
#define HOST_OPENSSL_PROGRAM "/usr/bin/openssl"
#define HOST_OPENSSL_VERSION_MAX 96

/* Is the kernel in FIPS mode? */
Tri host_openssl_fips(const Host *host);

/* HOST_OPENSSL_PROGRAM, or NULL: the library. portable: the library is our own. */
const char *host_openssl_choose(const Host *host, bool portable);

/* Is it this machine's program? UNKNOWN: it is the library, as the mode could not be read. NO for recorded machines. */
Tri host_openssl_business(const Host *host);

/* False for recorded machines too, of which nothing is run. */
bool host_openssl_decides(const Host *host);

/* "OpenSSL 3.0.7 1 Nov 2022", escaped. ERROR_MISSING: see below. */
int host_openssl_version(const Host *host, char version[HOST_OPENSSL_VERSION_MAX], Error *err) _must_check_;

/* Borrowed bytes. */
typedef struct HostOpensslBytes {
        const void *data;
        size_t length;
} HostOpensslBytes;

/*
 * Opens CMS (DER) with a certificate and its key (PEM). The caller has looked at the structure: the recipient, what it
 * is encrypted with, whether the key is the certificate's.
 *   ERROR_TRUST    the key does not open it, or it is damaged
 *   ERROR_DENIED   the machine's FIPS rules refuse how it is encrypted; with openssl's words
 *   ERROR_MISSING  there is no program, or it is not root's alone
 *   ERROR_COMMAND  it failed otherwise; with its words
 *   ERROR_TIMEOUT, ERROR_STOPPED, ERROR_IO
 */
int host_openssl_open(const Host *host, const HostOpensslBytes *der, const HostOpensslBytes *certificate_pem,
                      const HostOpensslBytes *key_pem, Secret *ret_plain, Error *err) _must_check_;

/*
 * Judges a signature over data (RSA PKCS#1 v1.5, or ECDSA in DER). digest: as the program names it, "sha256". key_pem:
 * a public key. *ret_valid false: not by this key. Errors as above, but for ERROR_TRUST.
 */
int host_openssl_verify(const Host *host, const char *digest, const HostOpensslBytes *key_pem,
                        const HostOpensslBytes *data, const HostOpensslBytes *signature, bool *ret_valid,
                        Error *err) _must_check_;
