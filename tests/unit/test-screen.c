#include <stdio.h>
#include <stdlib.h>

#include "agent/commands/command.h"
#include "agent/commands/screen.h"
#include "tests/unit/scratch.h"

static Screen screen_on(FILE *file, unsigned width, bool colour)
{
        return (Screen){ .file = file, .terminal = width, .colour = colour, .width = width };
}

static void lines_are_wrapped_at_the_edge_and_indented(void **state)
{
        char *text = NULL;
        size_t length = 0;
        FILE *file = open_memstream(&text, &length);
        Screen screen = screen_on(file, 20, false);

        screen_row(&screen, SCREEN_BAD, 6, "tags", "one two three four");
        screen_say(&screen, SCREEN_PLAIN, 2, "0123456789012345678901234 gr\xc3\xbc\xc3\x9f dich Gott");
        assert_int_equal(screen_end(&screen), COMMAND_DONE);
        assert_string_equal(text, "tags:   one two\n"
                                  "        three four\n"
                                  "0123456789012345678901234\n"
                                  "  gr\xc3\xbc\xc3\x9f dich Gott\n");
        fclose(file);
        free(text);
}

static void what_is_piped_is_one_line_without_colours(void **state)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        FILE *file = open_memstream(&text, &length);
        Screen screen = screen_on(file, 0, false);

        screen_row(&screen, SCREEN_GOOD, 6, "tags", "%0100d and on", 7);
        assert_int_equal(screen_end(&screen), COMMAND_DONE);
        assert_int_equal(length, 8 + 100 + 7 + 1);
        assert_null(strchr(text, '\033'));
        fclose(file);
}

static void colours_end_with_their_text(void **state)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        FILE *file = open_memstream(&text, &length);
        Screen screen = screen_on(file, 80, true);

        screen_row(&screen, SCREEN_BAD, 4, "unit", "failed");
        screen_say(&screen, SCREEN_PLAIN, 0, "done");
        assert_int_equal(screen_end(&screen), COMMAND_DONE);
        assert_string_equal(text, "unit: \033[31mfailed\033[0m\ndone\n");
        fclose(file);
}

static void no_text_steers_a_terminal(void **state)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        FILE *file = open_memstream(&text, &length);
        Screen screen = screen_on(file, 80, false);

        screen_say(&screen, SCREEN_PLAIN, 0,
                   "a\033[2Jb\rc\x7f\xc2\x9b"
                   "d\xc2\xa0\xc3\xbc");
        screen_row(&screen, SCREEN_PLAIN, 4, "unit", "\033]0;x\a");
        assert_int_equal(screen_end(&screen), COMMAND_DONE);
        assert_string_equal(text, "a?[2Jb?c???d\xc2\xa0\xc3\xbc\nunit: ?]0;x?\n");
        fclose(file);
}

static void a_full_disk_is_a_failure(void **state)
{
        FILE *file = fopen("/dev/full", "w");
        Screen screen;

        assert_non_null(file);
        screen = screen_of(file);
        assert_false(screen.terminal);
        screen_say(&screen, SCREEN_PLAIN, 0, "something");
        assert_int_equal(screen_end(&screen), COMMAND_FAILED);
        fclose(file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_are_wrapped_at_the_edge_and_indented),
                cmocka_unit_test(what_is_piped_is_one_line_without_colours),
                cmocka_unit_test(colours_end_with_their_text),
                cmocka_unit_test(no_text_steers_a_terminal),
                cmocka_unit_test(a_full_disk_is_a_failure),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
