/* What is made is read by tar itself. */
#include "tests/unit/scratch.h"

#include "platform/fs.h"
#include "platform/gzip.h"
#include "platform/process.h"
#include "platform/tar.h"

static const Host live = { .root = "" };

static char *run_tar(const char *const argv[])
{
        const ProcessSpec spec = { .argv = argv, .deadline = deadline_in(20000) };
        ProcessResult result = { 0 };
        Error err = { 0 };

        if (process_run(&live, &spec, &result, &err) < 0)
                fail_msg("%s", err.text);
        if (result.exit_status)
                fail_msg("%s", result.output);
        return result.output;
}

static void add(Text *archive, const char *name, const char *data, size_t length)
{
        Error err = { 0 };

        if (tar_add(archive, name, data, length, 1800000000, &err) < 0)
                fail_msg("%s", err.text);
}

static void make(const char *path)
{
        _cleanup_(text_clear) Text archive = { 0 }, packed = { 0 };
        _cleanup_free_ char *large = text_allocate(200000);
        char longest[TAR_NAME_MAX + 1] = "";
        Error err = { 0 };

        memset(large, 'x', 199999);
        memset(longest, 'n', TAR_NAME_MAX);
        add(&archive, "a/empty", "", 0);
        add(&archive, "a/block", large, 512);
        add(&archive, "a/large", large, 199999);
        add(&archive, longest, "one\n", 4);
        tar_end(&archive);
        assert_int_equal(archive.length % 512, 0);
        assert_int_equal(gzip_bytes(archive.data, archive.length, &packed, &err), 0);
        assert_true(packed.length < 2000);
        assert_int_equal(fs_write(&live, path, packed.data, packed.length, 0600, &err), 0);
}

static void tar_reads_what_was_packed(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s/a.tar.gz", scratch->root);
        const char *const list[] = { "tar", "-tvzf", path, "--numeric-owner", "--utc", NULL };
        const char *const unpack[] = { "tar", "-xOzf", path, "a/large", NULL };
        _cleanup_free_ char *names = NULL, *large = NULL;

        make(path);
        names = run_tar(list);
        large = run_tar(unpack);
        assert_int_equal(strlen(large), 199999);
        assert_non_null(strstr(names, "-rw------- 0/0               0 2027-01-15 08:00 a/empty\n"));
        assert_non_null(strstr(names, "-rw------- 0/0             512 2027-01-15 08:00 a/block\n"));
        assert_non_null(strstr(names, "nnnnnnnnnn\n"));
}

static void the_same_files_make_the_same_bytes(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *a = text_format("%s/a", scratch->root), *b = text_format("%s/b", scratch->root);
        _cleanup_free_ char *first = NULL, *second = NULL;
        size_t n_first = 0, n_second = 0;
        Error err = { 0 };

        make(a);
        make(b);
        assert_int_equal(fs_read(&live, a, 100000, &first, &n_first, &err), 0);
        assert_int_equal(fs_read(&live, b, 100000, &second, &n_second, &err), 0);
        assert_int_equal(n_first, n_second);
        assert_memory_equal(first, second, n_first);
}

static void names_that_lead_elsewhere_are_not_taken(void **state)
{
        static const char *const wrong[] = { "", "/etc/passwd", "../x", "a/../b" };
        char longer[TAR_NAME_MAX + 2] = "";
        _cleanup_(text_clear) Text archive = { 0 };
        Error err = { 0 };
        size_t i;

        (void)state;
        memset(longer, 'n', TAR_NAME_MAX + 1);
        for (i = 0; i < ELEMENTSOF(wrong); i++)
                assert_int_equal(tar_add(&archive, wrong[i], "", 0, 0, &err), -1);
        assert_int_equal(tar_add(&archive, longer, "", 0, 0, &err), -1);
        assert_int_equal(tar_add(&archive, "a", "", TAR_FILE_MAX + 1, 0, &err), -1);
        assert_int_equal(archive.length, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(tar_reads_what_was_packed, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(the_same_files_make_the_same_bytes, scratch_open, scratch_close),
                cmocka_unit_test(names_that_lead_elsewhere_are_not_taken),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
