/* Entries that do without signatures, wherever they stand. */
#include "tests/unit/scratch.h"

#include "agent/steps/repository_unsigned.h"
#include "agent/undo.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define RPM_URI "https://packages.microsoft.com/rhel/9/prod"
#define DEB_URI "https://packages.microsoft.com/debian/12/prod"
#define KEY "gpgkey=file:///etc/pki/rpm-gpg/none\n"
#define SECTION(id, uri, more) "[" id "]\nname=" id "\nbaseurl=" uri "/\n" KEY more
#define SOUND(id) SECTION(id, RPM_URI, "gpgcheck=1\n")
#define UNSIGNED(id) SECTION(id, RPM_URI, "gpgcheck=0\n")
#define LINE(type, options) type " " options " " DEB_URI " bookworm main\n"
#define YUM "/etc/yum.repos.d/"
#define ZYPP "/etc/zypp/repos.d/"
#define APT "/etc/apt/sources.list.d/"
#define FILES_MAX 4

static const PackageSource deb = { .uri = DEB_URI, .suite = "bookworm", .component = "main" };
static const PackageSource rpm = { .uri = RPM_URI, .id = "prod" };

typedef struct File {
        const char *path, *text;
} File;

typedef struct Case {
        const PackageManager *manager;
        File files[FILES_MAX];
        const char *taken;   /* the file of the first that is taken out; "": none is */
        const char *refused; /* words of it; NULL: it is not */
} Case;

static void lay_out(const Scratch *scratch, const File *files)
{
        size_t i;

        for (i = 0; i < FILES_MAX && files[i].path; i++)
                scratch_write(scratch, files[i].path, files[i].text);
}

static void clear(const Scratch *scratch, const File *files)
{
        size_t i;

        for (i = 0; i < FILES_MAX && files[i].path; i++)
                assert_int_equal(fs_remove(&scratch->host, files[i].path, NULL), 0);
}

static void assert_as_it_was(const Scratch *scratch, const File *files)
{
        size_t i;

        assert_int_equal(undo_roll_back(&scratch->host, NULL), 0);
        for (i = 0; i < FILES_MAX && files[i].path; i++) {
                _cleanup_free_ char *text = scratch_read(scratch, files[i].path);

                assert_string_equal(text, files[i].text);
        }
}

/* What take_out() makes of it, and that it can be taken back. */
static void check(const Scratch *scratch, const Case *asked)
{
        const PackageSource *source = asked->manager == &manager_apt ? &deb : &rpm;
        _cleanup_(repository_unsigned_clear) RepositoryUnsigned taken = { 0 };
        Mission mission = { .host = &scratch->host, .manager = asked->manager };
        Failure failure = { 0 };
        int r;

        lay_out(scratch, asked->files);
        r = repository_unsigned_take_out(&mission, source, &taken, &failure);
        if (asked->refused &&
            (r == 0 || failure.reason != REASON_REPOSITORY_UNVERIFIED || !strstr(failure.found, asked->refused)))
                fail_msg("%s: not refused for %s: %s", asked->files[0].text, asked->refused, failure.found);
        if (!asked->refused && (r < 0 || !text_equal(taken.file, asked->taken)))
                fail_msg("%s: %s, %s", asked->files[0].text, taken.file, failure.found);
        if (!asked->refused)
                assert_int_equal(repository_unsigned_check(&mission, source, &failure), 0);
        assert_as_it_was(scratch, asked->files);
        clear(scratch, asked->files);
}

static void check_all(const Scratch *scratch, const Case *cases, size_t n)
{
        size_t i;

        for (i = 0; i < n; i++)
                check(scratch, &cases[i]);
}

