#include "tests/unit/settings_fixture.h"

static void all_settings_acted_on_arrive_in_the_request(void **state)
{
        static const char all[] = "{\"azureResourceId\": \"" RESOURCE "\", \"defenderForServersWorkspaceId\": \"" GUID
                                  "\", \"forceReOnboarding\": true, \"tags\": {\"GROUP\": \"web servers\"}, "
                                  "\"channel\": \"insiders-slow\", \"expectedTenantId\": \"" GUID "\", "
                                  "\"repairPackageManager\": true, \"verifyOnboarding\": \"strict\", "
                                  "\"maxWaitMinutes\": 90}";
        _cleanup_(settings_clear) Settings settings = { 0 };
        const Request *request = &settings.request;

        must_read_public(*state, all, &settings);
        assert_string_equal(request->azure_resource_id, RESOURCE);
        assert_string_equal(request->workspace_id, GUID);
        assert_true(request->force_reonboarding);
        assert_string_equal(request->group_tag, "web servers");
        assert_string_equal(request->channel, "insiders-slow");
        assert_string_equal(request->expected_tenant_id, GUID);
        assert_true(request->repair_package_manager);
        assert_true(request->verify_strict);
        assert_int_equal(request->max_wait_minutes, 90);
        assert_int_equal(request->n_notes, 0);
}

static void texts_stand_in_for_booleans_and_numbers(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        must_read_public(
                *state,
                "{\"forceReOnboarding\": \"True\", \"repairPackageManager\": \"FALSE\", \"maxWaitMinutes\": \" 5 \","
                "\"verifyOnboarding\": \"warn\", \"azureResourceId\": \" " RESOURCE "\\n\"}",
                &settings);
        assert_true(settings.request.force_reonboarding);
        assert_false(settings.request.repair_package_manager);
        assert_false(settings.request.verify_strict);
        assert_int_equal(settings.request.max_wait_minutes, 5);
        assert_string_equal(settings.request.azure_resource_id, RESOURCE);
}

static void null_and_empty_values_are_as_good_as_absent(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        must_read_public(
                *state,
                "{\"azureResourceId\": \"\", \"defenderForServersWorkspaceId\": null, \"forceReOnboarding\": \"\","
                "\"tags\": null, \"channel\": \"  \", \"expectedTenantId\": null, \"maxWaitMinutes\": \"\","
                "\"proxy\": \"\", \"unknown\": null, \"defenderForEndpointOnboardingScript\": \"\"}",
                &settings);
        assert_no_settings(&settings);
}

