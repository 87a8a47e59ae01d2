#include "tests/unit/scratch.h"

#include <elf.h>
#include <unistd.h>

#include "platform/distro.h"
#include "tests/unit/distro_releases.h"

static Distro read_distro(const Scratch *s, const char *release)
{
        Distro distro = { 0 };

        scratch_write(s, "/etc/os-release", release);
        assert_int_equal(distro_read(&s->host, &distro, NULL), 0);
        return distro;
}

static Distro named(const char *id, const char *version)
{
        Distro distro = { 0 };

        snprintf(distro.id, sizeof(distro.id), "%s", id);
        snprintf(distro.version, sizeof(distro.version), "%s", version);
        strcpy(distro.architecture, "x86_64");
        return distro;
}

/* --- reading ----------------------------------------------------------------------------------------- */

static void quotes_and_escapes_are_those_of_a_shell(void **state)
{
        Distro d = read_distro(*state, "# comment\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"
                                       "VERSION_ID='12'\r\n VERSION_CODENAME=no\nVERSION_CODENAME=bookworm\n"
                                       "ID_LIKE=\"no\\\\ne \\$1\"\nPLATFORM_ID='a\\b'\nUBUNTU_CODENAME=\"\n");

        assert_string_equal(d.id, "debian");
        assert_string_equal(d.version, "12");
        assert_string_equal(d.codename, "bookworm");
        assert_string_equal(d.name, "Debian GNU/Linux 12 (bookworm)");
        assert_string_equal(d.like, "no\\x5cne $1");
        assert_string_equal(d.platform, "a\\x5cb");
        assert_string_equal(d.ubuntu_codename, "\\x22");
        assert_true(*d.kernel && *d.architecture);
}

static void names_from_outside_are_escaped_and_cut(void **state)
{
        Distro d = read_distro(*state, "ID=a\033[31mb\nVERSION_ID=1111111111111111111111111111111111111111111111111\n"
                                       "PRETTY_NAME=\xff\n");

        assert_string_equal(d.id, "a\\x1b[31mb");
        assert_string_equal(d.version, "111111111111111111111111...");
        assert_string_equal(d.name, "\\xff");
        assert_null(distro_support(&d));
}

static void a_machine_that_tells_nothing_is_missing_its_release(void **state)
{
        const Scratch *s = *state;
        Distro d = { 0 };
        Error err = { 0 };

        assert_int_equal(distro_read(&s->host, &d, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
}

static void check_programs(const Scratch *s, unsigned char class, unsigned char machine, const char *expected)
{
        char header[64] = { 0x7f, 'E', 'L', 'F', (char)class, ELFDATA2LSB, 1, [18] = (char)machine };
        _cleanup_free_ char *path = text_format("%s/bin/sh", s->root);
        Distro d = { 0 };
        FILE *file;

        scratch_write(s, "/bin/sh", "");
        file = fopen(path, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(header, 1, sizeof(header), file), sizeof(header));
        fclose(file);
        assert_int_equal(distro_read(&s->host, &d, NULL), 0);
        assert_string_equal(d.programs, expected);
}

static void programs_of_32_bits_are_seen_beside_a_kernel_of_64(void **state)
{
        const Scratch *s = *state;
        Distro d = read_distro(s, "ID=debian\nVERSION_ID=12\n");

        assert_string_equal(d.programs, "");
        check_programs(s, ELFCLASS64, EM_X86_64, "x86_64");
        check_programs(s, ELFCLASS32, EM_386, "i686");
        check_programs(s, ELFCLASS64, EM_AARCH64, "aarch64");
        check_programs(s, ELFCLASS32, EM_ARM, "armv7l");
        check_programs(s, ELFCLASS32, EM_MIPS, "");
        scratch_write(s, "/bin/sh", "#!/bin/other\n ");
        assert_int_equal(distro_read(&s->host, &d, NULL), 0);
        assert_string_equal(d.programs, "");
}

/* --- the table --------------------------------------------------------------------------------------- */

static void remove_releases(const Scratch *s)
{
        static const char *const files[] = { "os-release",     "oracle-release", "centos-release", "redhat-release",
                                             "system-release", "SuSE-release",   "debian_version" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_free_ char *path = text_format("%s/etc/%s", s->root, files[i]);

                unlink(path);
        }
}

static const char *place(const DistroSupport *row)
{
        return !row ? "none" : row->path ? row->path : row->repository_package;
}

static void check_release(const Scratch *s, const DistroRelease *r)
{
        DistroDerivation derivation;
        const DistroSupport *support;
        Distro d = { 0 };

        remove_releases(s);
        if (r->release)
                scratch_write(s, "/etc/os-release", r->release);
        if (r->file)
                scratch_write(s, r->file, r->text);
        assert_int_equal(distro_read(&s->host, &d, NULL), 0);
        assert_string_equal(d.id, r->id);
        assert_string_equal(d.version, r->version);
        support = distro_support(&d);
        if (!text_equal(place(support), r->path ? r->path : "none"))
                fail_msg("%s %s: %s", d.id, d.version, place(support));
        distro_derive(&d, &derivation);
        if (!text_equal(place(derivation.row), r->like ? r->like : "none"))
                fail_msg("%s %s: derived from %s", d.id, d.version, place(derivation.row));
        if (!support &&
            (!text_starts_with(distro_complaint(&d), r->says ? r->says : "") || (!r->says && *distro_complaint(&d))))
                fail_msg("%s %s: %s", d.id, d.version, distro_complaint(&d));
        assert_true(distro_derived(&d) == derivation.row);
}

static void every_release_has_its_place_or_is_told_why_not(void **state)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(releases); i++)
                check_release(*state, &releases[i]);
}

