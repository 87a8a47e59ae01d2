#include "tests/unit/openpgp_packets.h"
#include "tests/unit/scratch.h"

#include <unistd.h>

#include "platform/packages/rpm_source_trust.h"

#define URI "https://packages.example.test/rhel/9.0/prod"
#define BASE "[x]\nbaseurl=" URI "\n"

static const PackageSource wanted = { .id = "x", .uri = URI };
static const PackageSource packaged = { .id = "x", .uri = URI, .packaged = true };

static PackageSource find_source(const Scratch *scratch, const SourceFormat *format, const PackageSource *like,
                                 const char *section, const char *settings)
{
        _cleanup_free_ char *file = text_format("%s/a.repo", format->folder);
        PackageSource source;
        bool found = false;
        Error err = { 0 };

        scratch_write(scratch, file, section);
        scratch_write(scratch, format->trust->settings[0], settings);
        if (format->find(format, &scratch->host, like, NULL, &found, &source, &err) < 0)
                fail_msg("%s", err.text);
        assert_true(found);
        return source;
}

typedef struct Case {
        const char *section, *settings, *weakness; /* NULL: none */
} Case;

static void check(const Scratch *scratch, const SourceFormat *format, const Case *cases, size_t n)
{
        size_t i;

        for (i = 0; i < n; i++) {
                PackageSource source = find_source(scratch, format, &wanted, cases[i].section, cases[i].settings);

                if (source.unverified != !!cases[i].weakness)
                        fail_msg("%s / %s: %s", cases[i].section, cases[i].settings, source.weakness);
                if (cases[i].weakness && !strstr(source.weakness, cases[i].weakness))
                        fail_msg("%s is not: %s", source.weakness, cases[i].weakness);
        }
}

static void a_login_of_any_length_is_not_said(void **state)
{
        Scratch *scratch = *state;
        PackageSource source = find_source(scratch, &source_format_yum, &wanted,
                                           "[x.y]\nbaseurl=" URI "\ngpgcheck=1\ngpgkey=https://svc:"
                                           "Hunter2x9Hunter2x9Hunter2x9Hunter2x9Hunter2x9Hunter2x9@mirror.corp/key\n",
                                           "[main]\n");

        assert_true(source.unverified);
        if (strstr(source.weakness, "Hunter2x9") || !strstr(source.weakness, "gpgkey=https://"))
                fail_msg("%s", source.weakness);
}

static void what_dnf_is_told_for_all_sources_counts_where_one_says_nothing(void **state)
{
        static const Case cases[] = {
                { BASE, "[main]\n", NULL },
                { BASE, "[main]\ngpgcheck=1\n", NULL },
                { BASE, "[other]\ngpgcheck=0\n", NULL },
                { BASE "gpgcheck=1\nsslverify=1\n", "[main]\ngpgcheck=0\nsslverify=0\n", NULL },
                { BASE "gpgcheck=1\n", "[main]\nsslverify=False\n",
                  "says no sslverify, and [main] of /etc/dnf/dnf.conf says sslverify=False" },
                { BASE, "[main]\ngpgcheck=0\n", "says no gpgcheck, and [main] of /etc/dnf/dnf.conf says gpgcheck=0" },
                { BASE, "[main]\ngpgcheck=1\ngpgcheck=off\n", "gpgcheck=off" },
                { BASE "gpgcheck=0\n", "[main]\ngpgcheck=1\n", "says gpgcheck=0" },
                { BASE "gpgcheck=certainly\n", "[main]\n", "says gpgcheck=certainly" },
                { BASE "gpgcheck=1\ngpgkey=https://a.test/k\n", "", NULL }, /* the command line names others */
        };

        check(*state, &source_format_dnf, cases, ELEMENTSOF(cases));
        check(*state, &source_format_dnf5, cases, ELEMENTSOF(cases));
}

