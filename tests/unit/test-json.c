#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/base/text.h"
#include "platform/json.h"

#define BOM "\xef\xbb\xbf"

typedef int Parser(const char *, size_t, Json **, Error *);

static void assert_accepted_by(Parser *parse, const char *text)
{
        _cleanup_json_ Json *json = NULL;
        /* on the heap and not terminated: a byte read past the end is seen by the sanitizers */
        _cleanup_free_ char *copy = malloc(strlen(text));
        Error err = { 0 };

        memcpy(copy, text, strlen(text));
        if (parse(copy, strlen(text), &json, &err) < 0)
                fail_msg("%s: %s", text, err.text);
}

static void assert_refused_by(Parser *parse, const char *text, size_t length, const char *words)
{
        Json *const untouched = (Json *)&length;
        Json *json = untouched;
        Error err = { 0 };

        if (parse(text, length, &json, &err) == 0)
                fail_msg("accepted: %s", text);
        assert_ptr_equal(json, untouched);
        assert_int_equal(err.kind, ERROR_INPUT);
        if (!strstr(err.text, words))
                fail_msg("%s: '%s' does not say '%s'", text, err.text, words);
}

static void assert_accepted(const char *text)
{
        assert_accepted_by(json_parse, text);
        assert_accepted_by(json_parse_unique, text);
}

static void assert_refused(const char *text, const char *words)
{
        assert_refused_by(json_parse, text, strlen(text), words);
        assert_refused_by(json_parse_unique, text, strlen(text), words);
}

static char *nested(size_t levels)
{
        char *text = text_allocate(2 * levels + 1);

        memset(text, '[', levels);
        memset(text + levels, ']', levels);
        return text;
}

static void json_of_every_kind_is_accepted(void **state)
{
        static const char *const texts[] = {
                "{}",
                "[]",
                "null",
                "true",
                "false",
                "0",
                "-0",
                "12",
                "-12",
                "1.5",
                "0.5",
                "1e5",
                "1E+5",
                "-1.25e-7",
                "\"\"",
                " \t\r\n{ \"a\" : [ 1 , 2 , { } , [ ] , null , true , false , \"x\" ] } \r\n",
                "9223372036854775807",
                "-9223372036854775808",
                "18446744073709551615",
                "[0,0.0,0e0]",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
                "\"\\ud83d\\ude00 \xf0\x9f\x98\x80\"",
                "{\"\":1}",
                "{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":1}]}",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(texts); i++)
                assert_accepted(texts[i]);
}

static void values_are_read_as_they_stand(void **state)
{
        static const char text[] =
                "{\"text\":\"a\\u0041\\/\\ud83d\\ude00\",\"number\":133801632000000000,\"none\":null,"
                "\"list\":[1],\"yes\":true,\"real\":0.5,\"object\":{}}";
        _cleanup_json_ Json *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        assert_string_equal(json_string(json, "text"), "aA/\xf0\x9f\x98\x80");
        assert_true(json_object_get_int64(json_member(json, "number")) == 133801632000000000);
        assert_null(json_string(json, "number"));
        assert_null(json_string(json, "absent"));
        assert_null(json_member(json, "none"));
        assert_null(json_member(json_member(json, "list"), "x"));
        assert_null(json_member(NULL, "x"));
        assert_string_equal(json_kind(json), "object");
        assert_string_equal(json_kind(json_member(json, "list")), "array");
        assert_string_equal(json_kind(json_member(json, "text")), "string");
        assert_string_equal(json_kind(json_member(json, "number")), "number");
        assert_string_equal(json_kind(json_member(json, "real")), "number");
        assert_string_equal(json_kind(json_member(json, "yes")), "boolean");
        assert_string_equal(json_kind(json_member(json, "none")), "null");
}

static void a_string_with_a_nul_is_no_string(void **state)
{
        _cleanup_json_ Json *json = json_object_new_object();

        json_object_object_add(json, "a", json_object_new_string_len("x\0y", 3));
        assert_null(json_string(json, "a"));
        assert_non_null(json_member(json, "a"));
}

