#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "agent/onboarding/heredoc.h"
#include "agent/onboarding/onboarding_script.h"
#include "agent/onboarding/python_literal.h"
#include "platform/base/text.h"

#define BOM "\xef\xbb\xbf"
#define DOCUMENT "{\n  \"onboardingInfo\": \"{\\\"body\\\":\\\"x\\\"}\"\n}"
#define PYTHON "#!/usr/bin/env python\nimport os\n"
#define SHELL "#!/bin/sh\nset -e\n"

/* In memory of exactly this size, so that a byte read past the end is seen by the sanitizers. */
static int read_exact(const void *bytes, size_t length, Secret *ret, Error *err)
{
        _cleanup_free_ void *copy = malloc(length);

        memcpy(copy, bytes, length);
        return onboarding_script_read(copy, length, ret, err);
}

static void assert_document_in(const char *script, const char *document)
{
        _cleanup_secret_ Secret found = { 0 };
        Error err = { 0 };

        if (read_exact(script, strlen(script), &found, &err) < 0)
                fail_msg("%s: %s", script, err.text);
        assert_string_equal((const char *)found.data, document);
        assert_int_equal(found.length, strlen(document));
}

static void assert_refused_bytes(const void *bytes, size_t length, const char *words)
{
        _cleanup_secret_ Secret found = { 0 };
        Error err = { 0 };

        assert_int_equal(read_exact(bytes, length, &found, &err), -1);
        assert_null(found.data);
        assert_int_equal(err.kind, ERROR_INPUT);
        if (!strstr(err.text, words))
                fail_msg("'%s' does not say '%s'", err.text, words);
}

static void assert_refused(const char *script, const char *words)
{
        assert_refused_bytes(script, strlen(script), words);
}

/* The first literal of this source means this. */
static void assert_means(const char *source, const char *expected)
{
        const char *cursor = source;
        PythonLiteral literal;
        char out[256];
        size_t length;
        Error err = { 0 };

        assert_true(python_literal_next(&cursor, source + strlen(source), &literal));
        assert_true(literal.closed);
        if (python_literal_decode(&literal, out, &length, &err) < 0)
                fail_msg("%s: %s", source, err.text);
        assert_true(length <= literal.length);
        out[length] = '\0';
        assert_string_equal(out, expected);
        assert_int_equal(length, strlen(expected));
}

static void assert_means_nothing(const char *source, const char *words)
{
        const char *cursor = source;
        PythonLiteral literal;
        char out[256];
        size_t length;
        Error err = { 0 };

        assert_true(python_literal_next(&cursor, source + strlen(source), &literal));
        assert_int_equal(python_literal_decode(&literal, out, &length, &err), -1);
        if (!strstr(err.text, words))
                fail_msg("'%s' does not say '%s'", err.text, words);
}

static void every_escape_means_what_python_says(void **state)
{
        assert_means("'a\\\\b\\'c\\\"d'", "a\\b'c\"d");
        assert_means("'\\a\\b\\f\\n\\r\\t\\v'", "\a\b\f\n\r\t\v");
        assert_means("'\\1\\12\\101\\1018\\8'", "\x01\nAA8\\8");
        assert_means("'\\377\\777'", "\xc3\xbf\xc7\xbf");
        assert_means("'\\x41\\xe9\\x4a1'", "A\xc3\xa9J1");
        assert_means("'\\u0041\\u20ac\\U0001F600'", "A\xe2\x82\xac\xf0\x9f\x98\x80");
        assert_means("'a\\\nb\\\r\nc\\\rd'", "abcd");
        assert_means("'\\/\\d\\.\\\xc3\xa9'", "\\/\\d\\.\\\xc3\xa9");
}

