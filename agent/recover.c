/*
 * One rule for all that can have happened: if the package got installed the commit point was passed and everything
 * stays, else everything goes back as it was. A transaction that still runs is nobody's to signal: it is waited for.
 */
#include "agent/recover.h"

#include "agent/installer_log.h"
#include "agent/redo.h"
#include "agent/sensor/sensor.h"
#include "agent/state.h"
#include "agent/machine/temporary.h"
#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/base/pause.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/process.h"

#define UNKNOWN_MS (10 * 60 * 1000)
#define AGAIN_MS 5000 /* first; a list and a package are fetched each time */
#define AGAIN_MOST_MS (4 * 60 * 1000)

/* *ret_seen: it ended by itself while we looked on. */
static int wait_for_transaction(const Host *host, const PackageManager *manager, const UndoState *undo,
                                const PackageRun *told, bool *ret_seen, Error *err)
{
        const PackageProgress now = { .text = "waiting for the installation that an earlier run began",
                                      .pid = undo->pid };
        Host patient = *host;

        *ret_seen = undo->transaction && process_is_alive(host, undo->pid, undo->start_time);
        patient.stop = NULL; /* asked to stop: even so, the command that runs is waited for */
        if (undo->transaction && process_is_alive(host, undo->pid, undo->start_time))
                log_info("waiting for the package manager of an earlier run, pid %d", (int)undo->pid);
        while (undo->transaction && process_is_alive(host, undo->pid, undo->start_time)) {
                if (told && told->on_progress)
                        told->on_progress(&now, told->userdata);
                if (host_wait(&patient, 500, DEADLINE_NEVER, err) < 0)
                        return -1;
        }
        /* killed between the start and the note of the pid: whoever holds the locks may be ours */
        if (undo->transaction && undo->pid == 0)
                return manager->wait_for_locks(
                        &patient, &(PackageRun){ .deadline = deadline_in(UNKNOWN_MS), .output_fd = -1 }, err);
        return 0;
}

/* The manager's own way ends what was unpacked; the others' packages are had once more. */
static int finish(const Host *host, const PackageManager *manager, const PackageRun *run, const UndoState *undo,
                  PackageResult *ret, Error *err)
{
        return manager->silent ? redo_run(host, manager, run, undo, ret, err)
                               : manager->repair(host, run, SENSOR_PACKAGE, ret, err);
}

/* After a boot the network may not be up yet. */
static int finish_in_time(const Host *host, const PackageManager *manager, const PackageRun *run, const UndoState *undo,
                          bool patient, PackageResult *ret, Error *err)
{
        Pause pause = { .next_ms = AGAIN_MS, .longest_ms = AGAIN_MOST_MS };

        for (;;) {
                Error wait = { 0 };

                if (finish(host, manager, run, undo, ret, err) < 0)
                        return -1;
                if (!manager->silent || !ret->passing || !patient)
                        return 0;
                if (run->on_progress)
                        run->on_progress(&(PackageProgress){ .text = ret->text }, run->userdata);
                if (host_wait(host, pause_take_ms(&pause), run->deadline, &wait) < 0)
                        return wait.kind == ERROR_STOPPED ? error_set(err, wait.kind, "%s", wait.text) : 0;
        }
}

typedef struct Again {
        const Host *host;
        const UndoState *undo;
        const PackageRun *run; /* of the caller */
} Again;

static void on_progress(const PackageProgress *now, void *userdata)
{
        const Again *again = userdata;

        if (again->run->on_progress)
                again->run->on_progress(now, again->run->userdata);
}

/* It may be cut off as well: what was so before the first one still counts then. */
static int on_start(pid_t pid, void *userdata, Error *err)
{
        const Again *again = userdata;
        UndoState transaction = *again->undo;
        ProcessIdentity identity = { 0 };

        if (pid != 0 && !process_identify(again->host, pid, &identity))
                return 0; /* ended already */
        transaction.pid = pid;
        transaction.start_time = identity.start_time;
        return undo_remember_transaction(again->host, &transaction, err);
}

/* What comes of it is read from the package's state; where that does not tell, trouble is a failure. */
static int complete_transaction(const Host *host, const PackageManager *manager, const UndoState *undo,
                                const PackageRun *repair, const char *installer_log, PackageResult *ret, Error *err)
{
        _cleanup_close_ int fd = installer_log_open(installer_log, err);
        Again again = { .host = host, .undo = undo, .run = repair };
        PackageResult result = { 0 };
        PackageRun run = *repair;

        if (fd < 0)
                return -1;
        run.output_fd = fd;
        run.on_start = on_start;
        run.on_progress = on_progress;
        run.userdata = &again;
        log_info("our own transaction was cut off: it is finished");
        if (finish_in_time(host, manager, &run, undo, ret != NULL, &result, err) < 0)
                return -1;
        if (result.trouble == TROUBLE_NONE)
                return 0;
        if (result.trouble == TROUBLE_LOCKED || manager->silent) {
                if (ret)
                        *ret = result;
                return error_set(err, result.trouble == TROUBLE_LOCKED ? ERROR_BUSY : ERROR_COMMAND, "%s", result.text);
        }
        log_warning("finishing it: %s", result.text);
        return 0;
}

