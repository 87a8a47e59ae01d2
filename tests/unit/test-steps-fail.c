#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/steps.h"
#include "platform/base/text.h"

static ReasonId reason_of(PackageResult result, ReasonId otherwise)
{
        Failure failure = { 0 };

        assert_int_equal(steps_fail_packages(&failure, &result, otherwise), -1);
        assert_true(failure.by_manager);
        return failure.reason;
}

static void a_build_without_an_allowed_digest_is_no_altered_download(void **state)
{
        const Reason *reason = reason_get(reason_of((PackageResult){ .trouble = TROUBLE_DIGEST }, REASON_INTERNAL));

        assert_string_equal(reason->id, "package-digest");
        assert_int_equal(reason->azure_code, 52);
        assert_null(strstr(reason->remedy, "proxy"));
        assert_int_equal(reason_of((PackageResult){ .trouble = TROUBLE_SIGNATURE }, REASON_INTERNAL),
                         REASON_PACKAGE_SIGNATURE);
}

static void a_source_of_others_that_fails_is_not_the_sensors(void **state)
{
        PackageResult result = { .trouble = TROUBLE_NETWORK,
                                 .text = "Curl error (58): Problem with the local SSL certificate for "
                                         "https://rhui.example.test/repodata/repomd.xml" };

        assert_true(steps_is_of_others(&result));
        result.ours = true;
        assert_false(steps_is_of_others(&result));
        result.ours = false;
        result.trouble = TROUBLE_SIGNATURE;
        assert_false(steps_is_of_others(&result));
        result = (PackageResult){ .trouble = TROUBLE_NETWORK, .text = "curl#6: Couldn't resolve host name" };
        assert_false(steps_is_of_others(&result)); /* whose it is, nobody says */
}

static void how_far_a_clock_is_behind_is_told_in_words_too(void **state)
{
        Failure failure = { 0 };

        assert_int_equal(steps_fail_clock(&failure, 7261, "the certificate is not yet valid"), -1);
        assert_int_equal(failure.reason, REASON_CLOCK_WRONG);
        assert_string_equal(failure.found,
                            "It is behind by 7261 s (2 hours) at least: the certificate is not yet valid");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_build_without_an_allowed_digest_is_no_altered_download),
                cmocka_unit_test(a_source_of_others_that_fails_is_not_the_sensors),
                cmocka_unit_test(how_far_a_clock_is_behind_is_told_in_words_too),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