static void wrong_escapes_are_refused(void **state)
{
        assert_means_nothing("'ab\\x4'", "too few digits, at byte 5");
        assert_means_nothing("'\\xg1'", "too few digits");
        assert_means_nothing("'\\u12'", "too few digits");
        assert_means_nothing("'\\U0001F60'", "too few digits");
        assert_means_nothing("'\\U00110000'", "no character");
        assert_means_nothing("'\\UFFFFFFFF'", "no character");
        assert_means_nothing("'\\ud83d\\ude00'", "no character");
        assert_means_nothing("'\\N{BULLET}'", "by its name");
        assert_means_nothing("b'\\xe9'", "no ASCII");
        assert_means_nothing("b'\\377'", "no ASCII");
}

static void prefixes_decide_what_a_backslash_means(void **state)
{
        assert_means("r'a\\n\\'b'", "a\\n\\'b");
        assert_means("R\"\"\"a\\\nb\"\"\"", "a\\\nb");
        assert_means("b'\\n\\u0041\\N{x}'", "\n\\u0041\\N{x}");
        assert_means("Rb'\\n'", "\\n");
        assert_means("bR'\\n'", "\\n");
        assert_means("u'\\n'", "\n");
        assert_means("print'\\n'", "\n");
        assert_means("or'\\n'", "\n");
        assert_means("for'\\n'", "\n");
        assert_means("bb'\\xe9'", "\xc3\xa9");
}

static void quotes_end_where_python_ends_them(void **state)
{
        assert_means("'it\"s'", "it\"s");
        assert_means("\"it's\"", "it's");
        assert_means("''", "");
        assert_means("''''''", "");
        assert_means("'''a'b''c\\'''d'''", "a'b''c'''d");
        assert_means("\"\"\"a'''b\"\"\"", "a'''b");
        assert_means("# don't\n'a'", "a");
        assert_means("'a\\\\'", "a\\");
        assert_means("r'\\\\'", "\\\\");
        assert_means("'''a\r\nb\rc'''", "a\nb\nc");
}

static void a_literal_without_its_end_is_marked(void **state)
{
        static const char source[] = "'abc\nx = 'def' + '''ghi' 'jkl'";
        const char *cursor = source, *end = source + strlen(source);
        PythonLiteral literal;

        assert_true(python_literal_next(&cursor, end, &literal));
        assert_false(literal.closed);
        assert_int_equal(literal.length, 3);
        assert_true(python_literal_next(&cursor, end, &literal));
        assert_true(literal.closed);
        assert_int_equal(literal.length, 3);
        assert_true(python_literal_next(&cursor, end, &literal));
        assert_false(literal.closed);
        assert_false(python_literal_next(&cursor, end, &literal));
}

static void a_document_is_found_in_every_python_literal(void **state)
{
        static const char escaped[] = "{ \\\"onboardingInfo\\\": \\\"{\\\\\\\"a\\\\\\\":1}\\\" }";
        static const char plain[] = "{ \"onboardingInfo\": \"{\\\"a\\\":1}\" }";
        static const char *const quotes[] = { "'''", "\"\"\"", "'", "\"" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(quotes); i++) {
                _cleanup_free_ char *script = text_format(PYTHON "f.write(%s%s%s)\n", quotes[i], escaped, quotes[i]);

                assert_document_in(script, plain);
        }
        assert_document_in(PYTHON "x = r'''" DOCUMENT "'''", DOCUMENT);
        assert_document_in(PYTHON "x = r'"
                                  "{\"onboardingInfo\":\"\"}"
                                  "'",
                           "{\"onboardingInfo\":\"\"}");
        assert_document_in("x = b'{\"onboardingInfo\":\"\"}'", "{\"onboardingInfo\":\"\"}");
        assert_document_in(PYTHON "x = '''\n\n"
                                  "{\"offboardingInfo\":\"\"}"
                                  "  \n'''",
                           "{\"offboardingInfo\":\"\"}");
        assert_document_in("'''\\x7b\"onboarding\\x49nfo\":\"\"}'''", "{\"onboardingInfo\":\"\"}");
}

