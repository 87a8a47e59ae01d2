/*
 * generalize: prepares this machine for the image that others are made from. It works under the mission lock, so that
 * nothing is onboarded meanwhile, and stops the sensor first, which would write its state anew. In an image nothing
 * runs: there is no lock to take (its file might be a link that leads out), nothing to stop and nobody to ask.
 */
#include "handler/people/generalize_tell.h"

#include <signal.h>

#include "agent/answers/advice.h"
#include "agent/guest/places.h"
#include "agent/queue.h"
#include "agent/state_holder.h"
#include "agent/undo.h"
#include "handler/people/commands.h"
#include "handler/recheck_unit.h"
#include "handler/removal.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/image.h"
#include "platform/packages/manager.h"

#define STOP_MS 120000

/* --- what speaks against it ------------------------------------------------------------------------------- */

/* Somebody else's transaction: the image would have a package half installed. */
static int judge_packages(Generalize *work)
{
        const Host *host = &work->host;
        const PackageManager *manager = package_manager_find(host);
        const PackageRun run = { .deadline = deadline_in(1) };
        Error err = { 0 };

        if (!manager || manager->wait_for_locks(host, &run, &err) == 0 || err.kind != ERROR_BUSY)
                return 0;
        return generalize_refuse(work, "package-manager-locked",
                                 "the package manager is at work: %s. Wait until it has ended.", err.text);
}

/* A wrong folder would seem to have nothing to remove; a machine that runs in it would write all of it anew. */
static int judge_image(Generalize *work)
{
        pid_t user = image_user(&work->host);
        UndoState undo = { 0 };
        Distro distro;
        Error err = { 0 };

        if (distro_read(&work->host, &distro, &err) < 0)
                return generalize_refuse(
                        work, "no-machine",
                        "what --root names holds no machine: %s in it. Name the folder that is the image's /.",
                        err.text);
        if (user > 0)
                return generalize_refuse(
                        work, "image-in-use",
                        "something runs in this image: process %d. Say this in the machine itself, or end it.",
                        (int)user);
        if (queue_has_next(&work->host) || undo_state(&work->host, &undo, NULL) < 0 || undo.pending)
                return generalize_refuse(
                        work, "cut-off",
                        "this image was taken in the middle of a run, and a machine made from it would go on "
                        "with that. Let it end on the machine that the image is of, and take it again.");
        return COMMAND_DONE;
}

static int judge_hold(Generalize *work)
{
        const Hold *hold = &work->facts->hold;
        _cleanup_free_ char *reason = hold_reason_words(hold);
        char option[ADVICE_OPTION_MAX];

        if (hold->held != TRI_YES)
                return COMMAND_DONE;
        return generalize_refuse(
                work, "held",
                "changes of this machine are on hold (%s), and every machine made from its image would be. "
                "Say 'mde-linux unhold%s' first.",
                reason, advice_option(work->root, option));
}

/* It stays in the image, and refuses each run of every machine made from it. */
static int judge_configuration(Generalize *work)
{
        const Failure *unread = work->unread;
        _cleanup_free_ char *words = NULL;
        char text[FAILURE_TEXT_MAX];

        if (!unread->reason)
                return COMMAND_DONE;
        words = advice_text(work->root, failure_explain(unread, text));
        return generalize_refuse(work, reason_get(unread->reason)->id, "%s", words);
}

static int judge(Generalize *work)
{
        UndoState undo = { 0 };
        int refused = judge_hold(work);

        if (!refused)
                refused = judge_configuration(work);
        if (refused || work->host.image)
                return refused ? refused : judge_image(work);

        if (undo_state(&work->host, &undo, NULL) == 0 && undo.pending)
                return generalize_refuse(
                        work, "cut-off",
                        "an earlier run was cut off in the middle, and is not put right yet. Let the extension "
                        "run again: restart the guest agent " GUEST_AGENT_UNITS ", or wait for the daily look.");
        if (queue_has_next(&work->host))
                return generalize_refuse(
                        work, "request-waits",
                        "a request of the extension waits to be worked on. Let it end: 'systemctl status "
                        "mde-linux-worker'.");
        return judge_packages(work);
}

/* --- what is done ----------------------------------------------------------------------------------------- */

static int wait_until_stopped(const Host *host, Systemd *systemd, Error *err)
{
        const Deadline deadline = deadline_in(STOP_MS);
        UnitState unit = { 0 };

        for (;;) {
                if (systemd_unit_state(systemd, SENSOR_UNIT, &unit, err) < 0)
                        return -1;
                if (!unit.job_pending && (text_equal(unit.active, "inactive") || text_equal(unit.active, "failed")))
                        return 0;
                if (host_wait(host, 100, deadline, err) < 0)
                        return error_set(err, ERROR_TIMEOUT,
                                         SENSOR_UNIT
                                         " does not stop (it is %s). See 'systemctl status mdatp'; nothing was "
                                         "removed",
                                         unit.active);
        }
}

