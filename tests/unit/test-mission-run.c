/* Runs that are ended before anything was done: of the package manager a stand-in, see package_stage.h. */
#include "tests/unit/package_stage.h"

#include "agent/mission_run.h"
#include "agent/state.h"
#include "agent/undo.h"
#include "platform/fs.h"

#define LOCK "/var/lib/dpkg/lock-frontend"
#define GONE 0x3ffffffe /* a pid that nobody has */

static const Scratch machine = { .root = "" };

static int stage_open(void **state)
{
        static const char *const folders[] = { "/var/lib", "/run", "/etc", NULL };
        static bool covered;

        if (!covered) {
                package_stage_cover(folders);
                scratch_write(&machine, "/etc/os-release", "ID=debian\nVERSION_ID=12\n");
        }
        covered = true;
        return package_stage_open(state);
}

static int stage_close(void **state)
{
        PackageStage *stage = *state;

        assert_int_equal(fs_remove_tree(&stage->host, STATE_FOLDER, NULL), 0);
        return package_stage_close(state);
}

static ReasonId newer(void *userdata)
{
        return REASON_SUPERSEDED;
}

static void newer_settings_end_what_finishes_a_cut_off_installation(void **state)
{
        const UndoState cut_off = { .pid = GONE, .start_time = 1 };
        volatile sig_atomic_t stop = 1;
        PackageStage *stage = *state;
        Host *host = &stage->host;
        const Request request = { 0 };
        Mission mission = { .host = host, .request = &request, .why_stop = newer, .installer_log = stage->output };
        pid_t holder = hold_lock(&machine, LOCK, F_WRLCK);
        Outcome outcome;

        package_stage_program(stage, "dpkg", "");
        package_stage_program(stage, "dpkg-query", "exit 1");
        mission.deadline = deadline_in(20000);
        assert_int_equal(undo_remember_transaction(host, &cut_off, NULL), 0);
        host->stop = &stop;
        mission_run(&mission, &outcome);
        release_lock(holder);
        assert_int_equal(outcome.verdict, VERDICT_FAILED);
        assert_int_equal(outcome.failure.reason, REASON_SUPERSEDED);
        assert_has(outcome.failure.found, "It ended while finishing what an earlier run had begun: asked to stop ");
        assert_has(outcome.failure.found, " holds " LOCK ".");
        assert_true(fs_exists(host, STATE_FOLDER "/undo/journal"));
        mission_clear(&mission);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(newer_settings_end_what_finishes_a_cut_off_installation, stage_open,
                                                stage_close),
        };

        return package_stage_run(tests);
}