static void other_strings_and_comments_do_not_distract(void **state)
{
        assert_document_in(PYTHON
                           "'''writes onboardingInfo {x}'''\n# it's '{\"onboardingInfo\": 1}'\nu = '''{\"x\"}'''\n"
                           "bad = '\\x'\nx = r'''" DOCUMENT "'''\nprint('Generating %s ...' % x)\n",
                           DOCUMENT);
        assert_document_in("if '\\'' in \"\\\"'\": x = r'''" DOCUMENT "'''", DOCUMENT);
}

static void a_document_is_found_in_a_here_document(void **state)
{
        assert_document_in(SHELL "cat > /x <<'EOF'\n" DOCUMENT "\nEOF\necho 'done'\n", DOCUMENT);
        assert_document_in(SHELL "cat > /x <<\"E-O.F_1\"\n" DOCUMENT "\nE-O.F_1\n", DOCUMENT);
        assert_document_in(SHELL "cat <<'EOF'\n{\"onboardingInfo\":\"$x`y\\\\\"}\nEOF\n",
                           "{\"onboardingInfo\":\"$x`y\\\\\"}");
        assert_document_in(SHELL "cat <<-\\EOF > /x\n" DOCUMENT "\n\t\tEOF", DOCUMENT);
        assert_document_in(SHELL "cat << EOF\n{\"onboardingInfo\":\"\\\\\"a\\$b\\`c\\d\\\n\"}\nEOF\n",
                           "{\"onboardingInfo\":\"\\\"a$b`c\\d\"}");
        assert_document_in("#!/usr/bin/env bash\r\nn=$((1<<n))\r\ncat <<< x\r\n# <<EOF\r\ncat <<OTHER\r\nx\r\nOTHER\r\n"
                           "cat <<EOF\r\n{\"onboardingInfo\":\"\"}\r\nEOF\r\n",
                           "{\"onboardingInfo\":\"\"}");
        assert_document_in("cat <<EOF\n{\"onboardingInfo\":\"\"}\nEOF\n", "{\"onboardingInfo\":\"\"}");
}

static void a_here_document_with_a_substitution_is_refused(void **state)
{
        assert_refused(SHELL "cat <<EOF\n{\"onboardingInfo\":\"$x\"}\nEOF\n", "substitute something at byte 19");
        assert_refused(SHELL "cat <<EOF\n{\"onboardingInfo\":\"`x`\"}\nEOF\n", "substitute");
}

static void a_bare_document_is_taken_as_it_is(void **state)
{
        assert_document_in(DOCUMENT, DOCUMENT);
        assert_document_in("\r\n " DOCUMENT "\r\n", DOCUMENT);
        assert_document_in("{}", "{}");
}

static void a_byte_order_mark_is_skipped(void **state)
{
        assert_document_in(BOM DOCUMENT, DOCUMENT);
        assert_document_in(BOM SHELL "cat <<'EOF'\r\n" DOCUMENT "\r\nEOF\r\n", DOCUMENT);
        assert_document_in(BOM PYTHON "x = r'''" DOCUMENT "'''", DOCUMENT);
}

static char *base64(const char *text)
{
        char *out = text_allocate(strlen(text) * 2 + 8);

        EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)text, (int)strlen(text));
        return out;
}

static void base64_is_taken_off_once(void **state)
{
        _cleanup_free_ char *once = base64(BOM PYTHON "x = r'''" DOCUMENT "'''"), *twice = base64(once);
        _cleanup_free_ char *lines = text_format(BOM "%.10s\r\n%s\n", once, once + 10);

        assert_document_in(once, DOCUMENT);
        assert_document_in(lines, DOCUMENT);
        assert_refused(twice, "Nothing in it");
        assert_refused("abcde", "looks like base64 but is not");
}

