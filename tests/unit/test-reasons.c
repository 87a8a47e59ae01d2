#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/answers/remedy.h"
#include "agent/reasons.h"
#include "platform/base/text.h"

static void every_reason_is_complete(void **state)
{
        int i, j;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++) {
                const Reason *r = reason_get((ReasonId)i);

                if (!r->id || !r->what || !r->remedy || r->installer_code <= 0 || r->azure_code <= 0)
                        fail_msg("row %d is not complete", i);
                assert_true(text_ends_with(r->what, ".") && text_ends_with(r->remedy, "."));
                assert_true(strspn(r->id, "abcdefghijklmnopqrstuvwxyz-") == strlen(r->id));
                assert_int_equal(reason_find(r->id), i);
                for (j = i + 1; j < _REASON_MAX; j++)
                        assert_string_not_equal(r->id, reason_get((ReasonId)j)->id);
        }
}

/* One row tells of all distributions; what one package manager calls it stands in what was found. */
static void no_reason_speaks_of_one_package_manager_only(void **state)
{
        static const char *const words[] = { "apt", "dpkg", "dnf", "yum", "zypper" };
        size_t j;
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++)
                for (j = 0; j < ELEMENTSOF(words); j++) {
                        const Reason *r = reason_get((ReasonId)i);
                        _cleanup_free_ char *text = text_format(" %s %s", r->what, r->remedy);
                        const char *at = text;

                        while ((at = strstr(at, words[j])))
                                if (!isalpha((unsigned char)at++ [-1]))
                                        fail_msg("%s speaks of %s", r->id, words[j]);
                }
}

/* It is read alone as well, in the manual and by explain, where nothing was found. */
static void what_to_do_is_complete_in_itself(void **state)
{
        static const char *const words[] = { " above", "named there", "said there", "what is named", "is named." };
        size_t j;
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++)
                for (j = 0; j < ELEMENTSOF(words); j++)
                        if (strstr(reason_get((ReasonId)i)->remedy, words[j]))
                                fail_msg("%s: '%s'", reason_get((ReasonId)i)->id, words[j]);
}

/* status, doctor and explain tell it long after the run, which may have been past its first steps as well. */
static void what_to_do_about_another_tenant_says_nothing_of_one_run(void **state)
{
        const char *remedy = reason_get(REASON_TENANT_OTHER)->remedy;

        assert_null(strstr(remedy, "was changed"));
        assert_non_null(strstr(remedy, "until then it stays in that tenant."));
}

static void whoever_is_to_restart_the_guest_agent_is_told_how(void **state)
{
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++) {
                const char *remedy = reason_get((ReasonId)i)->remedy;

                if (strstr(remedy, "estart the guest agent") && !strstr(remedy, "systemctl restart walinuxagent"))
                        fail_msg("%s: %s", reason_get((ReasonId)i)->id, remedy);
        }
}

static void azure_codes_are_those_with_a_meaning(void **state)
{
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++) {
                int code = reason_get((ReasonId)i)->azure_code;

                assert_true(code == 1 || code == 51 || code == 52 || code == 53 || code == 55 || code == 56);
        }
}

/* Fleet reports split the message at blanks and read the 17th word as the installer's code. */
static void the_17th_word_of_every_message_is_the_installer_code(void **state)
{
        int i, n;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++) {
                char text[FAILURE_TEXT_MAX], *rest = text, *word = NULL;
                Failure failure = { 0 };

                failure_set(&failure, (ReasonId)i, "Found 7 of 9.");
                failure_message(&failure, text);
                assert_true(text_starts_with(text, "Failed to configure Microsoft Defender for Endpoint: "));
                assert_non_null(strstr(text, reason_get((ReasonId)i)->id));
                for (n = 0; n < 17; n++)
                        word = strsep(&rest, " ");
                assert_int_equal(atoi(word), reason_get((ReasonId)i)->installer_code);
        }
}

static void a_message_says_what_was_found_as_a_sentence(void **state)
{
        char text[FAILURE_TEXT_MAX];
        Failure failure = { 0 };

        failure_set(&failure, REASON_DISK_FULL, "only 12 MB are free on /opt");
        assert_non_null(strstr(failure_message(&failure, text), " only 12 MB are free on /opt. "));
        failure_set(&failure, REASON_DISK_FULL, "Only 12 MB are free on /opt.");
        assert_non_null(strstr(failure_message(&failure, text), " Only 12 MB are free on /opt. "));
        assert_null(strstr(text, ".."));
        failure_set(&failure, REASON_DISK_FULL, "%s", "");
        assert_null(strstr(failure_message(&failure, text), "  "));
}

/* A lower-case letter behind a full stop. */
static const char *find_stumble(const char *text)
{
        const char *at = text;

        while ((at = strstr(at, ". ")))
                if (islower((unsigned char)*(at += 2)))
                        return at;
        return NULL;
}

static void every_message_is_sentences(void **state)
{
        static const char *const found[] = { "packages.example.test answered 503",
                                             "mdatp.service is masked. It says so itself.",
                                             "open /opt/x: Permission denied",
                                             "/opt has 12 MB.",
                                             "Only 12 MB are free.",
                                             "3 of 5 were not reached",
                                             "" };
        size_t j;
        int i;

        for (i = REASON_NONE + 1; i < _REASON_MAX; i++)
                for (j = 0; j < ELEMENTSOF(found); j++) {
                        char text[FAILURE_TEXT_MAX];
                        Failure failure = { 0 };

                        failure_set(&failure, (ReasonId)i, "%s", found[j]);
                        if (find_stumble(failure_message(&failure, text)))
                                fail_msg("%s", text);
                        assert_non_null(strstr(text, found[j]));
                        assert_true(isupper((unsigned char)*remedy_by_hand((ReasonId)i)));
                        assert_null(find_stumble(remedy_by_hand((ReasonId)i)));
                }
}

static void a_cut_text_stays_valid_utf8(void **state)
{
        char filler[ERROR_TEXT_MAX + 8];
        Failure failure = { 0 };
        size_t i;

        for (i = 0; i + 2 < sizeof(filler); i += 2)
                memcpy(filler + i, "\xc3\xa9", 2);
        filler[i] = '\0';
        failure_set(&failure, REASON_INTERNAL, "%s", filler);
        assert_true(text_is_utf8(failure.found, strlen(failure.found)));
        failure_set(&failure, REASON_INTERNAL, "x%s", filler);
        assert_true(text_is_utf8(failure.found, strlen(failure.found)));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_reason_is_complete),
                cmocka_unit_test(no_reason_speaks_of_one_package_manager_only),
                cmocka_unit_test(what_to_do_is_complete_in_itself),
                cmocka_unit_test(what_to_do_about_another_tenant_says_nothing_of_one_run),
                cmocka_unit_test(whoever_is_to_restart_the_guest_agent_is_told_how),
                cmocka_unit_test(azure_codes_are_those_with_a_meaning),
                cmocka_unit_test(the_17th_word_of_every_message_is_the_installer_code),
                cmocka_unit_test(a_message_says_what_was_found_as_a_sentence),
                cmocka_unit_test(every_message_is_sentences),
                cmocka_unit_test(a_cut_text_stays_valid_utf8),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
