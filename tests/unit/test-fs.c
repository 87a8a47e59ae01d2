#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/fs.h"

static char *read_text(const Scratch *s, const char *path)
{
        char *text = NULL;
        size_t length;

        assert_int_equal(fs_read(&s->host, path, 65536, &text, &length, NULL), 0);
        return text;
}

static void an_absent_file_is_a_value(void **state)
{
        Scratch *s = *state;
        char *text = (char *)"x";
        size_t length = 7;

        assert_int_equal(fs_read(&s->host, "/no/such/file", 10, &text, &length, NULL), 0);
        assert_null(text);
        assert_int_equal(length, 0);
}

static void reading_is_bounded_and_for_regular_files(void **state)
{
        Scratch *s = *state;
        char *text = NULL;
        size_t length;
        Error err = { 0 };

        scratch_write(s, "/f", "12345");
        assert_int_equal(fs_read(&s->host, "/f", 4, &text, &length, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_int_equal(fs_read(&s->host, "/f", 5, &text, &length, &err), 0);
        assert_string_equal(text, "12345");
        free(text);
        assert_int_equal(fs_read(&s->host, "/", 5, &text, &length, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
}

static void writing_replaces_the_whole_file_with_the_exact_mode(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *full = text_format("%s/f", s->root), *text = NULL;
        _cleanup_(fs_names_freep) char **names = NULL;
        struct stat before, after;
        mode_t old = umask(0077);

        scratch_write(s, "/f", "long old content");
        assert_int_equal(stat(full, &before), 0);
        assert_int_equal(fs_write(&s->host, "/f", "new", 3, 0644, NULL), 0);
        umask(old);
        assert_int_equal(stat(full, &after), 0);
        text = read_text(s, "/f");
        assert_string_equal(text, "new");
        assert_int_equal(after.st_mode & 07777, 0644);
        assert_int_not_equal(after.st_ino, before.st_ino);
        assert_int_equal(fs_list(&s->host, "/", &names, NULL), 0);
        assert_string_equal(names[0], "f");
        assert_null(names[1]);
}

static void a_failed_write_leaves_nothing(void **state)
{
        Scratch *s = *state;
        _cleanup_(fs_names_freep) char **names = NULL;
        Error err = { 0 };

        scratch_folder(s, "/in-the-way");
        scratch_write(s, "/in-the-way/x", "");
        assert_int_equal(fs_write(&s->host, "/in-the-way", "new", 3, 0644, &err), -1);
        assert_int_equal(fs_list(&s->host, "/", &names, NULL), 0);
        assert_string_equal(names[0], "in-the-way");
        assert_null(names[1]);
        assert_int_equal(fs_write(&s->host, "/no/such/folder/f", "new", 3, 0644, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
}

static int open_folder(const Scratch *s, const char *path)
{
        _cleanup_free_ char *full = text_format("%s%s", s->root, path);
        int fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        assert_true(fd >= 0);
        return fd;
}

static void a_file_is_written_in_an_open_folder_wherever_that_is(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *from = text_format("%s/a", s->root), *to = text_format("%s/b", s->root), *text = NULL;
        _cleanup_free_ char *full = text_format("%s/b/f", s->root);
        _cleanup_(fs_names_freep) char **names = NULL;
        _cleanup_close_ int folder = -1;
        struct stat st;
        mode_t old = umask(0077);

        scratch_write(s, "/a/f", "long old content");
        folder = open_folder(s, "/a");
        assert_int_equal(rename(from, to), 0);
        assert_int_equal(fs_write_at(folder, "f", "new", 3, 0644, NULL), 0);
        umask(old);
        text = read_text(s, "/b/f");
        assert_string_equal(text, "new");
        assert_int_equal(stat(full, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0644);
        assert_int_equal(fs_list(&s->host, "/b", &names, NULL), 0);
        assert_string_equal(names[0], "f");
        assert_null(names[1]);
}

static void a_link_is_replaced_and_not_written_through(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *link = text_format("%s/in/f", s->root), *outside = NULL, *text = NULL;
        _cleanup_close_ int folder = -1;
        struct stat st;

        scratch_write(s, "/outside", "kept");
        scratch_folder(s, "/in");
        assert_int_equal(symlink("../outside", link), 0);
        folder = open_folder(s, "/in");
        assert_int_equal(fs_write_at(folder, "f", "one", 3, 0600, NULL), 0);
        assert_int_equal(lstat(link, &st), 0);
        assert_true(S_ISREG(st.st_mode));
        assert_int_equal(unlink(link), 0);
        assert_int_equal(symlink("../outside", link), 0);
        assert_int_equal(fs_write(&s->host, "/in/f", "two", 3, 0600, NULL), 0);
        text = read_text(s, "/in/f");
        assert_string_equal(text, "two");
        outside = read_text(s, "/outside");
        assert_string_equal(outside, "kept");
}

static void what_cannot_be_put_in_place_leaves_nothing_in_an_open_folder(void **state)
{
        Scratch *s = *state;
        _cleanup_(fs_names_freep) char **names = NULL;
        _cleanup_free_ char *gone = text_format("%s/gone", s->root);
        _cleanup_close_ int folder = -1, away = -1;
        Error err = { 0 };

        scratch_write(s, "/in/way/x", "");
        scratch_folder(s, "/gone");
        folder = open_folder(s, "/in");
        away = open_folder(s, "/gone");
        assert_int_equal(fs_write_at(folder, "way", "new", 3, 0644, &err), -1);
        assert_non_null(strstr(err.text, "put way in place"));
        assert_int_equal(fs_list(&s->host, "/in", &names, NULL), 0);
        assert_string_equal(names[0], "way");
        assert_null(names[1]);
        assert_int_equal(rmdir(gone), 0);
        assert_int_equal(fs_write_at(away, "f", "new", 3, 0644, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
}

/* Its name is asked for again as long as somebody else has it: nobody's file is written to. */
static void writers_of_one_name_do_not_meet(void **state)
{
        Scratch *s = *state;
        _cleanup_(fs_names_freep) char **names = NULL;
        int i, status, failed = 0;
        pid_t children[8];

        for (i = 0; i < 8; i++) {
                children[i] = fork();
                if (children[i] == 0) {
                        int n, bad = 0;

                        for (n = 0; n < 100; n++)
                                bad |= fs_write_volatile(&s->host, "/f", "whole", 5, 0600, NULL);
                        _exit(bad ? 1 : 0);
                }
        }
        for (i = 0; i < 8; i++)
                failed += waitpid(children[i], &status, 0) != children[i] || status != 0;
        assert_int_equal(failed, 0);
        assert_int_equal(fs_list(&s->host, "/", &names, NULL), 0);
        assert_string_equal(names[0], "f");
        assert_null(names[1]);
}

static void what_a_killed_write_left_goes_with_the_next(void **state)
{
        Scratch *s = *state;
        _cleanup_(fs_names_freep) char **names = NULL;
        _cleanup_free_ char *link = text_format("%s/.f" FS_TEMPORARY "Link01", s->root);

        scratch_write(s, "/.f" FS_TEMPORARY "abc123", "torn");
        scratch_write(s, "/.f" FS_TEMPORARY "XYZ789", "");
        scratch_write(s, "/.f" FS_TEMPORARY "longer7", "not of this shape");
        scratch_write(s, "/.g" FS_TEMPORARY "abc123", "another file's");
        assert_int_equal(symlink("/.g" FS_TEMPORARY "abc123", link), 0);
        assert_int_equal(fs_write(&s->host, "/f", "whole", 5, 0600, NULL), 0);
        assert_int_equal(fs_list(&s->host, "/", &names, NULL), 0);
        assert_string_equal(names[0], ".f" FS_TEMPORARY "longer7");
        assert_string_equal(names[1], ".g" FS_TEMPORARY "abc123");
        assert_string_equal(names[2], "f");
        assert_null(names[3]);
}

static void what_a_write_has_at_work_is_not_taken_for_a_leftover(void **state)
{
        Scratch *s = *state;
        const char *path = "/.f" FS_TEMPORARY "abc123";
        _cleanup_free_ char *full = text_format("%s%s", s->root, path);
        _cleanup_close_ int fd = -1;

        scratch_write(s, path, "half of");
        fd = open(full, O_WRONLY | O_CLOEXEC);
        assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
        assert_int_equal(fs_remove_leftovers(&s->host, "/f", NULL), 0);
        assert_true(fs_exists(&s->host, path));
        close(TAKE_FD(fd));
        assert_int_equal(fs_remove_leftovers(&s->host, "/f", NULL), 0);
        assert_false(fs_exists(&s->host, path));
        assert_int_equal(fs_remove_leftovers(&s->host, "/no/such/folder/f", NULL), 0);
}

static void removing_a_tree_follows_no_link(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *outside = text_format("%s/outside", s->root), *link = text_format("%s/tree/link", s->root);

        scratch_write(s, "/outside/kept", "bytes");
        scratch_write(s, "/tree/a/b/c", "bytes");
        assert_int_equal(symlink(outside, link), 0);
        assert_int_equal(fs_remove_tree(&s->host, "/tree", NULL), 0);
        assert_false(fs_exists(&s->host, "/tree"));
        assert_true(fs_exists(&s->host, "/outside/kept"));
        assert_int_equal(fs_remove_tree(&s->host, "/tree", NULL), 0);
}

static void trust_needs_root_and_no_other_writer(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *full = text_format("%s/f", s->root), *link = text_format("%s/l", s->root);
        Error err = { 0 };

        if (geteuid() != 0)
                skip();
        scratch_write(s, "/f", "");
        assert_int_equal(fs_check_trusted(&s->host, "/f", &err), 0);
        assert_int_equal(chmod(full, 0620), 0);
        assert_int_equal(fs_check_trusted(&s->host, "/f", &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_int_equal(chmod(full, 0600), 0);
        assert_int_equal(chown(full, 12345, 0), 0);
        assert_int_equal(fs_check_trusted(&s->host, "/f", &err), -1);
        assert_non_null(strstr(err.text, "12345"));
        assert_int_equal(symlink("f", link), 0);
        assert_int_equal(fs_check_trusted(&s->host, "/l", &err), -1);
}

static void folders_are_made_with_their_ancestors(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *full = text_format("%s/a/b/c", s->root);
        struct stat st;

        assert_int_equal(fs_make_folder(&s->host, "/a/b/c", 0700, NULL), 0);
        assert_int_equal(stat(full, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        assert_int_equal(fs_make_folder(&s->host, "/a/b/c", 0755, NULL), 0);
        assert_int_equal(stat(full, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        scratch_write(s, "/file", "");
        assert_int_equal(fs_make_folder(&s->host, "/file", 0755, NULL), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(an_absent_file_is_a_value, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(reading_is_bounded_and_for_regular_files, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(writing_replaces_the_whole_file_with_the_exact_mode, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_failed_write_leaves_nothing, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_file_is_written_in_an_open_folder_wherever_that_is, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_link_is_replaced_and_not_written_through, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_cannot_be_put_in_place_leaves_nothing_in_an_open_folder,
                                                scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(writers_of_one_name_do_not_meet, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_a_killed_write_left_goes_with_the_next, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_a_write_has_at_work_is_not_taken_for_a_leftover, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(removing_a_tree_follows_no_link, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(trust_needs_root_and_no_other_writer, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(folders_are_made_with_their_ancestors, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
