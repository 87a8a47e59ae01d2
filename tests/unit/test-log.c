#include "tests/unit/scratch.h"

#include "platform/base/log.h"
#include "platform/fs.h"

static char *log_path(const Scratch *s)
{
        return text_format("%s/log", s->root);
}

static char *read_log(const Scratch *s, const char *path)
{
        char *text = NULL;
        size_t length;

        assert_int_equal(fs_read(&s->host, path, 16 * 1024 * 1024, &text, &length, NULL), 0);
        return text;
}

static void a_line_has_time_level_no_control_characters_and_no_login(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *path = log_path(s), *text = NULL;

        assert_int_equal(log_open(path, NULL), 0);
        log_error("broken %s", "in\ntwo\x1b[31m");
        log_info("https://h.test/x?sig=s3cr3t by bob:s3cr3t@proxy:8080");
        log_close();
        text = read_log(s, "/log");
        assert_non_null(strstr(text, "Z][Error] ["));
        assert_non_null(strstr(text, "broken in two [31m\n"));
        assert_non_null(strstr(text, "https://h.test/x?*** by ***@proxy:8080\n"));
        assert_null(strstr(text, "s3cr3t"));
}

static void the_file_is_bounded(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *path = log_path(s), *now = NULL, *old = NULL;
        char words[2048];
        int i;

        memset(words, 'x', sizeof(words));
        words[sizeof(words) - 1] = '\0';
        assert_int_equal(log_open(path, NULL), 0);
        for (i = 0; i < 5000; i++)
                log_info("%d %s", i, words);
        log_close();
        now = read_log(s, "/log");
        old = read_log(s, "/log.1");
        assert_true(strlen(now) < LOG_FILE_MAX + 4096);
        assert_true(strlen(old) < LOG_FILE_MAX + 4096);
        assert_non_null(strstr(now, " 4999 "));
        assert_false(fs_exists(&s->host, "/log.2"));
}

/* enable and the worker share the file: who comes late must not put the new file over the old one. */
static void a_file_that_another_process_rotated_is_not_rotated_again(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *path = log_path(s), *rotated = text_format("%s.1", path), *now = NULL, *old = NULL;
        char *words = text_allocate(LOG_FILE_MAX + 1);

        memset(words, 'x', LOG_FILE_MAX);
        words[LOG_FILE_MAX - 1] = '\n';
        scratch_write(s, "/log", words);
        free(words);
        assert_int_equal(log_open(path, NULL), 0);
        log_info("the last line of the old file");
        assert_int_equal(rename(path, rotated), 0);
        scratch_write(s, "/log", "the other process\n");
        log_info("we again");
        log_info("and again");
        log_close();
        now = read_log(s, "/log");
        old = read_log(s, "/log.1");
        assert_non_null(strstr(now, "the other process\n"));
        assert_non_null(strstr(now, "we again"));
        assert_non_null(strstr(now, "and again"));
        assert_non_null(strstr(old, "the last line of the old file"));
}

static void a_link_in_the_logs_place_is_not_followed(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *path = log_path(s);

        assert_int_equal(symlink("/etc/passwd", path), 0);
        assert_int_equal(log_open(path, NULL), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_line_has_time_level_no_control_characters_and_no_login, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(the_file_is_bounded, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_file_that_another_process_rotated_is_not_rotated_again, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_link_in_the_logs_place_is_not_followed, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
