#include "tests/unit/scratch.h"

#include "platform/packages/zypper.h"

#define OURS "http://127.0.0.1/vendor"
#define ID "packages-microsoft-com-prod"

static void judge(const ClassifyWords *words, const char *output, size_t length, int exit_status, PackageResult *ret)
{
        package_classify(words, output, length, exit_status,
                         &(ClassifyOurs){ .package = "mdatp", .url = OURS, .id = ID }, ret);
}

/* The transcript of a real run, recorded in the C locale. Caller frees. */
static char *transcript(const char *name, size_t *ret_length)
{
        _cleanup_free_ char *path = text_format("tests/unit/data/zypper/%s.txt", name);
        _cleanup_fclose_ FILE *file = fopen(path, "re");
        char *bytes = text_allocate(65536);

        if (!file)
                fail_msg("%s is not there", path);
        *ret_length = fread(bytes, 1, 65535, file);
        return bytes;
}

static void check(const char *name, const PackageResult *result, PackageTrouble trouble, bool ours, const char *words)
{
        if (result->trouble != trouble || result->ours != ours || !strstr(result->text, words))
                fail_msg("%s: trouble %d%s: %s", name, result->trouble, result->ours ? ", ours" : "", result->text);
        assert_true(text_is_utf8(result->text, strlen(result->text)));
        assert_null(strpbrk(result->text, "\n\r\t"));
}

typedef struct Recorded {
        const char *name;
        int status;
        PackageTrouble trouble;
        bool ours;
        const char *words; /* in the text */
} Recorded;

static void check_recorded(const ClassifyWords *words, const Recorded *rows, size_t n)
{
        size_t i;

        for (i = 0; i < n; i++) {
                size_t length;
                _cleanup_free_ char *output = transcript(rows[i].name, &length);
                PackageResult result;

                judge(words, output, length, rows[i].status, &result);
                check(rows[i].name, &result, rows[i].trouble, rows[i].ours, rows[i].words);
        }
}

static void a_refresh_of_one_source_is_understood(void **state)
{
        static const Recorded rows[] = {
                { "refresh-good", 0, TROUBLE_NONE, false, "" },
                { "refresh-unknown-key", 4, TROUBLE_KEY, false,
                  "Key Fingerprint:  9CB4E98E 8D5A2F3F AC164804 7AC08F2A 03B80907" },
                { "refresh-other-key", 4, TROUBLE_KEY, true, "is signed with an unknown key 'FFE36DAF86DC7760'" },
                { "refresh-unsigned", 4, TROUBLE_SIGNATURE, true,
                  "File 'repomd.xml' from repository '" ID "' is unsigned" },
                { "refresh-page", 4, TROUBLE_NETWORK, false, "doesn't contain public key data" },
                { "refresh-403", 4, TROUBLE_NETWORK, true, "Permission to access" },
                { "refresh-404", 4, TROUBLE_NETWORK, true, "/repodata/repomd.xml' not found on medium" },
                { "refresh-500", 4, TROUBLE_NETWORK, false, "returned error: 500" },
                { "refresh-503", 4, TROUBLE_NETWORK, true, "is temporarily unaccessible" },
                { "refresh-no-name", 4, TROUBLE_NETWORK, false, "Could not resolve host: nowhere.invalid" },
                { "refresh-no-tls", 4, TROUBLE_NETWORK, false, "wrong version number" },
                { "refresh-dead-proxy", 4, TROUBLE_NETWORK, false, "Failed to connect to 127.0.0.1 port 9" },
                { "refresh-unknown-source", 3, TROUBLE_SOURCES, false, "Repository 'nonesuch' not found" },
                { "refresh-garbage", 1, TROUBLE_SOURCES, false,
                  "distro.repo: Section [distro]: Line 10 contains garbage" },
                { "refresh-locked", 7, TROUBLE_LOCKED, false, "application with pid 240 (zypper)" },
                { "refresh-damaged-database", 4, TROUBLE_BROKEN, false,
                  "cannot open Packages database in /var/lib/rpm" },
        };

        check_recorded(&zypper_refresh_words, rows, ELEMENTSOF(rows));
}

