/*
 * crypto: digests, base64, certificates, CMS; over OpenSSL's libcrypto. Bytes in, answer out.
 *
 * What takes a Host has its cryptography done by this machine's own openssl program where host_openssl.h says so, and
 * fails in these further ways there: ERROR_DENIED (the machine's FIPS rules refuse it), ERROR_MISSING (the program),
 * ERROR_COMMAND, ERROR_TIMEOUT, ERROR_STOPPED, ERROR_IO. Everything else is pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/base/error.h"
#include "platform/base/secret.h"
#include "platform/host.h"

#define CRYPTO_SHA256_HEX (64 + 1)
#define CRYPTO_SHA1_HEX (40 + 1)
#define CRYPTO_CMS_MAX (1024 * 1024)
#define CRYPTO_PEM_MAX (256 * 1024)
#define CRYPTO_CERTIFICATE_MAX (64 * 1024)

/*
 * What all else here needs: without SHA-256 and SHA-1 nothing is recognised again, and crypto_*_hex abort. Asked before
 * anything else is. ERROR_DENIED: the rules of this machine took one away.
 */
int crypto_check(Error *err) _must_check_;

/* Hex is upper case, terminated. */
void crypto_sha256_hex(const void *data, size_t length, char hex[CRYPTO_SHA256_HEX]);
void crypto_sha1_hex(const void *data, size_t length, char hex[CRYPTO_SHA1_HEX]);

/*
 * Standard alphabet, padding required where it belongs, blanks and line ends skipped. *ret is
 * zero-initialised by the caller and owned by it afterwards (a Secret: much of what we decode is one).
 * ERROR_INPUT names the offset of the first wrong character.
 */
int crypto_base64_decode(const char *text, size_t length, Secret *ret, Error *err) _must_check_;

/*
 * Opens CMS EnvelopedData (DER) for one recipient. Content ciphers 3DES-CBC and AES-128/256-CBC, key
 * transport RSA PKCS#1 v1.5 and OAEP. The certificate (PEM, words before it allowed) is matched
 * against the recipients first, by issuer and serial number or by subject key identifier:
 *   ERROR_TRUST  no recipient matches, the key is not the certificate's or does not open it: the wrong certificate
 *   ERROR_DENIED the rules of the library, or of the host, refuse how content or key are encrypted
 *   ERROR_INPUT  not CMS, damaged, trailing bytes, a cipher or kind of recipient we refuse, no PEM, a key with a
 * passphrase A key that opens to something else than what was closed cannot be told for certain: garbage (no JSON)
 * after success is the wrong certificate too.
 */
typedef struct CryptoCmsRequest {
        const void *der;
        size_t der_length;
        const char *certificate_pem;
        size_t certificate_length;
        const char *key_pem;
        size_t key_length;
} CryptoCmsRequest;

int crypto_cms_open(const Host *host, const CryptoCmsRequest *request, Secret *ret_plain, Error *err) _must_check_;

/*
 * RSA PKCS#1 v1.5 with SHA-256 over data, by the public key of a certificate (DER). false: does not verify.
 * ERROR_INPUT: the certificate cannot be read or has no RSA key.
 */
int crypto_verify_rsa_sha256(const Host *host, const void *certificate_der, size_t certificate_length, const void *data,
                             size_t length, const void *signature, size_t signature_length, bool *ret_valid,
                             Error *err) _must_check_;

/* What a person may want to know of a certificate. */
typedef struct CryptoCertificate {
        char subject_cn[128]; /* escaped; "" when it has none */
        char issuer_cn[128];
        int64_t not_before, not_after;  /* Unix seconds */
        bool is_authority;              /* its basic constraints say so */
        char sha256[CRYPTO_SHA256_HEX]; /* of the DER */
        char sha1[CRYPTO_SHA1_HEX];
} CryptoCertificate;

int crypto_certificate_read(const void *der, size_t length, CryptoCertificate *ret, Error *err) _must_check_;

/* The certificate is signed by issuer's key (names too must match; dates and usages are not looked at). */
int crypto_certificate_signed_by(const Host *host, const void *der, size_t length, const void *issuer_der,
                                 size_t issuer_length, bool *ret_signed, Error *err) _must_check_;
