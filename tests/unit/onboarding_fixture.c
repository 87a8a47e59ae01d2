#include "tests/unit/onboarding_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "platform/base/text.h"
#include "platform/json.h"
#include "tests/unit/rsa_key.h"

#define DAY_S (24 * 60 * 60)

/* issuer NULL: by itself. */
static Signer make_signer(const char *name, const Signer *issuer, int from_day, int to_day)
{
        Signer signer = { .key = rsa_key_next(), .certificate = X509_new() };
        X509_NAME *subject = X509_get_subject_name(signer.certificate);

        X509_set_version(signer.certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(signer.certificate), 1 + strlen(name));
        X509_gmtime_adj(X509_getm_notBefore(signer.certificate), (long)from_day * DAY_S);
        X509_gmtime_adj(X509_getm_notAfter(signer.certificate), (long)to_day * DAY_S);
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
        X509_set_issuer_name(signer.certificate, issuer ? X509_get_subject_name(issuer->certificate) : subject);
        X509_set_pubkey(signer.certificate, signer.key);
        if (strstr(name, "CA")) {
                X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");

                X509_add_ext(signer.certificate, extension, -1);
                X509_EXTENSION_free(extension);
        }
        assert_true(X509_sign(signer.certificate, issuer ? issuer->key : signer.key, EVP_sha256()) > 0);
        return signer;
}

static void signer_clear(Signer *signer)
{
        EVP_PKEY_free(signer->key);
        X509_free(signer->certificate);
}

void keys_make(Keys *keys)
{
        _cleanup_free_ unsigned char *der = NULL;
        int length;

        keys->root = make_signer("Stand-in Root CA", NULL, -4000, 4000);
        keys->issuing = make_signer("Stand-in Server CA", &keys->root, -3000, 3000);
        keys->leaf = make_signer("onboarding.stand-in.test", &keys->issuing, -1, 365);
        keys->expired = make_signer("onboarding.stand-in.test", &keys->issuing, -800, -400);
        keys->end_entity = make_signer("www.stand-in.test", &keys->root, -1, 365);
        keys->below_end_entity = make_signer("onboarding.stand-in.test", &keys->end_entity, -1, 365);
        keys->impostor = make_signer("Stand-in Server CA", &keys->root, -3000, 3000);
        length = i2d_X509(keys->root.certificate, &der);
        crypto_sha256_hex(der, (size_t)length, keys->root_sha256);
}

void keys_clear(Keys *keys)
{
        signer_clear(&keys->root);
        signer_clear(&keys->issuing);
        signer_clear(&keys->end_entity);
        signer_clear(&keys->below_end_entity);
        signer_clear(&keys->leaf);
        signer_clear(&keys->expired);
        signer_clear(&keys->impostor);
}

static char *base64(const unsigned char *bytes, size_t length)
{
        char *text = text_allocate(length * 2 + 8);

        EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
        return text;
}

static char *certificate_base64(const Signer *signer)
{
        _cleanup_free_ unsigned char *der = NULL;
        int length = i2d_X509(signer->certificate, &der);

        return base64(der, (size_t)length);
}

static char *sign(const Signer *signer, const char *body, ByteOrder order, bool bad)
{
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        unsigned char signature[512], swapped[512];
        size_t length = sizeof(signature), i;

        assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, signer->key), 1);
        assert_int_equal(EVP_DigestSign(ctx, signature, &length, (const unsigned char *)body, strlen(body)), 1);
        EVP_MD_CTX_free(ctx);
        signature[100] ^= bad;
        for (i = 0; i < length; i++)
                swapped[i] = signature[order == BIG_ENDIAN_ORDER ? i : length - 1 - i];
        return base64(swapped, length);
}

char *quote_json(const char *text)
{
        _cleanup_json_ Json *json = json_object_new_string(text);

        return text_copy(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
}

static void add(Text *blob, const Recipe *recipe, const char *name, const char *value)
{
        _cleanup_free_ char *quoted = quote_json(value);

        bool left_out = text_equal(recipe->omit, name) || (recipe->no_signature && strstr(name, "sig"));

        if (!left_out)
                text_append(blob, "%s\"%s\":%s", blob->length > 1 ? "," : "", name, quoted);
}

static void add_chain(Text *blob, const Recipe *recipe, const Keys *keys)
{
        const Signer *const usual[] = { &keys->issuing, &keys->root, NULL };
        const Signer *const *chain = recipe->chain[0] ? recipe->chain : usual;

        text_append(blob, ",\"chain\":[");
        for (; !recipe->chain_empty && *chain; chain++) {
                _cleanup_free_ char *certificate = certificate_base64(*chain);

                text_append(blob, "\"%s\"%s", certificate, chain[1] ? "," : "");
        }
        text_append(blob, "]");
}

static char *make_blob(const Keys *keys, const Recipe *recipe)
{
        const char *body = recipe->body ? recipe->body : BODY;
        const Signer *leaf = recipe->leaf ? recipe->leaf : &keys->leaf;
        _cleanup_free_ char *sig = sign(leaf, body, recipe->order, recipe->bad_signature || recipe->bad_sig);
        _cleanup_free_ char *sha256sig = sign(leaf, body, recipe->order, recipe->bad_signature);
        _cleanup_free_ char *cert = certificate_base64(leaf);
        Text blob = { 0 };

        text_append(&blob, "{");
        add(&blob, recipe, "body", recipe->delivered ? recipe->delivered : body);
        add(&blob, recipe, "sig", sig);
        add(&blob, recipe, "sha256sig", sha256sig);
        add(&blob, recipe, "cert", cert);
        if (!text_equal(recipe->omit, "chain"))
                add_chain(&blob, recipe, keys);
        text_append(&blob, "%s}%s", recipe->blob_more ? recipe->blob_more : "",
                    recipe->blob_tail ? recipe->blob_tail : "");
        return text_take(&blob);
}

char *recipe_make(const Keys *keys, const Recipe *recipe)
{
        _cleanup_free_ char *blob = make_blob(keys, recipe), *quoted = quote_json(blob);

        return text_format("{\n  \"%s\": %s%s\n}%s", recipe->member ? recipe->member : "onboardingInfo", quoted,
                           recipe->document_more ? recipe->document_more : "",
                           recipe->document_tail ? recipe->document_tail : "");
}
