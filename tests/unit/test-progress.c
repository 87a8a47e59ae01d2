#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/commands/outcome_show.h"
#include "agent/commands/progress.h"
#include "platform/base/text.h"

static char *line(const char *name, const char *text, int64_t elapsed_ms, unsigned width)
{
        return progress_line(name, text, elapsed_ms, width);
}

static void a_line_never_reaches_the_last_column(void **state)
{
        _cleanup_free_ char *whole = line("package", "installing", 500, 80),
                            *cut = line("package", "installing", 12345, 20),
                            *narrow = line("package", "installing", 12345, 4);

        assert_string_equal(whole, "package: installing");
        assert_string_equal(cut, "package: inst  12 s");
        assert_string_equal(narrow, "p  12 s");
}

static void it_is_cut_between_characters_and_holds_no_controls(void **state)
{
        _cleanup_free_ char *cut = line("", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 0, 4),
                            *plain = line("", "a\033[2J\tb", 0, 80);

        assert_string_equal(cut, "\xc3\xa4\xc3\xb6\xc3\xbc");
        assert_string_equal(plain, "a [2J b");
}

/* As it is for a file or a pipe. */
static void nothing_is_said_where_nobody_looks(void **state)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        _cleanup_fclose_ FILE *file = tmpfile();
        Progress progress;

        progress_begin(&progress, file);
        outcome_row(outcome, "package", ROW_WORKING, "installing");
        progress_tell(&progress, outcome);
        progress_end(&progress, outcome);
        assert_int_equal(ftell(file), 0);
}

static char *told(Progress *progress, const Outcome *outcome, size_t size)
{
        char *text = text_allocate(size);

        progress_tell(progress, outcome);
        rewind(progress->screen.file);
        if (fread(text, 1, size - 1, progress->screen.file) == 0)
                text[0] = '\0';
        return text;
}

static void a_stage_that_is_over_leaves_a_line(void **state)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        _cleanup_free_ char *text = NULL;
        _cleanup_fclose_ FILE *file = tmpfile();
        Progress progress;

        progress_begin(&progress, file);
        progress.screen = (Screen){ .file = file, .terminal = true, .dumb = true, .width = 80 };
        outcome_row(outcome, "look", ROW_WORKING, "looking");
        progress_tell(&progress, outcome);
        outcome_row(outcome, "look", ROW_SUCCESS, "seen");
        outcome_row(outcome, "note", ROW_WARNING, "never at work");
        outcome_row(outcome, "package", ROW_WORKING, "installing");
        progress_tell(&progress, outcome);
        outcome_row(outcome, "package", ROW_ERROR, "no");
        text = told(&progress, outcome, 200);
        assert_true(text_starts_with(text, "look                 done 0."));
        assert_non_null(strstr(text, " s\npackage              failed 0."));
        assert_null(strstr(text, "note"));
        assert_null(strchr(text, '\033'));
}

static void a_document_tells_what_came_of_it(void **state)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        _cleanup_json_ Json *document = screen_document("onboard", 1);

        outcome->verdict = VERDICT_REFUSED;
        failure_set(&outcome->failure, REASON_HELD, "until Friday");
        outcome_row(outcome, "package", ROW_WARNING, "old");
        outcome_put(document, outcome, "Wait.");
        assert_string_equal(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN),
                            "{\"schema\":\"mde-linux.onboard\",\"version\":1,\"verdict\":\"refused\","
                            "\"message\":\"Changes to this machine are on hold.\",\"reason\":\"held\",\"code\":53,"
                            "\"found\":\"until Friday\",\"remedy\":\"Wait.\","
                            "\"rows\":[{\"name\":\"package\",\"level\":\"warning\",\"text\":\"old\"}]}");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_never_reaches_the_last_column),
                cmocka_unit_test(it_is_cut_between_characters_and_holds_no_controls),
                cmocka_unit_test(nothing_is_said_where_nobody_looks),
                cmocka_unit_test(a_stage_that_is_over_leaves_a_line),
                cmocka_unit_test(a_document_tells_what_came_of_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
