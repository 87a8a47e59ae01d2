#include "tests/unit/scratch.h"

#include "platform/lines.h"
#include "platform/packages/package_owner.h"

#define INFO "/var/lib/dpkg/info/"

static void the_owner_is_found_on_merged_systems_too(void **state)
{
        PackageOwner owners[] = { { .path = "/usr/sbin/clamonacc" },
                                  { .path = "/usr/bin/old" },
                                  { .path = "/usr/sbin/clam" } };
        const Scratch *scratch = *state;

        scratch_write(scratch, INFO "clamav-daemon.list",
                      "/.\n/usr\n/usr/sbin\n/usr/sbin/clamonacc\n/usr/sbin/clamd\n");
        scratch_write(scratch, INFO "oldies:amd64.list", "/.\n/bin\n/bin/old");
        scratch_write(scratch, INFO "liar.md5sums", "/usr/sbin/clam\n");
        package_owner_find(&scratch->host, DEADLINE_NEVER, owners, ELEMENTSOF(owners));
        assert_string_equal(owners[0].package, "clamav-daemon");
        assert_string_equal(owners[1].package, "oldies");
        assert_string_equal(owners[2].package, "");
}

static void a_machine_without_dpkg_knows_no_owner(void **state)
{
        PackageOwner owner = { .path = "/usr/sbin/clamonacc" };
        const Scratch *scratch = *state;

        package_owner_find(&scratch->host, DEADLINE_NEVER, &owner, 1);
        assert_string_equal(owner.package, "");
        package_owner_find(&scratch->host, DEADLINE_NEVER, NULL, 0);
}

static void lines_longer_than_the_buffer_are_left_out_and_the_rest_is_read(void **state)
{
        static const size_t lengths[] = { LINES_BUFFER - 2, LINES_BUFFER - 1, LINES_BUFFER, LINES_BUFFER + 1,
                                          5 * LINES_BUFFER };
        PackageOwner owner;
        const Scratch *scratch = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(lengths); i++) {
                _cleanup_(text_clear) Text text = { 0 };
                size_t n;

                for (n = 0; n < lengths[i]; n++)
                        text_append_bytes(&text, "x", 1);
                text_append(&text, "\n/opt/a\n");
                for (n = 0; n < LINES_BUFFER; n++)
                        text_append(&text, "/%zu\n", n);
                text_append(&text, "/opt/b");
                scratch_write_bytes(scratch, INFO "big.list", text.data, text.length);
                owner = (PackageOwner){ .path = "/opt/a" };
                package_owner_find(&scratch->host, DEADLINE_NEVER, &owner, 1);
                assert_string_equal(owner.package, "big");
                owner = (PackageOwner){ .path = "/opt/b" };
                package_owner_find(&scratch->host, DEADLINE_NEVER, &owner, 1);
                assert_string_equal(owner.package, "big");
        }
}

#define in_scratch(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                in_scratch(the_owner_is_found_on_merged_systems_too),
                in_scratch(a_machine_without_dpkg_knows_no_owner),
                in_scratch(lines_longer_than_the_buffer_are_left_out_and_the_rest_is_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
