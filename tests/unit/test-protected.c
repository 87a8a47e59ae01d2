/*
 * The protected settings, from the encrypted file to the onboarding package in the request.
 */
#include "tests/unit/scratch.h"

#include <unistd.h>
#include <openssl/cms.h>

#include "handler/settings.h"
#include "tests/unit/identity.h"
#include "tests/unit/onboarding_fixture.h"

#define AGENT "/var/lib/waagent"
#define ELSEWHERE "/srv/agent"
#define CONFIG_IN(folder) folder "/X-1.0/config"
#define MARKER "hunter2"
#define OTHER_BODY "{\"orgId\":\"e91b7f34-06ad-4c52-9f80-1d2c3b4a5e02\",\"version\":\"2.11\"}"
#define OFFBOARDING_BODY                                                                                               \
        "{\"orgIds\":[\"" BODY_ORG_ID "\"],\"orgId\":\"" BODY_ORG_ID                                                   \
        "\",\"expirationTimestamp\":134000000000000000,\"version\":\"2.14\"}"

/* Made once: keys are slow. Packages are documents; the settings around them are made by package(). */
static const Configuration no_configuration;

static struct {
        Identity ours, theirs;
        char thumbprint[CRYPTO_SHA1_HEX];
        Keys keys;
        char *sound, *other_org, *offboarding, *tampered;
} made;

static char *base64(const void *data, size_t length)
{
        char *text = text_allocate(length * 4 / 3 + 8);

        EVP_EncodeBlock((unsigned char *)text, data, (int)length);
        return text;
}

/* The protected settings with this package, as Azure's customers give them. */
static char *package(const Recipe *recipe)
{
        _cleanup_free_ char *document = recipe_make(&made.keys, recipe), *text = base64(document, strlen(document));

        return text_format("{\"defenderForEndpointOnboardingScript\": \"%s\"}", text);
}

static int make_all(void **state)
{
        keys_make(&made.keys);
        made.sound = package(&(Recipe){ 0 });
        made.other_org = package(&(Recipe){ .body = OTHER_BODY });
        made.tampered = package(&(Recipe){ .delivered = OTHER_BODY });
        made.offboarding = package(&(Recipe){ .member = "offboardingInfo", .body = OFFBOARDING_BODY });
        make_identity(&made.ours, &(IdentitySpec){ .cn = "Stand-in", .serial = 17, .key = make_key(EVP_PKEY_RSA) });
        make_identity(&made.theirs, &(IdentitySpec){ .cn = "Stand-in", .serial = 18, .key = make_key(EVP_PKEY_RSA) });
        crypto_sha1_hex(made.ours.der, (size_t)made.ours.der_length, made.thumbprint);
        return 0;
}

static int free_all(void **state)
{
        char *const texts[] = { made.sound, made.other_org, made.offboarding, made.tampered };
        size_t i;

        for (i = 0; i < ELEMENTSOF(texts); i++)
                free(texts[i]);
        identity_clear(&made.ours);
        identity_clear(&made.theirs);
        keys_clear(&made.keys);
        return 0;
}

/* base64 of the CMS that only the identity opens. */
static char *encrypt_for(const Identity *identity, const void *plain, size_t length, const EVP_CIPHER *cipher)
{
        STACK_OF(X509) *recipients = sk_X509_new_null();
        BIO *in = BIO_new_mem_buf(plain, (int)length);
        unsigned char *der = NULL;
        CMS_ContentInfo *cms;
        char *text;
        int n;

        sk_X509_push(recipients, identity->certificate);
        cms = CMS_encrypt(recipients, in, cipher, CMS_BINARY);
        assert_non_null(cms);
        n = i2d_CMS_ContentInfo(cms, &der);
        text = base64(der, (size_t)n);
        OPENSSL_free(der);
        CMS_ContentInfo_free(cms);
        BIO_free(in);
        sk_X509_free(recipients);
        return text;
}

static char *encrypt_text(const char *plain)
{
        return encrypt_for(&made.ours, plain, strlen(plain), EVP_des_ede3_cbc());
}

static void write_certificate(const Scratch *scratch, const char *folder, const char *thumbprint,
                              const Identity *identity)
{
        _cleanup_free_ char *certificate = text_format("%s/%s.crt", folder, thumbprint),
                            *key = text_format("%s/%s.prv", folder, thumbprint);

        scratch_write(scratch, certificate, identity->certificate_pem);
        scratch_write(scratch, key, identity->key_pem);
}

