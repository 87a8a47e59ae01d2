/* rpm is a program of ours: its keys are the names of files. */
#include "tests/unit/package_stage.h"

#include "agent/state.h"
#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/fs.h"
#include "platform/packages/manager.h"
#include "platform/packages/rpm.h"

#define RPM                                                                                                            \
        "mkdir -p keys; case \"$*\" in -q*) for k in $(ls keys); do echo key=$k; done;; "                              \
        "-e*) rm keys/${3#gpg-pubkey-};; esac"

/* Where it is looked for; the machine itself has apt. */
static void add_dnf(void)
{
        static const Scratch machine = { .root = "" };

        scratch_write(&machine, STAGE_PROGRAMS "/more/dnf", "");
        scratch_write(&machine, STAGE_PROGRAMS "/more/rpm", "");
        if (mount("overlay", "/usr/bin", "overlay", MS_RDONLY, "lowerdir=" STAGE_PROGRAMS "/more:/usr/bin") < 0)
                skip();
}

static int stage_open(void **state)
{
        static const char *const folders[] = { "/var/lib", "/etc", NULL };
        static const Scratch machine = { .root = "" };
        static bool covered;
        PackageStage *stage;
        int r;

        if (!covered) {
                package_stage_cover(folders);
                add_dnf();
        }
        covered = true;
        r = package_stage_open(state);
        stage = *state;
        package_stage_program(stage, "rpm", RPM);
        package_stage_program(stage, "rpmkeys", "exit 1");
        package_stage_program(stage, "dnf", "");
        scratch_write(&machine, "/etc/os-release", "ID=rhel\nVERSION_ID=\"9.4\"\n");
        return r;
}

static void put(PackageStage *stage, const char *name)
{
        _cleanup_free_ char *path = text_format("/keys/%s", name);

        scratch_write(&stage->scratch, path, "");
}

static void open_or_close(const Host *host, int (*write)(const Host *, const char *, Error *))
{
        _cleanup_free_ char *names = NULL;
        Error err = { 0 };

        if (rpm_list_keys(host, &names, &err) < 0)
                fail_msg("%s", err.text);
        if (write(host, names, &err) < 0)
                fail_msg("%s", err.text);
}

static void assert_rolled_back_to(const Host *host, const char *expected)
{
        _cleanup_free_ char *names = NULL;
        Error err = { 0 };

        if (undo_roll_back(host, &err) < 0)
                fail_msg("%s", err.text);
        if (rpm_list_keys(host, &names, &err) < 0)
                fail_msg("%s", err.text);
        assert_string_equal(names, expected);
        assert_false(fs_exists(host, STATE_FOLDER "/undo"));
}

static void write_journal(const char *text)
{
        static const Scratch machine = { .root = "" };

        scratch_write(&machine, STATE_FOLDER "/undo/journal", text);
}

static void what_came_during_a_command_goes_and_what_came_outside_stays(void **state)
{
        PackageStage *stage = *state;

        put(stage, "aaaaaaaa-1");
        open_or_close(&stage->host, undo_keys_open);
        put(stage, "bbbbbbbb-1");
        open_or_close(&stage->host, undo_keys_close);
        put(stage, "cccccccc-1"); /* somebody else's */
        open_or_close(&stage->host, undo_keys_open);
        put(stage, "dddddddd-1");
        open_or_close(&stage->host, undo_keys_close);
        put(stage, "eeeeeeee-1");
        assert_rolled_back_to(&stage->host, "aaaaaaaa-1 cccccccc-1 eeeeeeee-1");
}

static void what_came_since_a_command_was_cut_off_goes(void **state)
{
        PackageStage *stage = *state;

        put(stage, "aaaaaaaa-1");
        open_or_close(&stage->host, undo_keys_open);
        open_or_close(&stage->host, undo_keys_close);
        open_or_close(&stage->host, undo_keys_open); /* the same list */
        put(stage, "bbbbbbbb-1");
        assert_rolled_back_to(&stage->host, "aaaaaaaa-1");
}

