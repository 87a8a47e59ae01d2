#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/named_file.h"
#include "tests/unit/scratch.h"

static char *in_scratch(const Scratch *scratch, const char *name)
{
        return text_format("%s%s", scratch->root, name);
}

static void a_file_is_read_up_to_what_it_may_hold(void **state)
{
        _cleanup_free_ char *path = in_scratch(*state, "/file");
        _cleanup_secret_ Secret bytes = { 0 }, more = { 0 };
        Error err;

        scratch_write(*state, "/file", "abc");
        assert_int_equal(named_file_read(path, 3, "word", &bytes, &err), 0);
        assert_int_equal(bytes.length, 3);
        assert_string_equal((const char *)bytes.data, "abc");
        assert_int_equal(named_file_read(path, 2, "word", &more, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_non_null(strstr(err.text, "holds more than 2 bytes, and is no word"));
        assert_null(more.data);
}

static void the_standard_input_is_read_to_its_end_and_stays_open(void **state)
{
        _cleanup_secret_ Secret bytes = { 0 };
        int ends[2], before = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
        Error err;

        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_int_equal(write(ends[1], "from a pipe", 11), 11);
        close(ends[1]);
        assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
        close(ends[0]);
        assert_int_equal(named_file_read("-", 100, "word", &bytes, &err), 0);
        assert_string_equal((const char *)bytes.data, "from a pipe");
        assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
        if (before < 0)
                close(STDIN_FILENO);
        else
                dup2(before, STDIN_FILENO);
        close(before);
}

static void what_cannot_be_read_is_named_escaped(void **state)
{
        _cleanup_free_ char *path = in_scratch(*state, "/no\033[31m");
        _cleanup_secret_ Secret bytes = { 0 };
        Error err;

        assert_int_equal(named_file_read(path, 3, "word", &bytes, &err), -1);
        assert_non_null(strstr(err.text, "/no\\"));
        assert_null(strchr(err.text, '\033'));
        assert_int_equal(named_file_read("/tmp", 3, "word", &bytes, &err), -1);
        assert_non_null(strstr(err.text, "/tmp"));
}

static void a_document_is_one_and_says_nothing_twice(void **state)
{
        _cleanup_free_ char *path = in_scratch(*state, "/file.json");
        _cleanup_json_ Json *json = NULL, *none = NULL;
        Error err;

        assert_int_equal(named_file_read_json(path, &none, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
        scratch_write(*state, "/file.json", "{\"a\": \"b\"}");
        assert_non_null(strstr(err.text, "there is no file "));
        assert_int_equal(named_file_read_json(path, &json, &err), 0);
        assert_string_equal(json_string(json, "a"), "b");
        scratch_write(*state, "/file.json", "{\"a\": 1, \"a\": 2}");
        assert_int_equal(named_file_read_json(path, &none, &err), -1);
        assert_non_null(strstr(err.text, path));
        assert_null(none);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_file_is_read_up_to_what_it_may_hold, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(the_standard_input_is_read_to_its_end_and_stays_open, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_cannot_be_read_is_named_escaped, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_document_is_one_and_says_nothing_twice, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
