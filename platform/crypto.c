/*
 * Only the EVP and X509 interfaces that OpenSSL 1.1.1 and 3.x share. Certificates are looked at one
 * by one and never as a chain with dates: the callers' rules are not those of TLS.
 */
#include "platform/crypto.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/pem.h>

#include "platform/base/text.h"
#include "platform/host_openssl.h"
#include "platform/openssl.h"

static void digest_hex(const EVP_MD *md, const void *data, size_t length, char *hex)
{
        static const char digits[] = "0123456789ABCDEF";
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0, i;

        /* fails only when memory is out or a policy took the digest away, which crypto_check tells */
        if (EVP_Digest(data, length, digest, &size, md, NULL) != 1)
                abort();
        for (i = 0; i < size; i++) {
                hex[2 * i] = digits[digest[i] >> 4];
                hex[2 * i + 1] = digits[digest[i] & 15];
        }
        hex[2 * size] = '\0';
}

int crypto_check(Error *err)
{
        static const char *const names[] = { "SHA-256", "SHA-1" };
        const EVP_MD *kinds[] = { EVP_sha256(), EVP_sha1() };
        unsigned char digest[EVP_MAX_MD_SIZE];
        size_t i;

        for (i = 0; i < ELEMENTSOF(kinds); i++)
                if (EVP_Digest("", 0, digest, NULL, kinds[i], NULL) != 1)
                        return error_set(err, ERROR_DENIED,
                                         "OpenSSL, as this machine configures it, computes no %s digest: %s", names[i],
                                         openssl_reason());
        return 0;
}

void crypto_sha256_hex(const void *data, size_t length, char hex[CRYPTO_SHA256_HEX])
{
        digest_hex(EVP_sha256(), data, length, hex);
}

void crypto_sha1_hex(const void *data, size_t length, char hex[CRYPTO_SHA1_HEX])
{
        digest_hex(EVP_sha1(), data, length, hex);
}

