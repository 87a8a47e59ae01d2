/*
 * crypto_cms_open. OpenSSL answers a key that does not fit with random plain text instead of an
 * error, so that nobody learns from the difference. We need the difference between "another
 * certificate" and "broken JSON", so the certificate is matched first and the content key is opened
 * by the calls below CMS_decrypt(), which tell. All failures behind that have one and the same text.
 */
#include "platform/crypto.h"

#include <string.h>

#include <openssl/pem.h>

#include "platform/base/text.h"
#include "platform/host_openssl.h"
#include "platform/host_openssl_words.h"
#include "platform/openssl.h"

#define SERIAL_TEXT_MAX 64

/* Instead of a prompt on the terminal: there is no passphrase. */
static int no_passphrase(char *buffer, int size, int writing, void *userdata)
{
        return -1;
}

static int read_certificate(const CryptoCmsRequest *request, X509 **ret, Error *err)
{
        _cleanup_(BIO_free_allp) BIO *bio = NULL;

        if (request->certificate_length > CRYPTO_PEM_MAX)
                return error_set(err, ERROR_INPUT, "a certificate file of %zu bytes is too large",
                                 request->certificate_length);
        bio = BIO_new_mem_buf(request->certificate_pem, (int)request->certificate_length);
        if (!bio)
                abort();
        *ret = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
        if (!*ret)
                return error_set(err, ERROR_INPUT, "no certificate can be read: %s", openssl_reason());
        return 0;
}

static int read_key(const CryptoCmsRequest *request, EVP_PKEY **ret, Error *err)
{
        _cleanup_(BIO_free_allp) BIO *bio = NULL;

        if (request->key_length > CRYPTO_PEM_MAX)
                return error_set(err, ERROR_INPUT, "a key file of %zu bytes is too large", request->key_length);
        bio = BIO_new_mem_buf(request->key_pem, (int)request->key_length);
        if (!bio)
                abort();
        *ret = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
        if (!*ret)
                return error_set(err, ERROR_INPUT, "no private key can be read: %s", openssl_reason());
        return 0;
}

static int read_content(const CryptoCmsRequest *request, CMS_ContentInfo **ret, Error *err)
{
        const unsigned char *start = request->der, *p = start;
        ASN1_OCTET_STRING **content;

        if (request->der_length == 0 || request->der_length > CRYPTO_CMS_MAX)
                return error_set(err, ERROR_INPUT, "%zu bytes of CMS: expected 1 to %d", request->der_length,
                                 CRYPTO_CMS_MAX);
        *ret = d2i_CMS_ContentInfo(NULL, &p, (long)request->der_length);
        if (!*ret)
                return error_set(err, ERROR_INPUT, "not CMS in DER form: %s", openssl_reason());
        if (p != start + request->der_length)
                return error_set(err, ERROR_INPUT, "bytes follow the CMS at offset %zu", (size_t)(p - start));
        if (OBJ_obj2nid(CMS_get0_type(*ret)) != NID_pkcs7_enveloped)
                return error_set(err, ERROR_INPUT, "CMS of type %s, expected enveloped data",
                                 OBJ_nid2sn(OBJ_obj2nid(CMS_get0_type(*ret))));
        content = CMS_get0_content(*ret);
        if (!content || !*content)
                return error_set(err, ERROR_INPUT, "the CMS has no content");
        return 0;
}

static void hex_text(const unsigned char *bytes, int length, char text[SERIAL_TEXT_MAX])
{
        int i;

        text[0] = '\0';
        for (i = 0; i < length && 2 * i + 2 < SERIAL_TEXT_MAX; i++)
                snprintf(text + 2 * i, 3, "%02X", bytes[i]);
}

