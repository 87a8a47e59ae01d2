#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/sensor/sensor.h"
#include "handler/setting_keys.h"
#include "platform/base/text.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"

static SensorHealth from_json(const char *text)
{
        SensorHealth health = { 0 };

        assert_true(sensor_parse_json(text, strlen(text), &health));
        return health;
}

static SensorHealth from_text(const char *text)
{
        SensorHealth health = { 0 };

        assert_true(sensor_parse_text(text, strlen(text), &health));
        return health;
}

static void json_of_a_healthy_sensor_is_read(void **state)
{
        SensorHealth h =
                from_json("{\"$type\":\"getHealthAllResult\",\"healthy\":true,\"healthIssues\":[],\"licensed\":true,"
                          "\"appVersion\":\"101.24092.0002\",\"orgId\":\"" ORG "\",\"releaseRing\":\"Production\","
                          "\"passiveModeEnabled\":{\"displayValue\":true,\"isManaged\":false,\"value\":true},"
                          "\"definitionsStatus\":{\"$type\":\"upToDate\"},\"edrMachineId\":\"abc\","
                          "\"edrDeviceTags\":{\"isManaged\":false,\"value\":[{\"key\":\"GROUP\",\"value\":\"Web\"}]}}");

        assert_int_equal(h.healthy, TRI_YES);
        assert_int_equal(h.licensed, TRI_YES);
        assert_int_equal(h.passive, TRI_YES);
        assert_string_equal(h.org_id, ORG);
        assert_string_equal(h.version, "101.24092.0002");
        assert_string_equal(h.definitions, "upToDate");
        assert_string_equal(h.machine_id, "abc");
        assert_string_equal(h.issues, "");
        assert_int_equal(h.tags_known, TRI_YES);
        assert_string_equal(sensor_tag(&h, "GROUP"), "Web");
        assert_null(sensor_tag(&h, "AzureResourceId"));
}

static void the_age_of_definitions_is_read(void **state)
{
        static const struct {
                const char *json, *text;
                int64_t minutes;
        } cases[] = {
                { "20", "20", 20 },
                { "\"20\"", "\"20\"", 20 },
                { "{\"value\":14400,\"isManaged\":false}", "14400", 14400 },
                { "0", "0", 1 },
                { "-5", "-5", 0 },
                { "\"unavailable\"", "\"unavailable\"", 0 },
                { "null", "", 0 },
                { "[]", "many", 0 },
                { "29800000", "29800000", 0 }, /* since 1970 */
                { "99999999999", "99999999999", 0 },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *json =
                        text_format("{\"licensed\":true,\"definitionsUpdatedMinutesAgo\":%s}", cases[i].json);
                _cleanup_free_ char *text =
                        text_format("licensed : true\ndefinitions_updated_minutes_ago : %s\n", cases[i].text);

                assert_int_equal(from_json(json).definitions_age_min, cases[i].minutes);
                assert_int_equal(from_text(text).definitions_age_min, cases[i].minutes);
        }
        assert_int_equal(from_json("{\"licensed\":true}").definitions_age_min, 0);
}

static void plain_and_object_values_both_count(void **state)
{
        SensorHealth h = from_json("{\"licensed\":false,\"passiveModeEnabled\":\"enabled\",\"healthy\":\"false\","
                                   "\"edrDeviceTags\":[{\"key\":\"A\",\"value\":\"b\"}]}");

        assert_int_equal(h.licensed, TRI_NO);
        assert_int_equal(h.passive, TRI_YES);
        assert_int_equal(h.healthy, TRI_NO);
        assert_string_equal(sensor_tag(&h, "A"), "b");
}

static void unavailable_means_none(void **state)
{
        SensorHealth h =
                from_json("{\"licensed\":false,\"orgId\":\"unavailable\",\"edrMachineId\":\"unavailable\","
                          "\"healthIssues\":[\"missing license\",\"no active supplementary event provider\"]}");

        assert_string_equal(h.org_id, "");
        assert_string_equal(h.machine_id, "");
        assert_string_equal(h.issues, "missing license; no active supplementary event provider");
        assert_int_equal(h.tags_known, TRI_NOT_ASKED);
}

static void a_line_before_the_object_is_passed_over(void **state)
{
        assert_int_equal(from_json("ATTENTION: no license\n{\"licensed\":true}").licensed, TRI_YES);
}

/* Cut by a byte it would differ from what is asked for, and be set again, for ever. */
static void the_longest_tag_is_read_whole(void **state)
{
        char value[SETTING_STRING_MAX + 1];
        SensorHealth health = { 0 };

        memset(value, 'x', SETTING_STRING_MAX);
        value[SETTING_STRING_MAX] = '\0';
        _cleanup_free_ char *text =
                text_format("{\"licensed\": true, \"edrDeviceTags\": [{\"key\": \"AzureResourceId\", "
                            "\"value\": \"%s\"}]}",
                            value);
        assert_true(sensor_parse_json(text, strlen(text), &health));
        assert_string_equal(sensor_tag(&health, "AzureResourceId"), value);
}

static void what_is_no_health_is_refused(void **state)
{
        static const char *const texts[] = {
                "", "{", "[]", "{}", "Could not connect to the daemon", "{\"healthy\":true}"
        };
        SensorHealth health = { 0 };
        size_t i;

        for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                assert_false(sensor_parse_json(texts[i], strlen(texts[i]), &health));
        assert_false(sensor_parse_text("Could not connect to the daemon: 2", 34, &health));
}

