#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/crypto.h"
#include "tests/unit/judged_twice.h"
#include "tests/unit/people.h"
#include "tests/unit/scratch.h"
#include "tests/unit/sweep.h"

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/core.h>
#include <openssl/provider.h>

#endif

/* Live; the program that decrypts is set for the second round. */
static Host host = { .root = "" };
static const char *refusing_module; /* for that program; NULL: it could not load it */

#define PLAIN "{\"defenderForEndpointOnboardingScript\":\"c2VjcmV0\"}"

static char *rsa_key_pem(EVP_PKEY *key)
{
        BIO *bio = BIO_new(BIO_s_mem());

        assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL), 1);
        return bio_text(bio);
}

typedef struct Der {
        unsigned char *bytes;
        size_t length;
} Der;

static void der_clear(Der *der)
{
        free(der->bytes);
}

static Der der_of(CMS_ContentInfo *cms)
{
        unsigned char *bytes = NULL;
        int length;
        Der der;

        assert_non_null(cms);
        length = i2d_CMS_ContentInfo(cms, &bytes);
        assert_true(length > 0);
        der = (Der){ .bytes = text_allocate((size_t)length + 1), .length = (size_t)length };
        memcpy(der.bytes, bytes, der.length);
        OPENSSL_free(bytes);
        CMS_ContentInfo_free(cms);
        return der;
}

static Der seal(const char *plain, const EVP_CIPHER *cipher, unsigned int flags, bool oaep, X509 *const certificates[])
{
        BIO *bio = BIO_new_mem_buf(plain, (int)strlen(plain));
        CMS_ContentInfo *cms = CMS_encrypt(NULL, bio, cipher, CMS_BINARY | CMS_PARTIAL | flags);
        size_t i;

        for (i = 0; certificates[i]; i++) {
                CMS_RecipientInfo *recipient =
                        CMS_add1_recipient_cert(cms, certificates[i], flags | (oaep ? CMS_KEY_PARAM : 0));

                assert_non_null(recipient);
                if (oaep)
                        EVP_PKEY_CTX_set_rsa_padding(CMS_RecipientInfo_get0_pkey_ctx(recipient),
                                                     RSA_PKCS1_OAEP_PADDING);
        }
        assert_int_equal(CMS_final(cms, bio, NULL, CMS_BINARY | flags), 1);
        BIO_free(bio);
        return der_of(cms);
}

#define SEAL_FOR(certificate, cipher) seal(PLAIN, cipher, 0, false, (X509 *const[]){ certificate, NULL })

static int open_with(const void *der, size_t length, const char *certificate_pem, const char *key, Secret *plain,
                     Error *err)
{
        CryptoCmsRequest request = {
                .der = der,
                .der_length = length,
                .certificate_pem = certificate_pem,
                .certificate_length = strlen(certificate_pem),
                .key_pem = key,
                .key_length = strlen(key),
        };
        int result = crypto_cms_open(&host, &request, plain, err);

        assert_int_equal(ERR_peek_error(), 0);
        return result;
}

