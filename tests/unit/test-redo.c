/* A cut-off transaction of rpm's managers is done again with the trust of the first time. */
#include "tests/unit/package_stage.h"

#include "agent/redo.h"
#include "agent/state.h"
#include "agent/undo_records.h"
#include "openpgp_packets.h"
#include "platform/armor.h"
#include "platform/fs.h"

#define VERSION "101.24092.0002-1"
#define KEYRING "/var/lib/pki/RPM-GPG-KEY-microsoft-prod"
#define SOURCE_FILE "/var/lib/repos/prod.repo"
#define COPY STATE_CACHE "/file/mdatp.rpm"
#define GOOD "    Header V4 RSA/SHA256 Signature, key ID 1: OK\\n    Payload SHA256 digest: OK"
#define RPM                                                                                                            \
        "case \"$*\" in *-qp*) printf 'mde-linux:mdatp\\n%s\\nx86_64\\n' " VERSION ";; "                               \
        "*) echo 'state=" VERSION " 1700000000';; esac"
#define DNF "case \"$*\" in *--downloadonly*) echo rpm > " STATE_CACHE "/archives/mdatp-" VERSION ".x86_64.rpm;; esac"

static const Scratch machine = { .root = "" };
static const char *pinned[2];
static char print[OPENPGP_FINGERPRINT_HEX];
static const UndoState from_source = { .pinned = true,
                                       .source = { .id = "prod", .signed_by = KEYRING, .file = SOURCE_FILE } };

static void put_key(const char *path)
{
        _cleanup_(text_clear) Text packets = { 0 };
        _cleanup_free_ char *block = NULL;

        add_sound(&packets, 'a', "Vendor");
        block = armor_write((const unsigned char *)packets.data, packets.length);
        scratch_write(&machine, path, block);
}

static int stage_open(void **state)
{
        static const char *const folders[] = { "/var/lib", "/var/cache", "/run", NULL };
        static bool covered;
        PackageStage *stage;

        if (!covered)
                package_stage_cover(folders);
        covered = true;
        if (package_stage_open(state) < 0)
                return -1;
        stage = *state;
        fingerprint('a', print);
        pinned[0] = print;
        stage->host.repository_keys = pinned;
        scratch_write(&machine, SOURCE_FILE, "[prod]\n");
        put_key(KEYRING ".asc");
        package_stage_program(stage, "rpm", RPM);
        package_stage_program(stage, "dnf", DNF);
        package_stage_program(stage, "rpmkeys", "printf '/x.rpm:\\n" GOOD "\\n'");
        return 0;
}

static int stage_close(void **state)
{
        PackageStage *stage = *state;

        assert_int_equal(fs_remove_tree(&stage->host, STATE_CACHE, NULL), 0);
        assert_int_equal(fs_remove_tree(&stage->host, STATE_FOLDER, NULL), 0);
        return package_stage_close(state);
}

static int redo(PackageStage *stage, const UndoState *undo, PackageResult *result, Error *err)
{
        return redo_run(&stage->host, &manager_dnf, &stage->run, undo, result, err);
}

static bool installs(const PackageStage *stage)
{
        _cleanup_free_ char *argv = package_stage_read(stage, "argv");

        return strstr(argv, "\nreinstall\n-C\n") != NULL;
}

