/*
 * The settings of the control plane as the site's configuration lets them be.
 */
#include "tests/unit/settings_fixture.h"

#include <unistd.h>

#include "agent/configuration.h"

/* The configuration stays with the caller: the request borrows from it. */
static int read_both(const Scratch *s, const char *conf, const char *object, Configuration *configuration,
                     Settings *settings, Failure *failure)
{
        scratch_write(s, CONFIGURATION_FILE, conf);
        write_public(s, object);
        if (configuration_read(&s->host, configuration, failure) < 0)
                return -1;
        return settings_read(&s->host, configuration, &environment, 4, settings, failure);
}

#define READ(conf, object)                                                                                             \
        _cleanup_(configuration_clear) Configuration configuration = { 0 };                                            \
        _cleanup_(settings_clear) Settings settings = { 0 };                                                           \
        const Request *request = &settings.request;                                                                    \
        Failure failure = { 0 };                                                                                       \
        if (read_both(*state, conf, object, &configuration, &settings, &failure) < 0)                                  \
                fail_msg("%s", failure.found);

static const char *managed(const Request *request)
{
        return request->managed_config ? json_object_to_json_string_ext(request->managed_config, JSON_C_TO_STRING_PLAIN)
                                       : "none";
}

static void the_site_says_what_the_settings_do_not(void **state)
{
        READ("[settings]\nchannel = insiders-fast\nmaxWaitMinutes = 7\npassiveMode = True\ngroupIds = [\"a\", \"b\"]\n"
             "tags = {\"GROUP\": \"Web = 1\"}\nproxy = http://proxy:3128\n",
             "{\"channel\": \"\", \"passiveMode\": null}");
        assert_string_equal(request->channel, "insiders-fast");
        assert_int_equal(request->max_wait_minutes, 7);
        assert_int_equal(request->passive, TRI_YES);
        assert_int_equal(request->group_ids.n, 2);
        assert_string_equal(request->group_tag, "Web = 1");
        assert_string_equal(request->proxy, "http://proxy:3128");
        assert_int_equal(request->n_notes, 0);
}

static void settings_go_over_the_sites_defaults(void **state)
{
        READ("[settings]\nchannel = insiders-fast\npassiveMode = true\ngroupIds = [\"a\"]\n",
             "{\"channel\": \"prod\", \"passiveMode\": \"false\", \"groupIds\": [\"c\", \"d\"]}");
        assert_string_equal(request->channel, "prod");
        assert_int_equal(request->passive, TRI_NO);
        assert_int_equal(request->group_ids.n, 2);
}

static void no_settings_at_all_leave_the_sites_defaults(void **state)
{
        READ("[settings]\nchannel = insiders-slow\n", "null");
        assert_string_equal(request->channel, "insiders-slow");
}

static void objects_are_filled_up_member_by_member(void **state)
{
        READ("[settings]\nmanagedConfig = {\"cloudService\": {\"enabled\": true, \"proxy\": \"p\"}, \"a\": 1, \"n\": "
             "2}\n",
             "{\"managedConfig\": {\"cloudService\": {\"enabled\": false}, \"n\": null, \"z\": 3}}");
        assert_string_equal(managed(request), "{\"cloudService\":{\"enabled\":false,\"proxy\":\"p\"},\"n\":null,"
                                              "\"z\":3,\"a\":1}");
}

static void what_the_policy_denies_has_no_effect_and_is_told(void **state)
{
        READ("[policy]\ndeny-settings = passiveMode, channel, tags.GROUP\n",
             "{\"passiveMode\": 5, \"channel\": \"prod\", \"tags\": {\"GROUP\": \"a\"}, \"maxWaitMinutes\": 3}");
        assert_int_equal(request->passive, TRI_NOT_ASKED);
        assert_null(request->channel);
        assert_null(request->group_tag);
        assert_int_equal(request->max_wait_minutes, 3);
        assert_int_equal(request->n_notes, 3);
        assert_true(has_note(&settings, "\"passiveMode\" has no effect"));
        assert_true(has_note(&settings, CONFIGURATION_FILE));
        assert_true(has_note(&settings, "\"tags.GROUP\""));
}

static void a_site_may_set_what_it_denies_to_others(void **state)
{
        READ("[settings]\npassiveMode = true\n[policy]\ndeny-settings = passiveMode\n", "{\"passiveMode\": false}");
        assert_int_equal(request->passive, TRI_YES);
        assert_true(has_note(&settings, "\"passiveMode\" has no effect"));
}

