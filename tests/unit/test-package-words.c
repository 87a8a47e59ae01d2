/* What is told of a package manager's troubles: whose words they are, and what they mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "agent/steps.h"
#include "agent/steps/package_choice.h"
#include "platform/base/text.h"

static Failure told(PackageResult result)
{
        Failure failure = { 0 };

        steps_fail_packages(&failure, &result, REASON_INSTALL_FAILED);
        return failure;
}

static void its_own_words_are_told_as_such(void **state)
{
        Failure failure = told((PackageResult){ .trouble = TROUBLE_OTHER, .text = "E: it broke" });

        assert_int_equal(failure.reason, REASON_INSTALL_FAILED);
        assert_string_equal(failure.found, "The package manager said: E: it broke");
        assert_true(failure.by_manager);
}

static void a_sentence_of_ours_is_not_put_into_its_mouth(void **state)
{
        Failure failure = told((PackageResult){
                .trouble = TROUBLE_NEWER, .own_words = true, .text = "mdatp 2 is installed, which is newer than 1" });

        assert_int_equal(failure.reason, REASON_DOWNGRADE_REFUSED);
        assert_string_equal(failure.found, "mdatp 2 is installed, which is newer than 1");
        assert_true(failure.by_manager);
}

static void what_is_valid_no_more_is_no_matter_of_keys(void **state)
{
        Failure failure = told((PackageResult){ .trouble = TROUBLE_EXPIRED, .text = "Release file is expired" });

        assert_int_equal(failure.reason, REASON_PACKAGE_SIGNATURE);
        assert_non_null(strstr(failure.found, "Release file is expired"));
}

static void what_a_command_met_is_the_managers(void **state)
{
        const Error err = { .kind = ERROR_TIMEOUT, .text = "apt-get took too long" };
        Failure failure = { 0 };

        assert_int_equal(steps_fail_command(&failure, REASON_REPOSITORY_REFRESH, &err), -1);
        assert_true(failure.by_manager);
        assert_int_equal(steps_fail(&failure, REASON_REPOSITORY_REFRESH, &err), -1);
        assert_false(failure.by_manager);
}

static void the_way_back_is_a_command_of_each_manager(void **state)
{
        static const char *const commands[_MANAGER_MAX] = {
                [MANAGER_APT] = "apt-get install --allow-downgrades mdatp=1-2",
                [MANAGER_DNF] = "dnf downgrade mdatp-1-2",
                [MANAGER_DNF5] = "dnf5 downgrade mdatp-1-2",
                [MANAGER_YUM] = "yum downgrade mdatp-1-2",
                [MANAGER_ZYPPER] = "zypper install --oldpackage mdatp=1-2",
                [MANAGER_TDNF] = "tdnf downgrade mdatp-1-2",
        };
        int id;

        for (id = MANAGER_NONE + 1; id < _MANAGER_MAX; id++) {
                _cleanup_free_ char *command = package_manager_way_back((PackageManagerId)id, "mdatp", "1-2");

                assert_string_equal(command, commands[id]);
        }
}

static PackageOffers offer(size_t n)
{
        PackageOffers offers = { .n_offers = 2 * n };
        size_t i;

        for (i = 0; i < 2 * n; i++) /* each of them twice */
                snprintf(offers.offers[i].version, sizeof(offers.offers[i].version), "%zu", n - i / 2);
        return offers;
}

static void of_many_versions_the_newest_are_told_as_such(void **state)
{
        static const struct {
                size_t n;
                const char *told;
        } rows[] = {
                { 0, "the repository has: none" },
                { 2, "the repository has: 2, 1" },
                { 5, "the repository has: 5, 4, 3, 2, 1" },
                { 9, "the newest there: 9, 8, 7, 6, 5 (and 4 older)" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                const PackageOffers offers = offer(rows[i].n);
                _cleanup_free_ char *told_of = package_choice_versions(&offers);

                assert_string_equal(told_of, rows[i].told);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(its_own_words_are_told_as_such),
                cmocka_unit_test(a_sentence_of_ours_is_not_put_into_its_mouth),
                cmocka_unit_test(what_is_valid_no_more_is_no_matter_of_keys),
                cmocka_unit_test(what_a_command_met_is_the_managers),
                cmocka_unit_test(the_way_back_is_a_command_of_each_manager),
                cmocka_unit_test(of_many_versions_the_newest_are_told_as_such),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