static void what_yum_cannot_be_told_for_an_id_with_a_dot_has_to_be_right(void **state)
{
#define DOTTED "[x.y]\nbaseurl=" URI "\n"
        static const Case cases[] = {
                { BASE, "", NULL },
                { BASE "gpgkey=https://a.test/k\n", "[main]\ngpgcheck=1\n", NULL },
                { BASE, "[main]\ngpgcheck=0\n", "/etc/yum.conf says gpgcheck=0" },
                { DOTTED, "", "does not say gpgcheck=1" },
                { DOTTED, "[main]\ngpgcheck=1\n", NULL },
                { DOTTED "gpgcheck=1\n", "", NULL },
                { DOTTED "gpgcheck=1\ngpgkey=https://a.test/k\n", "", "gpgkey=https://a.test/k" },
        };

        check(*state, &source_format_yum, cases, ELEMENTSOF(cases));
}

static void tdnf_takes_a_section_at_its_word(void **state)
{
        static const Case cases[] = {
                { BASE "gpgcheck=1\n", "", NULL },
                { BASE, "[main]\ngpgcheck=1\n", "does not say gpgcheck=1" }, /* it does not reach the section */
                { BASE "gpgcheck=true\n", "[main]\ngpgcheck=0\n", NULL },
                { BASE "gpgcheck=1\n", "[main]\nsslverify=0\n", "/etc/tdnf/tdnf.conf says sslverify=0" },
                { BASE "gpgcheck=1\ngpgkey=https://a.test/k\n", "",
                  "no file of this machine: gpgkey=https://a.test/k" },
                { BASE "gpgcheck=1\ngpgkey=file://host/k\n", "", "no file of this machine: gpgkey=file://host/k" },
                { BASE "gpgcheck=1\ngpgkey=file:///not/there\n", "", NULL },
                { BASE "gpgcheck=1\ngpgkey=file:///k/none\n", "",
                  "neither pinned nor known to rpm: gpgkey=file:///k/none" },
                { BASE "gpgcheck=1\ngpgkey=file:///not/there file:///k/none\n", "", "gpgkey=file:///k/none" },
        };

        scratch_write(*state, "/k/none", "no key at all");
        check(*state, &source_format_tdnf, cases, ELEMENTSOF(cases));
}

