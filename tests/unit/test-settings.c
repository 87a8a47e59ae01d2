#include "tests/unit/settings_fixture.h"

static void every_way_to_give_no_settings_is_accepted(void **state)
{
        static const char *const files[] = {
                NULL,
                "",
                " \r\n\t",
                "\xef\xbb\xbf",
                "null",
                "{}",
                "{\"runtimeSettings\":null}",
                "{\"runtimeSettings\":[]}",
                "{\"runtimeSettings\":[null]}",
                "{\"runtimeSettings\":[{}]}",
                "{\"runtimeSettings\":[{\"handlerSettings\":null}]}",
                "{\"runtimeSettings\":[{\"handlerSettings\":{}}]}",
                "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":null,\"protectedSettings\":null,"
                "\"protectedSettingsCertThumbprint\":null}}]}",
                "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":{}}}]}",
                "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":\"\",\"protectedSettings\":\"\"}}]}",
                "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":\"{}\",\"protectedSettings\":\" \"}}]}",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_(settings_clear) Settings settings = { 0 };

                if (files[i])
                        scratch_write(*state, FILE_PATH, files[i]);
                must_read(*state, &settings);
                assert_no_settings(&settings);
        }
}

static void a_missing_package_names_the_key_and_what_to_add(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        must_read(*state, &settings);
        assert_non_null(strstr(settings.request.onboarding_failure.found,
                               "\"protectedSettings\": {\"defenderForEndpointOnboardingScript\": "));
}

static void a_file_of_another_shape_is_refused(void **state)
{
        static const struct {
                const char *text, *words;
        } files[] = {
                { "[]", "settings file" },
                { "{\"runtimeSettings\":{}}", "runtimeSettings" },
                { "{\"runtimeSettings\":[{},{}]}", "2 elements" },
                { "{\"runtimeSettings\":[7]}", "runtimeSettings" },
                { "{\"runtimeSettings\":[{\"handlerSettings\":[]}]}", "handlerSettings" },
                { "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":[]}}]}", "publicSettings" },
                { "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":\"hello\"}}]}", "publicSettings" },
                { "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":\"[]\"}}]}", "publicSettings" },
                { "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":5}}]}", "publicSettings" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(files); i++) {
                scratch_write(*state, FILE_PATH, files[i].text);
                must_refuse_file(*state, files[i].words);
        }
}

static void a_file_that_is_no_json_is_refused_and_not_quoted(void **state)
{
        Failure failure = { 0 };
        Settings settings;
        Scratch *scratch = *state;

        scratch_write(scratch, FILE_PATH, "{\"runtimeSettings\": password");
        assert_int_equal(settings_read(&scratch->host, &no_configuration, &environment, 4, &settings, &failure), -1);
        assert_int_equal(failure.reason, REASON_SETTINGS_INVALID);
        assert_non_null(strstr(failure.found, FILE_PATH));
        assert_null(strstr(failure.found, "password"));
}

static void a_file_of_more_than_a_megabyte_is_refused(void **state)
{
        size_t length = 1024 * 1024 + 1;
        _cleanup_free_ char *text = text_allocate(length);

        memset(text, ' ', length);
        scratch_write_bytes(*state, FILE_PATH, text, length);
        must_refuse_file(*state, "larger than");
}

static void what_is_not_a_file_is_not_called_a_wrong_setting(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s" FILE_PATH, scratch->root);
        Settings settings;
        Failure failure;

        scratch_folder(scratch, CONFIG);
        assert_int_equal(symlink("4.settings", path), 0); /* ELOOP */
        assert_int_equal(settings_read(&scratch->host, &no_configuration, &environment, 4, &settings, &failure), -1);
        assert_int_equal(failure.reason, REASON_ENVIRONMENT);
}

static void a_link_to_the_settings_is_followed(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s" FILE_PATH, scratch->root);

        scratch_write(scratch, CONFIG "/real",
                      "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":"
                      "{\"channel\":\"prod\"}}}]}");
        assert_int_equal(symlink("real", path), 0);
        must_read(scratch, &settings);
        assert_string_equal(settings.request.channel, "prod");
}

