#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform/base/span.h"

static void a_span_is_told_in_its_greatest_unit(void **state)
{
        char text[SPAN_MAX];

        (void)state;
        assert_string_equal(span_words(-5, text), "0 seconds");
        assert_string_equal(span_words(1, text), "1 second");
        assert_string_equal(span_words(59, text), "59 seconds");
        assert_string_equal(span_words(119, text), "1 minute");
        assert_string_equal(span_words(7200, text), "2 hours");
        assert_string_equal(span_words(INT64_C(2275533967), text), "26337 days");
        assert_string_equal(span_words(INT64_MAX, text), "106751991167300 days");
}

static void an_exact_one_has_its_seconds_as_well(void **state)
{
        char text[SPAN_MAX];

        (void)state;
        assert_string_equal(span_exact(59, text), "59 s");
        assert_string_equal(span_exact(5400, text), "5400 s (1 hour)");
        assert_string_equal(span_exact(INT64_MAX, text), "9223372036854775807 s (106751991167300 days)");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_span_is_told_in_its_greatest_unit),
                cmocka_unit_test(an_exact_one_has_its_seconds_as_well),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
