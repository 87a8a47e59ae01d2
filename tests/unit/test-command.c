#include <stdio.h>
#include <string.h>

#include "agent/commands/command_line.h"
#include "tests/unit/scratch.h"

#define LINE_MAX_WORDS 8

static const Command sample = {
        .name = "sample",
        .caller = CALLER_PERSON,
        .words = "[FILE]",
        .max_words = 1,
        .options = { { "facts", VALUE_FILE, "FILE", "of another machine" },
                     { "json", VALUE_NONE, NULL, "print JSON" },
                     { "root", VALUE_FOLDER, "DIR", "an image" },
                     { "help", VALUE_NONE, NULL, "print this" } },
};

static int read_line(CommandLine *line, const char *const *words)
{
        static char copies[LINE_MAX_WORDS][64];
        static char *argv[LINE_MAX_WORDS + 1];
        int argc = 0;

        for (; words[argc]; argc++) {
                snprintf(copies[argc], sizeof(copies[argc]), "%s", words[argc]);
                argv[argc] = copies[argc];
        }
        argv[argc] = NULL;
        return command_line_read(&sample, argc, argv, line);
}

#define READ(line, ...) read_line(line, (const char *const[]){ "sample", __VA_ARGS__, NULL })

static void values_are_taken_in_both_spellings_and_any_order(void **state)
{
        CommandLine line;

        assert_int_equal(READ(&line, "--facts", "a", "w", "--json"), 0);
        assert_string_equal(command_line_option(&line, "facts"), "a");
        assert_string_equal(command_line_option(&line, "json"), "");
        assert_int_equal(line.n_words, 1);
        assert_string_equal(line.words[0], "w");
        assert_int_equal(READ(&line, "w", "--facts=b"), 0);
        assert_string_equal(command_line_option(&line, "facts"), "b");
        assert_null(command_line_option(&line, "json"));
        assert_int_equal(READ(&line, "--fa", "c"), 0);
        assert_string_equal(command_line_option(&line, "facts"), "c");
}

static void words_behind_two_dashes_are_no_options(void **state)
{
        CommandLine line;

        assert_int_equal(READ(&line, "--", "--json"), 0);
        assert_null(command_line_option(&line, "json"));
        assert_string_equal(line.words[0], "--json");
}

static void wrong_use_is_refused(void **state)
{
        CommandLine line;

        assert_int_equal(READ(&line, "a", "b"), -1);
        assert_int_equal(READ(&line, "--facts"), -1);
        assert_int_equal(READ(&line, "--facts", "a", "--facts", "b"), -1);
        assert_int_equal(READ(&line, "--json=x"), -1);
        assert_int_equal(READ(&line, "--no-such"), -1);
        assert_int_equal(READ(&line, "-j"), -1);
        assert_int_equal(READ(&line, "a", "b", "--help"), 0);
}

static void an_image_is_a_folder_that_is_there(void **state)
{
        Configuration configuration = { 0 };
        char *root = NULL;
        CommandLine line;
        Host host;

        assert_int_equal(READ(&line, "--root", "/no/such/folder"), 0);
        assert_int_equal(command_line_host(&line, &configuration, &root, &host), COMMAND_USAGE);
        assert_int_equal(READ(&line, "--root=/proc/../usr/"), 0);
        assert_int_equal(command_line_host(&line, &configuration, &root, &host), 0);
        assert_string_equal(host.root, "/usr");
        assert_false(host_is_live(&host));
        free(root);
        configuration_clear(&configuration);
}

static void every_command_can_be_explained(void **state)
{
        const Command *command;
        size_t i, help;

        for (command = command_table; command->name; command++) {
                assert_ptr_equal(command_find(command->name), command); /* no name stands twice */
                assert_true(strlen(command->name) <= 10 && strlen(command->help) <= 66);
                assert_int_equal(command->words != NULL, command->max_words > 0);
                for (i = help = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
                        assert_int_equal(command->options[i].value_name != NULL,
                                         command->options[i].value != VALUE_NONE);
                        help += strcmp(command->options[i].name, "help") == 0;
                }
                assert_int_equal(help, 1);
        }
        assert_null(command_find("no-such"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_taken_in_both_spellings_and_any_order),
                cmocka_unit_test(words_behind_two_dashes_are_no_options),
                cmocka_unit_test(wrong_use_is_refused),
                cmocka_unit_test(an_image_is_a_folder_that_is_there),
                cmocka_unit_test(every_command_can_be_explained),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