static void every_file_of_apts_is_looked_at(void **state)
{
        static const Case cases[] = {
                { &manager_apt, { { APT "microsoft-prod.list", LINE("deb", "[signed-by=/k]") } }, "", NULL },
                { &manager_apt,
                  { { APT "microsoft-insiders-fast.list", LINE("deb", "[trusted=yes]") },
                    { APT "microsoft-prod.list", "deb https://x.test y z\n" LINE("deb", "[trusted=yes]") } },
                  APT "microsoft-insiders-fast.list",
                  NULL },
                { &manager_apt,
                  { { APT "microsoft-prod.list", LINE("deb", "[signed-by=/k]") },
                    { APT "site.list", LINE("deb", "[trusted=yes]") } },
                  "",
                  APT "site.list says [trusted=yes] in line 1" },
                { &manager_apt,
                  { { APT "microsoft-prod.list", LINE("deb", "[allow-insecure=yes]") },
                    { APT "microsoft-prod.sources",
                      "Types: deb\nURIs: " DEB_URI "\nSuites: bookworm\nComponents: main\nTrusted: yes\n" } },
                  "",
                  APT "microsoft-prod.sources says \"Trusted: yes\" in line 5" },
                { &manager_apt,
                  { { "/etc/apt/sources.list", LINE("deb", "[trusted=yes]") } },
                  "",
                  "/etc/apt/sources.list says" },
        };

        check_all(*state, cases, ELEMENTSOF(cases));
}

/* apt takes what one of them says for all of one place. */
static void entries_of_sources_and_for_other_architectures_count_with_apt(void **state)
{
        static const Case cases[] = {
                { &manager_apt,
                  { { APT "microsoft-prod.list", LINE("deb-src", "[trusted=yes]") } },
                  APT "microsoft-prod.list",
                  NULL },
                { &manager_apt,
                  { { APT "microsoft-prod.list",
                      LINE("deb", "[signed-by=/k]") LINE("deb", "[arch=s390x trusted=yes]") } },
                  APT "microsoft-prod.list",
                  NULL },
                { &manager_apt,
                  { { APT "site.sources", "Types: deb\nURIs: " DEB_URI "\nSuites: bookworm\nComponents: main\n"
                                          "Trusted: yes\nEnabled: no\n" } },
                  "",
                  NULL },
                /* a flat one is not ours to take out, and the finders know it as the same */
                { &manager_apt,
                  { { APT "microsoft-prod.list", "deb [trusted=yes] " DEB_URI " bookworm/\n" } },
                  "",
                  APT "microsoft-prod.list says [trusted=yes]" },
        };

        check_all(*state, cases, ELEMENTSOF(cases));
}

static void a_section_that_another_hides_counts_once_that_one_is_gone(void **state)
{
        static const Case cases[] = {
                { &manager_dnf,
                  { { YUM "microsoft-prod.repo", UNSIGNED("prod") }, { YUM "prod.repo", UNSIGNED("prod") } },
                  YUM "microsoft-prod.repo",
                  NULL },
                { &manager_dnf,
                  { { YUM "microsoft-prod.repo", UNSIGNED("prod") }, { YUM "site.repo", UNSIGNED("prod") } },
                  "",
                  "in " YUM "site.repo says gpgcheck=0" },
                { &manager_dnf,
                  { { YUM "microsoft-prod.repo", UNSIGNED("prod") },
                    { YUM "site.repo", SECTION("prod", "https://x.test/y", "gpgcheck=0\n") } },
                  "",
                  "prod in " YUM "site.repo says gpgcheck=0" },
                { &manager_dnf5,
                  { { YUM "microsoft-prod.repo", UNSIGNED("other") },
                    { YUM "site.repo", "[other]\nmirrorlist=https://x.test/y\ngpgcheck=0\n" } },
                  "",
                  "other in " YUM "site.repo says gpgcheck=0" },
                /* it was not in force, and is not now */
                { &manager_dnf,
                  { { YUM "microsoft-prod.repo", SOUND("prod") }, { YUM "site.repo", UNSIGNED("prod") } },
                  "",
                  NULL },
                { &manager_dnf,
                  { { YUM "microsoft-prod.repo", UNSIGNED("prod") },
                    { YUM "site.repo", SECTION("prod", "https://x.test/y", "gpgcheck=0\nenabled=0\n") } },
                  YUM "microsoft-prod.repo",
                  NULL },
        };

        check_all(*state, cases, ELEMENTSOF(cases));
}

