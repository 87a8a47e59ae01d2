/* What an uninstall takes away, and when. */
#include "tests/unit/scratch.h"

#include <unistd.h>

#include "agent/queue.h"
#include "agent/state.h"
#include "agent/undo.h"
#include "handler/removal.h"
#include "platform/fs.h"

#define TIMER "/etc/systemd/system/mde-linux-recheck.timer"
#define PACKAGE STATE_CACHE "/archives/sensor.deb"

/* Cut off: the package manager that is to go on with it is not there. The timer is masked, so that no systemd is asked
 * for it. */
static const Host *with_a_download(Scratch *s, bool is_cut_off)
{
        _cleanup_free_ char *timer = host_path(&s->host, TIMER);
        const UndoState transaction = { .before = "", .pid = 1 };

        assert_int_equal(state_prepare(&s->host, NULL), 0);
        scratch_write(s, PACKAGE, "half of it");
        if (!is_cut_off)
                return &s->host;
        assert_int_equal(undo_remember_transaction(&s->host, &transaction, NULL), 0);
        scratch_folder(s, "/etc/systemd/system");
        assert_int_equal(symlink("/dev/null", timer), 0);
        return &s->host;
}

/* As who uninstalls does. */
static int carry_out(const Host *host)
{
        int lock = -1, r;
        Error err = { 0 };

        assert_int_equal(state_lock_try(host, &lock, &err), 0);
        assert_true(lock >= 0);
        r = removal_carry_out(host, STATE_FOLDER "/installer.log", deadline_in(0), &lock, &err);
        assert_int_equal(lock, -1);
        return r;
}

static void what_a_run_has_begun_and_cannot_be_put_right_yet_keeps_everything(void **state)
{
        const Host *host = with_a_download(*state, true);

        assert_int_equal(carry_out(host), 1);
        assert_true(fs_exists(host, STATE_FOLDER "/undo"));
        assert_true(fs_exists(host, PACKAGE));
}

static void with_nothing_begun_all_goes(void **state)
{
        const Host *host = with_a_download(*state, false);

        assert_int_equal(carry_out(host), 0);
        assert_false(fs_exists(host, STATE_FOLDER));
        assert_false(fs_exists(host, STATE_CACHE));
}

/* It came while what a run had begun was put right: here by that itself, which takes the mark away. */
static void an_installation_that_came_meanwhile_stays(void **state)
{
        const Host *host = with_a_download(*state, false);
        int lock = -1;
        Error err = { 0 };

        assert_int_equal(undo_remember_file(host, REMOVAL_MARK, &err), 0);
        scratch_write(*state, REMOVAL_MARK, "");
        assert_int_equal(carry_out(host), 1);
        assert_true(fs_is_folder(host, STATE_FOLDER));

        assert_int_equal(undo_remember_file(host, REMOVAL_MARK, &err), 0);
        scratch_write(*state, REMOVAL_MARK, "");
        assert_int_equal(state_lock_try(host, &lock, &err), 0);
        assert_int_equal(removal_let_go(host, STATE_FOLDER "/installer.log", &lock, &err), 0);
        assert_int_equal(lock, -1);
        assert_true(fs_is_folder(host, STATE_FOLDER));
}

/* A full disk took no mark. */
static void without_a_mark_what_is_queued_tells_of_an_installation(void **state)
{
        const Host *host = with_a_download(*state, false);

        scratch_write(*state, QUEUE_NEXT, "{}");
        assert_int_equal(carry_out(host), -1); /* there is no systemd that would start the worker for it */
        assert_true(fs_exists(host, QUEUE_NEXT));
        /* what stands there beside the mark is of what was uninstalled */
        scratch_write(*state, REMOVAL_MARK, "");
        assert_int_equal(carry_out(host), 0);
        assert_false(fs_exists(host, STATE_FOLDER));
}

static void who_lets_the_lock_go_carries_out_what_is_owed(void **state)
{
        const Host *host = with_a_download(*state, false);
        int lock = -1;
        Error err = { 0 };

        assert_int_equal(state_lock_try(host, &lock, &err), 0);
        assert_int_equal(removal_let_go(host, STATE_FOLDER "/installer.log", &lock, &err), 0);
        assert_int_equal(lock, -1);
        assert_true(fs_exists(host, STATE_FOLDER));

        scratch_write(*state, REMOVAL_MARK, "");
        assert_int_equal(state_lock_try(host, &lock, &err), 0);
        assert_true(lock >= 0);
        assert_int_equal(removal_let_go(host, STATE_FOLDER "/installer.log", &lock, &err), 0);
        assert_int_equal(lock, -1);
        assert_false(fs_exists(host, STATE_FOLDER));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_a_run_has_begun_and_cannot_be_put_right_yet_keeps_everything,
                                                scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(with_nothing_begun_all_goes, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(an_installation_that_came_meanwhile_stays, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(without_a_mark_what_is_queued_tells_of_an_installation, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(who_lets_the_lock_go_carries_out_what_is_owed, scratch_open,
                                                scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
