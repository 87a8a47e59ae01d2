#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/answers/advice.h"
#include "agent/reasons.h"
#include "platform/base/text.h"

#define IMAGE "/srv/image"

static void is_said(const char *root, const char *words, const char *wanted)
{
        _cleanup_free_ char *said = advice_words(root, words);

        assert_string_equal(said, wanted);
}

static void of_the_running_machine_words_stay_as_they_are(void **state)
{
        char option[ADVICE_OPTION_MAX];

        (void)state;
        is_said(NULL, "Run 'mde-linux unhold', see /etc/x.", "Run 'mde-linux unhold', see /etc/x.");
        assert_string_equal(advice_option(NULL, option), "");
}

static void of_an_image_commands_and_paths_are_its_own(void **state)
{
        char option[ADVICE_OPTION_MAX];

        (void)state;
        is_said(IMAGE, "Remove the file /etc/mde-linux/hold ('mde-linux unhold') when they may go on.",
                "Remove the file " IMAGE "/etc/mde-linux/hold ('mde-linux unhold --root " IMAGE
                "') when they may go on.");
        is_said(IMAGE, "Find out more: mde-linux doctor.", "Find out more: mde-linux doctor --root " IMAGE ".");
        is_said(IMAGE, "Run 'sudo /usr/local/sbin/mde-linux doctor'.",
                "Run 'sudo /usr/local/sbin/mde-linux doctor --root " IMAGE "'.");
        is_said(IMAGE, "Update mde-linux, https://x/etc/y.", "Update mde-linux, https://x/etc/y.");
        assert_string_equal(advice_option(IMAGE, option), " --root " IMAGE);
}

static void what_takes_the_running_machine_is_said_to(void **state)
{
        static const char *const words[] = {
                "Run 'mde-linux onboard' again.",
                "Restart the guest agent (systemctl restart walinuxagent).",
                "Start it: systemctl enable --now mdatp",
                "Look at 'mdatp health', or ask: mde-linux doctor.",
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTSOF(words); i++) {
                _cleanup_free_ char *wanted = text_format("On a machine that runs from this image: %s", words[i]);

                is_said(IMAGE, words[i], wanted);
        }
}

static void a_name_that_would_have_to_be_quoted_is_not_said(void **state)
{
        static const char *const odd[] = { "/srv/my image", "/srv/$(x)", "/proc/self/fd/3", "/srv/\xc3\xa4" };
        char option[ADVICE_OPTION_MAX], longest[300];
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTSOF(odd); i++)
                assert_string_equal(advice_option(odd[i], option), " --root DIR");
        memset(longest, 'x', sizeof(longest) - 1);
        longest[sizeof(longest) - 1] = '\0';
        assert_string_equal(advice_option(longest, option), " --root DIR");
        is_said("/srv/my image", "See /etc/x.", "See DIR/etc/x.");
}

/* None that could be said of an image speaks of this machine's files. */
static void no_remedy_is_left_as_it_was_where_it_names_a_file(void **state)
{
        size_t id;

        (void)state;
        for (id = REASON_NONE + 1; id < _REASON_MAX; id++) {
                const char *words = reason_get((ReasonId)id)->remedy;
                _cleanup_free_ char *said = advice_words(IMAGE, words);

                if (strstr(words, "/etc/") && text_equal(said, words))
                        fail_msg("%s", words);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(of_the_running_machine_words_stay_as_they_are),
                cmocka_unit_test(of_an_image_commands_and_paths_are_its_own),
                cmocka_unit_test(what_takes_the_running_machine_is_said_to),
                cmocka_unit_test(a_name_that_would_have_to_be_quoted_is_not_said),
                cmocka_unit_test(no_remedy_is_left_as_it_was_where_it_names_a_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
