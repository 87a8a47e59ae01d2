/*
 * identity: certificates with their keys, made at test time. For tests that include cmocka.h before.
 */
#pragma once

#include <string.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "platform/base/text.h"
#include "platform/openssl.h"
#include "tests/unit/rsa_key.h"

/* A certificate with its key, in the forms the module reads. */
typedef struct Identity {
        X509 *certificate;
        EVP_PKEY *key;
        char *certificate_pem, *key_pem;
        unsigned char *der;
        int der_length;
} Identity;

static inline EVP_PKEY *make_key(int type)
{
        EVP_PKEY_CTX *ctx;
        EVP_PKEY *key = NULL;

        if (type == EVP_PKEY_RSA)
                return rsa_key_next();
        ctx = EVP_PKEY_CTX_new_id(type, NULL);
        assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
        assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1), 1);
        assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
        EVP_PKEY_CTX_free(ctx);
        return key;
}

static inline char *bio_text(BIO *bio)
{
        char *data, *text;
        long length = BIO_get_mem_data(bio, &data);

        text = text_copy_n(data, (size_t)length);
        BIO_free(bio);
        return text;
}

static inline char *key_pem(EVP_PKEY *key, const char *passphrase)
{
        BIO *bio = BIO_new(BIO_s_mem());
        int length = passphrase ? (int)strlen(passphrase) : 0;

        BIO_puts(bio, "Bag Attributes\n    localKeyID: 01 00 00 00\nKey Attributes: <No Attributes>\n");
        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase ? EVP_aes_128_cbc() : NULL, passphrase,
                                                       length, NULL, NULL),
                         1);
        return bio_text(bio);
}

typedef struct IdentitySpec {
        const char *cn;                /* NULL: the name is empty */
        long serial;                   /* 0: 1 */
        EVP_PKEY *key;                 /* taken over */
        const Identity *issuer;        /* NULL: self-signed */
        int64_t not_before, not_after; /* Unix seconds; 0 and 0: 2001 to 2004 */
        const char *names;             /* such as "DNS:localhost"; or NULL */
        bool authority;
} IdentitySpec;

static inline void identity_extend(X509 *certificate, int nid, const char *value)
{
        X509V3_CTX ctx;
        X509_EXTENSION *extension;

        X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
        extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
        assert_non_null(extension);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
}

static inline void make_identity(Identity *ret, const IdentitySpec *spec)
{
        X509 *certificate = X509_new();
        X509_NAME *name = X509_get_subject_name(certificate);
        BIO *bio = BIO_new(BIO_s_mem());

        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), spec->serial ? spec->serial : 1);
        ASN1_TIME_set(X509_getm_notBefore(certificate), spec->not_after ? spec->not_before : 1000000000);
        ASN1_TIME_set(X509_getm_notAfter(certificate), spec->not_after ? spec->not_after : 1100000000);
        if (spec->cn)
                X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)spec->cn, -1, -1, 0);
        X509_set_issuer_name(certificate, spec->issuer ? X509_get_subject_name(spec->issuer->certificate) : name);
        X509_set_pubkey(certificate, spec->key);
        identity_extend(certificate, NID_subject_key_identifier, "hash");
        if (spec->authority)
                identity_extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
        if (spec->names)
                identity_extend(certificate, NID_subject_alt_name, spec->names);
        assert_true(X509_sign(certificate, spec->issuer ? spec->issuer->key : spec->key, EVP_sha256()) > 0);
        BIO_puts(bio, "Bag Attributes: <Empty Attributes>\nsubject=CN = x\n");
        PEM_write_bio_X509(bio, certificate);
        *ret = (Identity){
                .certificate = certificate,
                .key = spec->key,
                .certificate_pem = bio_text(bio),
                .key_pem = key_pem(spec->key, NULL),
        };
        ret->der_length = i2d_X509(certificate, &ret->der);
}

static inline void identity_clear(Identity *identity)
{
        X509_free(identity->certificate);
        EVP_PKEY_free(identity->key);
        free(identity->certificate_pem);
        free(identity->key_pem);
        OPENSSL_free(identity->der);
}
