#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/answers/explain.h"
#include "platform/base/text.h"

static bool is_near(const Explanation *found, const char *name)
{
        size_t i;

        for (i = 0; i < found->n_near; i++)
                if (text_equal(found->near[i], name))
                        return true;
        return false;
}

static void a_code_has_all_its_reasons_and_what_it_means_as_exit_code(void **state)
{
        Explanation found;
        size_t i;

        assert_true(explain_word("53", &found));
        assert_int_equal(found.exit->code, 53);
        assert_true(found.n_reasons > 10);
        for (i = 0; i < found.n_reasons; i++)
                assert_true(found.reasons[i]->azure_code == 53 || found.reasons[i]->installer_code == 53);
        assert_true(explain_word("31", &found));
        assert_null(found.exit);
        assert_int_equal(found.reasons[0]->installer_code, 31);
        assert_true(explain_word("3", &found));
        assert_int_equal(found.n_reasons, 0);
        assert_false(explain_word("77", &found));
        assert_false(explain_word("-1", &found));
        assert_false(explain_word("99999999999999999999", &found));
}

static void an_id_is_found_in_any_case_and_by_its_beginning(void **state)
{
        Explanation found;

        assert_true(explain_word("Tenant-Other", &found));
        assert_int_equal(found.n_reasons, 1);
        assert_string_equal(found.reasons[0]->id, "tenant-other");
        assert_true(explain_word("disk", &found));
        assert_string_equal(found.reasons[0]->id, "disk-full");
        assert_false(explain_word("tenant-", &found));
        assert_true(found.n_near > 2);
        assert_true(is_near(&found, "tenant-other"));
}

static void a_row_is_found_with_its_number_too(void **state)
{
        Explanation found;

        assert_true(explain_word("drift", &found));
        assert_string_equal(found.row->name, "drift");
        assert_true(explain_word("settings-12", &found));
        assert_string_equal(found.row->name, "settings");
        assert_true(explain_word("azureresourceid", &found));
        assert_string_equal(found.row->name, "AzureResourceId");
        assert_true(explain_word("connectivity", &found));
        assert_int_equal(found.n_reasons, 1);
        assert_non_null(found.row);
        assert_null(status_row_find("-2"));
        assert_null(status_row_find("2"));
        assert_null(status_row_find(""));
}

/* What the doctor prints in parentheses is the id of a reason, or one of these. */
static void each_cause_of_the_doctor_is_found(void **state)
{
        const CauseWords *words;
        Explanation found;

        for (words = cause_words; words->id; words++) {
                if (!explain_word(words->id, &found) || found.cause != words)
                        fail_msg("%s is not known", words->id);
                assert_int_equal(found.n_reasons, reason_find(words->id) != REASON_NONE);
        }
        assert_true(explain_word("Stale-Tag", &found));
        assert_string_equal(found.cause->id, "stale-tag");
        assert_true(explain_word("stale", &found));
        assert_string_equal(found.cause->id, "stale-tag");
        assert_true(explain_word("package-manager-locked", &found));
        assert_int_equal(found.n_reasons, 1);
        assert_true(explain_word("conflict", &found));
        assert_null(found.cause);
        assert_false(explain_word("settings-unreadable", &found)); /* it speaks by reasons only */
}

static void what_is_misspelt_is_near_what_was_meant(void **state)
{
        Explanation found;

        assert_false(explain_word("tenant-othre", &found));
        assert_string_equal(found.near[0], "tenant-other");
        assert_false(explain_word("stale-tga", &found));
        assert_string_equal(found.near[0], "stale-tag");
        assert_false(explain_word("licensed", &found));
        assert_true(is_near(&found, "sensor-not-licensed"));
        assert_false(explain_word("", &found));
        assert_int_equal(found.n_near, 0);
        assert_false(explain_word("there-is-nothing-of-that-name-at-all-and-it-is-long", &found));
        assert_int_equal(found.n_near, 0);
}

static void rows_are_sorted_and_complete(void **state)
{
        const StatusRow *row;

        for (row = status_rows; row->name; row++) {
                assert_true(strlen(row->name) < 40 && text_ends_with(row->what, "."));
                if (row[1].name && strcmp(row->name, row[1].name) >= 0)
                        fail_msg("%s stands before %s", row->name, row[1].name);
        }
}

static void every_reason_has_its_sentences_and_its_exit_code(void **state)
{
        const ExplainExit *row;
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++) {
                const Reason *reason = reason_get((ReasonId)i);

                assert_true(text_ends_with(explain_whose(reason), ".") && text_ends_with(explain_retry(reason), "."));
                for (row = explain_exits; row->code >= 0 && row->code != reason->azure_code; row++)
                        ;
                assert_int_equal(row->code, reason->azure_code);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_code_has_all_its_reasons_and_what_it_means_as_exit_code),
                cmocka_unit_test(an_id_is_found_in_any_case_and_by_its_beginning),
                cmocka_unit_test(a_row_is_found_with_its_number_too),
                cmocka_unit_test(each_cause_of_the_doctor_is_found),
                cmocka_unit_test(what_is_misspelt_is_near_what_was_meant),
                cmocka_unit_test(rows_are_sorted_and_complete),
                cmocka_unit_test(every_reason_has_its_sentences_and_its_exit_code),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