/* How a recipient names its certificate: "serial 0A1B" or "key identifier 0A1B". */
static void recipient_name(CMS_RecipientInfo *recipient, char name[SERIAL_TEXT_MAX + 32])
{
        ASN1_OCTET_STRING *key_id = NULL;
        ASN1_INTEGER *serial = NULL;
        char hex[SERIAL_TEXT_MAX] = "";

        CMS_RecipientInfo_ktri_get0_signer_id(recipient, &key_id, NULL, &serial);
        if (serial)
                hex_text(ASN1_STRING_get0_data(serial), ASN1_STRING_length(serial), hex);
        else if (key_id)
                hex_text(ASN1_STRING_get0_data(key_id), ASN1_STRING_length(key_id), hex);
        snprintf(name, SERIAL_TEXT_MAX + 32, "%s %s", serial ? "serial" : "key identifier", hex);
}

/* The recipient that is this certificate. */
static int find_recipient(CMS_ContentInfo *cms, X509 *certificate, CMS_RecipientInfo **ret, Error *err)
{
        STACK_OF(CMS_RecipientInfo) *recipients = CMS_get0_RecipientInfos(cms);
        const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
        char other[SERIAL_TEXT_MAX + 32] = "", ours[SERIAL_TEXT_MAX];
        int i;

        for (i = 0; i < sk_CMS_RecipientInfo_num(recipients); i++) {
                CMS_RecipientInfo *recipient = sk_CMS_RecipientInfo_value(recipients, i);

                if (CMS_RecipientInfo_type(recipient) != CMS_RECIPINFO_TRANS)
                        continue;
                if (CMS_RecipientInfo_ktri_cert_cmp(recipient, certificate) == 0) {
                        *ret = recipient;
                        return 0;
                }
                if (!*other)
                        recipient_name(recipient, other);
        }
        if (!*other)
                return error_set(err, ERROR_INPUT, "the CMS names no recipient with an RSA key");
        hex_text(ASN1_STRING_get0_data(serial), ASN1_STRING_length(serial), ours);
        return error_set(err, ERROR_TRUST, "the content is encrypted for another certificate (%s), not for serial %s",
                         other, ours);
}

static int check_transport(CMS_RecipientInfo *recipient, Error *err)
{
        X509_ALGOR *algorithm = NULL;
        int nid;

        CMS_RecipientInfo_ktri_get0_algs(recipient, NULL, NULL, &algorithm);
        nid = algorithm ? OBJ_obj2nid(algorithm->algorithm) : NID_undef;
        if (nid != NID_rsaEncryption && nid != NID_rsaesOaep)
                return error_set(err, ERROR_INPUT, "key transport %s is not accepted", OBJ_nid2sn(nid));
        return 0;
}

static int does_not_open(Error *err)
{
        ERR_clear_error();
        return error_set(
                err, ERROR_TRUST,
                "the key of the certificate does not open the content: it was encrypted with another key, or damaged");
}

/* By the first error that says so; the reasons above it are only "cms lib". */
static int key_does_not_open(Error *err)
{
        unsigned long code;

        while ((code = ERR_get_error()) != 0) {
                const char *reason = ERR_reason_error_string(code);

                if (reason && host_openssl_is_refusal(reason)) {
                        ERR_clear_error();
                        return error_set(err, ERROR_DENIED, "the key of the content cannot be opened: %s", reason);
                }
        }
        return does_not_open(err);
}

static int open_content_key(CMS_ContentInfo *cms, CMS_RecipientInfo *recipient, EVP_PKEY *key, Error *err)
{
        int opened;

        /* takes the reference over, as does every later call, with NULL too */
        EVP_PKEY_up_ref(key);
        if (CMS_RecipientInfo_set0_pkey(recipient, key) != 1) {
                EVP_PKEY_free(key);
                return error_set(err, ERROR_INPUT, "the private key cannot be used: %s", openssl_reason());
        }
        opened = CMS_RecipientInfo_decrypt(cms, recipient);
        CMS_RecipientInfo_set0_pkey(recipient, NULL);
        return opened > 0 ? 0 : key_does_not_open(err);
}

