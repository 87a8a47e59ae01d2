#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/answers/remedy.h"
#include "platform/base/text.h"

/* Nobody meets these by hand: they are about what the platform sends. */
static bool is_the_extensions(ReasonId reason)
{
        static const ReasonId reasons[] = { REASON_CERTIFICATE_MISSING, REASON_CERTIFICATE_WRONG,
                                            REASON_PROTECTED_SETTINGS_DAMAGED, REASON_WORKER_START,
                                            REASON_ENVIRONMENT };
        size_t i;

        for (i = 0; i < ELEMENTSOF(reasons); i++)
                if (reasons[i] == reason)
                        return true;
        return false;
}

static void what_to_do_by_hand_does_not_speak_of_the_extension(void **state)
{
        static const char *const words[] = { "deploy",      "Deploy",    "defenderForEndpoint", "guest agent",
                                             "next enable", "extension", "this status",         "protectedSettings" };
        size_t j;
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++)
                for (j = 0; j < ELEMENTSOF(words) && !is_the_extensions((ReasonId)i); j++)
                        if (strstr(remedy_by_hand((ReasonId)i), words[j]))
                                fail_msg("%s speaks of '%s': %s", reason_get((ReasonId)i)->id, words[j],
                                         remedy_by_hand((ReasonId)i));
}

static void what_to_do_by_hand_is_whole_sentences(void **state)
{
        int i;

        for (i = REASON_NONE; i < _REASON_MAX; i++)
                assert_true(text_ends_with(remedy_by_hand((ReasonId)i), "."));
}

static void words_that_fit_both_are_the_reasons_own(void **state)
{
        assert_ptr_equal(remedy_by_hand(REASON_CLOCK_WRONG), reason_get(REASON_CLOCK_WRONG)->remedy);
        assert_ptr_equal(remedy_of_run(REASON_STOPPED, false), reason_get(REASON_STOPPED)->remedy);
        assert_ptr_equal(remedy_of_run(REASON_STOPPED, true), remedy_by_hand(REASON_STOPPED));
        assert_ptr_equal(remedy_by_hand(_REASON_MAX), reason_get(REASON_INTERNAL)->remedy);
}

static void where_a_package_is_judged_no_setting_is_spoken_of(void **state)
{
        static const char *const words[] = { "verifyOnboarding", "setting", "address", "--uri" };
        static const ReasonId reasons[] = { REASON_ONBOARDING_DAMAGED,       REASON_ONBOARDING_SIGNATURE,
                                            REASON_ONBOARDING_ROOT_UNKNOWN,  REASON_OFFBOARDING_DAMAGED,
                                            REASON_OFFBOARDING_ROOT_UNKNOWN, REASON_OFFBOARDING_EXPIRED };
        size_t i, j;

        for (i = 0; i < ELEMENTSOF(reasons); i++) {
                const char *known = remedy_of_package(reasons[i], true),
                           *unknown = remedy_of_package(reasons[i], false);

                assert_true(text_ends_with(known, ".") && text_ends_with(unknown, "."));
                assert_null(strstr(unknown, "nboarding package"));
                for (j = 0; j < ELEMENTSOF(words); j++)
                        if (strstr(known, words[j]) || strstr(unknown, words[j]))
                                fail_msg("%s speaks of '%s': %s", reason_get(reasons[i])->id, words[j], known);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_to_do_by_hand_does_not_speak_of_the_extension),
                cmocka_unit_test(what_to_do_by_hand_is_whole_sentences),
                cmocka_unit_test(words_that_fit_both_are_the_reasons_own),
                cmocka_unit_test(where_a_package_is_judged_no_setting_is_spoken_of),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