static void every_row_is_among_these_releases(void **state)
{
        size_t i, j;

        for (i = 0; i < distro_n_rows; i++) {
                bool found = false;

                for (j = 0; j < ELEMENTSOF(releases) && !found; j++) {
                        Distro d = named(releases[j].id, releases[j].version);

                        found = distro_support(&d) == &distro_rows[i];
                }
                if (!found)
                        fail_msg("%s %s", distro_rows[i].id, distro_rows[i].version);
        }
}

static void a_row_tells_where_its_packages_come_from(void **state)
{
        size_t i;

        for (i = 0; i < distro_n_rows; i++) {
                const DistroSupport *row = &distro_rows[i];

                assert_non_null(row->id);
                assert_non_null(row->name);
                assert_int_not_equal(row->manager, MANAGER_NONE);
                assert_true((row->path != NULL) == (row->repository_package == NULL));
                assert_true((row->path != NULL) == (row->key_file != NULL));
                assert_true((row->repository_id != NULL) == (row->repository_package != NULL));
                assert_true((row->repository_package_preview != NULL) == (row->repository_package != NULL));
                assert_true((row->repository_id_preview != NULL) == (row->repository_package != NULL));
                assert_int_equal(row->untried, row->manager == MANAGER_YUM || row->manager == MANAGER_TDNF);
                assert_true(row->arm64 || row->arm64_minor == 0);
                if (i > 0 && text_equal(row->id, row[-1].id))
                        assert_string_equal(row->name, row[-1].name);
                else
                        assert_ptr_equal(distro_family(row->id), row);
        }
}

static void repositories_since_2025_have_the_newer_key(void **state)
{
        static const char newer[] = "alma/10 centos/10 debian/13 fedora/43 rhel/10 rocky/10 sles/16 ubuntu/26.04 ";
        size_t i;

        for (i = 0; i < distro_n_rows; i++) {
                const DistroSupport *row = &distro_rows[i];
                _cleanup_free_ char *word = text_format("%s ", row->path ? row->path : "-");

                if (row->path)
                        assert_string_equal(row->key_file,
                                            strstr(newer, word) ? "microsoft-2025.asc" : "microsoft.asc");
        }
}

static void managers_are_those_of_the_release(void **state)
{
        static const struct {
                const char *id, *version;
                PackageManagerId manager;
        } rows[] = {
                { "centos", "7.9", MANAGER_YUM },   { "ol", "8.9", MANAGER_DNF },
                { "amzn", "2", MANAGER_YUM },       { "amzn", "2023", MANAGER_DNF },
                { "fedora", "42", MANAGER_DNF },    { "fedora", "43", MANAGER_DNF5 },
                { "sles", "15.6", MANAGER_ZYPPER }, { "mariner", "2.0", MANAGER_TDNF },
                { "ubuntu", "16.04", MANAGER_APT },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Distro d = named(rows[i].id, rows[i].version);

                assert_int_equal(distro_support(&d)->manager, rows[i].manager);
        }
}

static bool has_arm64(const char *id, const char *version)
{
        Distro d = named(id, version);

        strcpy(d.architecture, "aarch64");
        return distro_has_sensor(distro_row(&d), &d);
}

static void arm64_is_where_the_sensor_is_made_for_it(void **state)
{
        static const char *const with[][2] = { { "rhel", "8.6" },     { "rhel", "9.4" },      { "rhel", "10.0" },
                                               { "centos", "9" },     { "ol", "8.9" },        { "ol", "9.3" },
                                               { "amzn", "2" },       { "amzn", "2023" },     { "rocky", "8.7" },
                                               { "rocky", "9.2" },    { "almalinux", "9.4" }, { "sles", "15.5" },
                                               { "ubuntu", "20.04" }, { "ubuntu", "26.04" },  { "debian", "11" },
                                               { "debian", "13" } };
        static const char *const without[][2] = {
                { "rhel", "7.9" },  { "centos", "7.9" }, { "rocky", "10.0" },  { "almalinux", "10.0" },
                { "sles", "15.4" }, { "sles", "12.5" },  { "sles", "16.0" },   { "ubuntu", "18.04" },
                { "debian", "10" }, { "fedora", "42" },  { "mariner", "2.0" }, { "azurelinux", "3.0" }
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(with); i++)
                if (!has_arm64(with[i][0], with[i][1]))
                        fail_msg("%s %s", with[i][0], with[i][1]);
        for (i = 0; i < ELEMENTSOF(without); i++)
                if (has_arm64(without[i][0], without[i][1]))
                        fail_msg("%s %s", without[i][0], without[i][1]);
}