static void exclusions_are_denied_unless_the_site_says_else(void **state)
{
        static const char object[] = "{\"managedConfig\": {\"antivirusEngine\": {\"exclusions\": [1], \"threads\": 2},"
                                     "\"exclusionSettings\": {\"a\": 1}}}";
        {
                READ("", object);
                assert_string_equal(managed(request), "{\"antivirusEngine\":{\"threads\":2}}");
                assert_true(
                        has_note(&settings, "\"managedConfig.antivirusEngine.exclusions\" has no effect: by default"));
                assert_true(has_note(&settings, "\"managedConfig.exclusionSettings\" has no effect"));
        }
        {
                READ("[policy]\ndeny-settings =\n", object);
                assert_non_null(strstr(managed(request), "\"exclusions\":[1]"));
                assert_int_equal(request->n_notes, 0);
        }
        {
                READ("[policy]\ndeny-settings = managedConfig\n", object);
                assert_null(request->managed_config);
        }
}

/* Another letter case, a null or a scalar in place of what holds the denied part: all would get at it. */
static void a_denied_part_cannot_be_got_at_another_way(void **state)
{
        static const struct {
                const char *object, *managed;
        } rows[] = {
                { "{\"managedConfig\": {\"AntivirusEngine\": {\"EXCLUSIONS\": [1]}}}", "none" },
                { "{\"managedConfig\": {\"antivirusEngine\": null, \"a\": 1}}", "{\"a\":1}" },
                { "{\"managedConfig\": {\"antivirusEngine\": [{\"exclusions\": 1}], \"a\": 1}}", "{\"a\":1}" },
                { "{\"managedConfig\": {\"antivirusEngine\": {\"x\": 1}, \"ANTIVIRUSENGINE\": {\"exclusions\": 1}}}",
                  "{\"antivirusEngine\":{\"x\":1}}" },
                { "{\"managedConfig\": {\"exclusionSettings\": null}}", "none" },
                { "{\"managedConfig\": {\"exclusionsettings\": 1, \"exclusionSettings\": 2}}", "none" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                READ("", rows[i].object);
                assert_string_equal(managed(request), rows[i].managed);
                assert_int_equal(request->n_notes, 1);
        }
}

static void what_is_denied_is_denied_by_its_other_name_too(void **state)
{
        {
                READ("[policy]\ndeny-settings = passiveMode, managedConfig.cloudService.proxy\n",
                     "{\"managedConfig\": {\"antivirusEngine\": {\"enforcementLevel\": \"passive\", \"scanArchives\": "
                     "true}}, "
                     "\"proxy\": \"http://p:1\", \"onConflict\": \"passive\", \"groupIds\": [\"a\"]}");
                assert_string_equal(managed(request), "{\"antivirusEngine\":{\"scanArchives\":true}}");
                assert_null(request->proxy);
                assert_int_equal(request->on_conflict, ON_CONFLICT_FAIL);
                assert_int_equal(request->group_ids.n, 1);
                assert_true(has_note(&settings, "managedConfig.antivirusEngine.enforcementLevel"));
        }
        {
                READ("[policy]\ndeny-settings = managedConfig\n",
                     "{\"managedConfig\": {\"a\": 1}, \"passiveMode\": true}");
                assert_string_equal(managed(request), "none");
                assert_int_equal(request->passive, TRI_YES);
        }
}

static void tenants_of_the_policy_are_in_the_request_and_its_digest(void **state)
{
        char digest[CRYPTO_SHA256_HEX];

        {
                READ("[policy]\nallowed-tenants = " GUID ", 11111111-2222-3333-4444-555555555555\n", "{}");
                assert_string_equal(request->allowed_tenants[0], GUID);
                assert_non_null(request->allowed_tenants[1]);
                assert_null(request->allowed_tenants[2]);
                memcpy(digest, request->digest, sizeof(digest));
        }
        {
                READ("", "{}");
                assert_null(request->allowed_tenants);
                assert_string_not_equal(request->digest, digest);
        }
}

static void the_digest_is_that_of_what_results(void **state)
{
        char first[CRYPTO_SHA256_HEX];

        {
                READ("[settings]\nchannel = prod\n[policy]\ndeny-settings = passiveMode\n", "{\"passiveMode\": true}");
                memcpy(first, request->digest, sizeof(first));
        }
        {
                READ("", "{\"channel\": \"prod\"}");
                assert_string_equal(request->digest, first);
        }
}

static void what_is_wrong_in_the_file_is_refused_with_line_key_value_and_example(void **state)
{
        static const struct {
                const char *conf, *words[3];
        } rows[] = {
                { "[settings]\nchannel = beta\n",
                  { "Line 2", "\"channel\" is \"beta\"", "right would be channel = prod" } },
                { "[settings]\nmaxWaitMinutes = 1000\n", { "\"1000\"", "1 to 90", "maxWaitMinutes = 45" } },
                { "[settings]\npassiveMode = yes\n", { "\"yes\"", "true or false", "passiveMode = true" } },
                { "[settings]\ngroupIds = a, b\n", { "JSON", "byte", "groupIds = [\"group1\"]" } },
                { "[settings]\ntags = {\"GROUP\": 5}\n", { "\"GROUP\" is the number 5", "tags = {\"GROUP\"", "" } },
                { "[settings]\nproxy = http://user:hunter2@p:1\n",
                  { "not shown", "without a name", "proxy = http://" } },
                { "[settings]\nchanel = prod\n", { "\"chanel\"", "did you mean \"channel\"?", "Line 2" } },
                { "[settings]\nonConflict = fail\nonConflict = passive\n", { "Line 3", "there once only", "" } },
                { "[settings]\ndefenderForEndpointOnboardingScript = QUJD\n", { "no public setting", "", "" } },
                { "[settings]\nchannel = \xff\n", { "UTF-8", "", "" } },
                { "[policy]\ndeny-settings = passivMode\n",
                  { "Line 2", "\"passivMode\"", "did you mean \"passiveMode\"" } },
                { "[policy]\ndeny-settings = channel.a\n", { "has no members", "channel", "" } },
                { "[policy]\ndeny-settings = channel\ndeny-settings =\n", { "Line 3", "there once only", "" } },
                { "[policy]\nallowed-tenants =\n", { "Line 2", "GUID", "" } },
                { "[policy]\nallowed-tenants = all\n", { "\"all\"", "GUID", "" } },
                { "[policy]\nallow-tenants = " GUID "\n", { "does not know the key \"allow-tenants\"", "", "" } },
        };
        size_t i, j;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(configuration_clear) Configuration configuration = { 0 };
                _cleanup_(settings_clear) Settings settings = { 0 };
                Failure failure = { 0 };

                assert_int_equal(read_both(*state, rows[i].conf, "{}", &configuration, &settings, &failure), -1);
                assert_int_equal(failure.reason, REASON_CONFIGURATION_UNTRUSTED);
                assert_null(strstr(failure.found, "hunter2"));
                for (j = 0; j < ELEMENTSOF(rows[i].words); j++)
                        if (!strstr(failure.found, rows[i].words[j]))
                                fail_msg("'%s' does not say '%s'", failure.found, rows[i].words[j]);
        }
}