static void text_of_an_older_sensor_is_read(void **state)
{
        SensorHealth h = from_text("ATTENTION: No license found. Contact your administrator.\n"
                                   "healthy                                     : false\n"
                                   "health_issues                               : [\"missing license\"]\n"
                                   "licensed                                    : false\n"
                                   "app_version                                 : \"101.23102.0003\"\n"
                                   "org_id                                      : \"" ORG "\"\n"
                                   "passive_mode_enabled                        : true [managed]\n"
                                   "release_ring                                : \"InsiderFast\" [managed]\n"
                                   "definitions_status                          : \"up_to_date\"\n"
                                   "edr_device_tags                             : "
                                   "[{\"key\":\"AzureResourceId\",\"value\":\"/s/1:2\"}]\r\n");

        assert_int_equal(h.healthy, TRI_NO);
        assert_int_equal(h.licensed, TRI_NO);
        assert_int_equal(h.passive, TRI_YES);
        assert_string_equal(h.org_id, ORG);
        assert_string_equal(h.version, "101.23102.0003");
        assert_string_equal(h.ring, "InsiderFast");
        assert_string_equal(h.issues, "missing license");
        assert_string_equal(sensor_tag(&h, "AzureResourceId"), "/s/1:2");
}

static void text_tells_as_much_as_json(void **state)
{
        SensorHealth h =
                from_text("licensed                                    : true\n"
                          "product_expiration                          : \"Aug 30, 2025 at 06:39:46 PM\"\n"
                          "passive_mode_enabled                        : false\n"
                          "tamper_protection                           : \"block\" [managed]\n"
                          "troubleshooting_mode                        : true\n"
                          "managed_by                                  : \"MDE\"\n"
                          "functionality_mode                          : \"isolated\"\n"
                          "conflicting_applications                    : [\"clamonacc\",\"other\"]\n"
                          "edr_group_ids                               : \"a,b\"\n"
                          "proxy                                       : \"http://proxy.test:3128\"\n"
                          "edr_device_tags                             : [{\"key\":\"GROUP\",\"value\":\"x\"}] "
                          "[managed]\n");

        assert_int_equal(h.expires_s, 1756579186);
        assert_int_equal(h.passive, TRI_NO);
        assert_int_equal(h.passive_managed, TRI_NO);
        assert_string_equal(h.tamper, "block");
        assert_int_equal(h.troubleshooting, TRI_YES);
        assert_string_equal(h.managed_by, "MDE");
        assert_string_equal(h.mode, "isolated");
        assert_string_equal(h.conflicting, "clamonacc; other");
        assert_string_equal(h.group_ids, "a,b");
        assert_string_equal(h.proxy, "http://proxy.test:3128");
        assert_int_equal(h.tags_managed, TRI_YES);
        assert_string_equal(sensor_tag(&h, "GROUP"), "x");
}

static void an_expiration_in_any_form_is_read_or_unknown(void **state)
{
        static const struct {
                const char *value;
                int64_t seconds;
        } cases[] = {
                { "1756579186000", 1756579186 },
                { "Aug 30, 2025 at 12:00:00 AM", 1756512000 },
                { "unavailable", 0 },
                { "soon", 0 },
                { "", 0 },
                { "-5", 0 },
                { "99999999999999999999", 0 },
                { "Aug 30, 2025 at 12:00:00 AM or so", 0 },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *line =
                        text_format("licensed : true\nproduct_expiration : \"%s\"\n", cases[i].value);

                assert_int_equal(from_text(line).expires_s, cases[i].seconds);
        }
}

static void versions_are_compared_by_their_numbers(void **state)
{
        static const struct {
                const char *a, *b;
                int order;
        } cases[] = {
                { "101.24092.0002", "101.24092.0002", 0 },
                { "101.24092.0002", "101.25042.0003", -1 },
                { "101.9.1", "101.10.1", -1 },
                { "101.24092.0002", "101.24092.0002-insiderfast", 0 },
                { "101.24092.0003-external", "101.24092.0002", 1 },
                { "101.24092", "101.24092.1", -1 },
                { "", "101.1", -1 },
                { "", "", 0 },
                { "x.1", "0", 0 },
                { "99999999999999999999999.1", "1", 1 },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(cases); i++) {
                assert_int_equal(sensor_compare_versions(cases[i].a, cases[i].b), cases[i].order);
                assert_int_equal(sensor_compare_versions(cases[i].b, cases[i].a), -cases[i].order);
        }
}

static void a_refusal_by_management_is_told_from_other_words(void **state)
{
        assert_true(sensor_is_protected("Error: this setting is Managed by your organization"));
        assert_true(sensor_is_protected("blocked by tamper protection"));
        assert_false(sensor_is_protected("this tag value is not supported"));
        assert_false(sensor_is_protected("Could not connect to the daemon"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(json_of_a_healthy_sensor_is_read),
                cmocka_unit_test(the_age_of_definitions_is_read),
                cmocka_unit_test(plain_and_object_values_both_count),
                cmocka_unit_test(unavailable_means_none),
                cmocka_unit_test(a_line_before_the_object_is_passed_over),
                cmocka_unit_test(the_longest_tag_is_read_whole),
                cmocka_unit_test(what_is_no_health_is_refused),
                cmocka_unit_test(text_of_an_older_sensor_is_read),
                cmocka_unit_test(text_tells_as_much_as_json),
                cmocka_unit_test(an_expiration_in_any_form_is_read_or_unknown),
                cmocka_unit_test(versions_are_compared_by_their_numbers),
                cmocka_unit_test(a_refusal_by_management_is_told_from_other_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