static void what_lenient_parsers_take_is_refused(void **state)
{
        static const struct {
                const char *text, *words;
        } rows[] = {
                { "", "too early" },
                { "  ", "too early" },
                { "{'a':1}", "double quotes" },
                { "{a:1}", "double quotes" },
                { "['a']", "a value is expected, at byte 1" },
                { "[1,]", "a value is expected, at byte 3" },
                { "{\"a\":1,}", "member name" },
                { "[,1]", "a value is expected" },
                { "[1 2]", "a comma or the end of an array" },
                { "{\"a\" 1}", "a colon" },
                { "{\"a\":1 \"b\":2}", "a comma or the end of an object" },
                { "[1}", "end of an array" },
                { "{\"a\":1]", "end of an object" },
                { "/* x */ {}", "a value is expected, at byte 0" },
                { "{} // x", "after the value, at byte 3" },
                { "{}{}", "after the value" },
                { "{}\v", "after the value" },
                { "{},", "after the value" },
                { "1 2", "after the value" },
                { "\"a\"b", "after the value" },
                { "NaN", "a value is expected" },
                { "Infinity", "a value is expected" },
                { "-Infinity", "a digit" },
                { "TRUE", "a value is expected" },
                { "True", "a value is expected" },
                { "nul", "too early" },
                { "nulL", "unknown word" },
                { "truex", "after the value" },
                { "+1", "a value is expected" },
                { "01", "after the value" },
                { "-01", "after the value" },
                { "1.", "too early" },
                { "[1.]", "a digit" },
                { ".5", "a value is expected" },
                { "[1e]", "a digit" },
                { "[1e+]", "a digit" },
                { "0x10", "after the value" },
                { "-", "too early" },
                { "18446744073709551616", "too large, at byte 0" },
                { "-9223372036854775809", "too large" },
                { "1e309", "too large" },
                { "[1e99999999999999999999]", "too large" },
                { "\"a", "too early" },
                { "\"a\\", "too early" },
                { "\"\\x41\"", "unknown escape" },
                { "\"\\'\"", "unknown escape" },
                { "\"\\u12g4\"", "hexadecimal" },
                { "\"a\nb\"", "control character" },
                { "\"a\tb\"", "control character" },
                { "\"\\u0000\"", "NUL" },
                { "{\"a\\u0000\":1}", "NUL" },
                { "\"\\ud800\"", "surrogate" },
                { "\"\\udc00\"", "surrogate" },
                { "\"\\ud800\\u0041\"", "surrogate" },
                { "{\"a\":\"\xff\"}", "not UTF-8, at byte 6" },
                { "\"\xed\xa0\x80\"", "not UTF-8, at byte 1" },
                { "\"\xc0\xaf\"", "not UTF-8, at byte 1" },
                { "\"\xc3", "not UTF-8, at byte 1" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_refused(rows[i].text, rows[i].words);
}

static void nul_bytes_are_refused(void **state)
{
        static const char inside[] = "{\"a\0b\":1}", after[] = "{}\0";

        assert_refused_by(json_parse, inside, sizeof(inside) - 1, "control character");
        assert_refused_by(json_parse, after, sizeof(after), "after the value");
        assert_refused_by(json_parse_unique, after, sizeof(after), "after the value");
}

static void a_byte_order_mark_is_skipped_once(void **state)
{
        assert_accepted_by(json_parse, BOM "{}");
        assert_refused_by(json_parse_unique, BOM "{}", 5, "a value is expected, at byte 0");
        assert_refused_by(json_parse, BOM BOM "{}", 8, "a value is expected");
        assert_refused_by(json_parse, "\xef\xbb", 2, "not UTF-8");
}

static void depth_is_bounded(void **state)
{
        _cleanup_free_ char *deep = nested(JSON_DEPTH_MAX), *deeper = nested(JSON_DEPTH_MAX + 1),
                            *hostile = nested(400000);

        assert_accepted(deep);
        assert_refused(deeper, "too deeply, at byte 33");
        assert_refused(hostile, "too deeply");
}

static void size_is_bounded(void **state)
{
        _cleanup_free_ char *text = text_allocate(JSON_SIZE_MAX + 2);

        memset(text, ' ', JSON_SIZE_MAX + 1);
        text[0] = '1';
        text[JSON_SIZE_MAX] = '\0';
        assert_accepted(text);
        text[JSON_SIZE_MAX] = ' ';
        assert_refused(text, "more than");
}

static void doubled_members_are_seen_at_every_level(void **state)
{
        static const char *const texts[] = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"b\":2,\"\\u0061\":3}",
                "{\"x\":{\"a\":1,\"a\":{}}}",
                "[[{\"a\":1,\"b\":{\"c\":1},\"a\":2}]]",
                "{\"a\":{\"b\":1,\"c\":2},\"a\":{\"b\":1,\"c\":2,\"d\":3}}",
                "{\"\":1,\"\":2}",
                "{\"\\/\":1,\"/\":2}",
                "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
                "{\"a\":null,\"a\":null}",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(texts); i++) {
                assert_refused_by(json_parse_unique, texts[i], strlen(texts[i]), "twice");
                assert_accepted_by(json_parse, texts[i]);
        }
}

static void errors_never_quote_the_document(void **state)
{
        static const char text[] = "{\"secret\":\"hunter2\" hunter2}";
        Json *json = NULL;
        Error err = { 0 };

        assert_int_equal(json_parse(text, strlen(text), &json, &err), -1);
        assert_null(strstr(err.text, "secret"));
        assert_null(strstr(err.text, "hunter2"));
}

static void wiping_overwrites_all_strings(void **state)
{
        static const char text[] = "{\"a\":\"secret\",\"b\":[\"secret\",{\"c\":\"secret\"}],\"d\":1,\"e\":null}";
        Json *json = NULL, *inner;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        inner = json_object_get(json_object_array_get_idx(json_member(json, "b"), 1)); /* survives json_wipe */
        json_wipe(json);
        assert_memory_equal(json_object_get_string(json_member(inner, "c")), "\0\0\0\0\0", 6);
        json_free(inner);
        json_wipe(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(json_of_every_kind_is_accepted),
                cmocka_unit_test(values_are_read_as_they_stand),
                cmocka_unit_test(a_string_with_a_nul_is_no_string),
                cmocka_unit_test(what_lenient_parsers_take_is_refused),
                cmocka_unit_test(nul_bytes_are_refused),
                cmocka_unit_test(a_byte_order_mark_is_skipped_once),
                cmocka_unit_test(depth_is_bounded),
                cmocka_unit_test(size_is_bounded),
                cmocka_unit_test(doubled_members_are_seen_at_every_level),
                cmocka_unit_test(errors_never_quote_the_document),
                cmocka_unit_test(wiping_overwrites_all_strings),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