static void a_wrong_setting_stays_the_fault_of_the_settings(void **state)
{
        _cleanup_(configuration_clear) Configuration configuration = { 0 };
        _cleanup_(settings_clear) Settings settings = { 0 };
        Failure failure = { 0 };

        assert_int_equal(read_both(*state, "[settings]\nchannel = prod\n", "{\"channel\": \"beta\"}", &configuration,
                                   &settings, &failure),
                         -1);
        assert_int_equal(failure.reason, REASON_SETTINGS_INVALID);
        settings_clear(&settings);
        configuration_clear(&configuration);
        assert_int_equal(read_both(*state, "", "{\"managedConfig\": 5}", &configuration, &settings, &failure), -1);
        assert_int_equal(failure.reason, REASON_SETTINGS_INVALID);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_site_says_what_the_settings_do_not),
                TEST(settings_go_over_the_sites_defaults),
                TEST(no_settings_at_all_leave_the_sites_defaults),
                TEST(objects_are_filled_up_member_by_member),
                TEST(what_the_policy_denies_has_no_effect_and_is_told),
                TEST(a_site_may_set_what_it_denies_to_others),
                TEST(exclusions_are_denied_unless_the_site_says_else),
                TEST(a_denied_part_cannot_be_got_at_another_way),
                TEST(what_is_denied_is_denied_by_its_other_name_too),
                TEST(tenants_of_the_policy_are_in_the_request_and_its_digest),
                TEST(the_digest_is_that_of_what_results),
                TEST(what_is_wrong_in_the_file_is_refused_with_line_key_value_and_example),
                TEST(a_wrong_setting_stays_the_fault_of_the_settings),
        };

        if (geteuid() != 0)
                return 77; /* everything has to be root's */
        return cmocka_run_group_tests(tests, NULL, NULL);
}