/* Pinned by the site; the same file with one more that is not understood here is another thing. */
static void only_a_file_that_is_not_there_has_nothing_to_import(void **state)
{
        static const char v6[] = "\xc6\x10\6aaaaaaaaaaaaaaa", secret[] = "\xc5\x10\4aaaaaaaaaaaaaaa";
        static const Case cases[] = {
                { BASE "gpgcheck=1\ngpgkey=file:///k/good\n", "", NULL },
                { BASE "gpgcheck=1\ngpgkey=file:///k/good/below\n", "", NULL },
                { BASE "gpgcheck=1\ngpgkey=file:///k/newer\n", "", "gpgkey=file:///k/newer" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/secret\n", "", "gpgkey=file:///k/secret" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/large\n", "", "gpgkey=file:///k/large" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/folder\n", "", "gpgkey=file:///k/folder" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/empty\n", "", "gpgkey=file:///k/empty" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/loop\n", "", "gpgkey=file:///k/loop" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/%6eone\n", "", "gpgkey=file:///k/%6eone" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/none#1\n", "", "gpgkey=file:///k/none#" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/$unheard\n", "", "gpgkey=file:///k/$unheard" },
                { BASE "gpgcheck=1\ngpgkey=file:///k/of-$releasever\n", "", "gpgkey=file:///k/of-9" },
        };
        const char *pinned[] = { NULL, NULL };
        char hex[OPENPGP_FINGERPRINT_HEX];
        Scratch *scratch = *state;
        _cleanup_(text_clear) Text good = { 0 }, newer = { 0 }, with_secret = { 0 };
        _cleanup_free_ char *large = text_allocate(OPENPGP_FILE_MAX + 1);
        _cleanup_free_ char *loop = text_format("%s/k/loop", scratch->root);

        add_sound(&good, 'A', "alice");
        add_sound(&newer, 'A', "alice");
        text_append_bytes(&newer, v6, sizeof(v6) - 1);
        add_sound(&with_secret, 'A', "alice");
        text_append_bytes(&with_secret, secret, sizeof(secret) - 1);
        memset(large, 'x', OPENPGP_FILE_MAX + 1);
        scratch_write_bytes(scratch, "/k/good", good.data, good.length);
        scratch_write_bytes(scratch, "/k/newer", newer.data, newer.length);
        scratch_write_bytes(scratch, "/k/secret", with_secret.data, with_secret.length);
        scratch_write_bytes(scratch, "/k/large", large, OPENPGP_FILE_MAX + 1);
        scratch_write(scratch, "/k/folder/x", "");
        scratch_write(scratch, "/k/empty", "");
        scratch_write(scratch, "/k/none", "no key at all");
        scratch_write(scratch, "/k/of-9", "no key at all");
        scratch_write(scratch, "/etc/os-release", "ID=rhel\nVERSION_ID=\"9.4\"\n");
        assert_int_equal(symlink("loop", loop), 0);
        fingerprint('A', hex);
        pinned[0] = hex;
        scratch->host.repository_keys = pinned;
        check(scratch, &source_format_tdnf, cases, ELEMENTSOF(cases));
}

static void the_distributions_own_files_of_keys_are_its_own(void **state)
{
        const char *local = BASE "gpgcheck=1\ngpgkey=file:///k/none\n";
        const char *remote = BASE "gpgcheck=1\ngpgkey=https://a.test/k\n";

        scratch_write(*state, "/k/none", "no key at all");
        assert_false(find_source(*state, &source_format_tdnf, &packaged, local, "").unverified);
        assert_true(find_source(*state, &source_format_tdnf, &packaged, local, "").packaged);
        assert_true(find_source(*state, &source_format_tdnf, &packaged, remote, "").unverified);
        assert_true(find_source(*state, &source_format_tdnf, &packaged, BASE, "").unverified);
}

static void zypper_reads_what_holds_for_all_only_where_a_section_says_neither(void **state)
{
        static const Case cases[] = {
                { BASE, "", NULL },
                { BASE, "[main]\n## gpgcheck = off\nrepo_gpgcheck = off\n", NULL }, /* then packages are checked */
                { BASE, "[main]\ngpgcheck = off\n",
                  "says no gpgcheck, and [main] of /etc/zypp/zypp.conf says gpgcheck=off" },
                { BASE, "[main]\npkg_gpgcheck = no\n", "says pkg_gpgcheck=no" },
                { BASE "gpgcheck=1\n", "[main]\ngpgcheck = off\npkg_gpgcheck = off\n", NULL },
                { BASE "pkg_gpgcheck=1\n", "[main]\ngpgcheck = off\npkg_gpgcheck = off\n", NULL },
                { BASE "gpgcheck=1\npkg_gpgcheck=0\n", "", "says pkg_gpgcheck=0" },
                { "[x]\nbaseurl=" URI "?ssl_verify=no\n", "", "says ssl_verify=no" },
        };

        check(*state, &source_format_zypper, cases, ELEMENTSOF(cases));
}

/* As libzypp 17.38 merges them. */
static void zyppers_settings_stand_in_many_files_of_which_the_last_counts(void **state)
{
        static const char site[] = "/etc/zypp/zypp.conf.d/50-site.conf";
        Scratch *scratch = *state;
        PackageSource source;

        scratch_write(scratch, "/usr/etc/zypp/zypp.conf.d/10.conf", "[main]\ngpgcheck = on\n");
        scratch_write(scratch, site, "[main]\ngpgcheck = off\n");
        scratch_write(scratch, "/etc/zypp/zypp.conf.d/90-site.conf.rpmsave", "[main]\ngpgcheck = on\n");
        source = find_source(scratch, &source_format_zypper, &wanted, BASE, "[main]\ngpgcheck = on\n");
        assert_true(source.unverified);
        assert_non_null(strstr(source.weakness, site));
        scratch_write(scratch, "/etc/zypp/zypp.conf.d/60.conf", "[main]\ngpgcheck = on\n");
        assert_false(find_source(scratch, &source_format_zypper, &wanted, BASE, "[main]\ngpgcheck = off\n").unverified);
}

static void sources_are_looked_for_where_they_are_read_from(void **state)
{
        static const struct {
                const SourceFormat *format;
                const char *settings, *folder, *other;
        } rows[] = {
                { &source_format_dnf, "[main]\nreposdir=/srv/repos/ /srv/more\n", "/srv/repos", "/srv/more" },
                { &source_format_dnf5, "[main]\nreposdir=/srv/repos,/srv/more\n", "/srv/repos", "/srv/more" },
                { &source_format_yum, "[main]\nreposdir=/srv/repos\n  /srv/more\n", "/srv/repos", "/srv/more" },
                { &source_format_tdnf, "[main]\nrepodir=/srv/repos\n", "/srv/repos", "/srv/repos" },
                { &source_format_zypper, "[main]\nreposdir = /srv/repos\n", "/srv/repos", "/srv/repos" },
                { &source_format_dnf, "[main]\nreposdir=\n", "/etc/yum.repos.d", "/etc/distro.repos.d" },
                { &source_format_dnf, "[main]\nreposdir=srv\n", "/etc/yum.repos.d", "/etc/distro.repos.d" },
                { &source_format_tdnf, "", "/etc/yum.repos.d", "/etc/yum.repos.d" },
        };
        Scratch *scratch = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                const SourceFormat *format = rows[i].format;
                _cleanup_free_ char *file = text_format("%s/b.repo", rows[i].other), *folder = NULL;
                _cleanup_free_ char *whole = text_format("%s%s", scratch->root, file);
                PackageSource source;
                bool found = false;
                Error err = { 0 };

                scratch_write(scratch, format->trust->settings[0], rows[i].settings);
                scratch_write(scratch, file, BASE "gpgcheck=1\n");
                folder = format->place(format, &scratch->host);
                assert_string_equal(folder, rows[i].folder);
                if (format->find(format, &scratch->host, &wanted, NULL, &found, &source, &err) < 0)
                        fail_msg("%s", err.text);
                if (!found)
                        fail_msg("not found for %s", rows[i].settings);
                assert_string_equal(source.file, file);
                assert_int_equal(unlink(whole), 0);
        }
}