static void a_wrong_value_is_refused_with_key_value_and_example(void **state)
{
        static const struct {
                const char *object, *words;
        } rows[] = {
                { "{\"forceReOnboarding\": \"yes\"}",
                  "\"forceReOnboarding\" is \"yes\" (3 characters), not true or false" },
                { "{\"forceReOnboarding\": 1}", "the number 1" },
                { "{\"forceReOnboarding\": []}", "a list" },
                { "{\"maxWaitMinutes\": 0}", "the number 0" },
                { "{\"maxWaitMinutes\": 91}", "from 1 to 90" },
                { "{\"maxWaitMinutes\": \"5m\"}", "\"5m\"" },
                { "{\"maxWaitMinutes\": 4.5}", "4.5" },
                { "{\"maxWaitMinutes\": 9999999999}", "maxWaitMinutes" },
                { "{\"maxWaitMinutes\": true}", "the boolean true" },
                { "{\"channel\": \"beta\"}", "one of prod|insiders-fast|insiders-slow" },
                { "{\"channel\": \"Prod\"}", "\"channel\": \"prod\"" },
                { "{\"channel\": \"pro\"}", "\"pro\"" },
                { "{\"channel\": \"prod|insiders-fast\"}", "one of" },
                { "{\"verifyOnboarding\": true}", "one of warn|strict" },
                { "{\"requireConnectivity\": \"Strict\"}", "one of warn|strict" },
                { "{\"expectedTenantId\": \"contoso\"}", "GUID" },
                { "{\"azureResourceId\": \"vm1\"}", "/subscriptions/" },
                { "{\"azureResourceId\": \"/subscriptions/\"}", "/subscriptions/" },
                { "{\"azureResourceId\": \"/subscriptions/a\\nb\"}", "a\\x0ab" },
                { "{\"azureResourceId\": \"/subscriptions/a\\u0085b\"}", "azureResourceId" },
                { "{\"azureResourceId\": {}}", "an object" },
                { "{\"defenderForServersWorkspaceId\": \"a b\"}", "letters, digits" },
                { "{\"defenderForServersWorkspaceId\": \"$(id)\"}", "letters, digits" },
                { "{\"tags\": \"GROUP\"}", "\"tags\" is \"GROUP\"" },
                { "{\"tags\": {\"GROUP\": 5}}", "\"GROUP\" is the number 5" },
                { "{\"tags\": {\"GROUP\": \"a\\tb\"}}", "printable" },
                { "{\"passiveMode\": \"maybe\"}", "passiveMode" },
                { "{\"groupIds\": [1]}", "a list of at most 32 texts" },
                { "{\"managedConfig\": \"x\"}", "managedConfig" },
                { "{\"onConflict\": \"explode\"}", "fail|passive|ignore" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                must_refuse_public(*state, rows[i].object, rows[i].words);
}

static void lengths_have_limits(void **state)
{
        static const struct {
                const char *before, *after;
                int max;
        } rows[] = {
                { "{\"azureResourceId\": \"/subscriptions/", "\"}", 1024 - 15 },
                { "{\"defenderForServersWorkspaceId\": \"", "\"}", 200 },
                { "{\"tags\": {\"GROUP\": \"", "\"}}", 200 },
        };
        char fill[1026];
        size_t i;

        memset(fill, 'x', sizeof(fill));
        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *fits = text_format("%s%.*s%s", rows[i].before, rows[i].max, fill, rows[i].after),
                                    *too_long = text_format("%s%.*s%s", rows[i].before, rows[i].max + 1, fill,
                                                            rows[i].after);
                _cleanup_(settings_clear) Settings settings = { 0 };

                must_read_public(*state, fits, &settings);
                must_refuse_public(*state, too_long, "characters");
        }
}

static void values_are_shown_in_part_only(void **state)
{
        Scratch *scratch = *state;
        char fill[900], object[1000];
        Failure failure;
        Settings settings;

        memset(fill, 'x', sizeof(fill));
        snprintf(object, sizeof(object), "{\"channel\": \"%.*s\"}", (int)sizeof(fill), fill);
        write_public(scratch, object);
        assert_int_equal(settings_read(&scratch->host, &no_configuration, &environment, 4, &settings, &failure), -1);
        fill[61] = '\0';
        assert_null(strstr(failure.found, fill));
        assert_non_null(strstr(failure.found, "(900 characters)"));
}

static void values_that_may_hold_a_credential_are_never_shown(void **state)
{
        static const char *const objects[] = {
                "{\"proxy\": \"http://user:hunter2\\n@proxy\"}",
                "{\"onboardingPackageUri\": \"https://x/?sig=hunter2\\u0001\"}",
                "{\"onboardingPackageUri\": \"https://x/?sig=hunter2\"}",
                "{\"managedConfig\": \"hunter2\"}",
                "{\"mirrorUrl\": [\"hunter2\"]}",
                "{\"defenderForEndpointOnboardingScript\": \"hunter2\"}",
                "{\"defenderForEndpointOnboardingScript\": {\"hunter2\": 1}}",
                "{\"defenderForEndpointOffboardingScript\": \"hunter2\"}",
        };
        Scratch *scratch = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(objects); i++) {
                Failure failure = { 0 };
                Settings settings;

                write_public(scratch, objects[i]);
                assert_int_equal(settings_read(&scratch->host, &no_configuration, &environment, 4, &settings, &failure),
                                 -1);
                assert_null(strstr(failure.found, "hunter2"));
        }
}