/* protected: JSON value; thumbprint: JSON value or NULL for none. */
static void write_settings(const Scratch *scratch, const char *config, const char *protected, const char *thumbprint,
                           const char *public)
{
        _cleanup_free_ char *path = text_format("%s/0.settings", config),
                            *text = text_format("{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":%s,"
                                                "\"protectedSettings\":%s,\"protectedSettingsCertThumbprint\":%s}}]}",
                                                public, protected, thumbprint);

        scratch_write(scratch, path, text);
}

static void write_encrypted(const Scratch *scratch, const char *config, const char *encrypted, const char *public)
{
        _cleanup_free_ char *value = text_format("\"%s\"", encrypted),
                            *thumbprint = text_format("\"%s\"", made.thumbprint);

        write_settings(scratch, config, value, thumbprint, public);
}

static void read_from(const Scratch *scratch, const char *config, Settings *ret)
{
        const Environment environment = { .config_folder = (char *)config };
        const char *const roots[] = { made.keys.root_sha256, NULL };
        Host host = scratch->host;
        Failure failure = { 0 };
        size_t i;

        host.onboarding_roots = scratch->host.onboarding_roots ? scratch->host.onboarding_roots : roots;
        if (settings_read(&host, &no_configuration, &environment, 0, ret, &failure) < 0)
                fail_msg("%s", failure.found);
        assert_null(strstr(ret->request.onboarding_failure.found, MARKER));
        for (i = 0; i < ret->request.n_notes; i++)
                assert_null(strstr(ret->request.notes[i], MARKER));
        assert_int_equal(ret->request.onboarding == NULL, ret->request.onboarding_failure.reason != REASON_NONE);
}

static void must_onboard(const Settings *settings)
{
        if (!settings->request.onboarding)
                fail_msg("%s", settings->request.onboarding_failure.found);
        assert_string_equal(settings->request.onboarding->org_id, BODY_ORG_ID);
}

static void must_fail(const Settings *settings, ReasonId reason, const char *words)
{
        const Failure *failure = &settings->request.onboarding_failure;

        assert_null(settings->request.onboarding);
        if (failure->reason != reason || !strstr(failure->found, words))
                fail_msg("%s '%s' is not %s '%s'", reason_get(failure->reason)->id, failure->found,
                         reason_get(reason)->id, words);
}

/* The common case: these plain texts, encrypted for a certificate that is there. */
static void read_plain(const Scratch *scratch, const char *plain, const char *public, Settings *ret)
{
        _cleanup_free_ char *encrypted = encrypt_text(plain);

        write_certificate(scratch, AGENT, made.thumbprint, &made.ours);
        write_encrypted(scratch, CONFIG_IN(AGENT), encrypted, public);
        read_from(scratch, CONFIG_IN(AGENT), ret);
}

static void plain_must_fail(const Scratch *scratch, const char *plain, ReasonId reason, const char *words)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        read_plain(scratch, plain, "{}", &settings);
        must_fail(&settings, reason, words);
}

static void a_sound_package_arrives_in_the_request(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        read_plain(*state, made.sound, "{\"verifyOnboarding\": \"strict\"}", &settings);
        must_onboard(&settings);
        assert_ptr_equal(settings.request.onboarding, &settings.onboarding);
        assert_true(settings.request.onboarding->root_pinned);
        assert_true(settings.onboarding.file.length > 1000);
        assert_int_equal(settings.request.n_notes, 0);
}

static void each_cipher_of_the_platform_is_opened(void **state)
{
        const EVP_CIPHER *const ciphers[] = { EVP_des_ede3_cbc(), EVP_aes_128_cbc(), EVP_aes_256_cbc() };
        size_t i;

        for (i = 0; i < ELEMENTSOF(ciphers); i++) {
                _cleanup_(settings_clear) Settings settings = { 0 };
                _cleanup_free_ char *encrypted = encrypt_for(&made.ours, made.sound, strlen(made.sound), ciphers[i]);

                write_certificate(*state, AGENT, made.thumbprint, &made.ours);
                write_encrypted(*state, CONFIG_IN(AGENT), encrypted, "null");
                read_from(*state, CONFIG_IN(AGENT), &settings);
                must_onboard(&settings);
        }
}

