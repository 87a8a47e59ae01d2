/* What many machines do to a server that failed them all. */
#include "tests/unit/scratch.h"

#include "platform/base/pause.h"

static void pauses_grow_up_to_the_longest(void **state)
{
        Pause pause = { .next_ms = 5000, .longest_ms = 18000 };
        const int64_t least[] = { 5000, 10000, 18000, 18000 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(least); i++) {
                int64_t ms = pause_take_ms(&pause);

                assert_true(ms >= least[i]);
                assert_true(ms < least[i] + least[i] / 4);
        }
}

static void three_quarters_of_an_hour_are_some_twenty_rounds(void **state)
{
        Pause pause = { .next_ms = 5000, .longest_ms = 4 * 60 * 1000 };
        int64_t past = 0;
        int n = 0;

        while (past < 45 * 60 * 1000) {
                past += pause_take_ms(&pause);
                n++;
        }
        assert_in_range(n, 12, 20);
}

/* The network may come back in the last minutes too. */
static void the_last_pause_leaves_time_for_one_more_round(void **state)
{
        assert_int_equal(pause_within_ms(5000, 60000), 5000);
        assert_int_equal(pause_within_ms(240000, 120000), 105000);
        assert_int_equal(pause_within_ms(118000, 120000), 105000);
        assert_int_equal(pause_within_ms(5000, 15000), 5000);
        assert_int_equal(pause_within_ms(15000, 15000), 0);
        assert_int_equal(pause_within_ms(240000, 15001), 0);
        assert_int_equal(pause_within_ms(5000, 0), 0);
}

static void what_is_added_is_not_the_same_each_time(void **state)
{
        int64_t first = pause_random_ms(60000);
        int i = 0;

        while (i < 1000000 && pause_random_ms(60000) == first)
                i++;
        assert_true(i < 1000000);
        assert_int_equal(pause_random_ms(0), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(pauses_grow_up_to_the_longest),
                cmocka_unit_test(three_quarters_of_an_hour_are_some_twenty_rounds),
                cmocka_unit_test(the_last_pause_leaves_time_for_one_more_round),
                cmocka_unit_test(what_is_added_is_not_the_same_each_time),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
