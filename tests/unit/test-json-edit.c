#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/base/text.h"
#include "platform/json_edit.h"

#define BOM "\xef\xbb\xbf"

#define PATH(...)                                                                                                      \
        ((JsonPath){ .names = { __VA_ARGS__ }, .n = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *) })

static const JsonPath level = { { "antivirusEngine", "enforcementLevel" }, 2 };

static Json *parse(const char *text)
{
        Json *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        return json;
}

static void assert_edit_at(const char *text, JsonPath path, const char *value, const char *expected)
{
        _cleanup_json_ Json *json = parse(value);
        /* on the heap and not terminated: a byte read past the end is seen by the sanitizers */
        _cleanup_free_ char *copy = malloc(strlen(text) + 1), *edited = NULL;
        size_t length = 0;
        Error err = { 0 };

        memcpy(copy, text, strlen(text));
        copy = realloc(copy, strlen(text) ? strlen(text) : 1);
        if (json_edit_set(copy, strlen(text), &path, json, &edited, &length, &err) < 0)
                fail_msg("%s: %s", text, err.text);
        assert_int_equal(length, strlen(edited));
        assert_string_equal(edited, expected);
}

static void assert_edit(const char *text, const char *expected)
{
        assert_edit_at(text, level, "\"passive\"", expected);
}

static void assert_refused_at(const char *text, size_t length, JsonPath path, Json *value, const char *words)
{
        char *const untouched = (char *)&length;
        char *edited = untouched;
        size_t edited_length = 7;
        Error err = { 0 };

        if (json_edit_set(text, length, &path, value, &edited, &edited_length, &err) == 0)
                fail_msg("accepted: %s", text);
        assert_ptr_equal(edited, untouched);
        assert_int_equal(edited_length, 7);
        assert_int_equal(err.kind, ERROR_INPUT);
        if (!strstr(err.text, words))
                fail_msg("%s: '%s' does not say '%s'", text, err.text, words);
}

static void assert_refused(const char *text, const char *words)
{
        assert_refused_at(text, strlen(text), level, NULL, words);
}

static void a_member_that_is_there_gets_its_value_and_nothing_else_changes(void **state)
{
        assert_edit("{ \"z\" : 1.50e+1 ,\n\t\"antivirusEngine\":{\"enforcementLevel\" :  \"real_time\"  , "
                    "\"a\":[1,\n2]}}\n\n",
                    "{ \"z\" : 1.50e+1 ,\n\t\"antivirusEngine\":{\"enforcementLevel\" :  \"passive\"  , "
                    "\"a\":[1,\n2]}}\n\n");
        assert_edit("{\"antivirusEngine\":{\"enforcementLevel\":{\"x\":[{}]}}}",
                    "{\"antivirusEngine\":{\"enforcementLevel\":\"passive\"}}");
        assert_edit("{\"antivirusEngine\":{\"enforcementLevel\":null}}",
                    "{\"antivirusEngine\":{\"enforcementLevel\":\"passive\"}}");
        assert_edit("{\"antivirusEngine\":{\"enforcementLevel\":12}}",
                    "{\"antivirusEngine\":{\"enforcementLevel\":\"passive\"}}");
}

static void a_missing_member_is_added_last_in_the_style_of_the_others(void **state)
{
        assert_edit("{\n   \"antivirusEngine\": {\n      \"a\": 1\n   },\n   \"b\": 2\n}\n",
                    "{\n   \"antivirusEngine\": {\n      \"a\": 1,\n      \"enforcementLevel\": \"passive\"\n   },\n"
                    "   \"b\": 2\n}\n");
        assert_edit("{\"antivirusEngine\":{\"a\":1}}",
                    "{\"antivirusEngine\":{\"a\":1,\"enforcementLevel\":\"passive\"}}");
        assert_edit("{ \"antivirusEngine\": { \"a\": 1 } }",
                    "{ \"antivirusEngine\": { \"a\": 1, \"enforcementLevel\": \"passive\" } }");
}

static void missing_objects_on_the_way_are_added(void **state)
{
        assert_edit("{\n\t\"b\" : 2\n}", "{\n\t\"b\" : 2,\n\t\"antivirusEngine\" : {\n\t\t\"enforcementLevel\" : "
                                         "\"passive\"\n\t}\n}");
        assert_edit("{\"b\":2}", "{\"b\":2,\"antivirusEngine\":{\"enforcementLevel\":\"passive\"}}");
        assert_edit("{}", "{\n    \"antivirusEngine\": {\n        \"enforcementLevel\": \"passive\"\n    }\n}");
        assert_edit(" { } \n",
                    " {\n    \"antivirusEngine\": {\n        \"enforcementLevel\": \"passive\"\n    }\n} \n");
        assert_edit("{\"antivirusEngine\":{}}", "{\"antivirusEngine\":{\"enforcementLevel\":\"passive\"}}");
        assert_edit("{\n  \"antivirusEngine\": {\n  }\n}",
                    "{\n  \"antivirusEngine\": {\n    \"enforcementLevel\": \"passive\"\n  }\n}");
        assert_edit("{\n  \"antivirusEngine\": null\n}",
                    "{\n  \"antivirusEngine\": {\n    \"enforcementLevel\": \"passive\"\n  }\n}");
}

static void line_ends_and_the_byte_order_mark_stay(void **state)
{
        assert_edit(BOM "{\r\n  \"b\": 2\r\n}\r\n", BOM "{\r\n  \"b\": 2,\r\n  \"antivirusEngine\": {\r\n    "
                                                        "\"enforcementLevel\": \"passive\"\r\n  }\r\n}\r\n");
}