/* *ret_state: of the sensor's package, once the transaction is over; PACKAGE_BROKEN: it is not, and was left. */
static int end_transaction(const Host *host, const PackageManager *manager, const UndoState *undo, bool seen,
                           const PackageRun *repair, const char *installer_log, PackageState *ret_state,
                           char version[PACKAGE_VERSION_MAX], PackageResult *ret, Error *err)
{
        char sign[PACKAGE_SIGN_MAX];
        bool is_cut_off;

        if (manager->state(host, SENSOR_PACKAGE, ret_state, version, err) < 0)
                return -1;
        if (*ret_state == PACKAGE_UNKNOWN)
                return error_set(err, ERROR_COMMAND, "%s does not tell the state of %s",
                                 package_manager_words(manager->id)->database, SENSOR_PACKAGE);
        is_cut_off = *ret_state == PACKAGE_INSTALLED && !text_equal(version, undo->before) && manager->silent && !seen;
        if (*ret_state == PACKAGE_INSTALLED && !is_cut_off && !manager->is_broken(host, sign))
                return 0;
        if (!repair) {
                if (is_cut_off || manager->is_broken(host, sign))
                        *ret_state = PACKAGE_BROKEN;
                return 0;
        }
        /* also when our package is not there yet: what it depends on may have been cut off */
        if (complete_transaction(host, manager, undo, repair, installer_log, ret, err) < 0)
                return -1;
        return manager->state(host, SENSOR_PACKAGE, ret_state, version, err);
}

static int remove_folders(const Host *host, Error *err)
{
        return fs_remove_tree(host, STATE_CACHE, err) < 0 ? -1 : temporary_remove(host, err);
}

/* Cut off between the commit and the end of its step: that is in nobody's way, and no reason to fail. */
static void clean(const Host *host)
{
        Error err = { 0 };

        if (remove_folders(host, &err) < 0)
                log_warning("what an earlier run left: %s", err.text);
}

static int commit(const Host *host, Error *err)
{
        _cleanup_free_ char *keys = undo_keys_explain(host);

        if (keys)
                log_warning("%s", keys);
        return undo_commit(host, err) < 0 ? -1 : remove_folders(host, err);
}

/*
 * Where rpm's database is not on the disk before the files are (Berkeley DB, EL 8), a power cut leaves a sensor that no
 * package owns: before the transaction it was not there, as nothing is installed beside one.
 */
static int remove_unregistered(const Host *host, const UndoState *undo, PackageState state, Error *err)
{
        if (!undo->transaction || *undo->before || state != PACKAGE_ABSENT || !fs_exists(host, SENSOR_PROGRAM))
                return 0;
        log_info("%s is of a transaction that was cut off before it was registered: it is removed", SENSOR_PROGRAM);
        return fs_remove_durably(host, SENSOR_PROGRAM, err);
}

int recover_run(const Host *host, const PackageRun *repair, const char *installer_log, PackageResult *ret, Error *err)
{
        const PackageManager *manager = package_manager_find(host);
        PackageState state = PACKAGE_UNKNOWN;
        UndoState undo = { 0 };
        char version[PACKAGE_VERSION_MAX] = "";
        bool seen = false;

        if (ret)
                *ret = (PackageResult){ .trouble = TROUBLE_NONE };
        if (undo_state(host, &undo, err) < 0)
                return -1;
        if (!undo.pending) {
                clean(host);
                return 0;
        }
        if (undo.ended) /* what it stands for may not be on the disk yet: that is no reason to do it again */
                return commit(host, err);
        if (undo.transaction && !manager)
                return error_set(err, ERROR_MISSING, "the package manager that an earlier run had started is gone");
        if (wait_for_transaction(host, manager, &undo, repair, &seen, err) < 0)
                return -1;
        if (undo.transaction &&
            end_transaction(host, manager, &undo, seen, repair, installer_log, &state, version, ret, err) < 0)
                return -1;
        /* the one that was there before is no success: an update that failed leaves it as it was */
        if (state == PACKAGE_INSTALLED && !text_equal(version, undo.before))
                return commit(host, err);
        if (state == PACKAGE_BROKEN && !repair)
                return 0; /* half there: the source has to stay until the package step mended it */
        /* cut off: what was being fetched may be torn, and look whole to who fetched it, as apt does not sync */
        if (repair && undo_prefixes(host, err) < 0)
                return -1;
        if (state == PACKAGE_BROKEN)
                return remove_folders(host, err);
        if (repair && remove_unregistered(host, &undo, state, err) < 0)
                return -1;
        return undo_roll_back(host, err) < 0 ? -1 : remove_folders(host, err);
}
