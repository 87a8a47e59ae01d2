#include "tests/unit/scratch.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/host_openssl.h"
#include "platform/host_openssl_words.h"

static void only_a_program_with_its_own_library_in_fips_mode_asks_the_machine(void **state)
{
        const Host *host = &((Scratch *)*state)->host;

        assert_int_equal(host_openssl_fips(host), TRI_UNKNOWN);
        assert_null(host_openssl_choose(host, true));
        scratch_write(*state, "/proc/sys/crypto/fips_enabled", "0\n");
        assert_int_equal(host_openssl_fips(host), TRI_NO);
        assert_null(host_openssl_choose(host, true));
        scratch_write(*state, "/proc/sys/crypto/fips_enabled", "1\n");
        assert_int_equal(host_openssl_fips(host), TRI_YES);
        assert_null(host_openssl_choose(host, false));
        assert_string_equal(host_openssl_choose(host, true), "/usr/bin/openssl");
}

static void nothing_is_run_of_a_recorded_machine(void **state)
{
        Host host = ((Scratch *)*state)->host;

        host.openssl = HOST_OPENSSL_PROGRAM;
        assert_false(host_openssl_decides(&host));
        assert_int_equal(host_openssl_business(&host), TRI_NO);
        host.root = "";
        assert_true(host_openssl_decides(&host));
        assert_int_equal(host_openssl_business(&host), TRI_YES);
        host.openssl = NULL;
        assert_false(host_openssl_decides(&host));
}