/* 0..63; -1: not in the alphabet. */
static int base64_value(char c)
{
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

typedef struct Base64 {
        unsigned long bits;
        size_t n_chars, n_padding;
        unsigned char *out;
        size_t length;
} Base64;

/* False: this character may not stand here. */
static bool base64_take(Base64 *state, char c)
{
        int value = base64_value(c);
        size_t rest = state->n_chars % 4;

        if (c == '=')
                return rest >= 2 && ++state->n_padding <= 4 - rest;
        if (value < 0 || state->n_padding > 0)
                return false;
        state->bits = (state->bits << 6 | (unsigned long)value) & 0xffffff;
        state->n_chars++;
        if (rest == 3) {
                state->out[state->length++] = (unsigned char)(state->bits >> 16);
                state->out[state->length++] = (unsigned char)(state->bits >> 8);
                state->out[state->length++] = (unsigned char)state->bits;
        }
        return true;
}

/* The one or two bytes before the padding. False: characters are missing, or bits are left over. */
static bool base64_finish(Base64 *state)
{
        size_t rest = state->n_chars % 4;

        if (rest == 0)
                return state->n_padding == 0;
        if (rest + state->n_padding != 4 || (state->bits & (rest == 2 ? 0xf : 0x3)) != 0)
                return false;
        state->bits <<= 6 * (4 - rest);
        state->out[state->length++] = (unsigned char)(state->bits >> 16);
        if (rest == 3)
                state->out[state->length++] = (unsigned char)(state->bits >> 8);
        return true;
}

int crypto_base64_decode(const char *text, size_t length, Secret *ret, Error *err)
{
        _cleanup_secret_ Secret plain = { 0 };
        Base64 state = { 0 };
        size_t i;

        if (length > INT_MAX)
                return error_set(err, ERROR_INPUT, "base64 of %zu bytes is too long", length);
        secret_allocate(&plain, length / 4 * 3 + 3);
        state.out = plain.data;
        for (i = 0; i < length; i++)
                if (!is_blank(text[i]) && !base64_take(&state, text[i]))
                        return error_set(err, ERROR_INPUT, "not base64 at offset %zu", i);
        if (!base64_finish(&state))
                return error_set(err, ERROR_INPUT, "base64 is cut off or damaged at offset %zu", length);
        plain.length = state.length;
        *ret = plain;
        plain = (Secret){ 0 };
        return 0;
}

static X509 *certificate_parse(const void *der, size_t length, Error *err)
{
        const unsigned char *p = der;
        X509 *certificate;

        if (length == 0 || length > CRYPTO_CERTIFICATE_MAX) {
                error_set(err, ERROR_INPUT, "a certificate of %zu bytes is none", length);
                return NULL;
        }
        certificate = d2i_X509(NULL, &p, (long)length);
        if (!certificate) {
                error_set(err, ERROR_INPUT, "not a certificate: %s", openssl_reason());
                return NULL;
        }
        if (p != (const unsigned char *)der + length) {
                X509_free(certificate);
                error_set(err, ERROR_INPUT, "bytes follow the certificate at offset %zu",
                          (size_t)(p - (const unsigned char *)der));
                return NULL;
        }
        return certificate;
}

/* Some versions of the program read no more of a signature than the key is long, and would not see what follows. */
static bool has_length_of(const HostOpensslBytes *signature, EVP_PKEY *key)
{
        size_t most = (size_t)EVP_PKEY_size(key);

        return EVP_PKEY_base_id(key) == EVP_PKEY_RSA ? signature->length == most
                                                     : signature->length > 0 && signature->length <= most;
}

static int verify_by_host(const Host *host, EVP_PKEY *key, const char *digest, const HostOpensslBytes *data,
                          const HostOpensslBytes *signature, bool *ret_valid, Error *err)
{
        _cleanup_(BIO_free_allp) BIO *bio = BIO_new(BIO_s_mem());
        HostOpensslBytes pem;
        char *text = NULL;

        if (!bio)
                abort();
        if (PEM_write_bio_PUBKEY(bio, key) != 1)
                return error_set(err, ERROR_INPUT, "the certificate's key cannot be used: %s", openssl_reason());
        pem.length = (size_t)BIO_get_mem_data(bio, &text);
        pem.data = text;
        if (!has_length_of(signature, key)) {
                *ret_valid = false;
                return 0;
        }
        return host_openssl_verify(host, digest, &pem, data, signature, ret_valid, err);
}

static int verify_here(EVP_PKEY *key, const HostOpensslBytes *data, const HostOpensslBytes *signature, bool *ret_valid,
                       Error *err)
{
        _cleanup_(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

        if (!ctx)
                abort();
        if (EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) != 1)
                return error_set(err, ERROR_INPUT, "the certificate's key cannot be used: %s", openssl_reason());
        *ret_valid = EVP_DigestVerify(ctx, signature->data, signature->length, data->data, data->length) == 1;
        ERR_clear_error();
        return 0;
}

int crypto_verify_rsa_sha256(const Host *host, const void *certificate_der, size_t certificate_length, const void *data,
                             size_t length, const void *signature, size_t signature_length, bool *ret_valid, Error *err)
{
        _cleanup_(X509_freep) X509 *certificate = certificate_parse(certificate_der, certificate_length, err);
        const HostOpensslBytes text = { data, length }, signed_by = { signature, signature_length };
        EVP_PKEY *key;

        if (!certificate)
                return -1;
        key = X509_get0_pubkey(certificate);
        if (!key || EVP_PKEY_base_id(key) != EVP_PKEY_RSA) {
                ERR_clear_error();
                return error_set(err, ERROR_INPUT, "the certificate has no RSA key");
        }
        if (host_openssl_decides(host))
                return verify_by_host(host, key, "sha256", &text, &signed_by, ret_valid, err);
        return verify_here(key, &text, &signed_by, ret_valid, err);
}

/* The last common name, as the most specific one stands there; "" when there is none. */
static void common_name(const X509_NAME *name, char *buffer, size_t size)
{
        int i, last = -1, length;
        unsigned char *utf8 = NULL;
        _cleanup_free_ char *copy = NULL, *escaped = NULL;

        buffer[0] = '\0';
        while ((i = X509_NAME_get_index_by_NID((X509_NAME *)name, NID_commonName, last)) >= 0)
                last = i;
        if (last < 0)
                return;
        length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
        if (length < 0) {
                ERR_clear_error();
                return;
        }
        copy = text_copy_n((const char *)utf8, (size_t)length);
        OPENSSL_free(utf8);
        escaped = text_escape(copy, size - 8); /* room for the last escape and the dots */
        snprintf(buffer, size, "%s", escaped);
}

static int unix_time(const ASN1_TIME *time, int64_t *ret)
{
        struct tm tm;

        if (ASN1_TIME_to_tm(time, &tm) != 1)
                return -1;
        *ret = timegm(&tm);
        return 0;
}

int crypto_certificate_read(const void *der, size_t length, CryptoCertificate *ret, Error *err)
{
        _cleanup_(X509_freep) X509 *certificate = certificate_parse(der, length, err);
        CryptoCertificate read = { 0 };

        if (!certificate)
                return -1;
        if (unix_time(X509_get0_notBefore(certificate), &read.not_before) < 0 ||
            unix_time(X509_get0_notAfter(certificate), &read.not_after) < 0)
                return error_set(err, ERROR_INPUT, "the certificate's dates cannot be read: %s", openssl_reason());
        common_name(X509_get_subject_name(certificate), read.subject_cn, sizeof(read.subject_cn));
        common_name(X509_get_issuer_name(certificate), read.issuer_cn, sizeof(read.issuer_cn));
        read.is_authority = X509_get_extension_flags(certificate) & EXFLAG_CA;
        crypto_sha256_hex(der, length, read.sha256);
        crypto_sha1_hex(der, length, read.sha1);
        *ret = read;
        return 0;
}

/* What is signed of a certificate, as it stands there: the first element inside the outer one. False: not DER. */
static bool find_signed_part(const void *der, size_t length, HostOpensslBytes *ret)
{
        const unsigned char *start = der, *p = start, *part;
        int tag, class;
        long n;

        if (ASN1_get_object(&p, &n, &tag, &class, (long)length) != V_ASN1_CONSTRUCTED)
                return false;
        part = p;
        if (ASN1_get_object(&p, &n, &tag, &class, n) != V_ASN1_CONSTRUCTED)
                return false;
        *ret = (HostOpensslBytes){ part, (size_t)(p - part) + (size_t)n };
        return true;
}

/* The program's name of the digest; NULL: signed in a way that is not asked of it. */
static const char *signature_digest(const X509 *certificate, const EVP_PKEY *key)
{
        static const struct {
                int nid;
                const char *name;
        } digests[] = {
                { NID_sha1, "sha1" }, { NID_sha256, "sha256" }, { NID_sha384, "sha384" }, { NID_sha512, "sha512" }
        };
        const X509_ALGOR *outer = NULL, *inner = X509_get0_tbs_sigalg(certificate);
        int digest = NID_undef, kind = NID_undef;
        size_t i;

        X509_get0_signature(NULL, &outer, certificate);
        if (X509_ALGOR_cmp(outer, inner) != 0 ||
            OBJ_find_sigid_algs(OBJ_obj2nid(outer->algorithm), &digest, &kind) != 1 || kind != EVP_PKEY_base_id(key))
                return NULL;
        for (i = 0; i < ELEMENTSOF(digests); i++)
                if (digests[i].nid == digest)
                        return digests[i].name;
        return NULL;
}

static int signed_by_host(const Host *host, const X509 *certificate, const HostOpensslBytes *der, EVP_PKEY *key,
                          bool *ret_signed, Error *err)
{
        const char *digest = signature_digest(certificate, key);
        const ASN1_BIT_STRING *bits = NULL;
        HostOpensslBytes part, signature;

        X509_get0_signature(&bits, NULL, certificate);
        if (!digest || (bits->flags & 7) != 0 || !find_signed_part(der->data, der->length, &part)) {
                *ret_signed = false;
                return 0;
        }
        signature = (HostOpensslBytes){ ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits) };
        return verify_by_host(host, key, digest, &part, &signature, ret_signed, err);
}

int crypto_certificate_signed_by(const Host *host, const void *der, size_t length, const void *issuer_der,
                                 size_t issuer_length, bool *ret_signed, Error *err)
{
        _cleanup_(X509_freep) X509 *certificate = certificate_parse(der, length, err);
        _cleanup_(X509_freep) X509 *issuer = certificate ? certificate_parse(issuer_der, issuer_length, err) : NULL;
        EVP_PKEY *key;
        int result = 0;

        if (!certificate || !issuer)
                return -1;
        key = X509_get0_pubkey(issuer);
        *ret_signed = false;
        if (key && X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0) {
                if (host_openssl_decides(host))
                        result = signed_by_host(host, certificate, &(HostOpensslBytes){ der, length }, key, ret_signed,
                                                err);
                else
                        *ret_signed = X509_verify(certificate, key) == 1;
        }
        ERR_clear_error();
        return result;
}
