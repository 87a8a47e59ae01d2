#include "tests/unit/scratch.h"

#include "platform/fs.h"
#include "platform/trusted_folder.h"

static void must_open(const Scratch *s, const char *path, const char *missing)
{
        _cleanup_close_ int fd = -1;
        const char *rest = NULL;
        Error err = { 0 };

        if (trusted_folder_open(&s->host, path, &fd, &rest, &err) < 0)
                fail_msg("%s: %s", path, err.text);
        assert_string_equal(rest, missing);
        assert_true(fd > 2);
}

static void must_refuse(const Scratch *s, const char *path, const char *words)
{
        const char *rest = NULL;
        Error err = { 0 };
        int fd = -1;

        assert_int_equal(trusted_folder_open(&s->host, path, &fd, &rest, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        if (!strstr(err.text, words))
                fail_msg("'%s' does not say '%s'", err.text, words);
        assert_int_equal(trusted_folder_make(&s->host, path, NULL, &fd, NULL), -1);
        assert_int_equal(fd, -1);
}

static int open_as_root(void **state)
{
        scratch_open(state);
        scratch_folder(*state, "/a/b");
        return 0;
}

static char *inside(const Scratch *s, const char *path)
{
        return text_format("%s%s", s->root, path);
}

static void a_way_of_roots_own_folders_is_open(void **state)
{
        must_open(*state, "/", "");
        must_open(*state, "/a", "");
        must_open(*state, "/a/b/", "");
        must_open(*state, "//a//b", "");
        must_open(*state, "/a/b/c/d", "c/d");
        must_open(*state, "/x", "x");
}

static void other_owners_and_writers_are_refused_wherever_they_stand(void **state)
{
        _cleanup_free_ char *a = inside(*state, "/a"), *b = inside(*state, "/a/b");

        assert_int_equal(chown(b, 12345, 0), 0);
        must_refuse(*state, "/a/b/c", "/a/b belongs to user 12345");
        assert_int_equal(chown(b, 0, 0), 0);
        assert_int_equal(chmod(a, 0775), 0);
        must_refuse(*state, "/a/b", "/a has mode 0775");
        assert_int_equal(chmod(a, 01777), 0);
        must_refuse(*state, "/a/b", "/a has mode 1777");
        assert_int_equal(chmod(a, 0755), 0);
        assert_int_equal(chmod(((Scratch *)*state)->root, 0777), 0);
        must_refuse(*state, "/a/b", "/ has mode 0777");
}

static void links_and_files_on_the_way_are_refused(void **state)
{
        _cleanup_free_ char *link = inside(*state, "/a/link"), *hostile = inside(*state, "/a/hostile");

        assert_int_equal(symlink("b", link), 0);
        must_refuse(*state, "/a/link", "/a/link is a link to b");
        must_refuse(*state, "/a/link/c", "/a/link is a link to b");
        assert_int_equal(symlink("b\n\x1b[2J", hostile), 0);
        must_refuse(*state, "/a/hostile", "is a link to b\\x0a\\x1b");
        scratch_write(*state, "/a/file", "");
        must_refuse(*state, "/a/file/c", "/a/file is no folder");
}

static char made[256];

static int remember(const Host *host, const char *path, Error *err)
{
        assert_false(fs_exists(host, path));
        strcat(made, path);
        strcat(made, " ");
        return text_equal(path, "/a/stop/d") ? error_set(err, ERROR_IO, "told to stop") : 0;
}

static void what_is_missing_is_made_and_told_before(void **state)
{
        _cleanup_free_ char *d = inside(*state, "/a/c/d");
        const Scratch *s = *state;
        mode_t before = umask(077);
        struct stat st;
        Error err = { 0 };
        int fd = -1;

        made[0] = '\0';
        assert_int_equal(trusted_folder_make(&s->host, "/a//c/d/", remember, &fd, &err), 0);
        umask(before);
        assert_string_equal(made, "/a//c /a//c/d ");
        assert_int_equal(stat(d, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0755);
        close(fd);
        assert_int_equal(trusted_folder_make(&s->host, "/a/c/d", remember, &fd, &err), 0);
        close(fd);
        assert_string_equal(made, "/a//c /a//c/d ");
        assert_int_equal(trusted_folder_make(&s->host, "/a/stop/d", remember, &fd, &err), -1);
        assert_false(fs_exists(&s->host, "/a/stop/d"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_as_root, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_way_of_roots_own_folders_is_open),
                TEST(other_owners_and_writers_are_refused_wherever_they_stand),
                TEST(links_and_files_on_the_way_are_refused),
                TEST(what_is_missing_is_made_and_told_before),
        };

        if (geteuid() != 0)
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
