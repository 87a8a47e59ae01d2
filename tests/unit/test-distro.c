#include "tests/unit/scratch.h"

#include "platform/distro.h"

static Distro read_distro(const Scratch *s, const char *release)
{
        Distro distro = { 0 };

        scratch_write(s, "/etc/os-release", release);
        assert_int_equal(distro_read(&s->host, &distro, NULL), 0);
        return distro;
}

static void quotes_of_either_kind_are_taken_off(void **state)
{
        Distro d = read_distro(*state, "# comment\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"
                                       "VERSION_ID='12'\r\nVERSION_CODENAME=bookworm\nID_LIKE=\"none\"\n");

        assert_string_equal(d.id, "debian");
        assert_string_equal(d.version, "12");
        assert_string_equal(d.codename, "bookworm");
        assert_string_equal(d.name, "Debian GNU/Linux 12 (bookworm)");
        assert_true(*d.kernel && *d.architecture);
}

static void every_row_of_the_table_is_found_exactly(void **state)
{
        static const struct {
                const char *id, *version, *path;
        } rows[] = {
                { "debian", "11", "debian/11" },
                { "debian", "12", "debian/12" },
                { "debian", "13", "debian/13" },
                { "ubuntu", "18.04", "ubuntu/18.04" },
                { "ubuntu", "20.04", "ubuntu/20.04" },
                { "ubuntu", "22.04", "ubuntu/22.04" },
                { "ubuntu", "24.04", "ubuntu/24.04" },
                { "ubuntu", "25.10", NULL },
                { "ubuntu", "24.10", NULL },
                { "debian", "1", NULL },
                { "debian", "", NULL },
                { "linuxmint", "22", NULL },
                { "fedora", "12", NULL },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Distro d = { 0 };
                const DistroSupport *support;

                snprintf(d.id, sizeof(d.id), "%s", rows[i].id);
                snprintf(d.version, sizeof(d.version), "%s", rows[i].version);
                support = distro_support(&d);
                if (!rows[i].path)
                        assert_null(support);
                else
                        assert_string_equal(support->path, rows[i].path);
        }
}

static void repositories_since_2025_have_the_newer_key(void **state)
{
        Distro d = { .id = "debian", .version = "13" };

        assert_string_equal(distro_support(&d)->key_file, "microsoft-2025.asc");
        strcpy(d.version, "12");
        assert_string_equal(distro_support(&d)->key_file, "microsoft.asc");
}

static void the_supported_are_named_for_people(void **state)
{
        _cleanup_free_ char *names = distro_supported_names();

        assert_string_equal(names, "debian 11, 12, 13; ubuntu 18.04, 20.04, 22.04, 24.04");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(quotes_of_either_kind_are_taken_off, scratch_open, scratch_close),
                cmocka_unit_test(every_row_of_the_table_is_found_exactly),
                cmocka_unit_test(repositories_since_2025_have_the_newer_key),
                cmocka_unit_test(the_supported_are_named_for_people),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