static char *lower(const char *text)
{
        char *copy = text_copy(text), *p;

        for (p = copy; *p; p++)
                if (*p >= 'A' && *p <= 'F')
                        *p += 'a' - 'A';
        return copy;
}

static void the_certificate_is_found_wherever_the_agent_keeps_it(void **state)
{
        _cleanup_free_ char *small = lower(made.thumbprint), *encrypted = encrypt_text(made.sound);
        const struct {
                const char *folder, *name;
        } places[] = {
                { ELSEWHERE, made.thumbprint }, { ELSEWHERE, small }, { AGENT, made.thumbprint }, { AGENT, small }
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(places); i++) {
                _cleanup_(settings_clear) Settings settings = { 0 };
                void *own = NULL;

                scratch_open(&own);
                write_encrypted(own, CONFIG_IN(ELSEWHERE), encrypted, "null");
                write_certificate(own, places[i].folder, places[i].name, &made.ours);
                read_from(own, CONFIG_IN(ELSEWHERE), &settings);
                must_onboard(&settings);
                scratch_close(&own);
        }
}

static void a_thumbprint_in_small_letters_finds_the_usual_file(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_free_ char *small = lower(made.thumbprint), *encrypted = encrypt_text(made.sound),
                            *value = text_format("\"%s\"", encrypted), *thumbprint = text_format("\" %s \"", small);

        write_certificate(*state, AGENT, made.thumbprint, &made.ours);
        write_settings(*state, CONFIG_IN(AGENT), value, thumbprint, "null");
        read_from(*state, CONFIG_IN(AGENT), &settings);
        must_onboard(&settings);
}

static void the_folder_above_the_extension_goes_before_the_usual_one(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_free_ char *encrypted = encrypt_text(made.sound);

        write_encrypted(*state, CONFIG_IN(ELSEWHERE), encrypted, "null");
        write_certificate(*state, ELSEWHERE, made.thumbprint, &made.ours);
        write_certificate(*state, AGENT, made.thumbprint, &made.theirs);
        read_from(*state, CONFIG_IN(ELSEWHERE), &settings);
        must_onboard(&settings);
}

static void without_a_certificate_the_path_is_named(void **state)
{
        _cleanup_(settings_clear) Settings none = { 0 }, half = { 0 };
        _cleanup_free_ char *encrypted = encrypt_text(made.sound),
                            *key = text_format("%s" AGENT "/%s.prv", ((Scratch *)*state)->root, made.thumbprint);

        write_encrypted(*state, CONFIG_IN(AGENT), encrypted, "null");
        read_from(*state, CONFIG_IN(AGENT), &none);
        must_fail(&none, REASON_CERTIFICATE_MISSING, AGENT "/");
        must_fail(&none, REASON_CERTIFICATE_MISSING, made.thumbprint);
        write_certificate(*state, AGENT, made.thumbprint, &made.ours);
        assert_int_equal(unlink(key), 0);
        read_from(*state, CONFIG_IN(AGENT), &half);
        must_fail(&half, REASON_CERTIFICATE_MISSING, ".prv is not there");
}

static void a_thumbprint_that_is_none_is_said_and_never_a_path(void **state)
{
        static const struct {
                const char *value, *words;
        } rows[] = {
                { "null", "protectedSettingsCertThumbprint is missing" },
                { "\"\"", "protectedSettingsCertThumbprint is missing" },
                { "\"../../../etc/ssl/private/key\"", "not 40 hexadecimal digits" },
                { "\"0123456789012345678901234567890123456789a\"", "not 40 hexadecimal digits" },
                { "17", "not 40 hexadecimal digits" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(settings_clear) Settings settings = { 0 };

                write_settings(*state, CONFIG_IN(AGENT), "\"AAAA\"", rows[i].value, "null");
                read_from(*state, CONFIG_IN(AGENT), &settings);
                must_fail(&settings, REASON_CERTIFICATE_MISSING, rows[i].words);
        }
}

static void settings_for_another_certificate_are_not_called_broken(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 }, swapped = { 0 };
        _cleanup_free_ char *encrypted = encrypt_for(&made.theirs, made.sound, strlen(made.sound), EVP_des_ede3_cbc()),
                            *ours = encrypt_text(made.sound), *key = text_format(AGENT "/%s.prv", made.thumbprint);

        write_certificate(*state, AGENT, made.thumbprint, &made.ours);
        write_encrypted(*state, CONFIG_IN(AGENT), encrypted, "null");
        read_from(*state, CONFIG_IN(AGENT), &settings);
        must_fail(&settings, REASON_CERTIFICATE_WRONG, made.thumbprint);
        scratch_write(*state, key, made.theirs.key_pem);
        write_encrypted(*state, CONFIG_IN(AGENT), ours, "null");
        read_from(*state, CONFIG_IN(AGENT), &swapped);
        must_fail(&swapped, REASON_CERTIFICATE_WRONG, "key");
}