static void assert_not_run(const char *program, const char *words)
{
        const Host host = { .root = "", .openssl = program };
        char version[HOST_OPENSSL_VERSION_MAX] = "untouched";
        Error err = { 0 };

        assert_int_equal(host_openssl_version(&host, version, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
        if (!strstr(err.text, words))
                fail_msg("%s does not say %s", err.text, words);
        assert_string_equal(version, "untouched");
}

static void a_program_that_is_missing_or_not_roots_alone_is_not_run(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *program = text_format("%s/openssl", scratch->host.root),
                            *absent = text_format("%s/absent", scratch->host.root);

        scratch_write(scratch, "/openssl", "#!/bin/sh\necho OpenSSL 9\n");
        assert_int_equal(chmod(program, 0777), 0);
        assert_not_run(program, " is not run: ");
        assert_not_run(absent, "there is no program ");
}

static void the_machines_program_tells_its_version(void **state)
{
        const Host host = { .root = "", .openssl = HOST_OPENSSL_PROGRAM };
        char version[HOST_OPENSSL_VERSION_MAX];
        Error err = { 0 };

        if (access(HOST_OPENSSL_PROGRAM, X_OK) < 0)
                skip();
        if (host_openssl_version(&host, version, &err) < 0)
                fail_msg("%s", err.text);
        assert_true(text_starts_with(version, "OpenSSL ") || text_starts_with(version, "LibreSSL "));
        assert_null(strchr(version, '('));
}

static void what_does_not_fit_into_a_pipe_is_handed_over_all_the_same(void **state)
{
        const Host host = { .root = "", .openssl = HOST_OPENSSL_PROGRAM };
        const HostOpensslBytes key = { "no key", 6 }, signature = { "x", 1 };
        HostOpensslBytes data = { .length = 900000 };
        _cleanup_free_ char *large = text_allocate(data.length);
        bool valid = true;
        Error err = { 0 };

        if (access(HOST_OPENSSL_PROGRAM, X_OK) < 0)
                skip();
        data.data = large;
        assert_int_equal(host_openssl_verify(&host, "sha256", &key, &data, &signature, &valid, &err), -1);
        if (err.kind != ERROR_COMMAND && err.kind != ERROR_DENIED) /* the key, not the pipe */
                fail_msg("%s", err.text);
        assert_true(valid);
}

static void why_it_failed_is_read_from_its_words(void **state)
{
        static const struct {
                const char *output;
                ErrorKind kind;
                const char *words;
        } rows[] = {
                { "Error decrypting CMS structure\n"
                  "80DB0C03137F0000:error:1C800064:Provider routines:ossl_cipher_unpadblock:bad decrypt:"
                  "../providers/implementations/ciphers/ciphercommon_block.c:124:\n",
                  ERROR_TRUST, "ossl_cipher_unpadblock: bad decrypt" },
                { "Error decrypting CMS structure\n"
                  "139915:error:06065064:digital envelope routines:EVP_DecryptFinal_ex:bad decrypt:evp_enc.c:529:\n",
                  ERROR_TRUST, "EVP_DecryptFinal_ex: bad decrypt" },
                { "Error decrypting CMS structure\n"
                  "807B:error:0308010C:digital envelope routines:inner_evp_generic_fetch:unsupported:"
                  "../crypto/evp/evp_fetch.c:386:Global default library context, Algorithm (DES-EDE3-CBC : 27), "
                  "Properties ()\n"
                  "807B:error:17000065:CMS routines:ossl_cms_EncryptedContent_init_bio:cipher initialisation error:"
                  "../crypto/cms/cms_enc.c:79:\n",
                  ERROR_DENIED,
                  "inner_evp_generic_fetch: unsupported (Global default library context, Algorithm (DES-EDE3-CBC : "
                  "27), Properties ())" },
                { "139915:error:060800A3:digital envelope routines:EVP_DigestInit_ex:disabled for fips:digest.c:251:\n",
                  ERROR_DENIED, "EVP_DigestInit_ex: disabled for fips" },
                { "8:error:1C8000A8:Provider routines:rsa_decrypt:bad decrypt:providers/fips/disabled.c:1:\n",
                  ERROR_TRUST, "rsa_decrypt: bad decrypt" },
                { "8:error:1C8000A8:Provider routines:rsa_decrypt:invalid padding mode:f.c:1:\n"
                  "8:error:17000070:CMS routines:CMS_decrypt_set1_pkey:decrypt error:cms_smime.c:796:\n",
                  ERROR_DENIED, "rsa_decrypt: invalid padding mode" },
                { "8:error:17000076:CMS routines:ossl_cms_EncryptedContent_init_bio:invalid key length:cms_enc.c:1:\n",
                  ERROR_TRUST, "ossl_cms_EncryptedContent_init_bio: invalid key length" },
                { "FATAL: Startup failure (dev note: apps_startup()) for openssl\n", ERROR_COMMAND,
                  "FATAL: Startup failure (dev note: apps_startup()) for openssl" },
                { "unable to load key file\n\033[31m\n", ERROR_COMMAND, "\\x1b[31m" },
                { "1:error:2:3\n", ERROR_COMMAND, "1:error:2:3" },
                { "", ERROR_COMMAND, "" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                char words[HOST_OPENSSL_WORDS_MAX];

                if (host_openssl_read_words(rows[i].output, words) != rows[i].kind)
                        fail_msg("row %zu is of another kind: %s", i, words);
                assert_string_equal(words, rows[i].words);
        }
}

static void a_signature_that_was_judged_is_told_from_one_that_could_not_be(void **state)
{
        static const char refused[] = "Error verifying data\n8:error:1:rsa routines:f:illegal or unsupported padding "
                                      "mode:f.c:1:\n";

        assert_true(host_openssl_read_verdict("Verification failure\n8:error:1:rsa:f:bad signature:f.c:1:\n"));
        assert_true(host_openssl_read_verdict("Verification Failure\n"));
        assert_true(host_openssl_read_verdict("Error verifying data\n8:error:1:asn1:f:wrong tag:f.c:1:\n"));
        assert_false(host_openssl_read_verdict(refused));
        assert_false(host_openssl_read_verdict("Error setting context\n"));
        assert_false(host_openssl_read_verdict("Verified OK\n"));
        assert_false(host_openssl_read_verdict(""));
}

#define PRELOAD "ERROR: ld.so: object '/opt/old.so' from /etc/ld.so.preload cannot be preloaded: ignored.\n"
#define CONFIGURATION "WARNING: can't open config file: /usr/lib/ssl/openssl.cnf\n"

static void lines_of_others_around_the_verdict_do_not_count(void **state)
{
        assert_true(host_openssl_read_verified("Verified OK\n"));
        assert_true(host_openssl_read_verified(PRELOAD CONFIGURATION "Verified OK\n"));
        assert_true(host_openssl_read_verified("Verified OK\r\n" PRELOAD));
        assert_true(host_openssl_read_verified("Verified OK or not\nVerified OK"));
        assert_false(host_openssl_read_verified("Verified OK or not\n"));
        assert_false(host_openssl_read_verified("not Verified OK\n"));
        assert_false(host_openssl_read_verified("Verified O\nK\n"));
        assert_false(host_openssl_read_verified(PRELOAD));
        assert_false(host_openssl_read_verified(""));
}

static void assert_version(const char *output, const char *expected)
{
        _cleanup_free_ char *version = host_openssl_read_version(output, 80);

        assert_string_equal(version, expected);
}

static void lines_of_others_are_not_the_version(void **state)
{
        assert_version("OpenSSL 3.0.7 1 Nov 2022 (Library: OpenSSL 3.0.7 1 Nov 2022)\n", "OpenSSL 3.0.7 1 Nov 2022");
        assert_version(PRELOAD CONFIGURATION "OpenSSL 1.0.2k-fips  26 Jan 2017\n" PRELOAD,
                       "OpenSSL 1.0.2k-fips  26 Jan 2017");
        assert_version(PRELOAD "LibreSSL 2.8.3\n", "LibreSSL 2.8.3");
        assert_version("OpenSSL \033[31m\n", "OpenSSL \\x1b[31m");
        assert_version("", "");
}

/* What is run has to be root's alone, as is every folder above them. */
static int roots_folder(void **state)
{
        Scratch *scratch = text_allocate(sizeof(*scratch));

        *state = scratch;
        snprintf(scratch->root, sizeof(scratch->root), "/run/mde-linux-test-XXXXXX");
        scratch->host.root = scratch->root;
        return geteuid() != 0 || mkdtemp(scratch->root) ? 0 : -1;
}

static int verify(const Scratch *scratch, const char *script, bool *ret_valid, Error *err)
{
        static const HostOpensslBytes bytes = { "x", 1 };
        _cleanup_free_ char *program = text_format("%s/openssl", scratch->root);
        const Host host = { .root = "", .openssl = program };

        scratch_write(scratch, "/openssl", script);
        assert_int_equal(chmod(program, 0755), 0);
        return host_openssl_verify(&host, "sha256", &bytes, &bytes, &bytes, ret_valid, err);
}

static void a_good_signature_is_good_behind_a_line_of_the_loader(void **state)
{
        bool valid = false;
        Error err = { 0 };

        if (geteuid() != 0)
                return;
        if (verify(*state, "#!/bin/sh\necho ERROR: ld.so: object >&2\necho Verified OK\n", &valid, &err) < 0)
                fail_msg("%s", err.text);
        assert_true(valid);
}

/* Valgrind ends a child whose exec fails in its own way. */
static bool is_below_valgrind(void)
{
        const char *preload = getenv("LD_PRELOAD");

        return preload && strstr(preload, "vgpreload");
}

static void a_program_that_the_kernel_keeps_from_us_has_refused_nothing(void **state)
{
        bool valid = false;
        Error err = { 0 };

        if (geteuid() != 0 || is_below_valgrind())
                return;
        /* exec fails only when it comes to what would read the script, as with a policy of the machine */
        assert_int_equal(verify(*state, "#!/etc/passwd\necho Verified OK\n", &valid, &err), -1);
        assert_int_equal(err.kind, ERROR_COMMAND);
        assert_int_equal(err.errnum, EACCES);
        assert_non_null(strstr(err.text, "Permission denied"));
        assert_false(valid);
}

/* More than anybody without privileges may have in a pipe. */
static void a_pipe_that_the_kernel_keeps_from_us_is_no_refusal_of_cryptography(void **state)
{
        const HostOpensslBytes small = { "x", 1 };
        HostOpensslBytes large = { .length = 16 * 1024 * 1024 };
        _cleanup_free_ char *bytes = text_allocate(large.length);
        const Host host = { .root = "", .openssl = HOST_OPENSSL_PROGRAM };
        uid_t before = geteuid();
        Error err = { 0 };
        bool valid = false;

        large.data = bytes;
        assert_int_equal(before == 0 ? seteuid(65534) : 0, 0); /* the capabilities go with it */
        assert_int_equal(host_openssl_verify(&host, "sha256", &small, &large, &small, &valid, &err), -1);
        assert_int_equal(seteuid(before), 0);
        assert_int_equal(err.kind, ERROR_COMMAND);
        assert_int_equal(err.errnum, EPERM);
        assert_non_null(strstr(err.text, "Operation not permitted"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)
#define ROOTS(name) cmocka_unit_test_setup_teardown(name, roots_folder, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(only_a_program_with_its_own_library_in_fips_mode_asks_the_machine),
                TEST(nothing_is_run_of_a_recorded_machine),
                TEST(a_program_that_is_missing_or_not_roots_alone_is_not_run),
                cmocka_unit_test(the_machines_program_tells_its_version),
                cmocka_unit_test(what_does_not_fit_into_a_pipe_is_handed_over_all_the_same),
                cmocka_unit_test(why_it_failed_is_read_from_its_words),
                cmocka_unit_test(a_signature_that_was_judged_is_told_from_one_that_could_not_be),
                cmocka_unit_test(lines_of_others_around_the_verdict_do_not_count),
                cmocka_unit_test(lines_of_others_are_not_the_version),
                ROOTS(a_good_signature_is_good_behind_a_line_of_the_loader),
                ROOTS(a_program_that_the_kernel_keeps_from_us_has_refused_nothing),
                cmocka_unit_test(a_pipe_that_the_kernel_keeps_from_us_is_no_refusal_of_cryptography),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