static void settings_of_the_sensor_are_taken(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        const Request *q = &settings.request;

        must_read_public(*state,
                         "{\"version\": \"101.24092.0002\", \"installPath\": \"/data/av\", \"passiveMode\": \"False\", "
                         "\"proxy\": \"http://[fd00::1]:3128\", \"groupIds\": [\"a\", \"b\"], \"managedConfig\": "
                         "{\"cloudService\": {}}, \"onConflict\": \"passive\", \"refusalAs\": \"report\", "
                         "\"driftAs\": \"error\", \"skipChecks\": [\"memory\"], \"allowTenantChange\": \"true\", "
                         "\"requireConnectivity\": \"strict\", "
                         "\"allowUnsupportedDistro\": \"True\"}",
                         &settings);
        assert_int_equal(q->n_notes, 0);
        assert_string_equal(q->version, "101.24092.0002");
        assert_string_equal(q->install_path, "/data/av");
        assert_int_equal(q->passive, TRI_NO);
        assert_true(q->require_connectivity);
        assert_string_equal(q->proxy, "http://[fd00::1]:3128");
        assert_int_equal(q->group_ids.n, 2);
        assert_string_equal(q->group_ids.items[1], "b");
        assert_non_null(json_member(q->managed_config, "cloudService"));
        assert_int_equal(q->on_conflict, ON_CONFLICT_PASSIVE);
        assert_true(q->refusal_as_report && q->drift_as_error && q->allow_tenant_change);
        assert_true(q->allow_unsupported_distro);
        assert_string_equal(q->skip_checks.items[0], "memory");
}

static void repositories_of_the_site_are_taken(void **state)
{
        static const struct {
                const char *given, *taken;
        } mirrors[] = {
                { "https://mirror.corp", "https://mirror.corp" },
                { "https://mirror.corp/", "https://mirror.corp" },
                { "https://mirror.corp:8443/vendor/packages/", "https://mirror.corp:8443/vendor/packages" },
                { "https://10.0.0.1", "https://10.0.0.1" },
                { "https://[fd00::1]", "https://[fd00::1]" },
                { "https://[fd00::1]:443/x", "https://[fd00::1]:443/x" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(mirrors); i++) {
                _cleanup_free_ char *object =
                        text_format("{\"mirrorUrl\": \"%s\", \"useExistingRepo\": \"True\"}", mirrors[i].given);
                _cleanup_(settings_clear) Settings settings = { 0 };

                must_read_public(*state, object, &settings);
                assert_string_equal(settings.request.mirror_url, mirrors[i].taken);
                assert_true(settings.request.use_existing_repo);
                assert_int_equal(settings.request.n_notes, 0);
        }
}

static void folders_and_proxies_have_to_be_plain(void **state)
{
        static const char *const wrong[] = {
                "{\"installPath\": \"data\"}",
                "{\"installPath\": \"/\"}",
                "{\"installPath\": \"/data/../etc\"}",
                "{\"installPath\": \"/data/..\"}",
                "{\"installPath\": \"/data//x\"}",
                "{\"installPath\": \"/da ta\"}",
                "{\"proxy\": \"https://p:1\"}",
                "{\"proxy\": \"http://p\"}",
                "{\"proxy\": \"http://p:0\"}",
                "{\"proxy\": \"http://user:hunter2@p:1\"}",
                "{\"proxy\": \"http://p:1/path\"}",
                "{\"proxy\": \"http://fd00::1:80\"}",
                "{\"version\": \"--downgrade\"}",
                "{\"version\": \"101 1\"}",
                "{\"mirrorUrl\": \"http://m\"}",
                "{\"mirrorUrl\": \"https://\"}",
                "{\"mirrorUrl\": \"https:///x\"}",
                "{\"mirrorUrl\": \"https://u:hunter2@m\"}",
                "{\"mirrorUrl\": \"https://m:0\"}",
                "{\"mirrorUrl\": \"https://m:/x\"}",
                "{\"mirrorUrl\": \"https://m/x?hunter2\"}",
                "{\"mirrorUrl\": \"https://m/a//b\"}",
                "{\"mirrorUrl\": \"https://m/../x\"}",
                "{\"mirrorUrl\": \"https://fd00::1/\"}",
                "{\"mirrorUrl\": \"https://m x\"}",
                "{\"useExistingRepo\": \"perhaps\"}",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(wrong); i++) {
                _cleanup_(settings_clear) Settings settings = { 0 };
                Failure failure = { 0 };

                write_public(*state, wrong[i]);
                assert_int_equal(settings_read(&((Scratch *)*state)->host, &no_configuration, &environment, 4,
                                               &settings, &failure),
                                 -1);
                assert_null(strstr(failure.found, "hunter2"));
        }
}

static void bookkeeping_of_others_has_no_effect_and_is_never_fatal(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 }, odd = { 0 };

        must_read_public(*state,
                         "{\"vNextEnabled\": \"true\", \"provisionedBy\": \"Manual\", "
                         "\"installedBy\": \"Policy\"}",
                         &settings);
        assert_no_settings(&settings);
        must_read_public(*state, "{\"vNextEnabled\": \"on\", \"installedBy\": 5}", &odd);
        assert_int_equal(odd.request.n_notes, 2);
        assert_true(has_note(&odd, "vNextEnabled"));
}