static void garbage_after_opening_is_a_wrong_certificate_too(void **state)
{
        static const unsigned char garbage[64] = { 0x8f, 0x01, 0x9c, 0xfe, '{', '}', 0x00, 0x13 };
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_free_ char *encrypted = encrypt_for(&made.ours, garbage, sizeof(garbage), EVP_des_ede3_cbc());

        write_certificate(*state, AGENT, made.thumbprint, &made.ours);
        write_encrypted(*state, CONFIG_IN(AGENT), encrypted, "null");
        read_from(*state, CONFIG_IN(AGENT), &settings);
        must_fail(&settings, REASON_CERTIFICATE_WRONG, "is not text");
}

static void a_key_that_others_can_write_is_not_used(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_free_ char *encrypted = encrypt_text(made.sound),
                            *key = text_format("%s" AGENT "/%s.prv", ((Scratch *)*state)->root, made.thumbprint);

        write_certificate(*state, AGENT, made.thumbprint, &made.ours);
        assert_int_equal(chmod(key, 0666), 0);
        write_encrypted(*state, CONFIG_IN(AGENT), encrypted, "null");
        read_from(*state, CONFIG_IN(AGENT), &settings);
        must_fail(&settings, REASON_CERTIFICATE_WRONG, ".prv");
}

static void damaged_protected_settings_are_said_to_be(void **state)
{
        _cleanup_free_ char *encrypted = encrypt_text(made.sound), *middle = text_copy(encrypted);
        const char *const values[] = { "\"not base64 " MARKER "!\"", "\"aHVudGVyMg==\"", "{\"" MARKER "\": 1}", "5",
                                       middle };
        size_t i;

        memmove(middle + 1, encrypted, 200); /* a quote, then the first 200 characters */
        middle[0] = '"';
        strcpy(middle + 201, "\"");
        for (i = 0; i < ELEMENTSOF(values); i++) {
                _cleanup_(settings_clear) Settings settings = { 0 };
                _cleanup_free_ char *thumbprint = text_format("\"%s\"", made.thumbprint);

                write_certificate(*state, AGENT, made.thumbprint, &made.ours);
                write_settings(*state, CONFIG_IN(AGENT), values[i], thumbprint, "null");
                read_from(*state, CONFIG_IN(AGENT), &settings);
                must_fail(&settings, REASON_PROTECTED_SETTINGS_DAMAGED, "protectedSettings");
        }
}

static void plain_text_that_is_no_object_is_damaged(void **state)
{
        static const char *const plains[] = { "",
                                              " \n",
                                              MARKER,
                                              "[\"" MARKER "\"]",
                                              "\"" MARKER "\"",
                                              "{\"a\":1} " MARKER,
                                              "{\"a\":\"" MARKER "\",\"a\":2}",
                                              "null",
                                              "{\"a\":" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(plains); i++)
                plain_must_fail(*state, plains[i], REASON_PROTECTED_SETTINGS_DAMAGED, "not a JSON object");
}

static void an_object_without_the_package_names_the_key(void **state)
{
        plain_must_fail(*state, "{}", REASON_ONBOARDING_MISSING, "\"defenderForEndpointOnboardingScript\"");
        plain_must_fail(*state, "\xef\xbb\xbf{\"defenderForEndpointOnboardingScript\": null}\r\n",
                        REASON_ONBOARDING_MISSING, "\"protectedSettings\": {");
        plain_must_fail(*state, "{\"defenderForEndpointOnboardingScript\": \" \"}", REASON_ONBOARDING_MISSING,
                        "to be added");
        plain_must_fail(*state, "{\"defenderForEndpointOnboardingscript\": \"" MARKER "\"}", REASON_ONBOARDING_MISSING,
                        "has \"defenderForEndpointOnboardingscript\", and it must be");
}

