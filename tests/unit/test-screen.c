#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

static void no_text_begins_a_line_of_its_own(void **state)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        FILE *file = open_memstream(&text, &length);
        Screen screen = screen_on(file, 80, false);

        screen_row(&screen, SCREEN_PLAIN, 4, "a\nb\033", "%s", "savd\nresult: fit\tx");
        screen_say(&screen, SCREEN_PLAIN, 0, "%s", "x\r\ny");
        assert_int_equal(screen_end(&screen), COMMAND_DONE);
        assert_string_equal(text, "a b?: savd result: fit x\nx? y\n");
        fclose(file);
}

static char *printed(Json *document)
{
        char path[] = "/tmp/test-screen-XXXXXX", *text = text_allocate(4096);
        int fd = mkstemp(path), before = dup(STDOUT_FILENO);

        assert_true(fd >= 0 && before >= 0);
        unlink(path);
        fflush(stdout);
        dup2(fd, STDOUT_FILENO);
        assert_int_equal(screen_print_document(document), COMMAND_DONE);
        dup2(before, STDOUT_FILENO);
        assert_true(pread(fd, text, 4095, 0) > 0);
        close(before);
        close(fd);
        return text;
}

static void a_document_steers_no_terminal_and_says_the_same(void **state)
{
        static const char words[] = "a\033[2Jb\x7f\xc2\x9b"
                                    "c\n\xc2\xa0\xc3\xbc";
        Json *document = screen_document("check", 1);
        _cleanup_json_ Json *again = NULL;
        _cleanup_free_ char *text = NULL;
        const unsigned char *p;

        json_object_object_add(document, "words", json_object_new_string(words));
        text = printed(document);
        for (p = (const unsigned char *)text; *p; p++)
                assert_false((*p < 0x20 && *p != '\n') || *p == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0));
        assert_int_equal(json_parse(text, strlen(text), &again, NULL), 0);
        assert_string_equal(json_string(again, "words"), words);
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
                cmocka_unit_test(no_text_begins_a_line_of_its_own),
                cmocka_unit_test(a_document_steers_no_terminal_and_says_the_same),
                cmocka_unit_test(a_full_disk_is_a_failure),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
