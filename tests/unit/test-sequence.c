#include "tests/unit/scratch.h"

#include <fcntl.h>

#include "handler/sequence.h"

#define CONFIG "/ext/config"

static int find(const Scratch *scratch)
{
        const Environment environment = { .config_folder = (char *)CONFIG };
        int sequence = -7;
        Error err;

        if (sequence_find(&scratch->host, &environment, &sequence, &err) < 0)
                fail_msg("%s", err.text);
        return sequence;
}

/* A settings file last modified at this time. */
static void settings(const Scratch *scratch, const char *name, long seconds, long nanoseconds)
{
        _cleanup_free_ char *path = text_format(CONFIG "/%s", name), *full = text_format("%s%s", scratch->root, path);
        const struct timespec times[2] = { { seconds, nanoseconds }, { seconds, nanoseconds } };

        scratch_write(scratch, path, "{}");
        assert_int_equal(utimensat(AT_FDCWD, full, times, 0), 0);
}

static void the_variable_decides(void **state)
{
        settings(*state, "9.settings", 1000, 0);
        setenv("ConfigSequenceNumber", "3", 1);
        assert_int_equal(find(*state), 3);
        setenv("ConfigSequenceNumber", "0", 1);
        assert_int_equal(find(*state), 0);
}

static void a_variable_that_is_no_number_is_passed_over(void **state)
{
        static const char *const odd[] = { "", "x", "-1", "3x", " 3", "99999999999", "2147483648" };
        size_t i;

        settings(*state, "9.settings", 1000, 0);
        for (i = 0; i < ELEMENTSOF(odd); i++) {
                setenv("ConfigSequenceNumber", odd[i], 1);
                assert_int_equal(find(*state), 9);
        }
}

static void the_most_recently_modified_file_wins_over_the_highest_number(void **state)
{
        settings(*state, "12.settings", 1000, 5);
        settings(*state, "2.settings", 1000, 6);
        settings(*state, "7.settings", 999, 9);
        assert_int_equal(find(*state), 2);
        settings(*state, "11.settings", 1001, 0);
        assert_int_equal(find(*state), 11);
}

static void of_two_modified_at_once_the_higher_number_wins(void **state)
{
        settings(*state, "9.settings", 1000, 5);
        settings(*state, "10.settings", 1000, 5);
        settings(*state, "8.settings", 1000, 5);
        assert_int_equal(find(*state), 10);
}

static void no_settings_at_all_is_zero(void **state)
{
        assert_int_equal(find(*state), 0);
        scratch_folder(*state, CONFIG);
        assert_int_equal(find(*state), 0);
}

static void other_files_are_no_settings(void **state)
{
        settings(*state, "4.settings", 1000, 0);
        settings(*state, "HandlerState", 2000, 0);
        settings(*state, "other.5.settings", 2000, 0);
        settings(*state, ".settings", 2000, 0);
        settings(*state, "6.settings.bak", 2000, 0);
        settings(*state, "-7.settings", 2000, 0);
        settings(*state, "99999999999999999999.settings", 2000, 0);
        scratch_folder(*state, CONFIG "/8.settings");
        assert_int_equal(find(*state), 4);
}

static int teardown(void **state)
{
        unsetenv("ConfigSequenceNumber");
        return scratch_close(state);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_variable_decides),
                TEST(a_variable_that_is_no_number_is_passed_over),
                TEST(the_most_recently_modified_file_wins_over_the_highest_number),
                TEST(of_two_modified_at_once_the_higher_number_wins),
                TEST(no_settings_at_all_is_zero),
                TEST(other_files_are_no_settings),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