static void a_package_that_cannot_be_used_is_refused_for_its_own_reason(void **state)
{
        plain_must_fail(*state, "{\"defenderForEndpointOnboardingScript\": 5}", REASON_ONBOARDING_DAMAGED, "number");
        plain_must_fail(*state, "{\"defenderForEndpointOnboardingScript\": \"" MARKER "!\"}", REASON_ONBOARDING_DAMAGED,
                        "neither base64");
        plain_must_fail(*state, "{\"defenderForEndpointOnboardingScript\": \"{\\\"" MARKER "\\\"\"}",
                        REASON_ONBOARDING_DAMAGED, "");
        plain_must_fail(*state, made.offboarding, REASON_ONBOARDING_IS_OFFBOARDING, "offboard");
        plain_must_fail(*state, made.tampered, REASON_ONBOARDING_SIGNATURE, "");
}

static void an_unknown_root_is_refused_only_when_strict(void **state)
{
        static const char *const none[] = { NULL };
        _cleanup_(settings_clear) Settings lax = { 0 }, strict = { 0 };
        Scratch *scratch = *state;

        scratch->host.onboarding_roots = none;
        read_plain(scratch, made.sound, "{}", &lax);
        must_onboard(&lax);
        assert_false(lax.request.onboarding->root_pinned);
        read_plain(scratch, made.sound, "{\"verifyOnboarding\": \"strict\"}", &strict);
        must_fail(&strict, REASON_ONBOARDING_ROOT_UNKNOWN, "");
}

/* The package of protected settings as JSON, put as raw text into others. */
static char *with_raw_package(const char *settings)
{
        _cleanup_json_ Json *object = NULL, *raw = json_object_new_object();
        _cleanup_secret_ Secret bytes = { 0 };
        const char *text;
        Error err;

        assert_int_equal(json_parse(settings, strlen(settings), &object, &err), 0);
        text = json_string(object, "defenderForEndpointOnboardingScript");
        assert_int_equal(crypto_base64_decode(text, strlen(text), &bytes, &err), 0);
        json_object_object_add(raw, "defenderForEndpointOnboardingScript", json_object_new_string((char *)bytes.data));
        return text_copy(json_object_to_json_string(raw));
}

static void a_package_that_is_not_base64_but_raw_is_read(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_free_ char *raw = with_raw_package(made.sound);

        read_plain(*state, raw, "{}", &settings);
        must_onboard(&settings);
}

/* Both packages, of the recipes; NULL: none. */
static void read_both(const Scratch *scratch, const char *onboard, const char *offboard, Settings *ret)
{
        _cleanup_json_ Json *object = NULL, *other = NULL;
        Error err;

        assert_int_equal(json_parse(onboard, strlen(onboard), &object, &err), 0);
        assert_int_equal(json_parse(offboard, strlen(offboard), &other, &err), 0);
        json_object_object_add(object, "defenderForEndpointOffboardingScript",
                               json_object_get(json_member(other, "defenderForEndpointOnboardingScript")));
        read_plain(scratch, json_object_to_json_string(object), "{}", ret);
}

static void an_offboarding_package_arrives_beside_the_other(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 }, without = { 0 };

        read_both(*state, made.sound, made.offboarding, &settings);
        must_onboard(&settings);
        assert_ptr_equal(settings.request.offboarding, &settings.offboarding);
        assert_string_equal(settings.request.offboarding->org_id, BODY_ORG_ID);
        assert_int_equal(settings.request.offboarding->expires, 134000000000000000 / 10000000 - 11644473600);
        assert_int_equal(settings.request.offboarding_failure.reason, REASON_NONE);
        assert_int_equal(settings.request.n_notes, 0);
        read_plain(*state, made.sound, "{}", &without);
        assert_null(without.request.offboarding);
        assert_int_equal(without.request.offboarding_failure.reason, REASON_NONE);
        assert_string_not_equal(without.request.digest, settings.request.digest);
}

static void leaving_must_fail(const Scratch *scratch, const char *offboard, ReasonId reason, const char *words)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        read_both(scratch, made.sound, offboard, &settings);
        must_onboard(&settings);
        assert_null(settings.request.offboarding);
        assert_int_equal(settings.request.offboarding_failure.reason, reason);
        if (!strstr(settings.request.offboarding_failure.found, words))
                fail_msg("'%s' does not say '%s'", settings.request.offboarding_failure.found, words);
        assert_null(strstr(settings.request.offboarding_failure.found, MARKER));
}