static void assert_opens(Der der, const char *certificate_pem, const char *key, const char *expected)
{
        _cleanup_secret_ Secret plain = { 0 };
        Error err = { 0 };

        if (open_with(der.bytes, der.length, certificate_pem, key, &plain, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(plain.length, strlen(expected));
        assert_memory_equal(plain.data, expected, plain.length + 1);
}

static void assert_refused(Der der, const Identity *who, ErrorKind kind, const char *words)
{
        _cleanup_secret_ Secret plain = { 0 };
        Error err = { 0 };

        assert_int_equal(open_with(der.bytes, der.length, who->certificate_pem, who->key_pem, &plain, &err), -1);
        if (err.kind != kind || !strstr(err.text, words))
                fail_msg("expected %s \"%s\", not %s \"%s\"", error_kind_name(kind), words, error_kind_name(err.kind),
                         err.text);
        assert_null(plain.data);
}

static void accepted_ciphers_open(void **state)
{
        const People *f = *state;
        const EVP_CIPHER *ciphers[] = { EVP_des_ede3_cbc(), EVP_aes_128_cbc(), EVP_aes_256_cbc() };
        size_t i;

        for (i = 0; i < ELEMENTSOF(ciphers); i++) {
                _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, ciphers[i]);

                assert_opens(der, f->alice.certificate_pem, f->alice.key_pem, PLAIN);
        }
}

static void recipient_named_by_key_identifier_opens(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der =
                seal(PLAIN, EVP_aes_256_cbc(), CMS_USE_KEYID, false, (X509 *const[]){ f->alice.certificate, NULL });

        assert_opens(der, f->alice.certificate_pem, f->alice.key_pem, PLAIN);
        assert_refused(der, &f->bob, ERROR_TRUST, "another certificate (key identifier ");
}

static void oaep_key_transport_opens(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der =
                seal(PLAIN, EVP_aes_256_cbc(), 0, true, (X509 *const[]){ f->alice.certificate, NULL });

        assert_opens(der, f->alice.certificate_pem, f->alice.key_pem, PLAIN);
}

static void second_of_several_recipients_opens(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der =
                seal(PLAIN, EVP_aes_128_cbc(), 0, false,
                     (X509 *const[]){ f->curve.certificate, f->bob.certificate, f->alice.certificate, NULL });

        assert_opens(der, f->alice.certificate_pem, f->alice.key_pem, PLAIN);
}

static void large_and_empty_contents_open(void **state)
{
        const People *f = *state;
        _cleanup_free_ char *large = text_allocate(300001);
        _cleanup_(der_clear) Der der = { 0 }, empty = { 0 };

        memset(large, 'x', 300000);
        der = seal(large, EVP_des_ede3_cbc(), 0, false, (X509 *const[]){ f->alice.certificate, NULL });
        assert_opens(der, f->alice.certificate_pem, f->alice.key_pem, large);
        empty = seal("", EVP_des_ede3_cbc(), 0, false, (X509 *const[]){ f->alice.certificate, NULL });
        assert_opens(empty, f->alice.certificate_pem, f->alice.key_pem, "");
}

static void traditional_rsa_key_is_read(void **state)
{
        const People *f = *state;
        _cleanup_free_ char *key = rsa_key_pem(f->alice.key);
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());

        assert_non_null(strstr(key, "BEGIN RSA PRIVATE KEY"));
        assert_opens(der, f->alice.certificate_pem, key, PLAIN);
}

static void another_certificate_is_refused_with_its_serial(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_des_ede3_cbc());

        assert_refused(der, &f->bob, ERROR_TRUST, "another certificate (serial 1234), not for serial 77");
}

static void same_serial_over_another_key_is_refused(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_des_ede3_cbc());

        assert_refused(der, &f->twin, ERROR_TRUST, "does not open the content");
}

static void key_of_another_certificate_is_refused(void **state)
{
        const People *f = *state;
        Identity mixed = { .certificate_pem = f->alice.certificate_pem, .key_pem = f->bob.key_pem };
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_des_ede3_cbc());

        assert_refused(der, &mixed, ERROR_TRUST, "the private key is not the certificate's");
}

static void damaged_padding_is_refused_as_wrong_certificate(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());

        der.bytes[der.length - 1 - 16] ^= 0x80; /* CBC: turns the same bit of the last byte of plain text */
        assert_refused(der, &f->alice, ERROR_TRUST, "does not open the content");
}

static void other_cipher_is_refused(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_192_cbc());

        assert_refused(der, &f->alice, ERROR_INPUT, "content cipher AES-192-CBC is not accepted");
}

static void key_agreement_is_refused(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->curve.certificate, EVP_aes_256_cbc());

        assert_refused(der, &f->curve, ERROR_INPUT, "no recipient with an RSA key");
}

static void signed_data_is_refused(void **state)
{
        const People *f = *state;
        BIO *bio = BIO_new_mem_buf(PLAIN, -1);
        _cleanup_(der_clear) Der der = der_of(CMS_sign(f->alice.certificate, f->alice.key, NULL, bio, CMS_BINARY));

        BIO_free(bio);
        assert_refused(der, &f->alice, ERROR_INPUT, "pkcs7-signedData");
}

