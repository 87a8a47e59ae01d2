#include "tests/unit/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "platform/fs.h"
#include "platform/host_open.h"

typedef int Open(const Host *host, const char *path, int flags);

static Open *const ways[] = { host_open, host_open_by_steps };

static void link_to(const Scratch *s, const char *target, const char *path)
{
        _cleanup_free_ char *full = text_format("%s%s", s->root, path);

        assert_int_equal(symlink(target, full), 0);
}

/* What can be read there in both ways; "": nothing. */
static void assert_reads(const Scratch *s, const char *path, const char *wanted)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(ways); i++) {
                _cleanup_close_ int fd = ways[i](&s->host, path, O_RDONLY);
                char text[16] = "";

                if (fd >= 0)
                        assert_true(read(fd, text, sizeof(text) - 1) >= 0);
                assert_string_equal(text, wanted);
        }
}

static void a_link_leads_where_it_leads_on_that_machine(void **state)
{
        Scratch *s = *state;

        scratch_write(s, "/usr/lib/release", "inside");
        scratch_folder(s, "/etc");
        scratch_folder(s, "/var");
        link_to(s, "../usr/lib/release", "/etc/relative");
        link_to(s, "/usr/lib/release", "/etc/absolute");
        link_to(s, "/usr/lib", "/var/lib");
        link_to(s, "../../../../../../usr/lib", "/above");
        link_to(s, "/etc/absolute", "/etc/twice");
        assert_reads(s, "/etc/relative", "inside");
        assert_reads(s, "/etc/absolute", "inside");
        assert_reads(s, "/etc/twice", "inside");
        assert_reads(s, "/var/lib/release", "inside");
        assert_reads(s, "/above/release", "inside");
        assert_reads(s, "/var/lib/../../usr/./lib//release", "inside");
        assert_reads(s, "/../../usr/lib/release", "inside");
}

static void nothing_outside_is_reached(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *outside = text_format("%s-outside", s->root), *climbing = text_format("../../%s", outside);
        int fd = open(outside, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

        assert_int_equal(write(fd, "outside", 7), 7);
        close(fd);
        link_to(s, outside, "/absolute");
        link_to(s, climbing, "/climbing");
        link_to(s, "/tmp", "/folder");
        assert_reads(s, "/absolute", "");
        assert_reads(s, "/climbing", "");
        assert_false(fs_is_folder(&s->host, "/folder"));
        assert_true(fs_exists(&s->host, "/folder"));
        unlink(outside);
}

static void links_in_a_circle_end(void **state)
{
        Scratch *s = *state;
        size_t i;

        link_to(s, "two", "/one");
        link_to(s, "one", "/two");
        link_to(s, "self/self", "/self");
        for (i = 0; i < ELEMENTSOF(ways); i++) {
                assert_int_equal(ways[i](&s->host, "/one", O_RDONLY), -1);
                assert_int_equal(errno, ELOOP);
                assert_int_equal(ways[i](&s->host, "/self", O_RDONLY), -1);
        }
}

static void what_is_missing_or_no_folder_is_said_as_open_does(void **state)
{
        Scratch *s = *state;
        size_t i;

        scratch_write(s, "/file", "text");
        link_to(s, "nowhere", "/dangling");
        for (i = 0; i < ELEMENTSOF(ways); i++) {
                assert_int_equal(ways[i](&s->host, "/no/such", O_RDONLY), -1);
                assert_int_equal(errno, ENOENT);
                assert_int_equal(ways[i](&s->host, "/dangling", O_RDONLY), -1);
                assert_int_equal(errno, ENOENT);
                assert_int_equal(ways[i](&s->host, "/file/below", O_RDONLY), -1);
                assert_int_equal(errno, ENOTDIR);
                assert_int_equal(ways[i](&s->host, "/file", O_RDONLY | O_DIRECTORY), -1);
                assert_int_equal(errno, ENOTDIR);
        }
}

static void a_link_itself_and_folders_can_be_looked_at(void **state)
{
        Scratch *s = *state;
        struct stat st;
        size_t i;

        scratch_folder(s, "/folder/below");
        link_to(s, "folder", "/link");
        for (i = 0; i < ELEMENTSOF(ways); i++) {
                _cleanup_close_ int link = ways[i](&s->host, "/link", O_PATH | O_NOFOLLOW);
                _cleanup_close_ int folder = ways[i](&s->host, "/link/below/..", O_RDONLY | O_DIRECTORY);
                _cleanup_close_ int top = ways[i](&s->host, "/", O_RDONLY | O_DIRECTORY);

                assert_int_equal(fstat(link, &st), 0);
                assert_true(S_ISLNK(st.st_mode));
                assert_int_equal(faccessat(folder, "below", F_OK, 0), 0);
                assert_int_equal(faccessat(top, "folder", F_OK, 0), 0);
        }
        assert_int_equal(host_stat(&s->host, "/link", &st), 0);
        assert_true(S_ISDIR(st.st_mode));
}

/* Where it is not allowed to make a device, a pipe has to do. */
static void nothing_but_files_and_folders_of_an_image_is_opened(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *pipe = text_format("%s/pipe", s->root), *device = text_format("%s/device", s->root);
        static const char *const names[] = { "/pipe", "/device", "/link" };
        struct stat st;
        size_t i;

        assert_int_equal(mkfifo(pipe, 0600), 0);
        if (mknod(device, S_IFCHR | 0600, makedev(1, 3)) < 0)
                assert_int_equal(mkfifo(device, 0600), 0);
        link_to(s, "/device", "/link");
        for (i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_close_ int fd = host_open(&s->host, names[i], O_RDONLY | O_NONBLOCK);
                _cleanup_free_ char *data = NULL;
                Error err = { 0 };
                size_t length;

                if (fd >= 0 || errno != ENXIO)
                        fail_msg("%s: %d", names[i], fd);
                assert_int_equal(fs_read(&s->host, names[i], 10, &data, &length, &err), -1);
                assert_non_null(strstr(err.text, "is no regular file"));
                assert_int_equal(host_stat(&s->host, names[i], &st), 0); /* but it can be looked at */
        }
        assert_int_equal(host_open(&s->host, "/link", O_RDONLY | O_NOFOLLOW), -1);
        assert_int_equal(errno, ELOOP);
}

static void whether_a_folder_may_be_read_is_asked_of_that_machine(void **state)
{
        Scratch *s = *state;

        scratch_folder(s, "/folder");
        scratch_write(s, "/file", "text");
        link_to(s, "/folder", "/inside");
        link_to(s, "/proc/self", "/outside");
        assert_int_equal(host_access_folder(&s->host, "/inside", R_OK | X_OK), 0);
        assert_int_equal(host_access_folder(&s->host, "/outside", R_OK), -1);
        assert_int_equal(errno, ENOENT);
        assert_int_equal(host_access_folder(&s->host, "/file", R_OK), -1);
        assert_int_equal(errno, ENOTDIR);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_link_leads_where_it_leads_on_that_machine, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(nothing_outside_is_reached, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(links_in_a_circle_end, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_is_missing_or_no_folder_is_said_as_open_does, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(nothing_but_files_and_folders_of_an_image_is_opened, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(whether_a_folder_may_be_read_is_asked_of_that_machine, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_link_itself_and_folders_can_be_looked_at, scratch_open,
                                                scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