static int check_cipher(BIO *chain, BIO **ret_cipher, Error *err)
{
        BIO *bio = BIO_find_type(chain, BIO_TYPE_CIPHER);
        EVP_CIPHER_CTX *ctx = NULL;
        int nid = NID_undef;

        if (bio && BIO_get_cipher_ctx(bio, &ctx) == 1 && ctx)
                nid = EVP_CIPHER_nid(EVP_CIPHER_CTX_cipher(ctx));
        switch (nid) {
        case NID_des_ede3_cbc:
        case NID_aes_128_cbc:
        case NID_aes_256_cbc:
                *ret_cipher = bio;
                return 0;
        default:
                return error_set(err, ERROR_INPUT, "content cipher %s is not accepted", OBJ_nid2sn(nid));
        }
}

/* Straight into the Secret: the plain text is never longer than the CMS around it. */
static int read_plain(BIO *chain, BIO *cipher, size_t max, Secret *ret, Error *err)
{
        _cleanup_secret_ Secret plain = { 0 };
        size_t length = 0;
        int n;

        secret_allocate(&plain, max);
        do {
                n = BIO_read(chain, plain.data + length, (int)(max - length));
                if (n > 0)
                        length += (size_t)n;
        } while (n > 0 && length < max);
        if (n < 0 || BIO_get_cipher_status(cipher) != 1)
                return does_not_open(err);
        plain.length = length;
        *ret = plain;
        plain = (Secret){ 0 };
        return 0;
}

/* What is known and cannot be had is kept back by the machine's own configuration. */
static int cipher_missing(Error *err)
{
        const char *reason = openssl_reason();

        return error_set(err, text_equal(reason, "unsupported") ? ERROR_DENIED : ERROR_INPUT,
                         "the content cannot be decrypted: %s", reason);
}

/* Its structure is known; without the key of the content the library gives a chain that would decrypt to noise. */
static int open_by_host(const Host *host, const CryptoCmsRequest *request, CMS_ContentInfo *cms, Secret *ret_plain,
                        Error *err)
{
        const HostOpensslBytes der = { request->der, request->der_length },
                               certificate = { request->certificate_pem, request->certificate_length },
                               key = { request->key_pem, request->key_length };
        _cleanup_(BIO_free_allp) BIO *chain = CMS_dataInit(cms, NULL);
        BIO *cipher;

        if (!chain)
                return cipher_missing(err);
        if (check_cipher(chain, &cipher, err) < 0)
                return -1;
        return host_openssl_open(host, &der, &certificate, &key, ret_plain, err);
}

static int open_enveloped(const Host *host, const CryptoCmsRequest *request, Secret *ret_plain, Error *err)
{
        _cleanup_(CMS_ContentInfo_freep) CMS_ContentInfo *cms = NULL;
        _cleanup_(X509_freep) X509 *certificate = NULL;
        _cleanup_(EVP_PKEY_freep) EVP_PKEY *key = NULL;
        _cleanup_(BIO_free_allp) BIO *chain = NULL;
        CMS_RecipientInfo *recipient = NULL;
        BIO *cipher = NULL;

        if (read_content(request, &cms, err) < 0 || read_certificate(request, &certificate, err) < 0 ||
            find_recipient(cms, certificate, &recipient, err) < 0 || check_transport(recipient, err) < 0 ||
            read_key(request, &key, err) < 0)
                return -1;
        if (X509_check_private_key(certificate, key) != 1)
                return error_set(err, ERROR_TRUST, "the private key is not the certificate's");
        if (host_openssl_decides(host))
                return open_by_host(host, request, cms, ret_plain, err);
        if (open_content_key(cms, recipient, key, err) < 0)
                return -1;
        chain = CMS_dataInit(cms, NULL);
        if (!chain)
                return cipher_missing(err);
        if (check_cipher(chain, &cipher, err) < 0)
                return -1;
        return read_plain(chain, cipher, request->der_length, ret_plain, err);
}

int crypto_cms_open(const Host *host, const CryptoCmsRequest *request, Secret *ret_plain, Error *err)
{
        int result = open_enveloped(host, request, ret_plain, err);

        ERR_clear_error();
        return result;
}