static void content_left_out_is_refused(void **state)
{
        const People *f = *state;
        BIO *bio = BIO_new_mem_buf(PLAIN, -1);
        CMS_ContentInfo *cms = CMS_encrypt(NULL, bio, EVP_aes_256_cbc(), CMS_PARTIAL | CMS_DETACHED);
        _cleanup_(der_clear) Der der = { 0 };

        CMS_add1_recipient_cert(cms, f->alice.certificate, 0);
        BIO_free(bio);
        bio = BIO_new(BIO_s_mem());
        BIO_puts(bio, PLAIN);
        CMS_final(cms, bio, NULL, CMS_DETACHED);
        BIO_free(bio);
        der = der_of(cms);
        assert_refused(der, &f->alice, ERROR_INPUT, "the CMS has no content");
}

static void trailing_bytes_are_refused(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());

        der.length++; /* the fixture has room for a zero byte */
        assert_refused(der, &f->alice, ERROR_INPUT, "bytes follow the CMS");
}

/* Each opening that gets as far as the key costs much under valgrind; an emulator takes as many. */
static size_t step_of_bytes(void)
{
        unsigned stride = sweep_stride(1);

        return stride < 7 ? stride : 7;
}

static void every_cut_is_refused(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());
        const size_t step = step_of_bytes();
        size_t i;

        for (i = 0; i < der.length; i += step) {
                _cleanup_free_ unsigned char *cut = text_allocate(i);

                memcpy(cut, der.bytes, i);
                assert_refused((Der){ cut, i }, &f->alice, ERROR_INPUT, i ? "not CMS" : "0 bytes of CMS");
        }
}

/* Whatever turns: plain text, or an error; never a crash, never a leak. Each byte up to the encrypted key, then some.
 */
static void every_damaged_byte_is_survived(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());
        const size_t step = step_of_bytes();
        size_t i;

        for (i = 0; i < der.length; i += i < 160 ? step : 7) {
                _cleanup_secret_ Secret plain = { 0 };
                Error err = { 0 };

                der.bytes[i] ^= 0x11;
                if (open_with(der.bytes, der.length, f->alice.certificate_pem, f->alice.key_pem, &plain, &err) < 0)
                        assert_true(err.kind == ERROR_INPUT || err.kind == ERROR_TRUST ||
                                    (host.openssl && err.kind == ERROR_COMMAND));
                der.bytes[i] ^= 0x11;
        }
        assert_opens(der, f->alice.certificate_pem, f->alice.key_pem, PLAIN);
}

static void huge_content_is_refused_unread(void **state)
{
        const People *f = *state;
        Der der = { (unsigned char *)"", CRYPTO_CMS_MAX + 1 };

        assert_refused(der, &f->alice, ERROR_INPUT, "1048577 bytes of CMS");
}

static void key_with_passphrase_is_refused_without_asking(void **state)
{
        const People *f = *state;
        _cleanup_free_ char *locked = key_pem(f->alice.key, "open sesame");
        Identity who = { .certificate_pem = f->alice.certificate_pem, .key_pem = locked };
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());

        assert_refused(der, &who, ERROR_INPUT, "no private key can be read");
}

static void files_without_pem_are_refused(void **state)
{
        const People *f = *state;
        char nothing[] = "nothing here\n", damaged[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        Identity no_certificate = { .certificate_pem = nothing, .key_pem = f->alice.key_pem };
        Identity bad_certificate = { .certificate_pem = damaged, .key_pem = f->alice.key_pem };
        Identity no_key = { .certificate_pem = f->alice.certificate_pem, .key_pem = nothing };
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());

        assert_refused(der, &no_certificate, ERROR_INPUT, "no certificate can be read: no start line");
        assert_refused(der, &bad_certificate, ERROR_INPUT, "no certificate can be read");
        assert_refused(der, &no_key, ERROR_INPUT, "no private key can be read");
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
static void tell_by_the_library(void **state)
{
        const People *f = *state;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());
        OSSL_PROVIDER *usual = OSSL_PROVIDER_load(NULL, "default"), *refusing = NULL;

        assert_int_equal(OSSL_PROVIDER_add_builtin(NULL, "refusing", OSSL_provider_init), 1);
        refusing = OSSL_PROVIDER_load(NULL, "refusing");
        assert_non_null(refusing);
        assert_int_equal(EVP_set_default_properties(NULL, "?fips=yes"), 1);
        assert_refused(der, &f->alice, ERROR_DENIED, "invalid padding mode");
        assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
        OSSL_PROVIDER_unload(refusing);
        assert_opens(der, f->alice.certificate_pem, f->alice.key_pem, PLAIN);
        OSSL_PROVIDER_unload(usual);
}