static void two_documents_must_be_the_same(void **state)
{
        assert_document_in("x = r'''" DOCUMENT "'''\ny = r'''\n" DOCUMENT "'''", DOCUMENT);
        assert_document_in("a = '{\"onboardingInfo\":\"\"}'; b = \"{\\\"onboardingInfo\\\":\\\"\\\"}\"",
                           "{\"onboardingInfo\":\"\"}");
        assert_refused("x = r'''" DOCUMENT "'''\ny = '{\"onboardingInfo\":\"\"}'", "more than one package");
        assert_refused("x = r'''" DOCUMENT "'''\ny = '{\"offboardingInfo\":\"\"}'", "more than one package");
        assert_refused(SHELL "cat <<'A'\n" DOCUMENT "\nA\ncat <<'B'\n{\"onboardingInfo\":\"\"}\nB\n",
                       "more than one package");
}

static void cut_off_scripts_are_refused(void **state)
{
        assert_refused(PYTHON "x = '''{\"onboardingInfo\": \"{\\\\\"bo", "cut off");
        assert_refused(SHELL "cat <<EOF\n{\"onboardingInfo\": \"{", "cut off");
        assert_refused(PYTHON "x = '{\"onboardingInfo\": \"{\n'", "cut off");
}

static void what_is_no_package_is_named(void **state)
{
        assert_refused_bytes("", 0, "empty");
        assert_refused(" \r\n", "empty");
        assert_refused(BOM, "empty");
        assert_refused("<!DOCTYPE html><html></html>", "an HTML page");
        assert_refused("\n<HTML>", "an HTML page");
        assert_refused("<?xml version=\"1.0\"?>", "an XML document");
        assert_refused("@echo off\r\nreg add", "a script for Windows");
        assert_refused("-----BEGIN PRIVATE KEY-----", "a PEM file");
        assert_refused_bytes("PK\x03\x04\0\0", 6, "a zip archive");
        assert_refused_bytes("\xff\xfe{\0", 4, "UTF-16");
        assert_refused_bytes("{\"onboardingInfo\0\":1}", 21, "a NUL byte");
        assert_refused(PYTHON "print('hello')", "Nothing in it holds");
        assert_refused(SHELL "echo onboardingInfo", "Nothing in it holds");
        assert_refused("x = f'{\"onboardingInfo\": 1}'", "f-string");
        assert_refused("x = '{\"onboardingInfo\": \\x1'",
                       "string literal cannot be read: an escape has too few digits");
}

static void hostile_scripts_take_no_time(void **state)
{
        static const char *const pieces[] = { "<<a\n", "'\\\\\n", "''", "'{",  "\"\"\"", "#'",
                                              "r'\\",  "\\",      "{",  "<<'", "<<-\n" };
        size_t i, at;

        for (i = 0; i < ELEMENTSOF(pieces); i++) {
                _cleanup_secret_ Secret found = { 0 };
                _cleanup_free_ char *script = text_allocate(1024 * 1024 + 1);

                script[0] = 'x';
                for (at = 1; at + strlen(pieces[i]) < 1024 * 1024; at += strlen(pieces[i]))
                        memcpy(script + at, pieces[i], strlen(pieces[i]));
                assert_int_equal(onboarding_script_read(script, at, &found, NULL), -1);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_escape_means_what_python_says),
                cmocka_unit_test(wrong_escapes_are_refused),
                cmocka_unit_test(prefixes_decide_what_a_backslash_means),
                cmocka_unit_test(quotes_end_where_python_ends_them),
                cmocka_unit_test(a_literal_without_its_end_is_marked),
                cmocka_unit_test(a_document_is_found_in_every_python_literal),
                cmocka_unit_test(other_strings_and_comments_do_not_distract),
                cmocka_unit_test(a_document_is_found_in_a_here_document),
                cmocka_unit_test(a_here_document_with_a_substitution_is_refused),
                cmocka_unit_test(a_bare_document_is_taken_as_it_is),
                cmocka_unit_test(a_byte_order_mark_is_skipped),
                cmocka_unit_test(base64_is_taken_off_once),
                cmocka_unit_test(two_documents_must_be_the_same),
                cmocka_unit_test(cut_off_scripts_are_refused),
                cmocka_unit_test(what_is_no_package_is_named),
                cmocka_unit_test(hostile_scripts_take_no_time),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