/* Asked anew: a sensor that may be running must not lose its state under its feet. */
static int stop_sensor(Generalize *work, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState unit = { 0 };

        if (!systemd_is_running(&work->host))
                return 0;
        if (systemd_open(&systemd, err) < 0 || systemd_unit_state(systemd, SENSOR_UNIT, &unit, err) < 0)
                return -1;
        if (text_equal(unit.load, "not-found") || (text_equal(unit.active, "inactive") && !unit.job_pending))
                return 0;
        if (systemd_stop(systemd, SENSOR_UNIT, err) < 0 || wait_until_stopped(&work->host, systemd, err) < 0)
                return -1;
        work->stopped = true;
        return 0;
}

/* What came while the sensor stopped would begin anew what is taken away here. */
static int refuse_queued(Generalize *work, const char *done)
{
        return generalize_refuse(
                work, "request-waits",
                "a request of the extension came meanwhile, and its worker begins now: this "
                "machine is not ready for an image. %s%s. Say it again when that has ended ('mde-linux status "
                "--wait'), with the guest agent stopped.",
                work->stopped ? "The sensor was stopped, that request starts it again; " : "", done);
}

/* The list again: a sensor that stops writes. */
static int carry_out(Generalize *work)
{
        const Host *host = &work->host;
        Error err = { 0 };

        work->begun = true;
        if (stop_sensor(work, &err) < 0)
                return generalize_fail(work, &err);
        if (queue_has_next(host))
                return refuse_queued(work, "nothing was removed");
        generalize_list_clear(&work->list);
        if (recheck_unit_remove(host, &err) < 0 || generalize_look(host, &work->list, &err) < 0)
                return generalize_fail(work, &err);
        if (generalize_remove(host, &work->list, &err) < 0) {
                error_prefix(&err, "some of it may be gone, and the sensor is stopped: mend this and run it again");
                return generalize_fail(work, &err);
        }
        return queue_has_next(host) ? refuse_queued(work, "what was to be removed is gone") : COMMAND_DONE;
}

/* Nothing stops or comes meanwhile: the list is what was shown. */
static int carry_out_in_image(Generalize *work)
{
        Error err = { 0 };

        if (generalize_remove(&work->host, &work->list, &err) == 0)
                return COMMAND_DONE;
        error_prefix(&err, "some of it may be gone: mend this and run it again");
        return generalize_fail(work, &err);
}

static int run(Generalize *work)
{
        Error err = { 0 };
        int refused;

        generalize_gather(work);
        refused = judge(work);
        if (refused)
                return refused;
        if (generalize_look(&work->host, &work->list, &err) < 0)
                return generalize_fail(work, &err);
        work->looked =
                work->host.image ? generalize_has(&work->list, RECHECK_TIMER) : recheck_unit_is_in_place(&work->host);
        if (work->dry_run)
                return COMMAND_DONE;
        if (generalize_is_device(work) && !work->sure)
                return generalize_ask(work);
        return work->host.image ? carry_out_in_image(work) : carry_out(work);
}

static int refuse_other(Generalize *work)
{
        return generalize_refuse(
                work, "run-at-work",
                "another run of mde-linux works on this machine. Wait until it has ended: 'systemctl status "
                "mde-linux-worker'.");
}

/* Under the lock, so that no run begins meanwhile; not to show only. A machine that has no state has no run either. */
static int run_locked(Generalize *work, Error *end)
{
        _cleanup_close_ int lock = -1;
        ProcessIdentity holder;
        Error err = { 0 };
        int code;

        if (work->host.image || !fs_is_folder(&work->host, STATE_FOLDER))
                return run(work);
        if (work->dry_run)
                return state_find_holder(&work->host, &holder) ? refuse_other(work) : run(work);
        signal(SIGTSTP, SIG_IGN); /* stopped, it would hold the lock for as long */
        if (state_lock_try(&work->host, &lock, &err) < 0)
                return generalize_fail(work, &err);
        if (lock < 0)
                return refuse_other(work);
        code = run(work);
        if (removal_let_go(&work->host, STATE_FOLDER "/installer.log", &lock, &err) < 0)
                *end = err;
        return code;
}

/* What goes wrong after all is done is said beside what was done. */
static int run_and_tell(Generalize *work)
{
        Error end = { 0 };
        int code = generalize_tell(work, run_locked(work, &end));

        if (!end.kind)
                return code;
        fprintf(stderr, "mde-linux generalize: %s\n", end.text);
        return COMMAND_FAILED;
}

int command_generalize(const CommandLine *line)
{
        _cleanup_(configuration_clear) Configuration configuration = { 0 };
        _cleanup_free_ Facts *facts = text_allocate(sizeof(Facts));
        _cleanup_free_ char *root = NULL;
        Generalize work = { .line = line,
                            .facts = facts,
                            .unread = &configuration.unread,
                            .dry_run = command_line_option(line, "dry-run"),
                            .sure = command_line_option(line, "yes") };
        int code = command_line_look(line, &configuration, &root, &work.host);

        work.root = root;
        if (!code)
                code = run_and_tell(&work);
        generalize_clear(&work);
        facts_clear(facts);
        return code;
}
