#include "tests/unit/scratch.h"

#include "platform/packages/apt.h"

#define PREFIX "https://packages.example.test"

static void judge(const char *output, size_t length, int exit_status, const char *package, const char *url,
                  PackageResult *ret)
{
        package_classify(&apt_words, output, length, exit_status, &(ClassifyOurs){ .package = package, .url = url },
                         ret);
}

/* The transcript of a real run, recorded in the C locale. Caller frees. */
static char *transcript(const char *name, size_t *ret_length)
{
        _cleanup_free_ char *path = text_format("tests/unit/data/apt/%s.txt", name);
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

static const struct {
        const char *name;
        int status;
        PackageTrouble trouble;
        bool ours;
        const char *words; /* in the text */
} recorded[] = {
        { "refresh-good", 0, TROUBLE_NONE, false, "" },
        { "refresh-unreachable", 100, TROUBLE_NETWORK, true, "Connection refused" },
        { "refresh-noname", 100, TROUBLE_NETWORK, true, "Could not resolve" },
        { "refresh-tls-untrusted", 100, TROUBLE_NETWORK, true, "certificate is NOT trusted" },
        { "refresh-403", 100, TROUBLE_NETWORK, true, "403  Forbidden" },
        { "refresh-503", 100, TROUBLE_NETWORK, true, "503  Service Unavailable" },
        { "refresh-nothere", 100, TROUBLE_NETWORK, true, "does not have a Release file" },
        { "refresh-index404", 100, TROUBLE_NETWORK, true, "404" },
        { "refresh-htmlrelease", 100, TROUBLE_NETWORK, true, "NOSPLIT" },
        { "refresh-htmlpackages", 100, TROUBLE_SIGNATURE, true, "unexpected size (64 != 1435)" },
        { "refresh-otherkey", 100, TROUBLE_KEY, true, "NO_PUBKEY E993A4854A518B27" },
        { "refresh-otherkey-apt3", 100, TROUBLE_KEY, true, "Missing key" },
        { "refresh-nokeyring-apt3", 0, TROUBLE_KEY, true, "signature verification" },
        { "refresh-badsig", 100, TROUBLE_SIGNATURE, true, "BADSIG" },
        { "refresh-badsig-apt3", 100, TROUBLE_SIGNATURE, true, "manipulated" },
        { "refresh-unsigned", 100, TROUBLE_SIGNATURE, true, "is not signed" },
        { "refresh-expired", 100, TROUBLE_EXPIRED, true, "is expired" },
        { "refresh-future", 100, TROUBLE_CLOCK, true, "is not valid yet" },
        { "refresh-disk-full", 100, TROUBLE_DISK, true, "No space left on device" },
        { "refresh-locked", 100, TROUBLE_LOCKED, false, "It is held by process" },
        { "refresh-malformed", 100, TROUBLE_SOURCES, false,
          "Malformed entry 1 in list file /etc/apt/sources.list.d/bad.list" },
        { "refresh-conflicting", 100, TROUBLE_SOURCES, true, "Conflicting values set for option Signed-By" },
        { "refresh-configuration-syntax", 100, TROUBLE_SOURCES, false, "/etc/apt/apt.conf.d/zz:2" },
        { "refresh-all-foreign-unreachable", 0, TROUBLE_NETWORK, false, "mirror.invalid" },
        { "refresh-all-foreign-key", 100, TROUBLE_KEY, false, "mirror.invalid" },
        { "download-good", 0, TROUBLE_NONE, false, "" },
        { "download-unknown-package", 100, TROUBLE_NOT_FOUND, false, "Unable to locate package mdatpx" },
        { "download-unknown-version", 100, TROUBLE_NOT_FOUND, true, "Version '9' for 'mdatp' was not found" },
        { "download-unmet", 100, TROUBLE_DEPENDENCY, true, "mdatp : Depends: libnothere9" },
        { "download-unmet-apt3", 100, TROUBLE_DEPENDENCY, true, "mdatp : Depends: libnothere9" },
        { "download-would-remove-apt22", 100, TROUBLE_DEPENDENCY, false, "remove is disabled" },
        { "download-404", 100, TROUBLE_STALE, true, "404" },
        { "download-hash", 100, TROUBLE_SIGNATURE, true, "Hash Sum mismatch" },
        { "download-size", 100, TROUBLE_SIGNATURE, true, "unexpected size" },
        { "download-held", 100, TROUBLE_KEPT, true, "mdatp | E: Held packages were changed" },
        { "download-foreign-unmet", 100, TROUBLE_BROKEN, false, "foreign : Depends: libmissing7" },
        { "download-foreign-unmet-apt3", 100, TROUBLE_BROKEN, false, "foreign : Depends: libmissing7" },
        { "download-disk-full", 100, TROUBLE_DISK, false, "enough free space in /var/lib/mde-linux/archives/" },
        { "download-status-garbage", 100, TROUBLE_BROKEN, false, "could not be parsed or opened" },
        { "install-good", 0, TROUBLE_NONE, false, "" },
        { "install-script", 100, TROUBLE_SCRIPT, true,
          "cannot create user mdatp | dpkg: error processing package mdatp" },
        { "install-archive-missing", 100, TROUBLE_STALE, false, "Unable to fetch some archives" },
        { "install-interrupted", 100, TROUBLE_BROKEN, false, "dpkg was interrupted" },
        { "install-disk-full", 100, TROUBLE_DISK, true, "No space left on device" },
        { "install-overwrite", 100, TROUBLE_OTHER, true,
          "trying to overwrite '/opt/mdatp/file', which is also in package other 1" },
        { "install-locked", 100, TROUBLE_LOCKED, false, "/var/lib/dpkg/lock. It is held by process" },
        { "install-locked-frontend", 100, TROUBLE_LOCKED, false, "/var/lib/dpkg/lock-frontend. It is held by process" },
        { "configure-locked", 2, TROUBLE_LOCKED, false, "database lock was locked" },
        { "configure-locked-dpkg122", 2, TROUBLE_LOCKED, false, "database lock was locked" },
        { "configure-script", 1, TROUBLE_SCRIPT, true, "error exit status 1" },
        { "configure-status-garbage", 2, TROUBLE_BROKEN, false, "parsing file '/var/lib/dpkg/status'" },
};

static void recorded_runs_are_understood(void **state)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(recorded); i++) {
                size_t length;
                _cleanup_free_ char *output = transcript(recorded[i].name, &length);
                PackageResult result;

                judge(output, length, recorded[i].status, "mdatp", PREFIX, &result);
                check(recorded[i].name, &result, recorded[i].trouble, recorded[i].ours, recorded[i].words);
        }
}