static void a_refresh_of_all_tells_whether_ours_is_among_the_failures(void **state)
{
        static const Recorded rows[] = {
                { "refresh-all-good", 0, TROUBLE_NONE, false, "" },
                { "refresh-all-foreign-broken", 4, TROUBLE_NETWORK, false, "[foreign|http://127.0.0.1/foreign]" },
                { "refresh-all-foreign-gone", 4, TROUBLE_NETWORK, false, "[distro|http://127.0.0.1/distro]" },
                { "refresh-all-ours-broken", 4, TROUBLE_NETWORK, true, "[" ID "|" OURS "]" },
        };

        check_recorded(&zypper_refresh_all_words, rows, ELEMENTSOF(rows));
}

static void downloads_and_transactions_are_understood(void **state)
{
        static const Recorded rows[] = {
                { "download-good", 0, TROUBLE_NONE, false, "" },
                { "download-foreign-skipped", 106, TROUBLE_NONE, false, "" },
                { "download-older", 0, TROUBLE_NONE, false, "" },
                { "download-dependency", 4, TROUBLE_DEPENDENCY, true,
                  "nothing provides nowhere-to-be-found needed by mdatp-101.25052.0003-1.noarch" },
                { "download-dependency-skipped", 4, TROUBLE_DEPENDENCY, true,
                  "nothing provides mde-netfilter needed by mdatp-101.25032.0006-1.noarch" },
                { "download-dependency-skipped", 4, TROUBLE_DEPENDENCY, true, "Skipping repository 'foreign'" },
                { "download-held", 4, TROUBLE_KEPT, true, "remove lock to allow installation of mdatp" },
                { "download-unsigned", 8, TROUBLE_SIGNATURE, true,
                  "Signature verification failed [6-File is unsigned]" },
                { "download-no-key", 8, TROUBLE_KEY, true,
                  "Signature verification failed [4-Signatures public key is not available]" },
                { "download-404", 8, TROUBLE_STALE, true, "mdatp-101.25032.0006-1.noarch.rpm' not found on medium" },
                { "download-foreign-404", 8, TROUBLE_STALE, false, "mde-netfilter-100.1-1.noarch.rpm' not found" },
                { "download-longer", 8, TROUBLE_SIGNATURE, true, "exceeded the expected filesize" },
                { "download-other-digest", 8, TROUBLE_SIGNATURE, true, "Digest verification failed" },
                { "download-disk-full", 8, TROUBLE_DISK, true, "Can't hardlink/copy" },
                { "download-not-found", 104, TROUBLE_NOT_FOUND, false, "No provider of 'nonesuch' found" },
                { "install-good", 0, TROUBLE_NONE, false, "" },
                { "install-foreign-skipped", 106, TROUBLE_NONE, false, "" },
                { "install-post-failed", 107, TROUBLE_SCRIPT, false,
                  "about to fail | warning: %post(badscript-1-1.noarch) scriptlet failed, exit status 3" },
                { "install-pre-failed", 8, TROUBLE_SCRIPT, false,
                  "about to fail | error: %prein(badpre-1-1.noarch) scriptlet failed, exit status 3" },
                { "install-locked", 7, TROUBLE_LOCKED, false, "application with pid 240 (zypper)" },
                { "install-rpm-locked", 8, TROUBLE_LOCKED, false, "transaction lock on /var/lib/rpm/.rpm.lock" },
                { "install-disk-full", 8, TROUBLE_DISK, false, "needs 4KB more space on the /opt filesystem" },
                { "install-damaged-database", 4, TROUBLE_BROKEN, false, "cannot open Packages database" },
                { "install-file-unsigned", 8, TROUBLE_SIGNATURE, true, "[6-File is unsigned]" },
                { "install-file-no-key", 8, TROUBLE_KEY, true, "public key is not available" },
        };

        check_recorded(&zypper_words, rows, ELEMENTSOF(rows));
}