static void what_is_had_anew_is_judged_and_comes_from_its_source(void **state)
{
        _cleanup_free_ char *argv = NULL;
        PackageResult result;
        Error err = { 0 };

        if (redo(*state, &from_source, &result, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        argv = package_stage_read(*state, "argv");
        assert_has(argv, "\n--setopt=prod.gpgcheck=1\n");
        assert_has(argv, "\nreinstall\n--downloadonly\nmdatp-" VERSION "\n");
        assert_has(argv, "\n--checksig\n");
        assert_true(strstr(argv, "--checksig") < strstr(argv, "\nreinstall\n-C\n"));
}

static void what_no_pinned_key_signed_is_not_installed(void **state)
{
        PackageStage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        package_stage_program(stage, "rpmkeys", "case \"$*\" in *checksig*) echo '    Header NOKEY'; exit 1;; esac");
        assert_int_equal(redo(stage, &from_source, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_has(err.text, VERSION);
        assert_has(err.text, "rpm -e mdatp");
        assert_false(installs(stage));
        assert_true(fs_exists(&stage->host, STATE_FOLDER "/undo/journal"));
}

/* The power went while it was downloaded; libzypp 17.38 takes what lies in its cache as it is. */
static void what_is_torn_is_downloaded_again(void **state)
{
        static const char torn[] = STATE_CACHE "/archives/mdatp-" VERSION ".x86_64.rpm";
        PackageStage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        scratch_write(&machine, torn, "");
        package_stage_program(stage, "dnf",
                              "case \"$*\" in *--downloadonly*) [ -e " STATE_CACHE "/archives/mdatp-" VERSION
                              ".x86_64.rpm ] || echo rpm > " STATE_CACHE "/archives/mdatp-" VERSION
                              ".x86_64.rpm;; esac");
        package_stage_program(
                stage, "rpmkeys",
                "case \"$*\" in *checksig*) for f; do :; done; [ -s $f ] || { echo 'x.rpm:'; exit 1; };; esac; "
                "printf '/x.rpm:\\n" GOOD "\\n'");
        if (redo(stage, &from_source, &result, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        assert_true(installs(stage));
}

static void without_a_pinned_key_on_the_machine_nothing_is_installed(void **state)
{
        PackageStage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        assert_int_equal(fs_remove(&stage->host, KEYRING ".asc", NULL), 0);
        assert_int_equal(redo(*state, &from_source, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_false(installs(*state));
}

/* The lists are gone or torn: zypper ends with success then, and has fetched nothing. */
static void where_nothing_came_the_list_is_read_anew(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        UndoState unpinned = from_source;
        PackageResult result;
        Error err = { 0 };

        unpinned.pinned = false;
        package_stage_program(stage, "dnf",
                              "case \"$*\" in *makecache*) touch /var/lib/fresh;; *--downloadonly*) "
                              "if test -e /var/lib/fresh; then " DNF "; fi;; esac");
        if (redo(stage, &unpinned, &result, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        argv = package_stage_read(stage, "argv");
        assert_true(strstr(argv, "makecache") > strstr(argv, "--downloadonly"));
        assert_true(installs(stage));
        assert_int_equal(fs_remove(&stage->host, "/var/lib/fresh", NULL), 0);
}

static void a_source_that_cannot_be_reached_yet_is_told_as_that(void **state)
{
        PackageStage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        package_stage_program(
                stage, "dnf",
                "case \"$*\" in *makecache*) echo \"Error: Failed to download metadata for repo 'prod': "
                "Cannot download repomd.xml: Curl error (7): Couldn't connect to server\"; exit 1;; esac");
        if (redo(stage, &from_source, &result, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(result.trouble, TROUBLE_NETWORK);
        assert_true(result.passing);
        assert_false(installs(stage));
}

/* As the first run did. */
static void a_sites_own_source_is_the_package_managers_to_judge(void **state)
{
        UndoState undo = from_source;
        _cleanup_free_ char *argv = NULL;
        PackageResult result;
        Error err = { 0 };

        undo.pinned = false;
        assert_int_equal(redo(*state, &undo, &result, &err), 0);
        argv = package_stage_read(*state, "argv");
        assert_has_not(argv, "--checksig");
        assert_true(installs(*state));
}

static void a_copy_is_judged_by_the_keys_that_the_journal_keeps(void **state)
{
        const UndoState undo = { .pinned = true };
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageResult result;
        Error err = { 0 };

        assert_int_equal(fs_remove(&stage->host, KEYRING ".asc", NULL), 0);
        scratch_write(&machine, COPY, "rpm");
        assert_int_equal(redo(stage, &undo, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        put_key(UNDO_FOLDER "/pinned.asc");
        if (redo(stage, &undo, &result, &err) < 0)
                fail_msg("%s", err.text);
        argv = package_stage_read(stage, "argv");
        assert_has(argv, "\nreinstall\n-C\n" COPY "\n");
        /* nothing of it is read before */
        assert_true(strstr(argv, "--checksig") < strstr(argv, "\n-qp\n"));
}

static void a_copy_that_is_not_signed_is_neither_read_nor_installed(void **state)
{
        const UndoState undo = { .pinned = false };
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageResult result;
        Error err = { 0 };

        scratch_write(&machine, COPY, "rpm");
        put_key(UNDO_FOLDER "/pinned.asc");
        package_stage_program(stage, "rpmkeys", "case \"$*\" in *checksig*) echo '    Header NOKEY'; exit 1;; esac");
        assert_int_equal(redo(stage, &undo, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        argv = package_stage_read(stage, "argv");
        assert_has_not(argv, "\n-qp\n");
        assert_false(installs(stage));
}

static void nothing_in_the_database_is_nothing_to_do(void **state)
{
        PackageResult result;
        Error err = { 0 };

        package_stage_program(*state, "rpm", "echo 'package mdatp is not installed'; exit 1");
        assert_int_equal(redo(*state, &from_source, &result, &err), 0);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        assert_false(installs(*state));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(what_is_had_anew_is_judged_and_comes_from_its_source),
                TEST(what_no_pinned_key_signed_is_not_installed),
                TEST(what_is_torn_is_downloaded_again),
                TEST(without_a_pinned_key_on_the_machine_nothing_is_installed),
                TEST(where_nothing_came_the_list_is_read_anew),
                TEST(a_source_that_cannot_be_reached_yet_is_told_as_that),
                TEST(a_sites_own_source_is_the_package_managers_to_judge),
                TEST(a_copy_is_judged_by_the_keys_that_the_journal_keeps),
                TEST(a_copy_that_is_not_signed_is_neither_read_nor_installed),
                TEST(nothing_in_the_database_is_nothing_to_do),
        };

        return package_stage_run(tests);
}