static void time_mends_some_failures_to_fetch(void **state)
{
        static const struct {
                const char *name;
                bool passing;
        } rows[] = {
                { "refresh-unreachable", true },    { "refresh-noname", true },       { "refresh-503", true },
                { "refresh-tls-untrusted", false }, { "refresh-403", false },         { "refresh-nothere", false },
                { "refresh-index404", false },      { "refresh-htmlrelease", false }, { "refresh-otherkey", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                size_t length;
                _cleanup_free_ char *output = transcript(rows[i].name, &length);
                PackageResult result;

                judge(output, length, 100, "mdatp", PREFIX, &result);
                if (result.passing != rows[i].passing)
                        fail_msg("%s: %s", rows[i].name, result.text);
        }
}

/* As other releases put it; not recorded here. */
static const struct {
        const char *output;
        int status;
        PackageTrouble trouble;
        bool ours;
} other_words[] = {
        { "E: Could not get lock /var/lib/dpkg/lock - open (11: Resource temporarily unavailable)\n", 100,
          TROUBLE_LOCKED, false },
        { "E: The method driver /usr/lib/apt/methods/https could not be found.\n"
          "N: Is the package apt-transport-https installed?\n"
          "E: Failed to fetch https://packages.microsoft.com/debian/9/prod/dists/stretch/InRelease  \n"
          "E: Some index files failed to download. They have been ignored, or old ones used instead.\n",
          100, TROUBLE_SOURCES, false },
        { "dpkg: error: dpkg frontend is locked by another process\n", 2, TROUBLE_LOCKED, false },
        { "dpkg: error: dpkg status database is locked by another process\n", 2, TROUBLE_LOCKED, false },
        { "E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\n"
          "E: Unable to lock directory /var/lib/apt/lists/\n",
          100, TROUBLE_BROKEN, false },
        { "E: You must manually run 'dpkg --configure -a'\nE: dpkg was interrupted, you must manually run 'sudo dpkg "
          "--configure -a' to correct the problem. \n",
          100, TROUBLE_BROKEN, false },
        { "E: Unmet dependencies. Try 'apt-get -f install' with no packages (or specify a solution).\n", 100,
          TROUBLE_BROKEN, false },
        { "E: Type 'depp' is not known on line 1 in source list /etc/apt/sources.list.d/x.list\n", 100, TROUBLE_SOURCES,
          false },
        { "dpkg: error processing package mdatp (--configure):\n subprocess installed post-installation script "
          "returned error "
          "exit status 1\n",
          1, TROUBLE_SCRIPT, true },
        { "dpkg: error processing package mdatp (--configure):\n installed mdatp package post-installation script "
          "subprocess "
          "was killed by signal (Killed)\n",
          1, TROUBLE_SCRIPT, true },
        { "W: Failed to fetch " PREFIX
          "/x/InRelease  Temporary failure resolving 'packages.example.test'\nW: Some index files "
          "failed to download. They have been ignored, or old ones used instead.\n",
          0, TROUBLE_NETWORK, true },
        { "W: An error occurred during the signature verification. The repository is not updated and the previous "
          "index files "
          "will be used. GPG error: " PREFIX " x InRelease: The following signatures were invalid: EXPKEYSIG 12\n",
          0, TROUBLE_SIGNATURE, true },
        { "E: Sub-process /usr/bin/dpkg exited unexpectedly\n", 100, TROUBLE_BROKEN, false },
        { "E: Package 'mdatp' has no installation candidate\n", 100, TROUBLE_NOT_FOUND, true },
        { "W: Download is performed unsandboxed as root as file '/x' couldn't be accessed by user '_apt'. - "
          "pkgAcquire::Run (13: "
          "Permission denied)\n",
          0, TROUBLE_NONE, false },
        { "E: something new in mdatp-tools\n", 100, TROUBLE_OTHER, false },
        { "E: something new in mdatp:amd64\n", 100, TROUBLE_OTHER, true },
};

static void other_wordings_are_understood(void **state)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(other_words); i++) {
                PackageResult result;

                judge(other_words[i].output, strlen(other_words[i].output), other_words[i].status, "mdatp", PREFIX,
                      &result);
                check(other_words[i].output, &result, other_words[i].trouble, other_words[i].ours, "");
        }
}