static void of_members_that_stand_twice_the_last_is_edited(void **state)
{
        const char *text = "{\"antivirusEngine\":{\"enforcementLevel\":\"real_time\"},\"x\":1,\"x\":2,"
                           "\"antivirus\\u0045ngine\":{\"enforcementLevel\":\"a\",\"enforcementLevel\":\"b\"}}";
        JsonPath x = PATH("x"), none = PATH("y");

        assert_edit(text, "{\"antivirusEngine\":{\"enforcementLevel\":\"real_time\"},\"x\":1,\"x\":2,"
                          "\"antivirus\\u0045ngine\":{\"enforcementLevel\":\"a\",\"enforcementLevel\":\"passive\"}}");
        assert_int_equal(json_edit_repeated(text, strlen(text), &level), 1);
        assert_int_equal(json_edit_repeated(text, strlen(text), &x), 1);
        assert_int_equal(json_edit_repeated(text, strlen(text), &none), 0);
        text = "{\"antivirusEngine\":{\"enforcementLevel\":1,\"enforcementLevel\":2}}";
        assert_int_equal(json_edit_repeated(text, strlen(text), &level), 2);
        assert_int_equal(json_edit_repeated("[]", 2, &level), 0);
}

static void names_and_strings_are_not_taken_for_structure(void **state)
{
        assert_edit(
                "{\"\\\"}{\\\\\": \"]},{\\\"\", \"antivirusEngine\": {\"x\": \"}\", \"y\": [\"]\", {\"z\": "
                "\"\\\\\"}]}}",
                "{\"\\\"}{\\\\\": \"]},{\\\"\", \"antivirusEngine\": {\"x\": \"}\", \"y\": [\"]\", {\"z\": \"\\\\\"}], "
                "\"enforcementLevel\": \"passive\"}}");
        assert_edit_at("{}", PATH("a\"b\\", "\xc3\xa9\n"), "\"/\\u0001\"",
                       "{\n    \"a\\\"b\\\\\": {\n        \"\xc3\xa9\\n\": \"/\\u0001\"\n    }\n}");
}

static void values_of_every_kind_are_written(void **state)
{
        assert_edit_at("{\n  \"a\": 1\n}", PATH("a"), "[\"x\", {\"b\": 1.50, \"c\": []}]",
                       "{\n  \"a\": [\n    \"x\",\n    {\n      \"b\": 1.50,\n      \"c\": []\n    }\n  ]\n}");
        assert_edit_at("{\"a\":1}", PATH("a"), "[\"x\", {\"b\": true, \"c\": {}}]",
                       "{\"a\":[\"x\",{\"b\":true,\"c\":{}}]}");
        assert_edit_at("{ \"a\": 1 }", PATH("b"), "null", "{ \"a\": 1, \"b\": null }");
}

static void what_is_not_an_object_is_refused(void **state)
{
        assert_refused("[]", "its top level is of type array, not object");
        assert_refused("null", "its top level is of type null, not object");
        assert_refused("{\"antivirusEngine\": \"x\"}", "antivirusEngine is there already, and is no object");
        assert_refused("{\"antivirusEngine\": {}, \"antivirusEngine\": [{}]}", "antivirusEngine is there already");
}

static void what_is_not_json_is_refused_with_its_line(void **state)
{
        assert_refused("", "not JSON");
        assert_refused("{\n  \"a\": 1,\n  // ours\n  \"b\": 2\n}", "line 3 (JSON has no comments)");
        assert_refused("{\n  # x\n}", "line 2 (JSON has no comments)");
        assert_refused("{}\n\n/* end */", "line 3 (JSON has no comments)");
        assert_refused("{\r\n\"a\": 1,\r\n}", "line 3");
        assert_refused("{\"a\": 1", "line 1");
}

static void what_would_be_too_large_or_deep_is_refused(void **state)
{
        size_t length = JSON_SIZE_MAX, i;
        _cleanup_free_ char *text = text_allocate(length + 1);
        _cleanup_json_ Json *value = json_object_new_string("passive");
        JsonPath deep = { .n = JSON_DEPTH_MAX };

        memset(text, ' ', length);
        memcpy(text, "{\"a\":1}", 7);
        assert_refused_at(text, length, level, value, "more than");
        text[JSON_SIZE_MAX - 100] = '\0';
        assert_refused_at(text, JSON_SIZE_MAX + 1, level, value, "more than");
        for (i = 0; i < deep.n; i++)
                deep.names[i] = "a";
        assert_edit_at("{}", PATH("a", "b"), "1", "{\n    \"a\": {\n        \"b\": 1\n    }\n}");
        value = (json_free(value), json_object_new_array());
        assert_refused_at("{}", 2, deep, value, "too deeply");
}

static void paths_are_shown_escaped_and_cut(void **state)
{
        _cleanup_free_ char *text = json_path_text(&PATH("a\n", "b"), 2), *first = json_path_text(&level, 1);

        assert_string_equal(text, "a\\x0a.b");
        assert_string_equal(first, "antivirusEngine");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_member_that_is_there_gets_its_value_and_nothing_else_changes),
                cmocka_unit_test(a_missing_member_is_added_last_in_the_style_of_the_others),
                cmocka_unit_test(missing_objects_on_the_way_are_added),
                cmocka_unit_test(line_ends_and_the_byte_order_mark_stay),
                cmocka_unit_test(of_members_that_stand_twice_the_last_is_edited),
                cmocka_unit_test(names_and_strings_are_not_taken_for_structure),
                cmocka_unit_test(values_of_every_kind_are_written),
                cmocka_unit_test(what_is_not_an_object_is_refused),
                cmocka_unit_test(what_is_not_json_is_refused_with_its_line),
                cmocka_unit_test(what_would_be_too_large_or_deep_is_refused),
                cmocka_unit_test(paths_are_shown_escaped_and_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
