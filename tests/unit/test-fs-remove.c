#include "tests/unit/own_mounts.h"
#include "tests/unit/scratch.h"

#include <sys/mount.h>
#include <unistd.h>

#include "platform/fs.h"
#include "platform/process.h"

#define IMAGE_BYTES (160 * 1024 * 1024)

static void be_alone(void)
{
        if (geteuid() != 0 || !own_mounts())
                skip();
}

static bool runs(const char *const argv[])
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        Host host;

        host_init(&host);
        return process_run(&host, &(ProcessSpec){ .argv = argv }, &result, NULL) == 0 && result.exit_status == 0;
}

static void a_folder_that_is_mounted_below_is_never_emptied(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *outside = text_format("%s/outside", s->root);
        _cleanup_free_ char *point = text_format("%s/tree/a/here", s->root);
        Error err = { 0 };
        int r;

        be_alone();
        scratch_write(s, "/outside/kept", "bytes");
        scratch_folder(s, "/tree/a/here");
        assert_int_equal(mount(outside, point, "none", MS_BIND, NULL), 0); /* of the same device */
        r = fs_remove_tree(&s->host, "/tree", &err);
        assert_int_equal(umount(point), 0);
        assert_int_equal(r, -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_non_null(strstr(err.text, "here is"));
        assert_true(fs_exists(&s->host, "/outside/kept"));
        assert_int_equal(fs_remove_tree(&s->host, "/tree", &err), 0);
}

static void a_file_that_is_mounted_below_is_never_removed(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *outside = text_format("%s/outside", s->root), *point = text_format("%s/tree/f", s->root);
        Error err = { 0 };
        int r;

        be_alone();
        scratch_write(s, "/outside", "bytes");
        scratch_write(s, "/tree/f", "");
        assert_int_equal(mount(outside, point, "none", MS_BIND, NULL), 0);
        r = fs_remove_tree(&s->host, "/tree", &err);
        assert_int_equal(umount(point), 0);
        assert_int_equal(r, -1);
        assert_true(fs_exists(&s->host, "/outside"));
}

/* What stands on a mount itself is its owner's word: STATE may be one. */
static void the_folder_itself_may_be_a_mount(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *point = text_format("%s/tree", s->root);

        be_alone();
        scratch_folder(s, "/tree");
        assert_int_equal(mount("none", point, "tmpfs", 0, NULL), 0);
        scratch_write(s, "/tree/a/b", "bytes");
        assert_int_equal(fs_remove_tree(&s->host, "/tree", NULL), -1);
        assert_false(fs_exists(&s->host, "/tree/a"));
        assert_int_equal(umount(point), 0);
}

/* btrfs: a device number of its own, and nobody's mount. */
static void a_subvolume_goes_with_the_rest(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *image = text_format("%s/image", s->root), *point = text_format("%s/disk", s->root);
        _cleanup_free_ char *volume = text_format("%s/disk/tree/volume", s->root);
        struct stat above, inside;
        int r;

        be_alone();
        scratch_folder(s, "/disk");
        scratch_write(s, "/image", "");
        assert_int_equal(truncate(image, IMAGE_BYTES), 0);
        if (!runs((const char *[]){ "mkfs.btrfs", "-q", image, NULL }) ||
            !runs((const char *[]){ "mount", "-o", "loop", image, point, NULL }))
                skip();
        scratch_folder(s, "/disk/tree");
        assert_true(runs((const char *[]){ "btrfs", "subvolume", "create", volume, NULL }));
        scratch_write(s, "/disk/tree/volume/a/b", "bytes");
        assert_int_equal(stat(point, &above), 0);
        assert_int_equal(stat(volume, &inside), 0);
        assert_true(above.st_dev != inside.st_dev);
        r = fs_remove_tree(&s->host, "/disk/tree", NULL);
        assert_false(fs_exists(&s->host, "/disk/tree"));
        assert_int_equal(umount(point), 0);
        assert_int_equal(r, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_folder_that_is_mounted_below_is_never_emptied, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_file_that_is_mounted_below_is_never_removed, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(the_folder_itself_may_be_a_mount, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_subvolume_goes_with_the_rest, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
