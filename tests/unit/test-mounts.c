#include "tests/unit/scratch.h"

#include "platform/mounts.h"
#include "platform/host_init.h"

static MountTable parse(const char *text)
{
        MountTable table;

        mount_table_parse(text_copy(text), &table);
        return table;
}

static void assert_on(const MountTable *table, const char *path, const char *point, const char *type)
{
        const Mount *mount = mount_find(table, path);

        if (!mount || !text_equal(mount->point, point) || !text_equal(mount->type, type))
                fail_msg("%s lies on %s (%s), not on %s (%s)", path, mount ? mount->point : "nothing",
                         mount ? mount->type : "", point, type);
}

static void a_path_lies_on_the_nearest_mount_above(void **state)
{
        _cleanup_(mount_table_clear) MountTable table =
                parse("22 27 0:21 / /proc rw,relatime - proc proc rw\n"
                      "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard\n"
                      "30 27 254:1 / /opt rw,nosuid,noexec master:2 propagate_from:3 - xfs /dev/vdb ro\n"
                      "31 30 0:30 / /opt/data rw - tmpfs none rw,size=4k\n");

        assert_int_equal(table.n, 4);
        assert_on(&table, "/", "/", "ext4");
        assert_on(&table, "/opt", "/opt", "xfs");
        assert_on(&table, "/optional", "/", "ext4");
        assert_on(&table, "/opt/data/x", "/opt/data", "tmpfs");
        assert_true(mount_has_option(mount_find(&table, "/opt")->options, "noexec"));
        assert_true(mount_has_option(mount_find(&table, "/opt")->super_options, "ro"));
        assert_false(mount_has_option(mount_find(&table, "/")->options, "ro"));
        assert_false(mount_has_option(mount_find(&table, "/opt")->options, "exec"));
}

/* The table is in no order that would tell: its parents do. */
static void what_is_mounted_over_counts(void **state)
{
        _cleanup_(mount_table_clear) MountTable table = parse("41 40 0:4 / /a/b rw - tmpfs over-b rw\n"
                                                              "43 40 0:5 / /a ro - overlay over-a rw\n"
                                                              "40 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                                              "44 43 0:6 / /a ro - squashfs twice ro\n");

        assert_on(&table, "/a/b", "/a", "squashfs"); /* hidden below what came over /a */
        assert_on(&table, "/a", "/a", "squashfs");
        assert_on(&table, "/b", "/", "ext4");
}

static void escapes_are_undone(void **state)
{
        _cleanup_(mount_table_clear) MountTable table =
                parse("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                      "2 1 8:2 /my\\040root /mnt/a\\040b\\011c\\134d\\1 rw - fuse.sshfs user@host:/x\\040y rw\n");

        assert_on(&table, "/mnt/a b\tc\\d\\1/e", "/mnt/a b\tc\\d\\1", "fuse.sshfs");
        assert_string_equal(table.items[1].root, "/my root");
}

static void what_is_no_mount_is_passed_over(void **state)
{
        static const char *const odd[] = { "",
                                           "\n\n",
                                           "1 0 8:1 / / rw ext4 /dev/sda1 rw\n",
                                           "x 0 8:1 / / rw - ext4 /dev/sda1 rw\n",
                                           "1 0 8:1 / / rw - ext4\n",
                                           "1 0 8:1 / relative rw - ext4 /dev/sda1 rw\n",
                                           "99999999999 0 8:1 / / rw - ext4 a rw\n" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(odd); i++) {
                _cleanup_(mount_table_clear) MountTable table = parse(odd[i]);

                assert_int_equal(table.n, 0);
                assert_null(mount_find(&table, "/"));
        }
}

static void a_table_that_goes_in_circles_ends(void **state)
{
        _cleanup_(mount_table_clear) MountTable table = parse("1 1 8:1 / / rw - ext4 a rw\n"
                                                              "2 1 8:1 / /a rw - ext4 b rw\n"
                                                              "2 2 8:1 / /a rw - ext4 c rw\n");

        assert_non_null(mount_find(&table, "/a/b"));
}

static void this_machine_has_a_root(void **state)
{
        _cleanup_(mount_table_clear) MountTable table = { 0 };
        Host host;
        Error err = { 0 };

        host_init(&host);
        assert_int_equal(mount_table_read(&host, &table, &err), 0);
        assert_string_equal(mount_find(&table, "/proc/self")->type, "proc");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_path_lies_on_the_nearest_mount_above),
                cmocka_unit_test(what_is_mounted_over_counts),
                cmocka_unit_test(escapes_are_undone),
                cmocka_unit_test(what_is_no_mount_is_passed_over),
                cmocka_unit_test(a_table_that_goes_in_circles_ends),
                cmocka_unit_test(this_machine_has_a_root),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