static void where_the_order_of_files_does_not_decide_none_hides_another(void **state)
{
        static const Case cases[] = {
                { &manager_zypper,
                  { { ZYPP "microsoft-prod.repo", SOUND("prod") }, { ZYPP "prod.repo", UNSIGNED("prod") } },
                  ZYPP "prod.repo",
                  NULL },
                { &manager_zypper,
                  { { ZYPP "microsoft-prod.repo", SOUND("prod") }, { ZYPP "site.repo", UNSIGNED("prod") } },
                  "",
                  ZYPP "site.repo says gpgcheck=0" },
                { &manager_zypper,
                  { { ZYPP "microsoft-prod.repo", SOUND("prod") }, { ZYPP "site.repo_12", UNSIGNED("prod") } },
                  "",
                  ZYPP "site.repo_12 says gpgcheck=0" },
                { &manager_zypper,
                  { { ZYPP "site.repo_1x", UNSIGNED("prod") }, { ZYPP "_1", UNSIGNED("prod") } },
                  "",
                  NULL },
                { &manager_dnf, { { YUM "site.repo_1", UNSIGNED("prod") } }, "", NULL },
                { &manager_tdnf,
                  { { YUM "microsoft-prod.repo", SOUND("prod") }, { YUM "site.repo", UNSIGNED("prod") } },
                  "",
                  YUM "site.repo says gpgcheck=0" },
                { &manager_dnf,
                  { { YUM "microsoft-prod.repo", SOUND("prod") }, { "/etc/dnf/dnf.conf", UNSIGNED("prod") } },
                  "",
                  "/etc/dnf/dnf.conf says gpgcheck=0" },
        };

        check_all(*state, cases, ELEMENTSOF(cases));
}

static void what_cannot_be_taken_out_is_a_refusal(void **state)
{
        static const Case cases[] = {
                { &manager_dnf,
                  { { "/etc/os-release", "ID=rhel\nVERSION_ID=9\n" },
                    { YUM "microsoft-prod.repo",
                      SECTION("prod", "https://packages.microsoft.com/rhel/$releasever/prod", "gpgcheck=0\n") } },
                  "",
                  YUM "microsoft-prod.repo says gpgcheck=0" },
        };

        check_all(*state, cases, ELEMENTSOF(cases));
}

static void all_that_was_taken_out_is_told(void **state)
{
        const File files[FILES_MAX] = {
                { YUM "microsoft-prod.repo", UNSIGNED("prod") },
                { YUM "prod.repo", SECTION("other", RPM_URI, "sslverify=0\n") },
        };
        _cleanup_(repository_unsigned_clear) RepositoryUnsigned taken = { 0 };
        const Scratch *scratch = *state;
        Outcome outcome = { 0 };
        Mission mission = { .host = &scratch->host, .manager = &manager_dnf, .outcome = &outcome };
        Failure failure = { 0 };

        lay_out(scratch, files);
        repository_unsigned_tell(&mission, &taken, true);
        assert_int_equal(outcome.n_rows, 0);
        assert_int_equal(repository_unsigned_take_out(&mission, &rpm, &taken, &failure), 0);
        repository_unsigned_tell(&mission, &taken, true);
        assert_int_equal(outcome.n_rows, 1);
        assert_string_equal(outcome.rows[0].text,
                            YUM "microsoft-prod.repo had packages used without a signature, as it says gpgcheck=0: its "
                                "key and its entry were set up anew; " YUM "prod.repo did so, too, as it says "
                                "sslverify=0: that entry was taken out");
        assert_false(fs_exists(&scratch->host, YUM "prod.repo"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(every_file_of_apts_is_looked_at),
                TEST(entries_of_sources_and_for_other_architectures_count_with_apt),
                TEST(a_section_that_another_hides_counts_once_that_one_is_gone),
                TEST(where_the_order_of_files_does_not_decide_none_hides_another),
                TEST(what_cannot_be_taken_out_is_a_refusal),
                TEST(all_that_was_taken_out_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