static void unknown_keys_are_told_and_never_fatal(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        must_read_public(
                *state,
                "{\"azureResourceID\": \"hunter2\", \"chanel\": \"prod\", \"workspace\\u0007\\\"\": 1, \"x\": [], "
                "\"DefenderForEndpointOnboardingScript\": \"hunter2\"}",
                &settings);
        assert_null(settings.request.azure_resource_id);
        assert_null(settings.request.channel);
        assert_int_equal(settings.request.n_notes, 5);
        assert_true(has_note(&settings,
                             "\"azureResourceID\" is not known and has no effect; did you mean \"azureResourceId\"?"));
        assert_true(has_note(&settings, "did you mean \"channel\"?"));
        assert_true(has_note(&settings, "\"workspace\\x07\\x22\" is not known; it has no effect"));
        assert_true(has_note(&settings, "did you mean \"defenderForEndpointOnboardingScript\" in protectedSettings?"));
        assert_false(has_note(&settings, "hunter2"));
}

static void other_tags_are_told(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };

        must_read_public(*state, "{\"tags\": {\"GROUP\": \"a\", \"group\": \"b\", \"Team\": 5}}", &settings);
        assert_string_equal(settings.request.group_tag, "a");
        assert_int_equal(settings.request.n_notes, 2);
        assert_true(has_note(&settings, "\"Team\""));
}

static void many_notes_are_bounded_and_the_last_says_so(void **state)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_(text_clear) Text object = { 0 };
        int i;

        for (i = 0; i < 100; i++)
                text_append(&object, "%s\"unknown%d\": 1", i ? "," : "{", i);
        text_append(&object, "}");
        must_read_public(*state, object.data, &settings);
        assert_int_equal(settings.request.n_notes, REQUEST_NOTES_MAX);
        assert_true(has_note(&settings, "there are more settings"));
        assert_true(has_note(&settings, "unknown0"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(all_settings_acted_on_arrive_in_the_request),
                TEST(texts_stand_in_for_booleans_and_numbers),
                TEST(null_and_empty_values_are_as_good_as_absent),
                TEST(a_wrong_value_is_refused_with_key_value_and_example),
                TEST(lengths_have_limits),
                TEST(values_are_shown_in_part_only),
                TEST(values_that_may_hold_a_credential_are_never_shown),
                TEST(settings_of_the_sensor_are_taken),
                TEST(repositories_of_the_site_are_taken),
                TEST(folders_and_proxies_have_to_be_plain),
                TEST(bookkeeping_of_others_has_no_effect_and_is_never_fatal),
                TEST(unknown_keys_are_told_and_never_fatal),
                TEST(other_tags_are_told),
                TEST(many_notes_are_bounded_and_the_last_says_so),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