static void public_settings_may_be_a_text_that_holds_the_object(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        must_read_public(*state, "\"{\\\"channel\\\": \\\"prod\\\"}\"", &settings);
        assert_string_equal(settings.request.channel, "prod");
}

static void a_package_in_the_clear_is_refused(void **state)
{
        must_refuse_public(*state, "{\"defenderForEndpointOnboardingScript\": \"IyEvYmluL3No\"}",
                           "move it to protectedSettings");
}

static void read_digest(const Scratch *scratch, const char *object, char digest[CRYPTO_SHA256_HEX])
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        must_read_public(scratch, object, &settings);
        memcpy(digest, settings.request.digest, CRYPTO_SHA256_HEX);
}

static void the_digest_follows_what_is_asked_and_nothing_else(void **state)
{
        static const char *const same[] = { "{}",
                                            "null",
                                            "{\"installedBy\": \"Policy\"}",
                                            "{\"unknown\": 1}",
                                            "{\"maxWaitMinutes\": 46}",
                                            "{\"driftAs\": \"error\"}",
                                            "{\"forceReOnboarding\": \"false\"}" };
        static const char *const others[] = {
                "{\"azureResourceId\": \"" RESOURCE "\"}", "{\"defenderForServersWorkspaceId\": \"a\"}",
                "{\"tags\": {\"GROUP\": \"a\"}}",          "{\"channel\": \"prod\"}",
                "{\"expectedTenantId\": \"" GUID "\"}",    "{\"forceReOnboarding\": true}",
                "{\"repairPackageManager\": true}",        "{\"verifyOnboarding\": \"strict\"}",
                "{\"tags\": {\"GROUP\": \"-\"}}",          "{\"requireConnectivity\": \"strict\"}",
        };
        char first[CRYPTO_SHA256_HEX], digests[ELEMENTSOF(others)][CRYPTO_SHA256_HEX], digest[CRYPTO_SHA256_HEX];
        size_t i, j;

        read_digest(*state, "{}", first);
        for (i = 0; i < ELEMENTSOF(same); i++) {
                read_digest(*state, same[i], digest);
                assert_string_equal(digest, first);
        }
        for (i = 0; i < ELEMENTSOF(others); i++) {
                read_digest(*state, others[i], digests[i]);
                assert_string_not_equal(digests[i], first);
                for (j = 0; j < i; j++)
                        assert_string_not_equal(digests[i], digests[j]);
        }
}

static void a_person_is_told_what_was_not_given_in_words_for_a_command_line(void **state)
{
        static const struct {
                const char *object, *words;
        } rows[] = {
                { "{}", "No FILE was named, and no --uri, --from-azure or setting that counts here." },
                { "{\"tenant\": \"" GUID "\"}", "\"tenant\" stands for a package in 'mde-linux plan' only" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(settings_clear) Settings settings = { 0 };
                const Failure *missing = &settings.request.onboarding_failure;
                Failure failure = { 0 };
                Json *object = NULL;

                assert_int_equal(json_parse(rows[i].object, strlen(rows[i].object), &object, NULL), 0);
                assert_int_equal(settings_by_hand(object, NULL, &no_configuration, &settings, &failure), 0);
                assert_int_equal(missing->reason, REASON_ONBOARDING_MISSING);
                assert_non_null(strstr(missing->found, rows[i].words));
                assert_null(strstr(reason_get(missing->reason)->what, "protected"));
        }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(every_way_to_give_no_settings_is_accepted),
                TEST(a_missing_package_names_the_key_and_what_to_add),
                TEST(a_file_of_another_shape_is_refused),
                TEST(a_file_that_is_no_json_is_refused_and_not_quoted),
                TEST(a_file_of_more_than_a_megabyte_is_refused),
                TEST(what_is_not_a_file_is_not_called_a_wrong_setting),
                TEST(a_link_to_the_settings_is_followed),
                TEST(public_settings_may_be_a_text_that_holds_the_object),
                TEST(a_package_in_the_clear_is_refused),
                TEST(the_digest_follows_what_is_asked_and_nothing_else),
                TEST(a_person_is_told_what_was_not_given_in_words_for_a_command_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