static void classify(const char *output, int status, PackageResult *result)
{
        judge(output, strlen(output), status, "mdatp", PREFIX, result);
}

static void trouble_of_our_own_source_comes_first(void **state)
{
        PackageResult result;

        classify("W: GPG error: https://foreign.test x InRelease: NO_PUBKEY 12\n"
                 "E: Failed to fetch " PREFIX "/x/InRelease  Could not connect\n",
                 100, &result);
        check("own first", &result, TROUBLE_NETWORK, true, "Could not connect");
}

static void what_a_script_prints_is_no_verdict(void **state)
{
        PackageResult result;

        classify("Setting up mdatp (1) ...\nNo space left on device\ncurl: Failed to fetch https://x\n"
                 "dpkg: error processing package mdatp (--configure):\n"
                 " installed mdatp package post-installation script subprocess returned error exit status 6\n",
                 100, &result);
        check("script", &result, TROUBLE_SCRIPT, true, "curl: Failed to fetch");
}

static void progress_and_foreign_bytes_are_escaped(void **state)
{
        static const char output[] =
                "(Reading database ... 5%\r(Reading database ... 10%\rE: odd \x1b[31m\xff \"x\"\0y\r\n";
        PackageResult result;

        judge(output, sizeof(output) - 1, 100, "mdatp", PREFIX, &result);
        assert_string_equal(result.text, "E: odd \\x1b[31m\\xff \\x22x\\x22?y");
}

static void a_failure_without_words_says_its_status(void **state)
{
        PackageResult result;

        classify("", 137, &result);
        check("silent", &result, TROUBLE_OTHER, false, "status 137");
        classify("Reading package lists...\nSegmentation fault\n", 139, &result);
        check("last line", &result, TROUBLE_OTHER, false, "Segmentation fault");
}

static void text_fits_whatever_comes(void **state)
{
        _cleanup_(text_clear) Text output = { 0 };
        PackageResult result;
        int i;

        for (i = 0; i < 50; i++) {
                int j;

                text_append(&output, "E: line %d ", i);
                for (j = 0; j < 200; j++)
                        text_append(&output, "\xc3\xa4\x01");
                text_append(&output, "\n");
        }
        judge(output.data, output.length, 100, NULL, NULL, &result);
        assert_true(strlen(result.text) > 400);
        assert_true(text_is_utf8(result.text, strlen(result.text)));
        assert_non_null(strstr(result.text, "E: line 1 "));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(recorded_runs_are_understood),
                cmocka_unit_test(time_mends_some_failures_to_fetch),
                cmocka_unit_test(other_wordings_are_understood),
                cmocka_unit_test(trouble_of_our_own_source_comes_first),
                cmocka_unit_test(what_a_script_prints_is_no_verdict),
                cmocka_unit_test(progress_and_foreign_bytes_are_escaped),
                cmocka_unit_test(a_failure_without_words_says_its_status),
                cmocka_unit_test(text_fits_whatever_comes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