static void a_usual_folder_that_is_not_read_from_counts_for_nothing(void **state)
{
        Scratch *scratch = *state;
        PackageSource source;
        bool found = true;
        Error err = { 0 };

        scratch_write(scratch, "/etc/yum.repos.d/a.repo", BASE "gpgcheck=1\n");
        scratch_write(scratch, "/etc/dnf/dnf.conf", "[main]\nreposdir=/srv/repos\n");
        assert_int_equal(
                source_format_dnf.find(&source_format_dnf, &scratch->host, &wanted, NULL, &found, &source, &err), 0);
        assert_false(found);
}

int main(void)
{
#define ON_SCRATCH(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)
        static const struct CMUnitTest tests[] = {
                ON_SCRATCH(a_login_of_any_length_is_not_said),
                ON_SCRATCH(what_dnf_is_told_for_all_sources_counts_where_one_says_nothing),
                ON_SCRATCH(what_yum_cannot_be_told_for_an_id_with_a_dot_has_to_be_right),
                ON_SCRATCH(tdnf_takes_a_section_at_its_word),
                ON_SCRATCH(only_a_file_that_is_not_there_has_nothing_to_import),
                ON_SCRATCH(the_distributions_own_files_of_keys_are_its_own),
                ON_SCRATCH(zypper_reads_what_holds_for_all_only_where_a_section_says_neither),
                ON_SCRATCH(zyppers_settings_stand_in_many_files_of_which_the_last_counts),
                ON_SCRATCH(sources_are_looked_for_where_they_are_read_from),
                ON_SCRATCH(a_usual_folder_that_is_not_read_from_counts_for_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
