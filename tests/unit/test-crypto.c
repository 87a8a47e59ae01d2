#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/crypto.h"
#include "tests/unit/judged_twice.h"
#include "tests/unit/people.h"

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/provider.h>
#endif

/* Live; the program that judges is set for the second round. */
static Host host = { .root = "" };

static void digests_are_upper_case_hex(void **state)
{
        char sha256[CRYPTO_SHA256_HEX], sha1[CRYPTO_SHA1_HEX];

        crypto_sha256_hex("abc", 3, sha256);
        crypto_sha1_hex("abc", 3, sha1);
        assert_string_equal(sha256, "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
        assert_string_equal(sha1, "A9993E364706816ABA3E25717850C26C9CD0D89D");
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
static void a_digest_that_was_taken_away_is_told(void **state)
{
        OSSL_PROVIDER *usual = OSSL_PROVIDER_load(NULL, "default");
        Error err = { 0 };

        assert_int_equal(crypto_check(&err), 0);
        assert_int_equal(EVP_set_default_properties(NULL, "provider=of-nobody"), 1);
        assert_int_equal(crypto_check(&err), -1);
        assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
        assert_int_equal(err.kind, ERROR_DENIED);
        assert_non_null(strstr(err.text, "computes no SHA-256 digest: "));
        assert_int_equal(crypto_check(&err), 0);
        OSSL_PROVIDER_unload(usual);
}
#endif

static void base64_is_decoded(void **state)
{
        static const struct {
                const char *text, *plain;
        } rows[] = {
                { "", "" },        { "Zg==", "f" },          { "Zm8=", "fo" },
                { "Zm9v", "foo" }, { "Zm9vYmE=", "fooba" },  { " Zm\r\n9v\tYg==\n", "foob" },
                { "Zg=\n=", "f" }, { "fn5+Pz8/", "~~~???" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_secret_ Secret plain = { 0 };
                Error err = { 0 };

                if (crypto_base64_decode(rows[i].text, strlen(rows[i].text), &plain, &err) < 0)
                        fail_msg("%s: %s", rows[i].text, err.text);
                assert_int_equal(plain.length, strlen(rows[i].plain));
                assert_string_equal((char *)plain.data, rows[i].plain);
        }
}

static void wrong_base64_is_refused_with_its_offset(void **state)
{
        static const struct {
                const char *text, *words;
        } rows[] = {
                { "Zm9v!", "offset 4" }, { "Zm 9-", "offset 4" },        { "=", "offset 0" },
                { "Z===", "offset 1" },  { "Zg===", "offset 4" },        { "Zm8==", "offset 4" },
                { "Zm9v=", "offset 4" }, { "Zg==Zg==", "offset 4" },     { "Zg", "offset 2" },
                { "Zg=", "offset 3" },   { "Zm9vY", "offset 5" },        { "Zh==", "offset 4" },
                { "Zm9=", "offset 4" },  { "Zm9v\xc3\xa9", "offset 4" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_secret_ Secret plain = { 0 };
                Error err = { 0 };

                assert_int_equal(crypto_base64_decode(rows[i].text, strlen(rows[i].text), &plain, &err), -1);
                assert_int_equal(err.kind, ERROR_INPUT);
                if (!strstr(err.text, rows[i].words))
                        fail_msg("%s: %s", rows[i].text, err.text);
                assert_null(plain.data);
        }
}

static size_t sign(EVP_PKEY *key, const EVP_MD *md, const char *text, unsigned char signature[512])
{
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        size_t length = 512;

        assert_int_equal(EVP_DigestSignInit(ctx, NULL, md, NULL, key), 1);
        assert_int_equal(EVP_DigestSign(ctx, signature, &length, (const unsigned char *)text, strlen(text)), 1);
        EVP_MD_CTX_free(ctx);
        return length;
}

static bool verifies(const Identity *who, const char *text, const unsigned char *signature, size_t length)
{
        bool valid = false;
        Error err = { 0 };

        if (crypto_verify_rsa_sha256(&host, who->der, (size_t)who->der_length, text, strlen(text), signature, length,
                                     &valid, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(ERR_peek_error(), 0);
        return valid;
}

static void only_the_signer_and_the_text_signed_verify(void **state)
{
        const People *f = *state;
        unsigned char signature[512];
        size_t length = sign(f->alice.key, EVP_sha256(), "body", signature);

        assert_true(verifies(&f->alice, "body", signature, length));
        assert_false(verifies(&f->alice, "bodY", signature, length));
        assert_false(verifies(&f->bob, "body", signature, length));
        assert_false(verifies(&f->alice, "body", signature, length - 1));
        assert_false(verifies(&f->alice, "body", signature, 0));
        signature[7] ^= 1;
        assert_false(verifies(&f->alice, "body", signature, length));
        length = sign(f->alice.key, EVP_sha1(), "body", signature);
        assert_false(verifies(&f->alice, "body", signature, length));
}

static void certificate_without_rsa_key_is_refused(void **state)
{
        const People *f = *state;
        bool valid = true;
        Error err = { 0 };

        assert_int_equal(crypto_verify_rsa_sha256(&host, f->curve.der, (size_t)f->curve.der_length, "x", 1, "y", 1,
                                                  &valid, &err),
                         -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_string_equal(err.text, "the certificate has no RSA key");
}

static void certificate_is_read(void **state)
{
        const People *f = *state;
        CryptoCertificate certificate;
        char sha1[CRYPTO_SHA1_HEX];
        Error err = { 0 };

        assert_int_equal(crypto_certificate_read(f->alice.der, (size_t)f->alice.der_length, &certificate, &err), 0);
        assert_string_equal(certificate.subject_cn, "Alice");
        assert_string_equal(certificate.issuer_cn, "Alice");
        assert_true(certificate.not_before == 1000000000);
        assert_true(certificate.not_after == 1100000000);
        crypto_sha1_hex(f->alice.der, (size_t)f->alice.der_length, sha1);
        assert_string_equal(certificate.sha1, sha1);
        assert_int_equal(strlen(certificate.sha256), 64);
}

static void names_in_certificates_are_escaped_and_may_be_missing(void **state)
{
        const People *f = *state;
        Identity nameless, noisy;
        CryptoCertificate certificate;
        Error err = { 0 };

        EVP_PKEY_up_ref(f->curve.key);
        make_identity(&nameless, &(IdentitySpec){ .serial = 1, .key = f->curve.key });
        assert_int_equal(crypto_certificate_read(nameless.der, (size_t)nameless.der_length, &certificate, &err), 0);
        assert_string_equal(certificate.subject_cn, "");
        EVP_PKEY_up_ref(f->curve.key);
        make_identity(&noisy,
                      &(IdentitySpec){ .cn = "a\"\033[31m\n", .serial = 1, .key = f->curve.key, .issuer = &nameless });
        assert_int_equal(crypto_certificate_read(noisy.der, (size_t)noisy.der_length, &certificate, &err), 0);
        assert_string_equal(certificate.subject_cn, "a\\x22\\x1b[31m\\x0a");
        identity_clear(&nameless);
        identity_clear(&noisy);
}

static void damaged_certificates_are_refused(void **state)
{
        const People *f = *state;
        size_t length = (size_t)f->alice.der_length;
        _cleanup_free_ unsigned char *longer = text_allocate(length + 1);
        CryptoCertificate certificate;
        Error err = { 0 };

        memcpy(longer, f->alice.der, length);
        assert_int_equal(crypto_certificate_read(longer, length + 1, &certificate, &err), -1);
        assert_non_null(strstr(err.text, "bytes follow the certificate"));
        assert_int_equal(crypto_certificate_read(longer, length - 1, &certificate, &err), -1);
        assert_non_null(strstr(err.text, "not a certificate"));
        assert_int_equal(crypto_certificate_read(longer, 0, &certificate, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_int_equal(ERR_peek_error(), 0);
}

static bool signed_by(const Identity *who, const Identity *issuer)
{
        bool yes = false;
        Error err = { 0 };

        if (crypto_certificate_signed_by(&host, who->der, (size_t)who->der_length, issuer->der,
                                         (size_t)issuer->der_length, &yes, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(ERR_peek_error(), 0);
        return yes;
}

static void issuer_needs_the_key_and_the_name(void **state)
{
        const People *f = *state;
        Identity leaf;

        EVP_PKEY_up_ref(f->curve.key);
        make_identity(&leaf, &(IdentitySpec){ .cn = "Leaf", .serial = 5, .key = f->curve.key, .issuer = &f->alice });
        assert_true(signed_by(&leaf, &f->alice));
        assert_true(signed_by(&f->alice, &f->alice));
        assert_false(signed_by(&leaf, &f->twin));   /* the name, another key */
        assert_false(signed_by(&f->twin, &f->bob)); /* the key, another name */
        assert_false(signed_by(&f->alice, &leaf));
        identity_clear(&leaf);
}

static void altered_certificates_are_not_signed_and_curves_sign_as_well(void **state)
{
        const People *f = *state;
        Identity leaf, issuers[] = { f->alice, f->curve };
        size_t i, end;

        for (i = 0; i < ELEMENTSOF(issuers); i++) {
                EVP_PKEY_up_ref(f->bob.key);
                make_identity(&leaf,
                              &(IdentitySpec){ .cn = "Leaf", .serial = 5, .key = f->bob.key, .issuer = &issuers[i] });
                end = (size_t)leaf.der_length;
                assert_true(signed_by(&leaf, &issuers[i]));
                leaf.der[end - 1] ^= 1; /* the signature */
                assert_false(signed_by(&leaf, &issuers[i]));
                leaf.der[end - 1] ^= 1;
                *(char *)memmem(leaf.der, end, "Leaf", 4) = 'l';
                assert_false(signed_by(&leaf, &issuers[i]));
                identity_clear(&leaf);
        }
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(digests_are_upper_case_hex),
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
                cmocka_unit_test(a_digest_that_was_taken_away_is_told),
#endif
                cmocka_unit_test(base64_is_decoded),
                cmocka_unit_test(wrong_base64_is_refused_with_its_offset),
                cmocka_unit_test(only_the_signer_and_the_text_signed_verify),
                cmocka_unit_test(certificate_without_rsa_key_is_refused),
                cmocka_unit_test(certificate_is_read),
                cmocka_unit_test(names_in_certificates_are_escaped_and_may_be_missing),
                cmocka_unit_test(damaged_certificates_are_refused),
                cmocka_unit_test(issuer_needs_the_key_and_the_name),
                cmocka_unit_test(altered_certificates_are_not_signed_and_curves_sign_as_well),
        };

        return judge_is_there(argc, argv, &host.openssl) ? cmocka_run_group_tests(tests, people_open, people_close) : 0;
}