static void write_file(const char *folder, const char *name, const char *text)
{
        _cleanup_free_ char *path = text_format("%s/%s", folder, name);
        _cleanup_fclose_ FILE *file = fopen(path, "we");

        assert_non_null(file);
        fputs(text, file);
        fchmod(fileno(file), 0755);
}

static void tell_by_the_program(void **state)
{
        const People *f = *state;
        char folder[] = "/run/mde-linux-test-XXXXXX"; /* root's alone, as is all above it */
        _cleanup_free_ char *program = NULL, *configuration = NULL, *script = NULL;
        _cleanup_(der_clear) Der der = SEAL_FOR(f->alice.certificate, EVP_aes_256_cbc());
        const char *before = host.openssl;

        assert_non_null(mkdtemp(folder));
        program = text_format("%s/openssl", folder);
        script = text_format("#!/bin/sh\nOPENSSL_CONF=%s/openssl.cnf exec %s \"$@\"\n", folder, before);
        configuration = text_format("openssl_conf = all\n[all]\nproviders = providers\nalg_section = algorithms\n"
                                    "[algorithms]\ndefault_properties = ?fips=yes\n"
                                    "[providers]\ndefault = usual\nrefusing = refusing\n"
                                    "[usual]\nactivate = 1\n[refusing]\nmodule = %s\nactivate = 1\n",
                                    refusing_module);
        write_file(folder, "openssl", script);
        write_file(folder, "openssl.cnf", configuration);
        host.openssl = program;
        assert_refused(der, &f->alice, ERROR_DENIED, "invalid padding mode");
        host.openssl = before;
        nftw(folder, scratch_remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

/* The program has to be root's, and able to load the module. */
static void a_refused_key_transport_is_told(void **state)
{
        if (!host.openssl)
                tell_by_the_library(state);
        else if (refusing_module && geteuid() == 0)
                tell_by_the_program(state);
}
#endif

int main(int argc, char **argv)
{
        char module[PATH_MAX];
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(accepted_ciphers_open),
                cmocka_unit_test(recipient_named_by_key_identifier_opens),
                cmocka_unit_test(oaep_key_transport_opens),
                cmocka_unit_test(second_of_several_recipients_opens),
                cmocka_unit_test(large_and_empty_contents_open),
                cmocka_unit_test(traditional_rsa_key_is_read),
                cmocka_unit_test(another_certificate_is_refused_with_its_serial),
                cmocka_unit_test(same_serial_over_another_key_is_refused),
                cmocka_unit_test(key_of_another_certificate_is_refused),
                cmocka_unit_test(damaged_padding_is_refused_as_wrong_certificate),
                cmocka_unit_test(other_cipher_is_refused),
                cmocka_unit_test(key_agreement_is_refused),
                cmocka_unit_test(signed_data_is_refused),
                cmocka_unit_test(content_left_out_is_refused),
                cmocka_unit_test(trailing_bytes_are_refused),
                cmocka_unit_test(every_cut_is_refused),
                cmocka_unit_test(every_damaged_byte_is_survived),
                cmocka_unit_test(huge_content_is_refused_unread),
                cmocka_unit_test(key_with_passphrase_is_refused_without_asking),
                cmocka_unit_test(files_without_pem_are_refused),
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
                cmocka_unit_test(a_refused_key_transport_is_told),
#endif
        };

        refusing_module = argc > 2 ? realpath(argv[2], module) : NULL;
        return judge_is_there(argc, argv, &host.openssl) ? cmocka_run_group_tests(tests, people_open, people_close) : 0;
}
