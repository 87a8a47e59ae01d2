#include "tests/unit/token_key_stage.h"

static void only_a_key_right_in_the_folder_is_taken(void **state)
{
        static const char *const rows[] = {
                "Basic realm=/etc/shadow",
                "Basic realm=/etc/shadow.key",
                "Basic realm=" AZURE_TOKEN_FOLDER "/../../../../etc/secret.key",
                "Basic realm=" AZURE_TOKEN_FOLDER "/sub/a.key",
                "Basic realm=" AZURE_TOKEN_FOLDER "/.key",
                "Basic realm=" AZURE_TOKEN_FOLDER "//a.key",
                "Basic realm=" AZURE_TOKEN_FOLDER "s/a.key",
                "Basic realm=" AZURE_TOKEN_FOLDER "/a.key.txt",
                "Basic realm=" AZURE_TOKEN_FOLDER "/",
                "Basic realm=\"",
                "Basic realm=a.key",
                "Basic realm=",
                "Bearer realm=" KEY,
                "",
                NULL,
        };
        _cleanup_free_ char *plain = NULL, *quoted = NULL;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                char *name = NULL;

                if (azure_token_key_name(rows[i], &name, NULL) == 0)
                        fail_msg("%s", rows[i]);
        }
        assert_int_equal(azure_token_key_name("Basic realm=" KEY, &plain, NULL), 0);
        assert_string_equal(plain, "a1.key");
        assert_int_equal(azure_token_key_name("basic realm=\"" KEY "\"", &quoted, NULL), 0);
        assert_string_equal(quoted, "a1.key");
}

static void assert_key(const Scratch *scratch, const char *words)
{
        _cleanup_secret_ Secret key = { 0 };
        Error err = { 0 };
        int result = azure_token_key_read(&scratch->host, "Basic realm=" KEY, &key, &err);

        if (!words) {
                if (result < 0)
                        fail_msg("%s", err.text);
                assert_string_equal((char *)key.data, "Basic c2VjcmV0");
                assert_int_equal(key.length, strlen("Basic c2VjcmV0"));
                return;
        }
        assert_int_equal(result, -1);
        assert_null(key.data);
        if (!strstr(err.text, words))
                fail_msg("expected \"%s\", not \"%s\"", words, err.text);
}

static void key_of_arcs_agent_is_read(void **state)
{
        lay_out(*state, "c2VjcmV0\n");
        assert_key(*state, NULL);
}

static void links_on_the_way_are_refused(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *key = in(scratch, KEY), *tokens = in(scratch, AZURE_TOKEN_FOLDER);
        _cleanup_free_ char *aside = in(scratch, "/elsewhere"), *other = in(scratch, AZURE_TOKEN_FOLDER "/b.key");

        lay_out(scratch, "c2VjcmV0");
        assert_int_equal(rename(key, other), 0);
        assert_int_equal(symlink("b.key", key), 0);
        assert_key(scratch, KEY " is a link");
        assert_int_equal(unlink(key), 0);
        assert_int_equal(rename(other, key), 0);
        assert_key(scratch, NULL);
        assert_int_equal(rename(tokens, aside), 0);
        assert_int_equal(symlink("../../../elsewhere", tokens), 0);
        assert_key(scratch, AZURE_TOKEN_FOLDER " is a link");
}

static void a_file_of_a_second_name_is_refused(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *key = in(scratch, KEY), *other = in(scratch, "/elsewhere");

        lay_out(scratch, "c2VjcmV0");
        assert_int_equal(link(key, other), 0);
        assert_key(scratch, KEY " has 2 names");
        assert_int_equal(unlink(other), 0);
        assert_key(scratch, NULL);
}

static void what_others_may_write_is_refused(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *key = in(scratch, KEY), *tokens = in(scratch, AZURE_TOKEN_FOLDER);

        lay_out(scratch, "c2VjcmV0");
        assert_int_equal(chmod(key, 0602), 0);
        assert_key(scratch, KEY " has mode 0602: others may write");
        assert_int_equal(chmod(key, 0620), 0);
        assert_int_equal(chown(key, 0, 1234), 0);
        assert_key(scratch, KEY " has mode 0620: others may write");
        assert_int_equal(chmod(key, 0600), 0);
        assert_int_equal(chown(key, 1234, 0), 0);
        assert_key(scratch, KEY " belongs to user 1234");
        assert_int_equal(chown(key, 998, 997), 0);
        assert_key(scratch, NULL);
        assert_int_equal(chmod(tokens, 0777), 0);
        assert_key(scratch, AZURE_TOKEN_FOLDER " has mode 0777");
}

static void what_is_no_key_is_refused(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *key = in(scratch, KEY), *large = text_allocate(AZURE_TOKEN_KEY_MAX + 2);

        lay_out(scratch, "");
        assert_key(scratch, "is empty");
        memset(large, 'x', AZURE_TOKEN_KEY_MAX + 1);
        scratch_write(scratch, KEY, large);
        assert_key(scratch, "larger than 4096 bytes");
        scratch_write(scratch, KEY, "a\r\nX-Evil: b");
        assert_key(scratch, "holds what no key has");
        assert_int_equal(unlink(key), 0);
        assert_key(scratch, "No such file");
        assert_int_equal(mkfifo(key, 0600), 0);
        assert_key(scratch, "is no regular file");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_a_key_right_in_the_folder_is_taken),
                cmocka_unit_test_setup_teardown(key_of_arcs_agent_is_read, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(links_on_the_way_are_refused, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_file_of_a_second_name_is_refused, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_others_may_write_is_refused, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_is_no_key_is_refused, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