/* Hours later, perhaps: who brought it is not known. */
static void what_came_in_another_boot_stays(void **state)
{
        static const char *const opens[] = { "\"boot\":\"c2f1a6e0-0000-4000-8000-000000000000\",", "\"boot\":\"\",",
                                             "" };
        PackageStage *stage = *state;
        _cleanup_free_ char *log = text_format("%s/log", stage->scratch.root), *told = NULL;
        size_t i;

        assert_int_equal(log_open(log, NULL), 0);
        put(stage, "aaaaaaaa-1");
        put(stage, "bbbbbbbb-1");
        for (i = 0; i < ELEMENTSOF(opens); i++) {
                _cleanup_free_ char *journal = text_format("{\"kind\":\"taken\",\"path\":\"dddddddd-1\"}\n"
                                                           "{\"kind\":\"keys\",%s\"path\":\"open\","
                                                           "\"names\":\"aaaaaaaa-1 dddddddd-1\"}\n",
                                                           opens[i]);
                put(stage, "dddddddd-1");
                write_journal(journal);
                assert_rolled_back_to(&stage->host, "aaaaaaaa-1 bbbbbbbb-1");
        }
        log_close();
        told = package_stage_read(stage, "log");
        assert_has(told, "the key bbbbbbbb-1 came since a command of dnf was cut off");
        assert_has(told, "if it is not wanted: rpm -e gpg-pubkey-bbbbbbbb-1");
        assert_null(strstr(told, "aaaaaaaa"));
}

/* It began before the boot, and once more since. */
static void the_last_command_counts(void **state)
{
        PackageStage *stage = *state;

        put(stage, "aaaaaaaa-1");
        write_journal("{\"kind\":\"keys\",\"boot\":\"c2f1\",\"path\":\"open\",\"names\":\"aaaaaaaa-1\"}\n");
        open_or_close(&stage->host, undo_keys_open);
        put(stage, "bbbbbbbb-1");
        assert_rolled_back_to(&stage->host, "aaaaaaaa-1");
}

static void nothing_goes_after_the_commit_point(void **state)
{
        PackageStage *stage = *state;

        put(stage, "aaaaaaaa-1");
        open_or_close(&stage->host, undo_keys_open);
        put(stage, "bbbbbbbb-1");
        assert_int_equal(undo_commit(&stage->host, NULL), 0);
        assert_rolled_back_to(&stage->host, "aaaaaaaa-1 bbbbbbbb-1");
}

static void what_stays_with_the_commit_is_told(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *nothing = NULL, *one = NULL, *two = NULL;

        put(stage, "aaaaaaaa-1");
        open_or_close(&stage->host, undo_keys_open);
        nothing = undo_keys_explain(&stage->host);
        assert_null(nothing);
        put(stage, "bbbbbbbb-1");
        open_or_close(&stage->host, undo_keys_close);
        put(stage, "cccccccc-1"); /* somebody else's */
        one = undo_keys_explain(&stage->host);
        assert_string_equal(one, "dnf took the key bbbbbbbb-1 for a dependency, from a repository of this machine, and "
                                 "trusts it from now on; if that is not wanted: rpm -e "
                                 "gpg-pubkey-bbbbbbbb-1");
        open_or_close(&stage->host, undo_keys_open);
        put(stage, "dddddddd-1");
        open_or_close(&stage->host, undo_keys_close);
        two = undo_keys_explain(&stage->host);
        assert_has(two, "the keys bbbbbbbb-1, dddddddd-1 for");
        assert_has(two, "rpm -e gpg-pubkey-bbbbbbbb-1; rpm -e gpg-pubkey-dddddddd-1");
        assert_null(strstr(two, "cccccccc"));
        assert_int_equal(undo_commit(&stage->host, NULL), 0);
        assert_null(undo_keys_explain(&stage->host));
}

static void a_list_that_stays_the_same_is_written_down_once(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *journal = NULL;
        size_t length;
        int i;

        put(stage, "aaaaaaaa-1");
        for (i = 0; i < 5; i++) {
                open_or_close(&stage->host, undo_keys_open);
                open_or_close(&stage->host, undo_keys_close);
        }
        assert_int_equal(fs_read(&stage->host, STATE_FOLDER "/undo/journal", 65536, &journal, &length, NULL), 0);
        assert_non_null(strstr(journal, "aaaaaaaa-1"));
        assert_null(strstr(strstr(journal, "aaaaaaaa-1") + 1, "aaaaaaaa-1"));
        assert_rolled_back_to(&stage->host, "aaaaaaaa-1");
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_open, package_stage_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                STAGED(what_came_during_a_command_goes_and_what_came_outside_stays),
                STAGED(what_came_since_a_command_was_cut_off_goes),
                STAGED(what_came_in_another_boot_stays),
                STAGED(the_last_command_counts),
                STAGED(nothing_goes_after_the_commit_point),
                STAGED(what_stays_with_the_commit_is_told),
                STAGED(a_list_that_stays_the_same_is_written_down_once),
        };

        return package_stage_run(tests);
}
