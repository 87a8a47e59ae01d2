/* Where the onboarding package may come from: what may be asked, where it may stand, and when it is the same request.
 */
#include "tests/unit/settings_fixture.h"

#include "handler/setting_uri.h"

static void addresses_are_https_and_plain(void **state)
{
        static const char *const right[] = {
                "https://h",
                "https://h/",
                "https://h:8443/a/b.py?sv=1&sig=a%2Fb%3D",
                "https://user:word@h.example/p",
                "https://[fd00::1]:443/p",
                "https://h?x",
        };
        static const char *const wrong[] = {
                "http://h/p",         "HTTPS://h/p",       "https://",           "https:///p",   "https://h:0/p",
                "https://h:70000/p",  "https://h/a b",     "https://h/#x",       "https://h/\"", "https://h/\\",
                "https://[fd00::1/p", "https://u@/p",      "https://h\xc3\xa9/", "ftp://h/p",    "file:///etc/shadow",
                "https://h;x/p",      "https://u:a@b@h/p", "https://u@@h/p",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(right); i++)
                if (!setting_uri_is(right[i]))
                        fail_msg("%s is refused", right[i]);
        for (i = 0; i < ELEMENTSOF(wrong); i++)
                if (setting_uri_is(wrong[i]))
                        fail_msg("%s is accepted", wrong[i]);
}

static void an_address_that_lets_its_reader_in_is_a_secret(void **state)
{
        static const char *const secret[] = {
                "https://h/p?sv=2022-11-02&se=2026-01-01&sig=x",
                "https://h/p?SIG=x",
                "https://h/p?X-Amz-Algorithm=a&X-Amz-Signature=b",
                "https://h/p?X-Goog-Signature=b",
                "https://h/p?a=1;access_token=b",
                "https://h/p?code=x",
                "https://h/p?key=x",
                "https://h/p?s%69g=x",
                "https://user@h/p",
                "https://user:word@h/p",
                "https://h?token=x",
        };
        static const char *const open[] = {
                "https://h/p",  "https://h/p?version=2",     "https://h/sig=1/p",
                "https://h/p?", "https://h/p@2.py?design=x",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(secret); i++)
                if (!setting_uri_hides(secret[i]))
                        fail_msg("%s is taken for no secret", secret[i]);
        for (i = 0; i < ELEMENTSOF(open); i++)
                if (setting_uri_hides(open[i]))
                        fail_msg("%s is taken for a secret", open[i]);
}

#define SHA "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define IDENTITY                                                                                                       \
        "/subscriptions/" GUID "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mde"

static void sources_are_taken(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        const RequestSources *sources = &settings.request.sources;

        must_read_public(*state,
                         "{\"onboardingPackageUri\": \" https://h/p.zip \", \"onboardingPackageSha256\": \"" SHA
                         "\", \"onboardingFromAzure\": \"True\", \"azureIdentity\": \"" IDENTITY "\"}",
                         &settings);
        assert_int_equal(settings.request.n_notes, 0);
        assert_string_equal(sources->uri, "https://h/p.zip");
        assert_string_equal(sources->sha256, SHA);
        assert_true(sources->from_azure);
        assert_string_equal(sources->identity, IDENTITY);
        assert_false(sources->tried);
        must_refuse_public(*state, "{\"onboardingPackageSha256\": \"00\"}", "64 hexadecimal digits");
        must_refuse_public(*state, "{\"azureIdentity\": \"mde\"}", "user-assigned identity");
        must_refuse_public(*state, "{\"azureIdentity\": \"" RESOURCE "\"}", "user-assigned identity");
        must_refuse_public(*state, "{\"onboardingPackageUri\": \"http://h/p\"}", "https://HOST");
        must_refuse_public(*state, "{\"onboardingPackageUri\": \"https://h/p?sig=hunter2\"}",
                           "move it to protectedSettings");
}

static char *digest_of(void **state, const char *object)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        must_read_public(*state, object, &settings);
        return text_copy(settings.request.digest);
}

/* What is between two digests. */
static void must_differ(void **state, bool differ, const char *a, const char *b)
{
        _cleanup_free_ char *one = digest_of(state, a), *two = digest_of(state, b);

        if (text_equal(one, two) == differ)
                fail_msg("%s and %s are %s", a, b, differ ? "the same request" : "two requests");
}

static void a_renewed_signature_is_the_same_request(void **state)
{
        must_differ(state, false, "{\"onboardingPackageUri\": \"https://h/p?se=1\"}",
                    "{\"onboardingPackageUri\": \"https://h/p?se=2\"}");
        must_differ(state, true, "{\"onboardingPackageUri\": \"https://h/p\"}",
                    "{\"onboardingPackageUri\": \"https://h/q\"}");
        must_differ(state, true, "{\"onboardingPackageUri\": \"https://h/p\"}",
                    "{\"onboardingPackageUri\": \"https://g/p\"}");
        must_differ(state, true, "{\"onboardingPackageUri\": \"https://h/p\"}",
                    "{\"onboardingPackageUri\": \"https://h/p\", \"onboardingPackageSha256\": \"" SHA "\"}");
        must_differ(state, true, "{\"onboardingPackageUri\": \"https://h/p\"}",
                    "{\"onboardingPackageUri\": \"https://h/p\", \"onboardingFromAzure\": true}");
        must_differ(state, true, "{\"onboardingFromAzure\": true}",
                    "{\"onboardingFromAzure\": true, \"azureIdentity\": \"" GUID "\"}");
        must_differ(state, true, "{}", "{\"onboardingFromAzure\": true}");
        must_differ(state, false, "{}", "{\"onboardingFromAzure\": false}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(addresses_are_https_and_plain),
                cmocka_unit_test(an_address_that_lets_its_reader_in_is_a_secret),
                TEST(sources_are_taken),
                TEST(a_renewed_signature_is_the_same_request),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
