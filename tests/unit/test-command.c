#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/commands/command_line.h"
#include "platform/fs.h"
#include "tests/unit/own_mounts.h"
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
        assert_false(host_may_ask(&host));
        free(root);
        configuration_clear(&configuration);
}

/* As the first process of a container is: "/" is another folder to it. Tells when it is there, and stays. */
static void live_in_a_container(const char *folder, int told)
{
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!own_mounts() || mount("tmpfs", folder, "tmpfs", 0, "mode=0755") < 0 || chdir(folder) < 0 ||
            mkdir("old", 0755) < 0 || mkdir("below", 0755) < 0 || syscall(SYS_pivot_root, ".", "old") < 0 ||
            chdir("/") < 0 || umount2("/old", MNT_DETACH) < 0)
                _exit(77);
        if (write(told, "", 1) == 1)
                pause();
        _exit(0);
}

static pid_t start_container(const char *folder)
{
        int told[2];
        char byte;
        pid_t pid;

        assert_int_equal(pipe2(told, O_CLOEXEC), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
                live_in_a_container(folder, told[1]);
        close(told[1]);
        if (read(told[0], &byte, 1) != 1)
                skip(); /* not allowed here */
        close(told[0]);
        return pid;
}

static void take_root(const char *option, Host *host, char **ret_root)
{
        Configuration configuration = { 0 };
        CommandLine line;

        assert_int_equal(READ(&line, option), 0);
        assert_int_equal(command_line_host(&line, &configuration, ret_root, host), 0);
        configuration_clear(&configuration);
}

static void the_root_of_a_container_is_an_image_and_not_this_machine(void **state)
{
        const Scratch *scratch = *state;
        pid_t pid = start_container(scratch->root);
        _cleanup_free_ char *top = text_format("--root=/proc/%d/root", (int)pid);
        _cleanup_free_ char *below = text_format("%s/below", top), *root = NULL, *root_below = NULL, *own = NULL;
        Host host, host_below, live;

        take_root(top, &host, &root);
        take_root(below, &host_below, &root_below);
        take_root("--root=/proc/self/root", &live, &own);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_false(host_is_live(&host));
        assert_false(host_may_ask(&host));
        assert_true(fs_is_folder(&host, "/below")); /* although that process is gone */
        assert_false(fs_exists(&host, "/proc"));
        assert_false(host_is_live(&host_below));
        assert_true(fs_is_folder(&host_below, "/"));
        assert_true(host_is_live(&live));
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
                cmocka_unit_test_setup_teardown(the_root_of_a_container_is_an_image_and_not_this_machine, scratch_open,
                                                scratch_close),
                cmocka_unit_test(every_command_can_be_explained),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
