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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_build_without_an_allowed_digest_is_no_altered_download),
                cmocka_unit_test(a_source_of_others_that_fails_is_not_the_sensors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
