#include "tests/unit/scratch.h"

#include <sys/mount.h>
#include <unistd.h>

#include "platform/packages/download.h"

static int64_t size(const char *word, const char *output)
{
        return download_size((const char *const[]){ "none of these", word, NULL }, output);
}

static void each_managers_own_words_tell_the_size(void **state)
{
        static const char apt[] = "Need to get ", dnf[] = "Total download size: ", dnf5[] = "Need to download ",
                          zypper[] = "Overall download size: ";

        assert_int_equal(size(apt, "0 upgraded\nNeed to get 167 MB of archives.\nAfter this"), 167000000);
        assert_int_equal(size(apt, "Need to get 12.3 MB/20.0 MB of archives."), 12300000);
        assert_int_equal(size(apt, "Need to get 207 kB of archives."), 207000);
        assert_int_equal(size(apt, "Need to get 0 B/207 kB of archives."), 0);
        assert_int_equal(size(dnf, "Total download size: 160 M\nInstalled size: 1 G\n"), 160 * 1024 * 1024);
        assert_int_equal(size(dnf, "Total download size: 6.5 k\n"), 6656);
        assert_int_equal(size(dnf, "Total download size: 812  \n"), 0);
        assert_int_equal(size(dnf5, "packages is 13 KiB. Need to download 6 KiB."), 6144);
        assert_int_equal(size(zypper, "Overall download size: 12.2 KiB. Already cached: 0 B."), 12492);
        assert_int_equal(size("Package download size: ", "Package download size:     1.5 GiB\n"), 1610612736);
}

static void what_is_no_size_is_none(void **state)
{
        assert_int_equal(download_size(NULL, "Need to get 1 MB"), 0);
        assert_int_equal(size("Need ", NULL), 0);
        assert_int_equal(size("Need ", ""), 0);
        assert_int_equal(size("Need ", "Need "), 0);
        assert_int_equal(size("Need ", "Need M"), 0);
        assert_int_equal(size("Need ", "Need -1 MB"), 0);
        assert_int_equal(size("Need ", "Need 1.2.3.4.5.6 MB"), 0);
        assert_int_equal(size("Need ", "Need 1 XB"), 0);
        assert_int_equal(size("Need ", "Need 12"), 0);
        assert_int_equal(size("Need ", "Need 99999999999999999999 B"), 0);
        assert_int_equal(size("Need ", "Need 9999999999 GB"), 0);
}

/* It has been run once more, or says it again. */
static void the_last_word_counts(void **state)
{
        assert_int_equal(size("Need ", "Need 5 MB, Need 7 MB"), 7000000);
}

static void what_lies_in_folders_below_counts(void **state)
{
        const Scratch *scratch = *state;
        const Host host = { .root = scratch->root };

        assert_int_equal(download_present(&host, "/archives"), 0);
        scratch_write(scratch, "/archives/partial/a.deb", "12345");
        scratch_write(scratch, "/archives/vendor/x86_64/b.rpm", "123");
        scratch_write(scratch, "/archives/c.rpm", "1");
        assert_int_equal(download_present(&host, "/archives"), 9);
        assert_int_equal(download_present_unless_mounted(&host, "/archives"), 9);
        assert_int_equal(download_present(&host, "/archives/c.rpm"), 0);
}

static void a_folder_with_a_mount_is_not_looked_into(void **state)
{
        const Scratch *scratch = *state;
        const Host host = { .root = scratch->root };

        scratch_write(scratch, "/mount/AP_0x1/a.rpm", "12345");
        scratch_write(scratch, "/proc/self/mountinfo",
                      "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
                      "2 1 0:9 / /mount/AP_0x2 rw - nfs there:/x rw\n");
        assert_int_equal(download_present_unless_mounted(&host, "/mount"), 0);
        scratch_write(scratch, "/proc/self/mountinfo",
                      "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
                      "2 1 0:9 / /mounted rw - nfs there:/x rw\n");
        assert_int_equal(download_present_unless_mounted(&host, "/mount"), 5);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_managers_own_words_tell_the_size),
                cmocka_unit_test(what_is_no_size_is_none),
                cmocka_unit_test(the_last_word_counts),
                cmocka_unit_test_setup_teardown(what_lies_in_folders_below_counts, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_folder_with_a_mount_is_not_looked_into, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