static void an_offboarding_package_that_cannot_be_used_is_said_to_be(void **state)
{
        static const char *const none[] = { NULL };
        _cleanup_free_ char *forged =
                package(&(Recipe){ .member = "offboardingInfo", .body = OFFBOARDING_BODY, .bad_signature = true });
        Scratch *scratch = *state;

        leaving_must_fail(scratch, "{\"defenderForEndpointOnboardingScript\": \"" MARKER "!\"}",
                          REASON_OFFBOARDING_DAMAGED, "\"defenderForEndpointOffboardingScript\" is neither base64");
        leaving_must_fail(scratch, "{\"defenderForEndpointOnboardingScript\": 5}", REASON_OFFBOARDING_DAMAGED,
                          "is of type number");
        leaving_must_fail(scratch, made.sound, REASON_OFFBOARDING_DAMAGED,
                          "holds an onboarding package, of tenant " BODY_ORG_ID);
        leaving_must_fail(scratch, forged, REASON_OFFBOARDING_DAMAGED, "Its signature is not valid");
        /* anybody can sign under a root of his own: what is a warning when joining is none when leaving */
        scratch->host.onboarding_roots = none;
        leaving_must_fail(scratch, made.offboarding, REASON_OFFBOARDING_ROOT_UNKNOWN, "That root is");
}

static void other_protected_settings_are_told_without_their_content(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        size_t i, n = 0;

        read_plain(*state,
                   "{\"defenderForEndpointOffboardingScript\": \"" MARKER "\", \"onboardingPackageUri\": \"" MARKER
                   "\","
                   "\"" MARKER "\": \"x\", \"channel\": \"prod\"}",
                   "{}", &settings);
        must_fail(&settings, REASON_SETTINGS_INVALID, "onboardingPackageUri");
        assert_int_equal(settings.request.n_notes, 3);
        for (i = 0; i < 3; i++)
                n += strstr(settings.request.notes[i], "\"onboardingPackageUri\" is a text that is not shown") ? 1 : 0;
        assert_int_equal(n, 1);
        assert_null(settings.request.channel);
}

static void the_digest_does_not_depend_on_the_encryption(void **state)
{
        _cleanup_(settings_clear) Settings a = { 0 }, b = { 0 }, other = { 0 }, none = { 0 };

        read_plain(*state, made.sound, "{}", &a);
        read_plain(*state, made.sound, "{}", &b);
        read_plain(*state, made.other_org, "{}", &other);
        read_plain(*state, "{}", "{}", &none);
        assert_string_equal(a.request.digest, b.request.digest);
        assert_string_not_equal(a.request.digest, other.request.digest);
        assert_string_not_equal(a.request.digest, none.request.digest);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_sound_package_arrives_in_the_request),
                TEST(each_cipher_of_the_platform_is_opened),
                TEST(the_certificate_is_found_wherever_the_agent_keeps_it),
                TEST(a_thumbprint_in_small_letters_finds_the_usual_file),
                TEST(the_folder_above_the_extension_goes_before_the_usual_one),
                TEST(without_a_certificate_the_path_is_named),
                TEST(a_thumbprint_that_is_none_is_said_and_never_a_path),
                TEST(settings_for_another_certificate_are_not_called_broken),
                TEST(garbage_after_opening_is_a_wrong_certificate_too),
                TEST(a_key_that_others_can_write_is_not_used),
                TEST(damaged_protected_settings_are_said_to_be),
                TEST(plain_text_that_is_no_object_is_damaged),
                TEST(an_object_without_the_package_names_the_key),
                TEST(a_package_that_cannot_be_used_is_refused_for_its_own_reason),
                TEST(an_unknown_root_is_refused_only_when_strict),
                TEST(a_package_that_is_not_base64_but_raw_is_read),
                TEST(an_offboarding_package_arrives_beside_the_other),
                TEST(an_offboarding_package_that_cannot_be_used_is_said_to_be),
                TEST(other_protected_settings_are_told_without_their_content),
                TEST(the_digest_does_not_depend_on_the_encryption),
        };

        if (geteuid() != 0)
                return 77; /* everything has to be root's */
        return cmocka_run_group_tests(tests, make_all, free_all);
}