static void only_64_bits_have_a_sensor(void **state)
{
        static const struct {
                const char *kernel, *programs;
                bool has;
        } machines[] = {
                { "x86_64", "x86_64", true },   { "x86_64", "", true },         { "x86_64", "i686", false },
                { "x86_64", "x32", false },     { "i686", "i686", false },      { "armv7l", "armv7l", false },
                { "aarch64", "aarch64", true }, { "aarch64", "armv7l", false }, { "ppc64le", "", false },
                { "s390x", "", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(machines); i++) {
                Distro d = named("debian", "12");

                snprintf(d.architecture, sizeof(d.architecture), "%s", machines[i].kernel);
                snprintf(d.programs, sizeof(d.programs), "%s", machines[i].programs);
                assert_int_equal(distro_has_sensor(distro_row(&d), &d), machines[i].has);
        }
}

/* --- words ------------------------------------------------------------------------------------------- */

static void the_supported_are_named_for_people(void **state)
{
        _cleanup_free_ char *all = distro_supported_names(NULL, false);
        _cleanup_free_ char *rocky = distro_supported_names(distro_family("rocky"), false);
        _cleanup_free_ char *sles = distro_supported_names(distro_family("sles"), true);
        _cleanup_free_ char *arm64 = distro_supported_names(distro_family("fedora"), true);

        assert_string_equal(
                all, "AlmaLinux 8.4+, 9.2+, 10; Amazon Linux 2, 2023; Azure Linux 3; CentOS 7.2+, 8, 9, 10; Debian 9, "
                     "10, 11, 12, 13; Fedora 33-42, 43; Mariner 2; Oracle Linux 7.2+, 8, 9; openSUSE Leap 15, 16; "
                     "RHEL 7.2+, 8, 9, 10; Rocky Linux 8.7+, 9.2+, 10; SLES 12, 15, 16; Ubuntu 16.04, 18.04, 20.04, "
                     "22.04, 24.04, 26.04");
        assert_string_equal(rocky, "Rocky Linux 8.7+, 9.2+, 10");
        assert_string_equal(sles, "SLES 15.5+");
        assert_true(text_starts_with(arm64, "AlmaLinux 8.4+, 9.2+; Amazon Linux 2, 2023; CentOS 8, 9, 10; Debian 11"));
}

static void a_derivation_says_what_told_it(void **state)
{
        const Scratch *s = *state;
        DistroDerivation derivation;
        Distro d;

        d = read_distro(s, "ID=linuxmint\nVERSION_ID=22\nID_LIKE=\"ubuntu debian\"\nUBUNTU_CODENAME=noble\n");
        distro_derive(&d, &derivation);
        assert_string_equal(derivation.text, "It is derived from Ubuntu 24.04 (UBUNTU_CODENAME noble)");
        d = read_distro(s, "ID=circle\nVERSION_ID=9.4\nID_LIKE=\"rhel\"\nPLATFORM_ID=platform:el9\n");
        distro_derive(&d, &derivation);
        assert_string_equal(derivation.text, "It is derived from RHEL 9 (PLATFORM_ID platform:el9)");
        scratch_write(s, "/etc/debian_version", "kali-rolling\n");
        d = read_distro(s, "ID=kali\nVERSION_ID=2026.3\nID_LIKE=debian\n");
        distro_derive(&d, &derivation);
        assert_string_equal(
                derivation.text,
                "It is derived from something supported (ID_LIKE debian), but from no release of that with a "
                "sensor, as far as can be told (PLATFORM_ID none, UBUNTU_CODENAME none, /etc/debian_version "
                "kali-rolling)");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(quotes_and_escapes_are_those_of_a_shell, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(names_from_outside_are_escaped_and_cut, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_machine_that_tells_nothing_is_missing_its_release, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(programs_of_32_bits_are_seen_beside_a_kernel_of_64, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(every_release_has_its_place_or_is_told_why_not, scratch_open,
                                                scratch_close),
                cmocka_unit_test(every_row_is_among_these_releases),
                cmocka_unit_test(a_row_tells_where_its_packages_come_from),
                cmocka_unit_test(repositories_since_2025_have_the_newer_key),
                cmocka_unit_test(managers_are_those_of_the_release),
                cmocka_unit_test(arm64_is_where_the_sensor_is_made_for_it),
                cmocka_unit_test(only_64_bits_have_a_sensor),
                cmocka_unit_test(the_supported_are_named_for_people),
                cmocka_unit_test_setup_teardown(a_derivation_says_what_told_it, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