static void time_mends_some_failures_to_fetch(void **state)
{
        static const struct {
                const char *name;
                bool passing;
        } rows[] = {
                { "refresh-no-name", true }, { "refresh-dead-proxy", true }, { "refresh-503", true },
                { "refresh-500", true },     { "refresh-403", false },       { "refresh-404", false },
                { "refresh-page", false },   { "refresh-no-tls", false },    { "refresh-unsigned", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                size_t length;
                _cleanup_free_ char *output = transcript(rows[i].name, &length);
                PackageResult result;

                judge(&zypper_refresh_words, output, length, 4, &result);
                if (result.passing != rows[i].passing)
                        fail_msg("%s: %s", rows[i].name, result.text);
        }
}

/* As other releases put it; not recorded here. */
static void other_wordings_are_understood(void **state)
{
        static const struct {
                const char *output;
                int status;
                PackageTrouble trouble;
                bool ours;
        } rows[] = {
                { "Problem: 1: nothing provides 'mde-netfilter' needed by the to be installed mdatp-101.1-1.x86_64\n",
                  4, TROUBLE_DEPENDENCY, true },
                { "Problem: 1: the to be installed mdatp-1-1.x86_64 requires 'libmnl0', but this requirement cannot be "
                  "provided\n  not installable providers: libmnl0-1.0.4-1.x86_64[SLE-Module-Basesystem15-SP6-Pool]\n",
                  4, TROUBLE_DEPENDENCY, true },
                { "mdatp-101.1-1.x86_64.rpm:\n    Package header is not signed!\n", 8, TROUBLE_SIGNATURE, true },
                { "error: rpmdb: BDB0060 PANIC: fatal region error; database corrupt\n", 4, TROUBLE_BROKEN, false },
                { "package mdatp-101.1-1.x86_64 does not verify: no digest\n", 8, TROUBLE_DIGEST, true },
                { "error: unpacking of archive failed on file /opt/microsoft: cpio: write failed - No space left on "
                  "device\n",
                  8, TROUBLE_DISK, false },
                { "System management is locked by the application with pid 812 (/usr/lib/packagekitd).\n"
                  "Close this application before trying again.\n",
                  7, TROUBLE_LOCKED, false },
                { "Permission to access 'https://updates.suse.com/x/repodata/repomd.xml' denied.\n\n"
                  "Visit the SUSE Customer Center to check whether your registration is valid and has not expired.\n",
                  4, TROUBLE_NETWORK, false },
                { "Installation has completed with error.\n", 8, TROUBLE_OTHER, false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                PackageResult result;

                judge(&zypper_words, rows[i].output, strlen(rows[i].output), rows[i].status, &result);
                check(rows[i].output, &result, rows[i].trouble, rows[i].ours, "");
        }
}

static void exit_statuses_that_only_inform_are_success(void **state)
{
        static const int success[] = { 0, 100, 101, 102, 103, 106, 107 }, failure[] = { 1, 4, 8, 104, 105, 137 };
        PackageResult result;
        size_t i;

        for (i = 0; i < ELEMENTSOF(success); i++) {
                judge(&zypper_words, "done\n", 5, success[i], &result);
                assert_int_equal(result.trouble, TROUBLE_NONE);
        }
        for (i = 0; i < ELEMENTSOF(failure); i++) {
                judge(&zypper_words, "done\n", 5, failure[i], &result);
                assert_int_equal(result.trouble, TROUBLE_OTHER);
        }
}

static void what_a_script_prints_is_no_verdict(void **state)
{
        static const char output[] = "(2/2) Installing: mdatp-1-1.x86_64 [..done]\nAdditional rpm output:\n"
                                     "No space left on device\ncannot create user mdatp\n"
                                     "warning: %post(mdatp-1-1.x86_64) scriptlet failed, exit status 6\n";
        PackageResult result;

        judge(&zypper_words, output, strlen(output), 107, &result);
        check("script", &result, TROUBLE_SCRIPT, true, "cannot create user mdatp | warning: %post(mdatp");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_refresh_of_one_source_is_understood),
                cmocka_unit_test(a_refresh_of_all_tells_whether_ours_is_among_the_failures),
                cmocka_unit_test(downloads_and_transactions_are_understood),
                cmocka_unit_test(time_mends_some_failures_to_fetch),
                cmocka_unit_test(other_wordings_are_understood),
                cmocka_unit_test(exit_statuses_that_only_inform_are_success),
                cmocka_unit_test(what_a_script_prints_is_no_verdict),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
